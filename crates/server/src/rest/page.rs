//! Lists in pages (surface section 2.4). A page is found by the item it begins with, so that one can delete what one has
//! read and go on; the number of the page stands in for an item that has gone meanwhile.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::call::{Call, Params};
use super::refusal::Refusal;
use super::reply::Reply;
use super::{Answer, Site};

const DEFAULT_SIZE: usize = 50;
const LARGEST: usize = 1_000;
/// What a token begins with, before the SID of the page's first item.
const TOKEN: &str = "PA";

/// The page that is asked for.
struct Wanted {
    size: usize,
    number: usize,
    first: Option<String>,
}

impl Wanted {
    fn of(params: &Params) -> Result<Self, Refusal> {
        let size = params.number::<i64>("PageSize")?.map_or(DEFAULT_SIZE, |size| usize::try_from(size).unwrap_or(1));
        let number = params.number("Page")?.unwrap_or(0);
        let first = params.filled("PageToken").map(|token| token.strip_prefix(TOKEN).unwrap_or(token).to_owned());
        Ok(Self { size: size.clamp(1, LARGEST), number, first })
    }
}

/// A page as it was found.
struct Found<T> {
    items: Vec<T>,
    /// The first item of the page before.
    previous: Option<String>,
    /// The first item of the page behind.
    next: Option<String>,
}

/// A page of what these items are, each with its SID.
pub(super) fn list<T, I: Iterator<Item = T>>(
    site: &Site,
    call: &Call,
    key: &str,
    items: impl Fn() -> I,
    sid: impl Fn(&T) -> String,
    show: impl Fn(T) -> Value,
) -> Answer {
    let wanted = Wanted::of(&call.params)?;
    let found = find(&wanted, items, sid);
    let meta = meta(site, call, key, &wanted, &found);
    let items: Vec<Value> = found.items.into_iter().map(show).collect();
    Ok(Reply::ok(json!({ key: items, "meta": meta })))
}

fn find<T, I: Iterator<Item = T>>(wanted: &Wanted, items: impl Fn() -> I, sid: impl Fn(&T) -> String) -> Found<T> {
    let by_token = wanted.first.as_ref().and_then(|first| {
        let mut before = VecDeque::new();
        let mut rest = items();
        let begin = rest.by_ref().find(|item| {
            let sid = sid(item);
            let here = sid == *first;
            if !here {
                before.push_back(sid);
                before.drain(..before.len().saturating_sub(wanted.size));
            }
            here
        })?;
        Some(cut(wanted, std::iter::once(begin).chain(rest), before.pop_front(), &sid))
    });
    by_token.unwrap_or_else(|| {
        let position = wanted.number.saturating_mul(wanted.size);
        let previous = position.checked_sub(wanted.size).and_then(|at| items().nth(at)).map(|item| sid(&item));
        cut(wanted, items().skip(position), previous, &sid)
    })
}

fn cut<T>(
    wanted: &Wanted,
    mut rest: impl Iterator<Item = T>,
    previous: Option<String>,
    sid: &impl Fn(&T) -> String,
) -> Found<T> {
    let items = rest.by_ref().take(wanted.size).collect();
    Found { items, previous, next: rest.next().map(|item| sid(&item)) }
}

fn meta<T>(site: &Site, call: &Call, key: &str, wanted: &Wanted, found: &Found<T>) -> Value {
    let url = |number: usize, token: Option<&String>| page_url(site, call, wanted.size, number, token);
    let number = wanted.number;
    json!({
        "key": key,
        "page": number,
        "page_size": wanted.size,
        "first_page_url": url(0, None),
        "previous_page_url": found.previous.as_ref().map(|sid| {
            let before = number.saturating_sub(1);
            url(before, Some(sid).filter(|_| before > 0))
        }),
        "url": url(number, wanted.first.as_ref()),
        "next_page_url": found.next.as_ref().map(|sid| url(number + 1, Some(sid))),
    })
}

/// The call again, with another page.
fn page_url(site: &Site, call: &Call, size: usize, number: usize, first: Option<&String>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let paging = ["PageSize", "Page", "PageToken"];
    for (name, value) in call.params.pairs().iter().filter(|(name, _)| !paging.contains(&name.as_str())) {
        query.append_pair(name, value);
    }
    query.append_pair("PageSize", &size.to_string()).append_pair("Page", &number.to_string());
    if let Some(first) = first {
        query.append_pair("PageToken", &format!("{TOKEN}{first}"));
    }
    format!("{}/v1{}?{}", site.base, call.path, query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(size: usize, number: usize, first: Option<&str>) -> Wanted {
        Wanted { size, number, first: first.map(str::to_owned) }
    }

    fn page(items: &[u32], wanted: &Wanted) -> (Vec<u32>, Option<String>, Option<String>) {
        let found = find(wanted, || items.iter().copied(), ToString::to_string);
        (found.items, found.previous, found.next)
    }

    #[test]
    fn pages_follow_one_another_by_their_first_items() {
        let items = [1, 2, 3, 4, 5];
        let text = |number: u32| Some(number.to_string());
        assert_eq!(page(&items, &wanted(2, 0, None)), (vec![1, 2], None, text(3)));
        assert_eq!(page(&items, &wanted(2, 1, Some("3"))), (vec![3, 4], text(1), text(5)));
        assert_eq!(page(&items, &wanted(2, 2, Some("5"))), (vec![5], text(3), None));
        assert_eq!(page(&items, &wanted(2, 1, None)), (vec![3, 4], text(1), text(5)), "by number alone");
        assert_eq!(page(&items, &wanted(2, 9, None)), (vec![], None, None));
    }

    #[test]
    fn what_was_read_may_be_deleted_before_going_on() {
        let left = [3, 4, 5];
        assert_eq!(page(&left, &wanted(2, 1, Some("3"))).0, [3, 4], "nothing is skipped");
        let without_the_first = [1, 2, 4, 5];
        assert_eq!(page(&without_the_first, &wanted(2, 1, Some("3"))).0, [4, 5], "its number stands in for it");
    }
}
