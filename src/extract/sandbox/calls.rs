//! The system calls that reading needs; all others are answered with "not permitted".
//!
//! They are refused rather than deadly: a library that asks how many processors there are should hear no, not die.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) fn restrict() -> bool {
    filter().is_some_and(|program| seccompiler::apply_filter(&program).is_ok())
}

/// No list was tested for this processor.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn restrict() -> bool {
    false
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn filter() -> Option<seccompiler::BpfProgram> {
    use seccompiler::{SeccompAction, SeccompFilter, TargetArch};

    let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let refused = SeccompAction::Errno(u32::try_from(libc::EPERM).ok()?);
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, arch).ok()?;
    filter.try_into().ok()
}

/// Refuses sockets of every kind but pairs and listeners of one machine, every connection, and the way round them
/// (io_uring). Says whether it holds.
///
/// LibreOffice talks to itself through pairs, and will not start unless it can listen on a socket of its own; it tries to
/// connect to that as well and does without (seen with strace on 7.4, where ffmpeg 5.1 made no socket at all). Connecting
/// would reach the database, a container's engine or whatever else listens on a path, which landlock does not close.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) fn close_network() -> bool {
    nobody_else().is_some_and(|program| seccompiler::apply_filter(&program).is_ok())
}

/// No list was tested for this processor.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn close_network() -> bool {
    false
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn nobody_else() -> Option<seccompiler::BpfProgram> {
    use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};

    let argument = |number, is, value: i32| {
        let value = u64::try_from(value).ok()?;
        SeccompRule::new(vec![
            SeccompCondition::new(number, SeccompCmpArgLen::Dword, is, value).ok()?,
        ])
        .ok()
    };
    let other_family = argument(0, SeccompCmpOp::Ne, libc::AF_UNIX)?;
    let mut sockets = vec![other_family.clone()];
    // A datagram finds its receiver without a connection. Beside the type stand flags.
    for kind in [libc::SOCK_DGRAM, libc::SOCK_RAW, libc::SOCK_RDM, libc::SOCK_SEQPACKET] {
        sockets.push(argument(1, SeccompCmpOp::MaskedEq(SOCKET_TYPES), kind)?);
    }
    let rules = [
        (libc::SYS_socket, sockets),
        (libc::SYS_socketpair, vec![other_family]),
        (libc::SYS_connect, Vec::new()),
        (libc::SYS_io_uring_setup, Vec::new()),
    ];
    let refused = SeccompAction::Errno(u32::try_from(libc::EACCES).ok()?);
    let arch = seccompiler::TargetArch::try_from(std::env::consts::ARCH).ok()?;
    let filter = SeccompFilter::new(rules.into_iter().collect(), SeccompAction::Allow, refused, arch).ok()?;
    filter.try_into().ok()
}

/// The bits of a socket's type that are no flags (`SOCK_TYPE_MASK` of the kernel).
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const SOCKET_TYPES: u64 = 0xf;

/// Memory, the open streams, time, threads, and dying. Nothing here opens a path, connects, or starts a program.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const ALLOWED: &[libc::c_long] = &[
    // memory
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // the open streams
    libc::SYS_close,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_writev,
    // threads: the legacy Office reader parses on one with a larger stack
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_futex,
    libc::SYS_gettid,
    libc::SYS_prctl,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    // time and chance
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    // panics, aborts and the end
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_getpid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
];
