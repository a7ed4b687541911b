//! Samples of notices of infringement.

use super::{HOSTILE, guest, teacher};
use crate::domain::notice::{NoticeState, NoticeStep};
use crate::http::web::admin::notices::{NoticeListRow, NoticesPage};
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link, Tab};
use crate::http::web::notices::{CopyrightPage, NoticeMailRow, NoticePage, NoticeStepForm, NoticeStepRow};
use crate::words::Lang;
use crate::words::pages::{NoticeMail, NoticeMailKind, PageWords};

const NUMBER: &str = "20261130-K7QF2M";

fn tab(label: &str) -> Tab {
    Tab {
        label: label.to_owned(),
        url: "/admin/notices".to_owned(),
        is_here: true,
    }
}

impl CopyrightPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        Self {
            layout: guest(lang, PageWords(lang).copyright()),
            fault: None,
            link: FormField::default(),
            name: FormField::default(),
            contact: FormField::default(),
            work: FormField::default(),
            statement: FormField::default(),
            is_true_fault: None,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let page = Self::sample(lang);
        let fault = page.layout.say.check_form().to_owned();
        Self {
            fault: Some(fault.clone()),
            link: FormField::of(HOSTILE).faulty(HOSTILE),
            is_true_fault: Some(fault),
            ..page
        }
    }
}

impl NoticePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "侵权通知 20261130-K7QF2M");
        let say = layout.say;
        let form = |step| NoticeStepForm::of(say, step, "/admin/notices/1/ask".to_owned());
        Self {
            nav: vec![tab(say.notices_admin())],
            state: say.notice_state(NoticeState::Received),
            lead: None,
            link: None,
            about: Link::new(HOSTILE, "/r/7"),
            facts: vec![
                (say.notice_sender(), HOSTILE.to_owned()),
                (say.notice_reach(), "022-12345678".to_owned()),
                (say.notice_work(), "《数控车削图册》".to_owned()),
            ],
            statement: vec!["第 12 页的图是我画的。".to_owned(), HOSTILE.to_owned()],
            steps: vec![NoticeStepRow {
                at: "2026-11-30 09:00".to_owned(),
                what: say.notice_step(NoticeStep::Send),
                by: say.notice_by_sender().to_owned(),
                text: vec![HOSTILE.to_owned()],
            }],
            forms: [NoticeStep::Ask, NoticeStep::TakeDown, NoticeStep::Reject]
                .map(form)
                .into(),
            mails: mails(&layout),
            seen: 1,
            layout,
        }
    }

    pub(in crate::http::web) fn followed(lang: Lang) -> Self {
        let page = Self::sample(lang);
        let say = page.layout.say;
        Self {
            layout: guest(lang, "侵权通知与处理 20261130-K7QF2M"),
            nav: Vec::new(),
            lead: Some(say.notice_keep_link()),
            link: Some("https://library.example.org/copyright/x".to_owned()),
            mails: Vec::new(),
            ..page
        }
    }
}

fn mails(layout: &Layout) -> Vec<NoticeMailRow> {
    let say = layout.say;
    let mail = NoticeMail {
        number: NUMBER,
        day: "2026-11-30",
        title: HOSTILE,
        resource_url: "https://library.example.org/r/7",
        case_url: "https://library.example.org/notices/1",
        sender: HOSTILE,
        work: "《数控车削图册》",
        statement: HOSTILE,
        text: "",
        site: &layout.site,
    };
    use NoticeMailKind::{Asked, Back, Countered, Forwarded, Received, Rejected, Restored, TakenDown};
    let all = [
        Received, Asked, TakenDown, Forwarded, Countered, Restored, Back, Rejected,
    ];
    all.map(|kind| {
        let [subject, body] = say.notice_mail(kind, &mail);
        NoticeMailRow {
            name: say.notice_mail_name(kind),
            subject,
            body,
        }
    })
    .into()
}

impl NoticesPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, PageWords(lang).notices_admin());
        let say = layout.say;
        let row = |state: NoticeState| NoticeListRow {
            url: "/admin/notices/1".to_owned(),
            number: NUMBER.to_owned(),
            state: say.notice_state(state),
            waits: state.waits(),
            facts: vec![HOSTILE.to_owned(), "2026-11-30 09:00".to_owned()],
        };
        Self {
            nav: vec![tab(say.notices_admin())],
            tabs: vec![tab(say.notices_all())],
            rows: NoticeState::ALL.map(row).into(),
            csv_url: "/api/v1/notices?format=csv".to_owned(),
            xlsx_url: "/api/v1/notices?format=xlsx".to_owned(),
            next_url: Some("/admin/notices?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.rows.clear();
        page.next_url = None;
        page
    }
}
