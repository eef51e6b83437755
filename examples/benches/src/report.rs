//! All figures of one run with the machine and the versions, as JSON and as a table.

mod chart;
pub(crate) mod compare;
mod readme;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::row::Row;
use chart::Bar;

const README: &str = "README.md";

/// The figures of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) rows: Vec<Row>,
}

/// The machine and the versions of what was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    pub(crate) cpu: String,
    pub(crate) rustc: String,
    pub(crate) client: String,
    /// The rounds of each row, and the seconds of each measurement.
    pub(crate) rounds: String,
    pub(crate) crates: BTreeMap<String, String>,
    pub(crate) engines: BTreeMap<String, String>,
}

impl Report {
    /// Reads a file of an earlier run.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes the figures.
    pub(crate) fn write(&self, path: &Path) {
        let text = serde_json::to_string_pretty(self).unwrap();
        std::fs::write(path, text + "\n")
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// The folder of the published figures, in the folder of the workspace.
pub(crate) const FIGURES: &str = "docs/figures";

/// The published figures.
pub(crate) const JSON: &str = "docs/figures/bench.json";

impl Report {
    /// Returns each published file with its text, but the JSON; paths begin in the folder of the workspace.
    ///
    /// # Errors
    ///
    /// A sentence if the README has no place for the figures.
    pub(crate) fn pages(&self, readme: &str) -> Result<Vec<(String, String)>, String> {
        let Machine { cores, cpu, .. } = &self.machine;
        let note = |what: &str| format!("{what}; {cores} cores, {cpu}");
        let throughput: Vec<_> = self.rows.iter().filter_map(Bar::throughput).collect();
        let cpu: Vec<_> = self.rows.iter().filter_map(Bar::cpu).collect();
        let throughput = chart::chart(
            "Throughput as a part of the reference's",
            &note("The longer the better; thick mark: the aim, which is a least value"),
            &throughput,
        );
        let cpu = chart::chart(
            "CPU time of the server for one request, in requests of the bare framework",
            &note("The shorter the better; thick mark: the aim, which is a largest value"),
            &cpu,
        );
        let readme =
            readme::replaced(readme, self).ok_or("the README has no markers around its figures")?;
        Ok(vec![
            (format!("{FIGURES}/throughput.svg"), throughput),
            (format!("{FIGURES}/cpu.svg"), cpu),
            (README.to_owned(), readme),
        ])
    }

    /// Writes the pages of the published figures: the charts and the table of the README.
    pub(crate) fn publish(&self) {
        let root = crate::machine::root();
        let readme = std::fs::read_to_string(root.join(README)).unwrap();
        let pages = self
            .pages(&readme)
            .unwrap_or_else(|error| panic!("{error}"));
        for (path, text) in pages {
            std::fs::write(root.join(path), text).unwrap();
        }
    }
}

/// Returns the head of the printed table.
pub(crate) fn head() -> String {
    let [name, ours, reference, ratio, range, aim, cpu, cpu_aim] = [
        "what",
        "ours",
        "reference",
        "ratio",
        "spread",
        "aim",
        "CPU",
        "aim",
    ];
    format!(
        "{name:<60} {ours:>14} {reference:>14} {ratio:>6} {range:>11} {aim:>8} {cpu:>20} {cpu_aim:>8}"
    )
}

/// Returns one line of the printed table.
pub(crate) fn line(row: &Row) -> String {
    let with_unit = |figure: f64| format!("{} {}", short(figure), row.unit);
    let ours = with_unit(row.ours.median);
    let reference = row.reference.map(|reference| with_unit(reference.median));
    let ratio = row.ratio.map(|ratio| format!("{:.2}", ratio.median));
    let key = row.key();
    let range = (key.low < key.high).then(|| format!("{}–{}", short(key.low), short(key.high)));
    let aim = row.aim.map(|aim| aim.to_string());
    let cpu = row.cpu.as_ref();
    let cpu_aim = cpu.and_then(|cpu| cpu.aim).map(|aim| aim.to_string());
    let cpu = cpu.map(|cpu| {
        let (ours, reference) = (cpu.ours.median, cpu.reference.median);
        format!("{ours:.1}/{reference:.1} us = {:.2}", cpu.ratio.median)
    });
    let [reference, ratio, range, aim, cpu, cpu_aim] =
        [reference, ratio, range, aim, cpu, cpu_aim].map(Option::unwrap_or_default);
    format!(
        "{:<60} {ours:>14} {reference:>14} {ratio:>6} {range:>11} {aim:>8} {cpu:>20} {cpu_aim:>8}",
        row.name
    )
}

/// Returns a figure with as many digits as it deserves.
pub(crate) fn short(figure: f64) -> String {
    match figure {
        figure if figure >= 100.0 => format!("{figure:.0}"),
        figure if figure >= 10.0 => format!("{figure:.1}"),
        figure => format!("{figure:.2}"),
    }
}
