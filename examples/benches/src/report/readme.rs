//! The table of figures in the README.

use std::fmt::Write as _;

use super::{Machine, Report, short};
use crate::row::{Aim, Row};

pub(super) const BEGIN: &str =
    "<!-- figures: written by `cargo xtask bench --readme` from docs/figures/bench.json -->\n";
pub(super) const END: &str = "<!-- end of the figures -->\n";

/// Returns the text with the figures between its markers; `None` if it has no markers.
pub(crate) fn replaced(readme: &str, report: &Report) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let section = section(report);
    Some(format!("{before}{BEGIN}\n{section}\n{END}{after}"))
}

fn section(report: &Report) -> String {
    let mut text = machine(&report.machine);
    text += "\n\n| what | ours | reference | ratio | aim | server CPU per request | aim |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n";
    for row in &report.rows {
        text += &line(row);
    }
    text
}

fn machine(machine: &Machine) -> String {
    let list = |entries: &std::collections::BTreeMap<String, String>| {
        let entries: Vec<_> = entries
            .iter()
            .map(|(name, v)| format!("{name} {v}"))
            .collect();
        entries.join(", ")
    };
    let Machine { cores, cpu, .. } = machine;
    format!(
        "{cores} cores ({cpu}); {}; client: {}; rounds: {}. {}. {}.",
        machine.rustc,
        machine.client,
        machine.rounds,
        list(&machine.crates),
        list(&machine.engines)
    )
}

fn line(row: &Row) -> String {
    let figure = |figure: f64| format!("{} {}", short(figure), row.unit).trim().to_owned();
    let mut ours = figure(row.ours.median);
    if row.ratio.is_none() && row.ours.low < row.ours.high {
        let _ = write!(ours, " ({}–{})", short(row.ours.low), short(row.ours.high));
    }
    let reference = row.reference.map(|reference| {
        let against = row.against.as_deref().unwrap_or_default();
        format!("{} ({against})", figure(reference.median))
    });
    let ratio = row
        .ratio
        .map(|ratio| spread(ratio.median, ratio.low, ratio.high));
    let aim = row.aim.map(|aim| verdict(aim, row.key().median));
    let cpu = row.cpu.as_ref().map(|cpu| {
        let (ours, reference) = (short(cpu.ours.median), short(cpu.reference.median));
        let ratio = cpu.ratio;
        let ratio = spread(ratio.median, ratio.low, ratio.high);
        format!("{ours} µs / {reference} µs = {ratio}")
    });
    let cpu_aim = row
        .cpu
        .as_ref()
        .and_then(|cpu| Some(verdict(cpu.aim?, cpu.ratio.median)));
    let cells = [reference, ratio, aim, cpu, cpu_aim].map(Option::unwrap_or_default);
    format!("| {} | {} | {} |\n", row.name, ours, cells.join(" | "))
}

fn spread(median: f64, low: f64, high: f64) -> String {
    if low.total_cmp(&high).is_eq() {
        format!("{median:.2}")
    } else {
        format!("{median:.2} ({low:.2}–{high:.2})")
    }
}

fn verdict(aim: Aim, figure: f64) -> String {
    let verdict = if aim.is_met_by(figure) {
        "met"
    } else {
        "missed"
    };
    format!("{aim}, {verdict}")
}
