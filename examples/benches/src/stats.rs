//! The median and the spread of several measurements.

use serde::{Deserialize, Serialize};

/// The median, the smallest and the largest of several values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Spread {
    /// Returns the spread of these values, rounded to four digits; zeros if there are none.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
        let half = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            at(half)
        } else {
            f64::midpoint(at(half.saturating_sub(1)), at(half))
        };
        Self {
            median: rounded(median),
            low: rounded(at(0)),
            high: rounded(at(sorted.len().saturating_sub(1))),
        }
    }

    /// Returns the spread of one value.
    pub(crate) fn one(value: f64) -> Self {
        Self::of(&[value])
    }

    /// Returns whether both medians are outside of the range of the other.
    pub(crate) fn differs_from(self, other: Self) -> bool {
        !self.contains(other.median) && !other.contains(self.median)
    }

    fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// Rounds to four significant digits, so that files of figures are short.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{Spread, rounded};

    fn spread(median: f64, low: f64, high: f64) -> Spread {
        Spread { median, low, high }
    }

    #[test]
    fn median_of_odd_and_even_counts() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), spread(2.0, 1.0, 3.0));
        assert_eq!(Spread::of(&[4.0, 1.0, 2.0, 3.0]), spread(2.5, 1.0, 4.0));
        assert_eq!(Spread::one(7.0), spread(7.0, 7.0, 7.0));
        assert_eq!(Spread::of(&[]), spread(0.0, 0.0, 0.0));
    }

    #[test]
    fn values_have_four_digits() {
        assert_eq!(rounded(123_456.0).to_string(), "123500");
        assert_eq!(rounded(0.123_456).to_string(), "0.1235");
    }

    #[test]
    fn spreads_differ_if_both_medians_are_outside_of_the_other() {
        let before = spread(1.0, 0.8, 1.2);
        assert!(before.differs_from(spread(2.0, 1.9, 2.1)));
        assert!(!before.differs_from(spread(1.1, 1.05, 1.3)));
        assert!(!before.differs_from(spread(1.3, 0.9, 1.4)));
    }
}
