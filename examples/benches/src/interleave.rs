//! Measurements in turns: in each round the reference, then each row.

use crate::client::{Job, Request};
use crate::options::Options;
use crate::row::{Aim, Cpu, Row};
use crate::server::Server;

/// A running server, and what the client asks it.
pub(crate) struct Target<'a> {
    pub(crate) name: String,
    pub(crate) server: &'a Server,
    pub(crate) load: Load,
    pub(crate) aim: Option<Aim>,
    pub(crate) cpu_aim: Option<Aim>,
}

/// The requests of a client.
pub(crate) enum Load {
    /// The same request again and again.
    Repeat(Request),
    /// The same, by the client that is able to refresh: the reference of refreshes.
    RepeatByOwnClient(Request),
    /// Refreshes of one session for each connection, by the paths of a login and of a refresh.
    Refresh(&'static str, &'static str),
}

/// The figures of each round of one target.
#[derive(Default)]
struct Samples {
    per_second: Vec<f64>,
    cpu_us: Vec<f64>,
}

impl<'a> Target<'a> {
    /// Returns a target without an aim.
    pub(crate) fn new(name: impl Into<String>, server: &'a Server, load: Load) -> Self {
        Self {
            name: name.into(),
            server,
            load,
            aim: None,
            cpu_aim: None,
        }
    }

    fn job(&self, seconds: u64) -> Job {
        let address = self.server.address;
        match &self.load {
            Load::Repeat(request) => Job::new(address, request, seconds),
            Load::RepeatByOwnClient(request) => Job {
                own_client: true,
                ..Job::new(address, request, seconds)
            },
            Load::Refresh(login, refresh) => {
                let mut job = Job::new(address, &Request::post(refresh, ""), seconds);
                let tokens = (0..job.connections).map(|_| self.server.log_in(login).refresh_token);
                job.refresh_tokens = tokens.map(Option::unwrap).collect();
                Job {
                    own_client: true,
                    ..job
                }
            }
        }
    }
}

impl Samples {
    fn add(&mut self, target: &Target<'_>, seconds: u64) {
        let job = target.job(seconds);
        let before = target.server.cpu_us();
        let figures = job.run();
        let cpu = target.server.cpu_us() - before;
        self.per_second.push(figures.per_second);
        self.cpu_us.push(cpu / figures.requests);
    }

    /// Returns these figures as the reference of what is measured between two rounds: their means.
    fn between(&self) -> Self {
        let means = |values: &[f64]| {
            let pairs = values.iter().zip(values.iter().skip(1));
            let means = pairs.map(|(one, next)| f64::midpoint(*one, *next));
            means.collect()
        };
        Self {
            per_second: means(&self.per_second),
            cpu_us: means(&self.cpu_us),
        }
    }
}

/// Measures the targets and their reference in turns, and returns the rows of the targets.
pub(crate) fn measure(
    options: &Options,
    reference: &Target<'_>,
    targets: &[Target<'_>],
) -> Vec<Row> {
    if !options.quick {
        for target in targets.iter().chain([reference]) {
            // The first requests fill caches and pools.
            target.job(1).run();
        }
    }
    let mut of_reference = Samples::default();
    let mut of_targets: Vec<Samples> = targets.iter().map(|_| Samples::default()).collect();
    for _ in 0..options.rounds() {
        of_reference.add(reference, options.seconds());
        for (target, samples) in targets.iter().zip(&mut of_targets) {
            samples.add(target, options.seconds());
        }
    }
    of_reference.add(reference, options.seconds());
    let base = of_reference.between();
    let rows = targets.iter().zip(&of_targets).map(|(target, samples)| {
        let against = (reference.name.as_str(), base.per_second.as_slice());
        let mut row = Row::against(&target.name, "/s", &samples.per_second, against);
        row.cpu = Some(Cpu::of(&samples.cpu_us, &base.cpu_us, target.cpu_aim));
        row.aim(target.aim)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn reference_of_a_round_is_the_mean_of_its_two_neighbours() {
        let samples = Samples {
            per_second: vec![1.0, 3.0, 5.0],
            cpu_us: vec![2.0, 2.0, 4.0],
        };
        let between = samples.between();
        assert_eq!(format!("{:?}", between.per_second), "[2.0, 4.0]");
        assert_eq!(format!("{:?}", between.cpu_us), "[2.0, 3.0]");
    }
}
