//! The program itself, run on a folder of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use walkdir::WalkDir;

/// A folder with a library in it, and room for what is imported.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What a run of the program answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A desk whose library has a school and its teacher `wang`.
    pub(crate) fn with_a_teacher() -> Self {
        let desk = Self::new();
        assert_eq!(desk.run(&["school", "add", "S1", "示范技师学院"]).code, Some(0));
        let teacher = desk.run(&["account", "add", "wang", "--role", "teacher", "--school", "S1"]);
        assert_eq!(teacher.code, Some(0), "{}", teacher.err);
        desk
    }

    /// Writes a file of the desk; returns its path.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> String {
        let whole = self.path(path);
        std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
        std::fs::write(&whole, bytes).unwrap();
        whole.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        self.run_with(args, &[])
    }

    /// Runs the program with settings of its own.
    pub(crate) fn run_with(&self, args: &[&str], settings: &[(&str, &str)]) -> Answer {
        let output = self.program(args).envs(settings.iter().copied()).output().unwrap();
        Answer {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the program and does not wait for it.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.program(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// How many objects the library's store holds.
    pub(crate) fn objects(&self) -> usize {
        let entries = WalkDir::new(self.path("data/objects"))
            .into_iter()
            .filter_map(Result::ok);
        entries.filter(|entry| entry.file_type().is_file()).count()
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_gongxue"));
        program.args(args).env("GONGXUE_DATA_DIR", self.path("data"));
        program
    }
}

impl Answer {
    /// The JSON on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// Runs the program as on a kernel that knows no landlock: the call that makes a set of rules is not there.
fn without_landlock(act: impl FnOnce() -> Answer + Send + 'static) -> Answer {
    use seccompiler::{SeccompAction, SeccompFilter, TargetArch};
    // Locks are a thread's own, and what it starts has them too.
    let thread = std::thread::spawn(|| {
        let rules = [(libc::SYS_landlock_create_ruleset, Vec::new())];
        let absent = SeccompAction::Errno(u32::try_from(libc::ENOSYS).unwrap());
        let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
        let filter = SeccompFilter::new(rules.into_iter().collect(), SeccompAction::Allow, absent, arch).unwrap();
        let filter: seccompiler::BpfProgram = filter.try_into().unwrap();
        seccompiler::apply_filter(&filter).unwrap();
        act()
    });
    thread.join().unwrap()
}

#[test]
fn without_the_kernels_lock_other_peoples_programs_do_not_run_unsaid() {
    let (plain, locked) = (Desk::with_a_teacher(), Desk::with_a_teacher());

    let with = plain.run(&["doctor"]);
    let without = without_landlock(move || locked.run(&["doctor"]));

    assert!(with.out.contains("ok   sandbox: "), "{}", with.out);
    assert!(without.out.contains("FAIL sandbox: "), "{}", without.out);
    assert!(without.out.contains("are not used"), "{}", without.out);
}
