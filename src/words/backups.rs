//! What is said to whoever makes or takes backups and cannot go on, or must know something: both languages at once, because
//! nobody has chosen one at the command line.

use crate::domain::time::Timestamp;

/// Which backup cannot be the one that is wanted without a word.
pub fn of_the_future(name: &str, made_at: Timestamp, before: Option<&str>) -> String {
    let (zh, en) = before.map_or_else(
        || (String::new(), String::new()),
        |before| {
            (
                format!("；在此之前的一份是 `--backup {before}`"),
                format!("; the one before it is `--backup {before}`"),
            )
        },
    );
    format!(
        "最新的备份 {name} 标明的时间（{made_at}）还没有到：当时或现在的时钟不对，它未必是最后做的一份。请核对时钟，再指明要哪一份：\
         `--backup {name}`{zh}。没有改动任何内容。\n\
         the newest backup {name} bears a time that has not come yet ({made_at}): a clock was or is wrong, and it may not be \
         the last that was made; look at the clocks, then say which one you want: `--backup {name}`{en}; nothing was changed"
    )
}

/// The newest backup cannot be read.
pub fn newest_unreadable(name: &str, before: Option<&str>) -> String {
    match before {
        None => format!(
            "备份 {name} 读不出来，这里没有更早的备份。\n\
             the backup {name} cannot be read, and there is no earlier one"
        ),
        Some(before) => format!(
            "备份 {name} 读不出来；在此之前的一份可用 `--backup {before}` 恢复。\n\
             the backup {name} cannot be read; the one before it is taken with `--backup {before}`"
        ),
    }
}

/// There is nothing to restore.
pub fn no_such_backup() -> String {
    "那里没有这样的备份：中断的备份不算。请核对地址和 `--backup`。\n\
     there is no such backup there: one that was cut off is none; look at the address and at `--backup`"
        .to_owned()
}

/// More than one backup begins so.
pub fn several_backups(begin: &str, names: &str) -> String {
    format!(
        "以 `{begin}` 开头的备份不止一份，请写得更长些：\n\
         several backups begin with `{begin}`; write more of the name:\n{names}"
    )
}

/// A place that is only looked at is not there.
pub fn no_such_folder(named: &str) -> String {
    format!(
        "没有文件夹“{named}”。请核对路径，以及磁盘是否已挂载。\nthere is no folder `{named}`; look at the path, and whether its disk is mounted"
    )
}

/// A backup of a newer program.
pub fn newer_backup(program: &str, unknown: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "备份由更新版本的程序（{program}，`{unknown}`）所做，本程序是 {version}。请用那个版本或更新的版本恢复；没有改动任何内容。\n\
         the backup was made by a newer program ({program}, with `{unknown}`); this is {version}; restore it with that \
         version or a later one; nothing was changed"
    )
}

/// The database has something to lose.
pub fn something_to_lose(table: &str) -> String {
    format!(
        "数据库里已经有一个资源库（表 `{table}` 里有数据）。请恢复到空的数据库；确实要替换它，才加 `--overwrite`。没有改动数据库。\n\
         the database holds a library already (table `{table}` has rows); restore into an empty database, or replace it for \
         good with `--overwrite`; the database is as it was"
    )
}

/// Another process uses the database.
pub fn in_use(holder: &str, until: Timestamp) -> String {
    let until = until.whole_seconds();
    format!(
        "另一个进程正在使用这个数据库（{holder}，最迟到 {until}）。请先停止所有 `gongxue serve` 与 `gongxue work`；被强行终止的进程\
         过了这个时刻就不再算数。没有改动数据库。\n\
         another process uses this database ({holder}, until {until} at the latest); stop every `gongxue serve` and \
         `gongxue work` first; one that was killed no longer counts after that moment; the database is as it was"
    )
}

/// The tables could not be had for oneself.
pub fn tables_in_use() -> String {
    "另一个进程正在读写这个数据库的表。请先停止它再运行一次；没有改动数据库。\n\
     another process is reading or writing this database's tables; stop it and try again; the database is as it was"
        .to_owned()
}

/// The table that a backup holds is not the one that its program makes.
pub fn other_table(table: &str) -> String {
    format!(
        "备份里的表 `{table}` 与做这份备份的程序所建的不一样：那个数据库里有别的东西。没有改动任何内容。\n\
         the table `{table}` of the backup is not the one that its program makes: something else was in its database; \
         nothing was changed"
    )
}

/// Rows are missing, or too many.
pub fn rows_missing(table: &str, found: u64, kept: u64) -> String {
    format!(
        "备份里表 `{table}` 有 {found} 行，应有 {kept} 行：备份不完整。请用另一份。\n\
         the backup holds {found} rows of `{table}` where {kept} were kept; take another one"
    )
}

/// The place is a library's store.
pub fn is_a_store() -> String {
    "那里是一个资源库的对象库，不能放备份。请另用一个文件夹或前缀。\n\
     that is the store of a library, and no place for backups; name a folder or prefix of its own"
        .to_owned()
}

/// The place holds backups of another library.
pub fn of_another_library(here: impl std::fmt::Display, there: impl std::fmt::Display) -> String {
    format!(
        "那里的备份属于另一个资源库（{there}），本库是 {here}。请给每个资源库各用一个地方。\n\
         the backups there are of another library ({there}); this one is {here}; give each a place of its own"
    )
}

/// Only one may collect or keep at a time.
pub fn another_backs_up() -> String {
    "另一个进程正在清理或备份这个资源库，请等它结束再试。\n\
     another process is tidying this library or backing it up; try again when it is done"
        .to_owned()
}

/// A command was stopped.
pub fn interrupted() -> String {
    "已中断，数据库没有改动。再运行一次同样的命令，就从停下的地方接着做。\n\
     interrupted; the database is as it was; run the same command again: it goes on where it stopped"
        .to_owned()
}

/// What is lost, and what to do.
pub fn lost(count: u64) -> String {
    format!(
        "丢失 {count} 个对象。请有原件的人再传一次，或从较早的备份取回。\n\
         {count} objects are lost; share the same files again, or take them from an older backup"
    )
}
