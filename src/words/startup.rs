//! Messages of a failed start: both languages at once, because no reader has chosen one.

/// The database was written by a program that knows more than this one.
pub fn newer_database(unknown: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "数据库由更新版本的程序写过（{unknown}），本程序（{version}）读不了。请运行更新的版本；若要退回旧版本，\
         请停止所有进程，再恢复升级前的备份，或数据库文件旁的 *.before-* 副本。\n\
         the database was written by a newer version of the program ({unknown}), which this one ({version}) cannot read; \
         run the newer version, or, to go back, stop every process and restore the backup from before the upgrade or the \
         copy `*.before-*` beside the database's file"
    )
}

/// A table holds rows although the migration that makes it is not on record.
pub fn rows_without_record(table: &str) -> String {
    format!(
        "表“{table}”里有数据，但升级记录（表 seaql_migrations）里没有建立它的那一步：记录不完整，因此没有改动任何内容。\
         请从备份恢复整个数据库，包括 seaql_migrations。\n\
         the table `{table}` holds rows, but the record of upgrades (the table `seaql_migrations`) lacks the step that makes \
         it: the record is incomplete, so nothing was changed; restore the whole database from a backup, `seaql_migrations` \
         included"
    )
}

/// The folder of the search index does not let itself be read.
pub fn no_index(path: &str) -> String {
    format!(
        "无法读取搜索索引文件夹“{path}”，索引未改动。请检查该文件夹的权限、磁盘，以及进程可打开的文件数（ulimit -n）后再启动；\
         若磁盘上的索引确已损坏，可删除该文件夹，启动后会自动重建。\n\
         the folder of the search index `{path}` could not be read, and was left as it is; look at its permissions, its disk \
         and how many files the process may open (`ulimit -n`), then start again; if the disk has really lost it, remove the \
         folder: it is built anew after the start"
    )
}

/// No copy of the database could be made before an upgrade.
pub fn no_copy(path: &str) -> String {
    format!(
        "升级前无法把数据库复制为“{path}”，因此没有升级，数据未改动。请在该磁盘上腾出与数据库一样大的空间后再启动。\n\
         the database could not be copied to `{path}`, so it was not upgraded and nothing was changed; make as much room \
         on that disk as the database takes and start again"
    )
}
