//! What packs hold that show entries of blind calls: their files one by one, and who is named as having made them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use crate::db::entity::{Strings, file, pack_item, resource};
use crate::db::rows::ROWS_AT_ONCE;
use crate::domain::id::{FileId, PackId, ResourceId};
use crate::error::Result;

/// A version of a pack.
pub(crate) type PackedVersion = (PackId, i32);

/// Versions that are asked about at once: a condition names each.
const VERSIONS_AT_ONCE: usize = 100;

/// A file of a version, with its number in it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct PackedFile {
    pub(crate) position: i32,
    pub(crate) file_id: FileId,
    pub(crate) path: String,
    pub(crate) size: i64,
}

/// The first files of a version that may be given still, in order.
pub(crate) async fn files(conn: &impl ConnectionTrait, version: PackedVersion, limit: u64) -> Result<Vec<PackedFile>> {
    let to_file = pack_item::Entity::belongs_to(file::Entity)
        .from(pack_item::Column::FileId)
        .to(file::Column::Id);
    let query = of_version(version)
        .filter(pack_item::Column::GoneAt.is_null())
        .join(JoinType::InnerJoin, to_file.into())
        .select_only()
        .columns([
            pack_item::Column::Position,
            pack_item::Column::FileId,
            pack_item::Column::Path,
        ])
        .column(file::Column::Size)
        .order_by_asc(pack_item::Column::Position)
        .limit(limit);
    Ok(query.into_model::<PackedFile>().all(conn).await?)
}

/// How many files a version has.
pub(crate) async fn count(conn: &impl ConnectionTrait, version: PackedVersion) -> Result<u64> {
    Ok(of_version(version).count(conn).await?)
}

/// Who is named as having made what some versions hold, by the names that stand there; by a handful of queries.
pub(crate) async fn makers(
    conn: &impl ConnectionTrait,
    versions: &[PackedVersion],
) -> Result<HashMap<PackedVersion, BTreeSet<String>>> {
    use pack_item::Column::{Number, PackId as OfPack, ResourceId as OfResource};
    let mut held: Vec<(PackId, i32, ResourceId)> = Vec::new();
    for chunk in versions.chunks(VERSIONS_AT_ONCE) {
        let any = chunk
            .iter()
            .fold(Condition::any(), |any, version| any.add(is_of(*version)));
        let query = pack_item::Entity::find()
            .select_only()
            .columns([OfPack, Number, OfResource])
            .distinct()
            .filter(any);
        held.extend(query.into_tuple::<(PackId, i32, ResourceId)>().all(conn).await?);
    }
    let mut ids: Vec<ResourceId> = held.iter().map(|(.., resource)| *resource).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut named: HashMap<ResourceId, Strings> = HashMap::new();
    for chunk in ids.chunks(ROWS_AT_ONCE) {
        let query = resource::Entity::find()
            .select_only()
            .columns([resource::Column::Id, resource::Column::Authors])
            .filter(resource::Column::Id.is_in(chunk.iter().copied()));
        named.extend(query.into_tuple::<(ResourceId, Strings)>().all(conn).await?);
    }
    let mut makers: HashMap<PackedVersion, BTreeSet<String>> = HashMap::new();
    for (pack, number, resource) in held {
        let names = named
            .get(&resource)
            .into_iter()
            .flat_map(|names| names.0.iter().cloned());
        makers.entry((pack, number)).or_default().extend(names);
    }
    Ok(makers)
}

fn of_version(version: PackedVersion) -> Select<pack_item::Entity> {
    pack_item::Entity::find().filter(is_of(version))
}

fn is_of((pack, number): PackedVersion) -> Condition {
    Condition::all()
        .add(pack_item::Column::PackId.eq(pack))
        .add(pack_item::Column::Number.eq(number))
}
