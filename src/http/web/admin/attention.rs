//! What wants an administrator's attention: damage, failed jobs, full storage, missing backups.

use crate::http::web::admin::Attention;
use crate::http::web::format::bytes;
use crate::http::web::urls;
use crate::library::administration::Overview;
use crate::words::pages::PageWords;

pub(super) fn attention(say: PageWords, overview: &Overview, waits: u64, notices: u64) -> Vec<Attention> {
    let row = |number: String, what, go, url: &str, is_fault| Attention {
        number,
        what,
        go,
        url: url.to_owned(),
        is_fault,
    };
    let mut rows = Vec::new();
    if overview.damaged > 0 {
        let n = overview.damaged;
        let what = say.damaged_files(n);
        rows.push(row(say.number(n), what, say.admin_go_look(), urls::DAMAGE, true));
    }
    if let Some(dead) = overview.dead.filter(|dead| *dead > 0) {
        rows.push(row(
            say.number(dead),
            say.dead_jobs(dead),
            say.admin_go_look(),
            urls::JOBS,
            true,
        ));
    }
    if let Some(free) = overview.short_of_disk {
        rows.push(row(
            bytes(free),
            say.disk_is_short(),
            say.admin_go_look(),
            urls::STORAGE,
            true,
        ));
    }
    if let Some(days) = overview.days_without_backup {
        let what = say.days_without_backup(days);
        rows.push(row(say.number(days), what, say.admin_go_look(), urls::STORAGE, true));
    }
    if let Some(n) = overview.orphans {
        let what = say.orphans_ask(n);
        rows.push(row(say.number(n), what, say.admin_go_look(), urls::STORAGE, true));
    }
    if let Some(proxy) = &overview.unknown_proxy {
        let what = say.proxy_is_unknown();
        rows.push(row(proxy.clone(), what, say.admin_go_look(), urls::RATES, true));
    }
    for room in &overview.tight {
        let used = format!("{} %", room.hundredths().unwrap_or(0));
        let what = say.room_is_tight(&room.school.name);
        rows.push(row(used, what, say.admin_go_look(), urls::STORAGE, true));
    }
    if notices > 0 {
        let what = say.notices_wait(notices);
        rows.push(row(say.number(notices), what, say.admin_go_look(), urls::NOTICES, true));
    }
    if waits > 0 {
        let what = say.waiting_review(waits);
        rows.push(row(say.number(waits), what, say.admin_go_review(), urls::REVIEW, false));
    }
    if overview.unfindable > 0 {
        let n = overview.unfindable;
        rows.push(row(
            say.number(n),
            say.unfindable_files(n),
            say.admin_go_look(),
            urls::FILES,
            false,
        ));
    }
    rows
}
