//! One row of figures: the toolkit, its reference, their ratio, and the aim.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::Spread;

/// The figures of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) ours: Spread,
    /// The name of the reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) against: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<Spread>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ratio: Option<Spread>,
    /// The aim of the ratio, or of `ours` if there is no reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aim: Option<Aim>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cpu: Option<Cpu>,
}

/// The CPU time of the server's process for one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cpu {
    /// Microseconds.
    pub(crate) ours: Spread,
    /// Microseconds.
    pub(crate) reference: Spread,
    /// In requests of the reference.
    pub(crate) ratio: Spread,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aim: Option<Aim>,
}

/// The bound that a figure should keep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

impl Aim {
    /// Returns the number.
    pub(crate) fn bound(self) -> f64 {
        match self {
            Self::AtLeast(bound) | Self::AtMost(bound) => bound,
        }
    }

    /// Returns whether a figure keeps the bound.
    pub(crate) fn is_met_by(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
        }
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, "≥ {bound:.2}"),
            Self::AtMost(bound) => write!(f, "≤ {bound:.2}"),
        }
    }
}

impl Row {
    /// Returns a row without a reference.
    pub(crate) fn alone(name: &str, unit: &str, ours: Spread) -> Self {
        Self {
            name: name.to_owned(),
            unit: unit.to_owned(),
            ours,
            against: None,
            reference: None,
            ratio: None,
            aim: None,
            cpu: None,
        }
    }

    /// Returns a row with a reference; the two lists have one value for each round.
    pub(crate) fn against(name: &str, unit: &str, ours: &[f64], reference: (&str, &[f64])) -> Self {
        let (against, reference) = reference;
        Self {
            against: Some(against.to_owned()),
            reference: Some(Spread::of(reference)),
            ratio: Some(ratio(ours, reference)),
            ..Self::alone(name, unit, Spread::of(ours))
        }
    }

    /// Sets the aim of the key figure.
    pub(crate) fn aim(mut self, aim: Option<Aim>) -> Self {
        self.aim = aim;
        self
    }

    /// Returns the figure by which runs are compared: the ratio if there is one.
    pub(crate) fn key(&self) -> Spread {
        self.ratio.unwrap_or(self.ours)
    }
}

impl Cpu {
    /// Returns the figures of the values of each round.
    pub(crate) fn of(ours: &[f64], reference: &[f64], aim: Option<Aim>) -> Self {
        Self {
            ours: Spread::of(ours),
            reference: Spread::of(reference),
            ratio: ratio(ours, reference),
            aim,
        }
    }
}

/// Returns the spread of the ratios of each round.
fn ratio(ours: &[f64], reference: &[f64]) -> Spread {
    let pairs = ours.iter().zip(reference);
    let ratios: Vec<f64> = pairs.map(|(ours, reference)| ours / reference).collect();
    Spread::of(&ratios)
}

#[cfg(test)]
mod tests {
    use super::{Aim, Row};

    #[test]
    fn ratio_is_taken_in_each_round() {
        let row = Row::against("a", "/s", &[1.0, 4.0, 3.0], ("bare", &[2.0, 4.0, 4.0]));
        let ratio = row.key();
        let figures = [ratio.median, ratio.low, ratio.high];
        assert_eq!(
            figures.map(|figure| figure.to_string()),
            ["0.75", "0.5", "1"]
        );
    }

    #[test]
    fn aim_is_met_on_its_side_of_the_bound() {
        assert!(Aim::AtLeast(0.7).is_met_by(0.7) && !Aim::AtLeast(0.7).is_met_by(0.69));
        assert!(Aim::AtMost(1.4).is_met_by(1.4) && !Aim::AtMost(1.4).is_met_by(1.41));
    }
}
