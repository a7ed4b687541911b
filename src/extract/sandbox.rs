//! Locks a child in before it reads the first byte of a stranger's document.
//!
//! Three locks, each enough against another kind of harm: resource limits (endless work, memory, files), landlock (no
//! path and no port can be opened), seccomp (a short list of system calls). The last two depend on kernel and
//! processor; where they cannot be had the child goes on without and says so, because the limits alone already keep
//! the service alive.

use std::{
    io,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, nice, set_parent_process_death_signal, setrlimit};

use super::{
    limits::{ExtractLimits, OPEN_FILES, ToolLimits},
    protocol::SandboxStatus,
};

mod calls;

/// How far readers stand back behind people's requests.
const NICENESS: i32 = 10;

/// Gives away every right that reading does not need.
pub(crate) fn enter(limits: &ExtractLimits) -> io::Result<SandboxStatus> {
    // The parent may have died before this line; its kill-on-drop covers that.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // Whoever is not root must give this up before the kernel takes either lock.
    rustix::thread::set_no_new_privs(true)?;
    set_limits(limits)?;
    // Being nice is a courtesy: a container may forbid it.
    let _ = nice(NICENESS);
    // In this order: the second lock refuses the calls that the first one needs.
    Ok(SandboxStatus {
        landlock: close_paths(),
        seccomp: calls::restrict(),
    })
}

fn set_limits(limits: &ExtractLimits) -> io::Result<()> {
    let cpu = limits.cpu.as_secs().max(1);
    set(Resource::As, limits.memory_bytes, limits.memory_bytes)?;
    // Above the soft limit comes SIGXCPU, which tells us why; the hard one is for those who would ignore it.
    set(Resource::Cpu, cpu, cpu + 1)?;
    // Its streams are pipes; one that was a file would kill it at the first byte (SIGXFSZ).
    set(Resource::Fsize, 0, 0)?;
    set(Resource::Core, 0, 0)?;
    set(Resource::Nofile, OPEN_FILES, OPEN_FILES)
}

fn set(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        },
    )?)
}

/// Where programs and what they need are kept. Not the whole of `/dev`: in `/dev/shm` other programs keep their own.
const SYSTEM: [&str; 14] = [
    "/bin",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
    "/etc",
    "/lib",
    "/lib64",
    "/opt",
    "/proc",
    "/sys",
    "/usr",
    "/var/cache/fontconfig",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
];

/// Locks in a program that is not ours and needs files: it may read the system and the paths named, write into one folder, and reach no
/// port, besides the file on its standard input. What it starts is locked in with it.
pub(crate) fn enter_around(program: &Path, folder: &Path, reads: &[PathBuf], limits: &ToolLimits) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    let cpu = limits.cpu.as_secs();
    set(Resource::As, limits.memory_bytes, limits.memory_bytes)?;
    set(Resource::Cpu, cpu, cpu + 1)?;
    set(Resource::Fsize, limits.output_bytes, limits.output_bytes)?;
    set(Resource::Core, 0, 0)?;
    set(Resource::Nofile, limits.open_files, limits.open_files)?;
    let _ = nice(NICENESS);
    // Whether this kernel has the lock was looked at before, and whether to do without was asked ([`closes_paths`]).
    let _ = leave_open(program, folder, reads).and_then(RulesetCreated::restrict_self);
    // Landlock knows TCP since Linux 6.7 and neither UDP nor sockets on a path: those are closed by the other lock.
    calls::close_network();
    Ok(())
}

/// Whether this kernel can keep a program from every path that it is not given (landlock, Linux 5.13).
///
/// Without it LibreOffice, working on a stranger's document, could read the database and its keys.
pub fn closes_paths() -> bool {
    let rules = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let rules = rules.handle_access(AccessFs::from_all(ABI::V1));
    rules.and_then(Ruleset::create).is_ok()
}

fn leave_open(program: &Path, folder: &Path, reads: &[PathBuf]) -> Result<RulesetCreated, RulesetError> {
    let all = AccessFs::from_all(ABI::V5);
    let home = program.parent().unwrap_or(program);
    // It talks to itself through a socket in the folder for scratch files, wherever it is told to put those.
    let socket: BitFlags<AccessFs> = AccessFs::MakeSock | AccessFs::RemoveFile;
    Ruleset::default()
        .handle_access(all)?
        .handle_access(AccessNet::from_all(ABI::V5))?
        // The service runs under the same account, and could be killed.
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, AccessFs::from_read(ABI::V5)))?
        .add_rules(path_beneath_rules([home], AccessFs::from_read(ABI::V5)))?
        .add_rules(path_beneath_rules(reads, AccessFs::from_read(ABI::V5)))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::from_file(ABI::V5)))?
        .add_rules(path_beneath_rules(["/tmp"], socket))?
        .add_rules(path_beneath_rules([folder], all))?
        // Opened anew under `/proc/self/fd/0`, for programs that cannot move about in a standard input.
        .add_rule(PathBeneath::new(io::stdin(), AccessFs::ReadFile))
}

/// Forbids every path and port. The open standard streams stay usable.
fn close_paths() -> bool {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    status.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}
