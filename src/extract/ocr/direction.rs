//! Which way a page lies: the direction in which most of its lines run, however it was put on the scanner's glass.

use std::f32::consts::FRAC_PI_2;

use super::{
    boxes::LineCore,
    geometry::{Rectangle, Vector},
};

/// A box so many times longer than high shows which way its line runs; a lone character does not.
const LONG: f32 = 1.5;
/// From this on a box shows it more exactly than the page as a whole, whose paper may be bent.
const EXACT: f32 = 4.0;
/// A line that differs by more than this from most runs across them: radians.
const ACROSS: f32 = FRAC_PI_2 / 2.0;

/// The direction of most lines: to the right or down, as far as boxes tell. The other way round is not to be seen in them.
pub(super) fn of_lines(cores: &[LineCore]) -> Vector {
    let long = cores
        .iter()
        .map(LineCore::lengthwise_box)
        .filter(|it| it.length() >= LONG * it.height());
    let mut votes: Vec<(f32, f32)> = long.map(|it| (it.along.angle(), weight(&it))).collect();
    let is_down = |angle: f32| angle > ACROSS;
    let sum = |down: bool| -> f32 {
        let votes = votes.iter().filter(|(angle, _)| is_down(*angle) == down);
        votes.map(|(_, weight)| weight).sum()
    };
    let lies_on_its_side = sum(true) > sum(false);
    votes.retain(|(angle, _)| is_down(*angle) == lies_on_its_side);
    Vector::towards(median(votes))
}

/// Long lines tell more, both because there is more on them and because their angle is more exact.
fn weight(line: &Rectangle) -> f32 {
    line.length() * line.length() / line.height().max(1.0)
}

/// The angle with as much weight below as above; none is straight.
fn median(mut votes: Vec<(f32, f32)>) -> f32 {
    votes.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = votes.iter().map(|(_, weight)| weight).sum::<f32>() / 2.0;
    let mut below = 0.0;
    for (angle, weight) in votes {
        below += weight;
        if below >= half {
            return angle;
        }
    }
    0.0
}

/// A line's box on a page whose lines run along `page`; `None` if this one runs across them.
pub(super) fn box_on(core: &LineCore, page: Vector) -> Option<Rectangle> {
    let lengthwise = core.lengthwise_box();
    let ratio = lengthwise.length() / lengthwise.height().max(1.0);
    let forward = if lengthwise.along.dot(page) < 0.0 {
        Rectangle {
            along: lengthwise.along * -1.0,
            ..lengthwise
        }
    } else {
        lengthwise
    };
    let runs_along = forward.along.dot(page) >= ACROSS.cos();
    match ratio {
        ratio if runs_along && ratio >= EXACT => Some(forward),
        ratio if !runs_along && ratio >= LONG => None,
        _ => Some(core.box_along(page)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Vector, box_on, of_lines};
    use crate::extract::ocr::boxes::LineCore;

    /// A core of a length and a height in pixels, beginning at 500, 500 and turned by degrees clockwise.
    fn core(length: f32, height: f32, degrees: f32) -> LineCore {
        let along = Vector::towards(degrees.to_radians());
        let start = Vector::new(500.0, 500.0);
        let corners = [(0.0, 0.0), (length, 0.0), (length, height), (0.0, height)];
        LineCore::of(corners.map(|(x, y)| start + along * x + along.across() * y).to_vec())
    }

    fn degrees(direction: Vector) -> f32 {
        direction.angle().to_degrees()
    }

    #[test]
    fn long_lines_say_how_a_page_is_skewed() {
        let cores = [
            core(400.0, 10.0, 1.5),
            core(380.0, 10.0, 1.4),
            core(390.0, 10.0, 1.6),
            core(12.0, 10.0, 40.0),
        ];

        assert!((degrees(of_lines(&cores)) - 1.5).abs() < 0.01);
    }

    #[test]
    fn a_page_on_its_side_runs_down() {
        let cores = [core(400.0, 10.0, 91.0), core(380.0, 10.0, 271.0), core(60.0, 10.0, 0.0)];

        assert!((degrees(of_lines(&cores)) - 91.0).abs() < 0.01);
    }

    #[test]
    fn a_page_without_lines_is_straight() {
        assert_eq!(of_lines(&[]), Vector::RIGHT);
        assert_eq!(of_lines(&[core(12.0, 10.0, 30.0)]), Vector::RIGHT);
    }

    #[test]
    fn lines_follow_their_own_angle_and_letters_that_of_the_page() {
        let page = Vector::towards(2_f32.to_radians());

        assert!((degrees(box_on(&core(400.0, 10.0, 3.0), page).unwrap().along) - 3.0).abs() < 0.01);
        assert!((degrees(box_on(&core(12.0, 10.0, 40.0), page).unwrap().along) - 2.0).abs() < 0.01);
        assert!(box_on(&core(100.0, 10.0, 90.0), page).is_none());
    }

    #[test]
    fn on_a_page_upside_down_lines_run_to_the_left() {
        let upside_down = Vector::RIGHT * -1.0;

        let found = box_on(&core(400.0, 10.0, 1.0), upside_down).unwrap();

        assert!((degrees(found.along) + 179.0).abs() < 0.01, "{found:?}");
    }
}
