//! What can stop a pull, in words for whoever runs it: what, which, and what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::id::PackId;
use crate::pack::numbers::ItemNumbers;
use crate::pack::trust::VerificationError;

/// What the functions of this room return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a pull stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was fetched is not to be believed.
    #[error(transparent)]
    Distrust(#[from] VerificationError),
    /// The hub says no.
    #[error("{}", .0)]
    Refused(Box<HubRefusal>),
    /// The connection to the hub broke or stood still.
    #[error("no answer to `{address}`: {why}")]
    Connection {
        /// What was asked for.
        address: String,
        /// What happened, with its causes.
        why: String,
    },
    /// The connection brings next to nothing: whoever is at its other end may only want to hold this program.
    #[error("`{address}` comes too slowly")]
    Slow {
        /// What was asked for.
        address: String,
    },
    /// The hub sends us to another machine.
    #[error("`{address}` leads to `{place}`, which is not the hub")]
    Elsewhere {
        /// What was asked for.
        address: String,
        /// Scheme, host and port of where it leads.
        place: String,
    },
    /// An answer that is none of the protocol's.
    #[error("`{address}` answers {what}")]
    Strange {
        /// What was asked for.
        address: String,
        /// What came.
        what: String,
    },
    /// The hub or the folder has no such thing.
    #[error("there is no `{address}`")]
    Missing {
        /// What was asked for.
        address: String,
    },
    /// The address is none.
    #[error("`{url}` is not the address of a hub")]
    NotAHub {
        /// What was given.
        url: String,
    },
    /// A disk says no.
    #[error("{doing} `{}`: {source}", path.display())]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// There is less room than is needed.
    #[error("{needed} bytes are to be fetched, and `{}` has room for {free}", path.display())]
    NoRoom {
        /// Where.
        path: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// Another pull works on the same folder.
    #[error("another pull is at work on `{}`", to.display())]
    Busy {
        /// The folder.
        to: PathBuf,
    },
    /// The folder holds something else than this pack.
    #[error("`{}` {holds}", to.display())]
    Foreign {
        /// The folder.
        to: PathBuf,
        /// What it holds.
        holds: ForeignContent,
    },
    /// Files that came wrong twice.
    #[error("{} did not come as the manifest says, twice: `{}`", files(paths.len()), paths.join("`, `"))]
    Spoilt {
        /// Their paths in the pack.
        paths: Vec<String>,
    },
    /// This node's own library failed.
    #[error("this node's library: {}", chain(.0))]
    Library(crate::error::Error),
    /// Somebody wrote into the folder at the wrong moment.
    #[error("`{path}` changed while it was being taken over")]
    ChangedMeanwhile {
        /// Its path in the folder.
        path: String,
    },
}

/// What a folder holds that is not this pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForeignContent {
    /// Files that no pull has put there.
    #[error("is not empty, and no pull has made it")]
    Something,
    /// Another pack.
    #[error("holds the pack {0}")]
    Pack(PackId),
    /// It is a file.
    #[error("is not a folder")]
    AFile,
}

/// A no of the hub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the hub refuses `{address}` with {status} `{code}`: {detail}")]
pub struct HubRefusal {
    /// What was asked for.
    pub address: String,
    /// The HTTP status.
    pub status: u16,
    /// The problem's stable code.
    pub code: String,
    /// The problem's own words.
    pub detail: String,
    /// How long the hub asks to wait.
    pub retry_after: Option<Duration>,
    /// What may no longer be given of what was asked for, if the hub says so.
    pub items: ItemNumbers,
}

/// The code for a file that may no longer be shared.
const GONE: &str = "pack-item-gone";
/// The codes for a file that the hub's store does not have as it was.
const DAMAGED: [&str; 2] = ["content-lost", "content-damaged"];

