//! Lists, cut into pages with links (surface section 2.4), or behind an item as the worker SDK wants them (7.3). A page is
//! found by the item it begins with; when that has gone meanwhile, by where it stood in the order of the list, so that
//! one can delete what one has read and go on.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::call::{Call, Cut, Params};
use super::refusal::Refusal;
use super::reply::Reply;
use super::{Answer, Site};

const DEFAULT_SIZE: usize = 50;
const LARGEST: usize = 1_000;
/// What a token begins with, before the SID of the page's first item and, behind a dot, its place.
const TOKEN: &str = "PA";

/// Where a page begins: an item, and where it stands, when its list has an order that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
struct First {
    sid: String,
    place: Option<i64>,
}

impl First {
    fn of(token: &str) -> Self {
        let token = token.strip_prefix(TOKEN).unwrap_or(token);
        let (sid, place) = token.split_once('.').map_or((token, None), |(sid, place)| (sid, place.parse().ok()));
        Self { sid: sid.to_owned(), place }
    }

    fn token(&self) -> String {
        let place = self.place.map(|place| format!(".{place}")).unwrap_or_default();
        format!("{TOKEN}{}{place}", self.sid)
    }
}

/// The page that is asked for.
struct Wanted {
    size: usize,
    number: usize,
    first: Option<First>,
}

impl Wanted {
    fn of(params: &Params) -> Result<Self, Refusal> {
        let number = params.number::<i128>("Page")?.unwrap_or(0).max(0);
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Self { size: size(params, DEFAULT_SIZE)?, number, first: params.filled("PageToken").map(First::of) })
    }
}

/// How many items at once.
fn size(params: &Params, default: usize) -> Result<usize, Refusal> {
    let given = params.number::<i128>("PageSize")?.map(|size| size.clamp(1, LARGEST as i128));
    Ok(given.and_then(|size| usize::try_from(size).ok()).unwrap_or(default))
}

/// A page as it was found.
struct Found<T> {
    items: Vec<T>,
    /// Where the page before begins.
    previous: Option<First>,
    /// Where the page behind begins.
    next: Option<First>,
}

/// What these items are, as many as are asked for. `place` never falls along a list; where nothing does not, it is none.
pub(super) fn list<T, I: Iterator<Item = T>>(
    site: &Site,
    call: &Call,
    key: &str,
    items: impl Fn() -> I,
    (sid, place): (impl Fn(&T) -> String, impl Fn(&T) -> Option<i64>),
    show: impl Fn(T) -> Value,
) -> Answer {
    match &call.cut {
        Cut::Pages => {
            let wanted = Wanted::of(&call.params)?;
            let found = find(&wanted, items, |item| First { sid: sid(item), place: place(item) });
            let meta = meta(site, call, key, &wanted, &found);
            let items: Vec<Value> = found.items.into_iter().map(show).collect();
            Ok(Reply::ok(json!({ key: items, "meta": meta })))
        }
        Cut::Behind(after) => behind(call, after.as_deref(), items, sid, show),
    }
}

fn find<T, I: Iterator<Item = T>>(wanted: &Wanted, items: impl Fn() -> I, first: impl Fn(&T) -> First) -> Found<T> {
    let Some(begin) = &wanted.first else { return numbered(wanted, items, first) };
    let here = from(wanted, items(), &first, |item| item.sid == begin.sid);
    let here =
        here.or_else(|| from(wanted, items(), &first, |item| begin.place.is_some() && item.place >= begin.place));
    here.unwrap_or_else(|| match begin.place {
        // Everything from there on has gone.
        Some(_) => Found { items: Vec::new(), previous: None, next: None },
        None => numbered(wanted, items, first),
    })
}

/// The page that begins with the first such item.
fn from<T>(
    wanted: &Wanted,
    mut rest: impl Iterator<Item = T>,
    first: &impl Fn(&T) -> First,
    is_first: impl Fn(&First) -> bool,
) -> Option<Found<T>> {
    let mut before = VecDeque::new();
    let begin = rest.by_ref().find(|item| {
        let found = first(item);
        let here = is_first(&found);
        if !here {
            before.push_back(found);
            before.drain(..before.len().saturating_sub(wanted.size));
        }
        here
    })?;
    Some(cut(wanted, std::iter::once(begin).chain(rest), before.pop_front(), first))
}

/// The page of that number.
fn numbered<T, I: Iterator<Item = T>>(wanted: &Wanted, items: impl Fn() -> I, first: impl Fn(&T) -> First) -> Found<T> {
    let position = wanted.number.saturating_mul(wanted.size);
    let previous = position.checked_sub(wanted.size).and_then(|at| items().nth(at)).map(|item| first(&item));
    cut(wanted, items().skip(position), previous, &first)
}

