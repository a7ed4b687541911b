//! Bytes and where they live.
//!
//! Two places: [`Staging`], a local folder where uploads grow until they are whole, and [`Blobs`], the store of finished
//! content, on local disk or on S3. This room knows object keys, folders and buckets, and nothing of rows or requests.
//!
//! The order that keeps everything whole: bytes grow in staging ([`Staging::append`]) → [`Staging::finish`] → they are
//! kept under a new key ([`Blobs::put_upload`]) → *a row names the key* → the staged copy is removed ([`Staging::remove`]).
//! A crash between two steps leaves an upload that can be finished again, or an object that no row names; both are
//! harmless, and the second is found by [`Blobs::list`] and deleted after a grace period.
//!
//! Where several processes share uploads, acknowledged bytes are put into the store too ([`segments`]).
//!
//! A new kind of object gets a key in [`key`]; a new kind of store gets a backend in [`backend`].

pub mod backend;
pub mod backup;
pub mod error;
pub mod key;
pub mod segments;
pub mod staging;
pub mod store;

mod disk;
mod fetch_cache;
mod lines;
mod owner;
mod put;
mod read;

#[cfg(test)]
mod tests;

pub use error::BlobError;
pub use key::{BackupKey, BlobKey, CopyGeneration, DerivedKey, ObjectKey, SegmentKey};
pub use lines::lines;
pub use read::{ObjectBody, ObjectInfo};
pub use segments::Segment;
pub use staging::{Append, AppendEnd, Appended, Checkpoint, Checksum, Finished, Staging, WriteLock};
pub use store::Blobs;
