//! Lines of a picture: right-angled, with round corners, with an arrow at the end and a label. Whole pixels only, so that
//! every platform draws the same.

/// The radius of a corner.
const CORNER: i32 = 8;

/// The length of an arrow and half its breadth.
const ARROW: (i32, i32) = (8, 4);

/// A way from one place of a picture to another.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// Where it turns, its ends included; two neighbours differ in one coordinate.
    pub(super) points: Vec<(i32, i32)>,
    /// How it looks.
    pub(super) class: &'static str,
    /// How often it was taken.
    pub(super) count: Option<u64>,
    pub(super) labels: Vec<Label>,
}

/// Words beside a line.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) at: (i32, i32),
    /// `start`, `middle` or `end`: which part of the text stands there.
    pub(super) anchor: &'static str,
    pub(super) text: String,
    /// What stands out in it, behind the text.
    pub(super) count: Option<u64>,
}

impl Route {
    /// The line as the `d` of a path.
    pub(super) fn path(&self) -> String {
        let Some(((x, y), rest)) = self.points.split_first() else { return String::new() };
        let mut path = format!("M{x} {y}");
        let mut from = (*x, *y);
        for (place, point) in rest.iter().enumerate() {
            match rest.get(place + 1) {
                Some(next) => path += &corner(from, *point, *next),
                None => path += &format!("L{} {}", point.0, point.1),
            }
            from = *point;
        }
        path
    }

    /// The arrow at its end.
    pub(super) fn arrow(&self) -> String {
        let [.., from, to] = self.points[..] else { return String::new() };
        let ((length, half), (dx, dy)) = (ARROW, direction(from, to));
        let (x, y) = (to.0 - dx * length, to.1 - dy * length);
        let (left, right) = ((x - dy * half, y + dx * half), (x + dy * half, y - dx * half));
        format!("M{} {}L{} {}L{} {}Z", to.0, to.1, left.0, left.1, right.0, right.1)
    }
}

fn corner(from: (i32, i32), at: (i32, i32), to: (i32, i32)) -> String {
    let (into, out) = (direction(from, at), direction(at, to));
    let radius = CORNER.min(length(from, at) / 2).min(length(at, to) / 2);
    let (start, end) = (moved(at, into, -radius), moved(at, out, radius));
    format!("L{} {}Q{} {} {} {}", start.0, start.1, at.0, at.1, end.0, end.1)
}

fn direction(from: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    ((to.0 - from.0).signum(), (to.1 - from.1).signum())
}

fn length(from: (i32, i32), to: (i32, i32)) -> i32 {
    (to.0 - from.0).abs().max((to.1 - from.1).abs())
}

fn moved((x, y): (i32, i32), (dx, dy): (i32, i32), by: i32) -> (i32, i32) {
    (x + dx * by, y + dy * by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_turns_round_corners_and_ends_in_an_arrow() {
        let points = vec![(10, 10), (10, 40), (100, 40), (100, 60)];
        let route = Route { points, class: "timeout", count: None, labels: Vec::new() };
        assert_eq!(route.path(), "M10 10L10 32Q10 40 18 40L92 40Q100 40 100 48L100 60");
        assert_eq!(route.arrow(), "M100 60L96 52L104 52Z");
        let straight = Route { points: vec![(0, 5), (9, 5)], ..route };
        assert_eq!((straight.path(), straight.arrow()), ("M0 5L9 5".to_owned(), "M9 5L1 9L1 1Z".to_owned()));
    }
}