fn cut<T>(
    wanted: &Wanted,
    mut rest: impl Iterator<Item = T>,
    previous: Option<First>,
    first: &impl Fn(&T) -> First,
) -> Found<T> {
    let items = rest.by_ref().take(wanted.size).collect();
    Found { items, previous, next: rest.next().map(|item| first(&item)) }
}

/// Items behind one, and how many there are in all.
fn behind<T, I: Iterator<Item = T>>(
    call: &Call,
    after: Option<&str>,
    items: impl Fn() -> I,
    sid: impl Fn(&T) -> String,
    show: impl Fn(T) -> Value,
) -> Answer {
    let (size, mut rest) = (size(&call.params, LARGEST)?, items());
    if let Some(after) = after.filter(|after| !rest.by_ref().any(|item| sid(&item) == **after)) {
        return Err(Refusal::invalid(format!("AfterSid names `{after}`, which is not in the list")));
    }
    let contents: Vec<Value> = rest.by_ref().take(size).map(show).collect();
    let last = contents.last().map(|item| item["sid"].clone()).filter(|_| rest.next().is_some());
    let total = items().count();
    Ok(Reply::ok(json!({"contents": contents, "after_sid": last, "total": total, "meta": {"next_token": last}})))
}

fn meta<T>(site: &Site, call: &Call, key: &str, wanted: &Wanted, found: &Found<T>) -> Value {
    let url = |number: usize, first: Option<&First>| page_url(site, call, wanted.size, number, first);
    let number = wanted.number;
    json!({
        "key": key,
        "page": number,
        "page_size": wanted.size,
        "first_page_url": url(0, None),
        "previous_page_url": found.previous.as_ref().map(|first| {
            let before = number.saturating_sub(1);
            url(before, Some(first).filter(|_| before > 0))
        }),
        "url": url(number, wanted.first.as_ref()),
        "next_page_url": found.next.as_ref().map(|first| url(number.saturating_add(1), Some(first))),
    })
}

/// The call again, with another page.
fn page_url(site: &Site, call: &Call, size: usize, number: usize, first: Option<&First>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let paging = ["PageSize", "Page", "PageToken"];
    for (name, value) in call.params.pairs().iter().filter(|(name, _)| !paging.contains(&name.as_str())) {
        query.append_pair(name, value);
    }
    query.append_pair("PageSize", &size.to_string()).append_pair("Page", &number.to_string());
    if let Some(first) = first {
        query.append_pair("PageToken", &first.token());
    }
    format!("{}/v1{}?{}", site.base, call.path, query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(item: &u32) -> First {
        First { sid: item.to_string(), place: Some((item / 10).into()) }
    }

    /// A page of a list in which tens stand one behind the other: its items, and where those before and behind begin.
    fn page(items: &[u32], size: usize, number: usize, begin: Option<u32>) -> (Vec<u32>, Option<u32>, Option<u32>) {
        let wanted = Wanted { size, number, first: begin.map(|item| first(&item)) };
        let found = find(&wanted, || items.iter().copied(), first);
        let sid = |first: Option<First>| first.map(|first| first.sid.parse().unwrap());
        (found.items, sid(found.previous), sid(found.next))
    }

    #[test]
    fn pages_follow_one_another_by_their_first_items() {
        let items = [10, 20, 30, 40, 50];
        assert_eq!(page(&items, 2, 0, None), (vec![10, 20], None, Some(30)));
        assert_eq!(page(&items, 2, 1, Some(30)), (vec![30, 40], Some(10), Some(50)));
        assert_eq!(page(&items, 2, 2, Some(50)), (vec![50], Some(30), None));
        assert_eq!(page(&items, 2, 1, None), (vec![30, 40], Some(10), Some(50)), "by number alone");
        assert_eq!(page(&items, 2, 9, None), (vec![], None, None));
    }

    #[test]
    fn nothing_is_skipped_whatever_is_deleted_between_two_pages() {
        assert_eq!(page(&[30, 40, 50], 2, 1, Some(30)).0, [30, 40], "what was read");
        assert_eq!(page(&[40, 50, 60], 2, 1, Some(30)).0, [40, 50], "and the first of the page behind");
        assert_eq!(page(&[10, 20, 40, 50], 2, 1, Some(30)).0, [40, 50], "that one alone");
        assert_eq!(page(&[10, 20], 2, 1, Some(30)).0, [0; 0], "all from there on");
        let same = [31, 32, 33, 40];
        assert_eq!(page(&same, 2, 1, Some(35)).0, [31, 32], "of one place, rather twice than never");
    }

    #[test]
    fn a_token_is_read_as_it_is_written() {
        for first in [first(&30), First { sid: "WS1".to_owned(), place: None }] {
            assert_eq!(First::of(&first.token()), first);
        }
        assert_eq!(First::of("PAWT1").sid, "WT1");
    }
}
