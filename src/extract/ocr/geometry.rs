//! Geometry of lines on a picture: vectors, the hull of a spot, rectangles that lie as they please. `y` grows downwards.

use std::ops::{Add, Mul, Sub};

/// A place on the picture, or the way from one to another, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Vector {
    pub(super) const RIGHT: Self = Self { x: 1.0, y: 0.0 };

    pub(super) fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// One pixel in a direction: radians clockwise from the right.
    pub(super) fn towards(angle: f32) -> Self {
        let (y, x) = angle.sin_cos();
        Self { x, y }
    }

    /// Radians clockwise from the right.
    pub(super) fn angle(self) -> f32 {
        self.y.atan2(self.x)
    }

    pub(super) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// Positive where `other` lies clockwise of this.
    pub(super) fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub(super) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// A quarter turn clockwise: from a line's direction to where the next line is.
    pub(super) fn across(self) -> Self {
        Self { x: -self.y, y: self.x }
    }
}

impl Add for Vector {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Vector {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Vector {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

/// A rectangle with a direction: that in which its line runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rectangle {
    pub(super) centre: Vector,
    /// One pixel in its direction.
    pub(super) along: Vector,
    pub(super) half_length: f32,
    pub(super) half_height: f32,
}

impl Rectangle {
    /// The smallest one around points that runs in this direction.
    pub(super) fn around(points: &[Vector], along: Vector) -> Self {
        let across = along.across();
        let ((left, right), (top, bottom)) = (extent(points, along), extent(points, across));
        Self {
            centre: along * f32::midpoint(left, right) + across * f32::midpoint(top, bottom),
            along,
            half_length: (right - left) / 2.0,
            half_height: (bottom - top) / 2.0,
        }
    }

    /// The smallest one around a hull, running along its longer side: to the right, or down.
    pub(super) fn smallest(hull: &[Vector]) -> Self {
        let mut best = Self::around(hull, Vector::RIGHT);
        for (from, to) in hull.iter().zip(hull.iter().cycle().skip(1)) {
            let side = *to - *from;
            let length = side.length();
            if length > 0.0 {
                let other = Self::around(hull, side * (1.0 / length));
                if other.area() < best.area() {
                    best = other;
                }
            }
        }
        best.lengthwise()
    }

    fn lengthwise(self) -> Self {
        let turned = if self.half_length < self.half_height {
            Self {
                along: self.along.across(),
                half_length: self.half_height,
                half_height: self.half_length,
                ..self
            }
        } else {
            self
        };
        let Vector { x, y } = turned.along;
        let points_back = if x.abs() < y.abs() { y < 0.0 } else { x < 0.0 };
        let factor = if points_back { -1.0 } else { 1.0 };
        Self {
            along: turned.along * factor,
            ..turned
        }
    }

    /// The same, wider by so much on each side.
    pub(super) fn grown(self, by: f32) -> Self {
        Self {
            half_length: self.half_length + by,
            half_height: self.half_height + by,
            ..self
        }
    }

    pub(super) fn area(&self) -> f32 {
        4.0 * self.half_length * self.half_height
    }

    pub(super) fn length(&self) -> f32 {
        2.0 * self.half_length
    }

    pub(super) fn height(&self) -> f32 {
        2.0 * self.half_height
    }

    /// The place so far along and across it, each from 0 to 1, from the corner where its line begins, above the letters.
    pub(super) fn at(&self, along: f32, across: f32) -> Vector {
        self.centre
            + self.along * (self.half_length * (2.0 * along - 1.0))
            + self.along.across() * (self.half_height * (2.0 * across - 1.0))
    }
}

fn extent(points: &[Vector], direction: Vector) -> (f32, f32) {
    let places = points.iter().map(|point| point.dot(direction));
    places.fold((f32::MAX, f32::MIN), |(least, most), place| {
        (least.min(place), most.max(place))
    })
}

/// The corners of the rubber band around points, clockwise.
pub(super) fn hull(mut points: Vec<Vector>) -> Vec<Vector> {
    points.sort_by(|one, other| one.x.total_cmp(&other.x).then(one.y.total_cmp(&other.y)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let mut band = half_hull(points.iter());
    band.extend(half_hull(points.iter().rev()));
    band
}

/// One side of the band, without its last corner, with which the other side begins.
fn half_hull<'p>(points: impl Iterator<Item = &'p Vector>) -> Vec<Vector> {
    let mut side: Vec<Vector> = Vec::new();
    for point in points {
        while let [.., before, last] = side[..] {
            if (last - before).cross(*point - last) > 0.0 {
                break;
            }
            side.pop();
        }
        side.push(*point);
    }
    side.pop();
    side
}

#[cfg(test)]
mod tests {
    use super::{Rectangle, Vector, hull};

    fn points(places: &[(f32, f32)]) -> Vec<Vector> {
        places.iter().map(|(x, y)| Vector::new(*x, *y)).collect()
    }

    #[test]
    fn a_hull_leaves_out_what_lies_within() {
        let band = hull(points(&[
            (0.0, 0.0),
            (4.0, 0.0),
            (2.0, 1.0),
            (4.0, 2.0),
            (0.0, 2.0),
            (2.0, 0.0),
        ]));

        assert_eq!(band, points(&[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0)]));
    }

    /// 3, 4, 5: a strip of 10 by 5 that runs down to the right.
    #[test]
    fn the_smallest_rectangle_lies_as_its_points_do() {
        let found = Rectangle::smallest(&hull(points(&[(0.0, 0.0), (8.0, 6.0), (5.0, 10.0), (-3.0, 4.0)])));

        assert!((found.along - Vector::new(0.8, 0.6)).length() < 1e-5, "{found:?}");
        assert!((found.centre - Vector::new(2.5, 5.0)).length() < 1e-4, "{found:?}");
        assert!((found.length() - 10.0).abs() < 1e-4 && (found.height() - 5.0).abs() < 1e-4);
        assert!((found.at(0.0, 0.0) - Vector::new(0.0, 0.0)).length() < 1e-4);
        assert!((found.at(1.0, 1.0) - Vector::new(5.0, 10.0)).length() < 1e-4);
    }

    #[test]
    fn a_tall_one_runs_down() {
        let found = Rectangle::smallest(&hull(points(&[(0.0, 0.0), (2.0, 0.0), (2.0, 9.0), (0.0, 9.0)])));

        assert!((found.along - Vector::new(0.0, 1.0)).length() < 1e-5, "{found:?}");
        assert!((found.length() - 9.0).abs() < 1e-5);
    }
}
