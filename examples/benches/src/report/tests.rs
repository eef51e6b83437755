//! Tests of the files that a run writes.

use super::compare::lines;
use super::{JSON, Machine, README, Report};
use crate::machine::root;
use crate::row::{Aim, Cpu, Row};
use crate::stats::Spread;

fn row(name: &str, ours: &[f64]) -> Row {
    let mut row = Row::against(name, "/s", ours, ("bare Axum", &[100.0; 3]));
    row.cpu = Some(Cpu::of(&[30.0; 3], &[10.0; 3], Some(Aim::AtMost(2.8))));
    row.aim(Some(Aim::AtLeast(0.35)))
}

fn report(rows: Vec<Row>) -> Report {
    let machine = Machine {
        cores: 2,
        cpu: "a processor".to_owned(),
        rustc: "rustc 1.92.0".to_owned(),
        client: "wrk 4.1.0".to_owned(),
        rounds: "5 x 2 s".to_owned(),
        crates: [("axum".to_owned(), "0.8.9".to_owned())].into(),
        engines: [("SQLite".to_owned(), "3.50.0".to_owned())].into(),
    };
    Report { machine, rows }
}

fn sample() -> Report {
    let alone = Row::alone("resident <memory>", "MiB", Spread::one(31.5));
    let rows = vec![
        row("protected, memory", &[60.0, 70.0, 80.0]),
        row("protected, SQLite", &[10.0, 20.0, 30.0]),
        alone,
    ];
    report(rows)
}

#[test]
fn json_has_every_figure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.json");
    sample().write(&path);
    assert_eq!(Report::read(&path), sample());
}

#[test]
fn readme_has_a_line_for_each_row_between_its_markers() {
    let readme = format!(
        "before\n{}old\n{}after\n",
        super::readme::BEGIN,
        super::readme::END
    );
    let pages = sample().pages(&readme).unwrap();
    let (_, text) = pages.iter().find(|(path, _)| path == README).unwrap();
    for expected in [
        "before\n",
        "2 cores (a processor); rustc 1.92.0; client: wrk 4.1.0; rounds: 5 x 2 s. axum 0.8.9. SQLite 3.50.0.",
        "| protected, memory | 70.0 /s | 100 /s (bare Axum) | 0.70 (0.60–0.80) | ≥ 0.35, met | 30.0 µs / 10.0 µs = 3.00 | ≤ 2.80, missed |\n",
        "| resident <memory> | 31.5 MiB |  |  |  |  |  |\n",
        "after\n",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains("old"), "{text}");
    assert!(sample().pages("no markers").is_err());
}

#[test]
fn charts_have_each_row_with_a_ratio_and_its_aim() {
    let readme = format!("{}{}", super::readme::BEGIN, super::readme::END);
    let pages = sample().pages(&readme).unwrap();
    for (name, aim) in [("throughput.svg", "aim ≥ 0.35"), ("cpu.svg", "aim ≤ 2.80")] {
        let page = pages.iter().find(|(path, _)| path.ends_with(name));
        let (_, svg) = page.unwrap();
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        assert_eq!(svg.matches("<rect ").count(), 2, "{svg}");
        assert_eq!(svg.matches(aim).count(), 2, "{svg}");
        assert_eq!(svg.matches(r#"stroke-width="3""#).count(), 2, "{svg}");
        assert!(svg.contains(">protected, memory<") && svg.contains(">protected, SQLite<"));
        assert!(
            svg.contains("<title>") && svg.contains("a processor"),
            "{svg}"
        );
    }
}

#[test]
fn comparison_names_what_moved() {
    let before = report(vec![
        row("a", &[50.0, 51.0, 52.0]),
        row("b", &[50.0, 51.0, 52.0]),
        row("gone", &[1.0]),
    ]);
    let after = report(vec![
        row("a", &[70.0, 71.0, 72.0]),
        row("b", &[49.0, 51.5, 53.0]),
        row("c", &[1.0]),
    ]);
    let expected = [
        "a: 0.51 → 0.71 (+39 %, moved)",
        "a, CPU: 3.00 → 3.00 (+0 %, within the spread)",
        "b: 0.51 → 0.52 (+1 %, within the spread)",
        "b, CPU: 3.00 → 3.00 (+0 %, within the spread)",
        "c: new",
        "gone: not measured",
    ];
    assert_eq!(lines(&before, &after), expected);
}

#[test]
fn published_pages_are_those_of_the_published_figures() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let report = Report::read(&root().join(JSON));
    for (path, text) in report.pages(&read(README)).unwrap() {
        assert!(
            read(&path) == text,
            "{path}: run cargo xtask bench --readme"
        );
    }
}
