//! What moved between two runs.

use super::{Report, short};
use crate::stats::Spread;

/// Returns one line for each figure of both runs, and for each row of only one of them. A figure has moved if
/// the median of each run is outside of the spread of the other.
pub(crate) fn lines(before: &Report, after: &Report) -> Vec<String> {
    let named = |report: &'_ Report, name: &str| {
        let row = report.rows.iter().find(|row| row.name == name);
        row.cloned()
    };
    let mut lines = Vec::new();
    for row in &after.rows {
        let Some(old) = named(before, &row.name) else {
            lines.push(format!("{}: new", row.name));
            continue;
        };
        lines.push(change(&row.name, old.key(), row.key()));
        if let (Some(old), Some(new)) = (old.cpu, &row.cpu) {
            let name = format!("{}, CPU", row.name);
            lines.push(change(&name, old.ratio, new.ratio));
        }
    }
    for row in &before.rows {
        if named(after, &row.name).is_none() {
            lines.push(format!("{}: not measured", row.name));
        }
    }
    lines
}

fn change(name: &str, old: Spread, new: Spread) -> String {
    let percent = (new.median / old.median - 1.0) * 100.0;
    let verdict = if old.differs_from(new) {
        "moved"
    } else {
        "within the spread"
    };
    let (old, new) = (short(old.median), short(new.median));
    format!("{name}: {old} → {new} ({percent:+.0} %, {verdict})")
}