impl Error {
    /// Wraps a failure of a disk.
    pub fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { doing, path, source }
    }

    /// Whether something stands already where a file was to be written.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Disk { source, .. } if source.kind() == io::ErrorKind::AlreadyExists)
    }

    /// Whether a retry may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection { .. } => true,
            Self::Refused(refused) => matches!(refused.status, 408 | 425 | 429 | 500 | 502..=504),
            _ => false,
        }
    }

    /// Whether the hub says that something may no longer be shared.
    pub fn is_gone(&self) -> bool {
        self.gone().is_some()
    }

    /// Whether the hub says that it has lost something, or has other bytes in its place.
    pub fn is_damaged(&self) -> bool {
        matches!(self, Self::Refused(refused) if DAMAGED.contains(&refused.code.as_str()))
    }

    /// What the hub says may no longer be shared; no numbers if it does not say which.
    pub fn gone(&self) -> Option<&ItemNumbers> {
        match self {
            Self::Refused(refused) if refused.status == 410 && refused.code == GONE => Some(&refused.items),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Distrust(distrust) => hint_of(distrust),
            Self::Refused(refused) => match refused.status {
                401 => {
                    "the hub wants to know who asks: make a token there with `gongxue token add NAME`, and give it \
                     with `--token-file FILE` or in `GONGXUE_TOKEN`"
                }
                403 => "the token's account may not do this; ask whoever runs the hub",
                _ if self.is_transient() => "try the same command again later; it goes on where it stopped",
                _ => return None,
            },
            Self::Connection { .. } => {
                "look at the address and the line, then run the same command again; it goes on where it stopped"
            }
            Self::Slow { .. } => {
                "look at the line, and run the same command again when it is better; it goes on where it stopped"
            }
            Self::Elsewhere { .. } => {
                "if that is where the hub is now, give that address; otherwise tell whoever runs the hub"
            }
            Self::Strange { .. } => {
                "is this the address of a hub, and is nothing between you and it that rewrites answers?"
            }
            Self::Missing { .. } => {
                "look at the address, the pack's id and the version; a pack that is not for everybody is only seen with \
                 a token (`--token-file FILE` or `GONGXUE_TOKEN`)"
            }
            Self::NotAHub { .. } => "it looks like `https://hub.example`",
            Self::Disk { source, .. } => return hint_of_disk(source),
            Self::NoRoom { .. } => "make room or choose another disk; what was fetched so far is kept",
            Self::Busy { .. } => "wait until it has ended; both would fetch the same",
            Self::Foreign { .. } => {
                "give `--to` a new folder, an empty one, or the one of an earlier pull of this pack"
            }
            Self::Spoilt { .. } => {
                "something changes files on their way, or the hub's store is damaged; everything else is kept: run the \
                 same command again, or tell whoever runs the hub these names"
            }
            Self::Library(_) => "see this node's log; what was taken so far is kept",
            Self::ChangedMeanwhile { .. } => "close what writes there, and run the same command again",
        })
    }
}

fn hint_of(distrust: &VerificationError) -> &'static str {
    match distrust {
        VerificationError::Expired { .. } => {
            "somebody may be showing an old state (a freeze), or the hub signs no more, or this machine's clock is wrong; \
             nothing was changed. Look at the clock, then ask whoever runs the hub"
        }
        VerificationError::Older { .. } => {
            "somebody may be showing an older state as if it were new (a rollback), or the hub was restored from an old \
             backup; nothing was changed. Ask whoever runs the hub"
        }
        VerificationError::NotSigned { .. } => {
            "it does not come from the hub whose keys were seen first, or was changed on its way; nothing was changed. \
             Compare the keys with what the hub's operator says (`gongxue keys show` there)"
        }
        VerificationError::OtherBytes { .. }
        | VerificationError::OtherVersion { .. }
        | VerificationError::OtherPack => {
            "parts of different versions were put together (mix and match), or bytes were changed on their way; nothing \
             was changed. Try again; if it stays so, tell whoever runs the hub"
        }
        VerificationError::UnsafePath { .. } => {
            "no honest hub makes such a name; nothing was written. Tell whoever runs the hub"
        }
        VerificationError::TooLarge { .. } => {
            "no honest hub makes such a list; nothing was fetched. Tell whoever runs the hub"
        }
        VerificationError::Malformed { .. } | VerificationError::NotNamed { .. } => {
            "is this the address of a hub? If it is, tell whoever runs it; nothing was changed"
        }
    }
}

fn hint_of_disk(source: &io::Error) -> Option<&'static str> {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("the disk is full: make room, and run the same command again; it goes on where it stopped")
        }
        io::ErrorKind::FileTooLarge => Some(
            "this disk takes no file of that size (a stick in FAT32 none above 4 GB): choose another disk, or format it \
             anew as exFAT; what was fetched so far is kept",
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("you may not write there; choose another folder with `--to`, or change whose it is")
        }
        io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => {
            Some("a whole disk cannot be switched: give `--to` a folder inside it")
        }
        _ => None,
    }
}

/// A failure with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

fn files(count: usize) -> String {
    match count {
        1 => "a file".to_owned(),
        many => format!("{many} files"),
    }
}
