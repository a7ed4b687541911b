//! The frame of every page: who is signed in, the menu, the languages, the footer.

use super::assets;
use crate::words::Lang;
use crate::words::pages::PageWords;

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The words, in the reader's language.
    pub say: PageWords,
    /// The site's name.
    pub site: String,
    /// The page's own title, without the site's name.
    pub title: String,
    /// What stands in the search box.
    pub query: String,
    /// Whether the header carries the search box; the home page has a larger one of its own.
    pub has_search: bool,
    /// Who is signed in.
    pub account: Option<AccountMark>,
    /// The token that every form sends back.
    pub csrf: String,
    /// The menu for this reader.
    pub menu: Vec<MenuItem>,
    /// Signs in and leads back here.
    pub sign_in_url: String,
    /// This page in the other language.
    pub other_language_url: String,
    /// What just happened, after a form was sent.
    pub notice: Option<String>,
    /// The operator's words in the footer.
    pub operator: Operator,
}

/// Who is signed in, as the header shows it.
#[derive(Debug, Clone)]
pub struct AccountMark {
    /// The name to show.
    pub name: String,
    /// The role: `教师`.
    pub standing: String,
}

/// One entry of the menu.
#[derive(Debug, Clone)]
pub struct MenuItem {
    /// What it is called.
    pub label: &'static str,
    /// Where it leads.
    pub url: &'static str,
    /// Whether the reader is there.
    pub is_here: bool,
    /// How much waits there.
    pub count: Option<String>,
}

/// Who runs the site, as law and courtesy want it shown. From the settings.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// An address for questions and complaints.
    pub email: Option<String>,
    /// Another way to reach them: a telephone number, an office.
    pub contact: Option<String>,
    /// The record number (备案号).
    pub record_number: Option<String>,
}

impl Layout {
    /// A frame for a reader who is not signed in.
    pub fn new(lang: Lang, title: impl Into<String>) -> Self {
        Self {
            say: PageWords(lang),
            site: PageWords(lang).site().to_owned(),
            title: title.into(),
            query: String::new(),
            has_search: true,
            account: None,
            csrf: String::new(),
            menu: Vec::new(),
            sign_in_url: "/sign-in".to_owned(),
            other_language_url: format!("/?lang={}", lang.other()),
            notice: None,
            operator: Operator::default(),
        }
    }

    /// The address of an asset, for the template.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// The language this page is not in.
    pub fn other(&self) -> Lang {
        self.say.lang().other()
    }

    /// The address of an icon in the sheet of icons.
    pub fn icon(&self, name: &str) -> String {
        format!("{}#{name}", assets::url("icons.svg"))
    }
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

impl Link {
    /// A link that says `label`.
    pub fn new(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            url: url.into(),
        }
    }
}

/// A tab of a page.
#[derive(Debug, Clone)]
pub struct Tab {
    /// What it is called.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// Whether it is the open one.
    pub is_here: bool,
}
