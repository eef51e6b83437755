//! The rows, in the order of the table.

mod jwt;
mod lag;
mod logins;
mod many;
mod memory;
mod protected;
mod refreshes;
mod start;

use crate::allocations;
use crate::interleave::{self, Target};
use crate::machine;
use crate::options::Options;
use crate::report::{self, Machine, Report};
use crate::row::Row;
use crate::storage::Storages;

/// One run: the options, the storages, and the rows so far.
pub(crate) struct Run<'a> {
    pub(crate) options: &'a Options,
    pub(crate) storages: Storages,
    pub(crate) rows: Vec<Row>,
}

impl Run<'_> {
    /// Prints a row and keeps it.
    pub(crate) fn add(&mut self, row: Row) {
        println!("{}", report::line(&row));
        self.rows.push(row);
    }

    /// Measures a target against a reference, if its name is selected.
    pub(crate) fn measure(&mut self, reference: &Target<'_>, target: Target<'_>) {
        if self.options.selects(&target.name) {
            for row in interleave::measure(self.options, reference, &[target]) {
                self.add(row);
            }
        }
    }
}

/// Measures the selected rows, and writes the results.
pub(crate) fn run(options: &Options) {
    let published = machine::root().join(report::JSON);
    if options.readme {
        return Report::read(&published).publish();
    }
    let before = options.compare.as_deref().map(Report::read);
    let report = measure(options);
    if let Some(path) = &options.json {
        report.write(path);
    } else if options.is_full() {
        std::fs::create_dir_all(machine::root().join(report::FIGURES)).unwrap();
        report.write(&published);
        report.publish();
    }
    let changes = before.map(|before| report::compare::lines(&before, &report));
    for line in changes.into_iter().flatten() {
        println!("{line}");
    }
}

fn measure(options: &Options) -> Report {
    let mut machine = machine::describe(options);
    let Machine { cores, cpu, .. } = &machine;
    println!(
        "{cores} x {cpu}; {}; client: {}; rounds: {}\n{:?}\n{}",
        machine.rustc,
        machine.client,
        machine.rounds,
        machine.crates,
        report::head()
    );
    let mut run = Run {
        options,
        storages: Storages::new(),
        rows: Vec::new(),
    };
    let idle = memory::first(&mut run);
    protected::measure(&mut run);
    refreshes::measure(&mut run);
    logins::measure(&mut run);
    logins::neighbours(&mut run);
    lag::measure(&mut run);
    many::sessions(&mut run);
    many::users(&mut run);
    start::measure(&mut run);
    jwt::measure(&mut run);
    allocations::measure(&mut run);
    memory::storm(&mut run);
    memory::later(&mut run, idle);
    machine.engines = run.storages.versions();
    println!("{:?}", machine.engines);
    Report {
        machine,
        rows: run.rows,
    }
}
