//! The tools for an OpenAPI document, installed from the registries in the pinned versions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Process, root};

/// Makes a missing tool a failure.
const REQUIRED: &str = "AUTH_REQUIRE_OPENAPI_TOOLS";

/// The oldest Node.js that the tools run on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Why the tools are missing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The check is left out, for this reason.
    LeftOut(String),
    /// The tools are required.
    Required(String),
}

impl Missing {
    fn new(what: &str, required: bool) -> Self {
        if required {
            Self::Required(format!("{REQUIRED} is set, and {what}"))
        } else {
            Self::LeftOut(format!("{what}, so the document was not read"))
        }
    }
}

/// The tools, installed below a folder.
#[derive(Debug)]
pub(super) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Installs missing tools in the pinned versions.
    pub(super) fn install(folder: &Path) -> Result<Self, Missing> {
        let required = is_required();
        let missing = |what: &str| Missing::new(what, required);
        let node = Process::new("node", "--version").read().unwrap_or_default();
        if !is_recent(&node) {
            let (major, minor) = OLDEST_NODE;
            return Err(missing(&format!(
                "Node.js {major}.{minor} or later is not installed"
            )));
        }
        let modules = ["-c", "import ensurepip, venv"].map(str::to_owned);
        if !Process::new("python3", "").arguments(&modules).succeeds() {
            return Err(missing("Python with its module venv is not installed"));
        }
        let tools = Self {
            folder: folder.to_owned(),
        };
        tools
            .packages()
            .and_then(|()| tools.validator())
            .map_err(|what| missing(&what))?;
        Ok(tools)
    }

    /// Installs the npm packages.
    fn packages(&self) -> Result<(), String> {
        self.once("package-lock.json", || {
            copy("package.json", &self.folder)?;
            copy("package-lock.json", &self.folder)?;
            let install = "ci --ignore-scripts --no-audit --no-fund --loglevel error --prefix";
            run(&Process::new("npm", install).arguments(&[self.path("")]))
        })
    }

    /// Installs the Python validator in a virtual environment.
    fn validator(&self) -> Result<(), String> {
        self.once("requirements.txt", || {
            let venv = self.path("venv");
            run(&Process::new("python3", "-m venv --clear").arguments(&[venv]))?;
            let pip = "-m pip install --quiet --disable-pip-version-check --no-deps --requirement";
            let requirements = root().join("xtask/openapi/requirements.txt");
            run(&self.python(pip, &requirements))
        })
    }

    /// Calls `install` unless the versions pinned in this file are installed.
    fn once(&self, pins: &str, install: impl Fn() -> Result<(), String>) -> Result<(), String> {
        let stamp = self.folder.join(format!("{pins}.installed"));
        let pinned = fs::read_to_string(root().join("xtask/openapi").join(pins));
        let pinned = pinned.map_err(|error| error.to_string())?;
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pinned) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(|error| error.to_string())?;
        install()?;
        fs::write(&stamp, pinned).map_err(|error| error.to_string())
    }

    /// Returns two validators, the generator and the compiler, in this order.
    pub(super) fn checks(&self) -> [Process; 4] {
        let document = self.folder.join("openapi.json");
        let redocly = self.node("@redocly/cli/bin/cli.js", &["lint", "--config"]);
        let generator = self.node("openapi-typescript/bin/cli.js", &[]);
        let compiler = self.node("typescript/bin/tsc", &["--project"]);
        [
            self.python("-m openapi_spec_validator", &document),
            redocly
                .arguments(&[self.path("redocly.yaml"), self.path("openapi.json")])
                .environment("REDOCLY_TELEMETRY", "off"),
            generator.arguments(&[
                self.path("openapi.json"),
                "--output".to_owned(),
                self.path("client.d.ts"),
            ]),
            compiler.arguments(&[self.path("tsconfig.json")]),
        ]
    }

    /// Returns the compiled program, which runs against a server on a local port.
    pub(super) fn journey(&self, port: u16) -> Process {
        let program = [
            self.path("build/journey.js"),
            format!("http://127.0.0.1:{port}"),
        ];
        Process::new("node", "").arguments(&program)
    }

    fn node(&self, script: &str, arguments: &[&str]) -> Process {
        let script = self.path(&format!("node_modules/{script}"));
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        let all: Vec<String> = std::iter::once(script).chain(arguments).collect();
        Process::new("node", "").arguments(&all)
    }

    fn python(&self, arguments: &str, file: &Path) -> Process {
        let python = [self.path("venv/bin/python")];
        let arguments = arguments.split_whitespace().map(str::to_owned);
        let all: Vec<String> = python.into_iter().chain(arguments).collect();
        // `env` starts the program, whose path is not `'static`.
        Process::new("env", "")
            .arguments(&all)
            .arguments(&[file.display().to_string()])
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

fn copy(name: &str, folder: &Path) -> Result<(), String> {
    let from = root().join("xtask/openapi").join(name);
    fs::copy(from, folder.join(name))
        .map(drop)
        .map_err(|error| error.to_string())
}

fn run(process: &Process) -> Result<(), String> {
    process
        .run()
        .map_err(|_| format!("the tools could not be installed: {}", process.line()))
}

/// Returns whether the output of `node --version` is a recent enough version.
fn is_recent(printed: &str) -> bool {
    let mut numbers = printed.trim().trim_start_matches('v').split('.');
    let mut number = || numbers.next().and_then(|number| number.parse::<u32>().ok());
    number()
        .zip(number())
        .is_some_and(|version| version >= OLDEST_NODE)
}

#[expect(
    clippy::disallowed_methods,
    reason = "CI says in the environment what must be there"
)]
fn is_required() -> bool {
    std::env::var(REQUIRED).is_ok_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Missing, is_recent};

    #[test]
    fn old_node_versions_are_rejected() {
        for (printed, recent) in [
            ("v20.19.0\n", true),
            ("v20.18.9\n", false),
            ("v22.1.0\n", true),
            ("v18.20.4\n", false),
            ("", false),
        ] {
            assert_eq!(is_recent(printed), recent, "{printed}");
        }
    }

    #[test]
    fn missing_tool_is_a_notice_unless_required() {
        let notice = "node is not installed, so the document was not read".to_owned();
        assert_eq!(
            Missing::new("node is not installed", false),
            Missing::LeftOut(notice)
        );
        let failure = "AUTH_REQUIRE_OPENAPI_TOOLS is set, and node is not installed".to_owned();
        assert_eq!(
            Missing::new("node is not installed", true),
            Missing::Required(failure)
        );
    }
}
