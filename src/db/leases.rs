//! Leases elect the one process of a library that may do something at a time, by one statement each.
//!
//! Clocks of machines differ, so that all ends are told by one clock that every process sees: the database's own. (That of
//! SQLite is the machine's, and so are all who use it.) `ahead` moves it as a test has moved the library's clock; it is
//! nothing in a running service.

use std::time::Duration;

use sea_orm::{ConnectionTrait, EntityTrait as _, Statement, Value};

use super::entity::lease;
use crate::domain::id::ProcessId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// How the leases begin by which processes say that they are there.
pub(crate) const PROCESS: &str = "process-";
/// No lease is given for longer, the rest after it included. One that ends later was taken by a clock that has been put back
/// since, and would keep everybody from the work until then.
const MAX_LEASE: Duration = Duration::from_hours(25);

/// Acquires a lease for `lasts` if nobody has it; returns whether it did. Its holder does not acquire it twice.
pub(crate) async fn acquire(
    conn: &impl ConnectionTrait,
    name: &str,
    holder: ProcessId,
    lasts: Duration,
    ahead: Duration,
) -> Result<bool> {
    let now = now(conn);
    let sql = format!(
        "INSERT INTO lease (name, holder, until) VALUES ($1, $2, {now} + $3 + $4)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE lease.until <= {now} + $4 OR lease.until > {now} + $4 + $5"
    );
    let farthest = millis(MAX_LEASE);
    let values = vec![name.into(), holder.into(), millis(lasts), millis(ahead), farthest];
    changed(conn, sql, values).await
}

/// Makes a lease last for `lasts` from now on; says whether it still held. One that is over and that nobody has taken
/// since still holds.
pub(crate) async fn renew(
    conn: &impl ConnectionTrait,
    name: &str,
    holder: ProcessId,
    lasts: Duration,
    ahead: Duration,
) -> Result<bool> {
    let sql = format!(
        "UPDATE lease SET until = {} + $3 + $4 WHERE name = $1 AND holder = $2",
        now(conn)
    );
    changed(
        conn,
        sql,
        vec![name.into(), holder.into(), millis(lasts), millis(ahead)],
    )
    .await
}

/// Gives back all that a process has: that it is there, and work under way, whose leases end within `work`.
pub(crate) async fn release_all(
    conn: &impl ConnectionTrait,
    holder: ProcessId,
    work: Duration,
    ahead: Duration,
) -> Result<()> {
    let sql = format!(
        "DELETE FROM lease WHERE holder = $1 AND (name LIKE '{PROCESS}%' OR until <= {} + $2 + $3)",
        now(conn)
    );
    changed(conn, sql, vec![holder.into(), millis(ahead), millis(work)])
        .await
        .map(drop)
}

/// Forgets processes that have not said for `after` that they are there.
pub(crate) async fn delete_stale_processes(
    conn: &impl ConnectionTrait,
    after: Duration,
    ahead: Duration,
) -> Result<()> {
    let sql = format!(
        "DELETE FROM lease WHERE name LIKE '{PROCESS}%' AND until < {} + $1 - $2",
        now(conn)
    );
    changed(conn, sql, vec![millis(ahead), millis(after)]).await.map(drop)
}

/// The leases that somebody has: those of processes that are there, and those of work under way, which nobody is given for
/// longer than `work` at once. One that ends later is only left to rest.
pub(crate) async fn active(conn: &impl ConnectionTrait, work: Duration) -> Result<Vec<lease::Model>> {
    let now = now(conn);
    let sql = format!(
        "SELECT name, holder, until FROM lease
         WHERE until > {now} AND (name LIKE '{PROCESS}%' OR until <= {now} + $1) ORDER BY name"
    );
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, vec![millis(work)]);
    Ok(lease::Entity::find().from_raw_sql(statement).all(conn).await?)
}

async fn changed(conn: &impl ConnectionTrait, sql: String, values: Vec<Value>) -> Result<bool> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(conn.execute_raw(statement).await?.rows_affected() > 0)
}

/// Time by the database's clock.
pub(crate) async fn clock(conn: &impl ConnectionTrait) -> Result<Timestamp> {
    let sql = format!("SELECT {} AS now", now(conn));
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let row = conn.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| anyhow::anyhow!("the database does not tell the time"))?;
    Ok(Timestamp(row.try_get("", "now")?))
}

/// The database's clock, in milliseconds since 1970 as all moments are. On PostgreSQL that of the statement: that of the
/// transaction stands still while it waits for a lock.
fn now(conn: &impl ConnectionTrait) -> &'static str {
    if super::is_postgres(conn) {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
    } else {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    }
}

fn millis(duration: Duration) -> Value {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).into()
}
