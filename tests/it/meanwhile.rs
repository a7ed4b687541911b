//! What somebody else writes while an act is under way: their transaction is open when the act comes to the same rows, and ends
//! once the act waits for it.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait as _,
};

use crate::app::TestApp;

/// Carries out `act` while the transaction of somebody who has said `statements` is open.
pub(crate) async fn meanwhile<T>(app: &TestApp, statements: &[&str], act: impl Future<Output = T>) -> T {
    // So that it is the act that waits, and no work of its own.
    app.settled().await;
    let database = app.database().await;
    let others = others(&database).await;
    for statement in statements {
        others
            .execute_unprepared(statement)
            .await
            .expect("somebody else writes");
    }
    let ends = async {
        somebody_waits(&database).await;
        others.commit().await.expect("somebody else is done");
    };
    let (done, ()) = tokio::join!(act, ends);
    database.close().await.expect("close the database");
    done
}

async fn others(database: &DatabaseConnection) -> DatabaseTransaction {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    #[expect(clippy::disallowed_methods, reason = "somebody else, beside the service")]
    let begun = database.begin_with_options(options).await;
    begun.expect("begin")
}

/// Waits until somebody waits for a lock. SQLite tells nobody who waits: there what is refused is the same whoever comes first.
async fn somebody_waits(database: &DatabaseConnection) {
    let backend = database.get_database_backend();
    if backend != DbBackend::Postgres {
        return;
    }
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waits = Statement::from_string(backend, waits);
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        while database.query_one_raw(waits.clone()).await.expect("ask").is_none() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("the act waits for nobody");
}
