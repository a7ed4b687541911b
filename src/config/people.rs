//! Rules of signing in, and what the site says about itself.

use std::time::Duration;

use toml::Value;

use super::Visit;
use super::fault::Wrong;
use super::setting::{Kind, Setting};

/// Section `[people]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// A session ends after this long without a request.
    pub session_idle_hours: u64,
    /// A session ends after this long in any case.
    pub session_max_days: u64,
    /// Failed attempts in a row after which an account is locked.
    pub lockout_failures: u32,
    /// How long a locked account stays locked.
    pub lockout_minutes: u64,
    /// Characters a new password must have.
    pub password_min_chars: u32,
}

impl Default for People {
    fn default() -> Self {
        Self {
            session_idle_hours: 12,
            session_max_days: 30,
            lockout_failures: 5,
            lockout_minutes: 15,
            password_min_chars: 10,
        }
    }
}

impl People {
    pub(super) fn each(&mut self, visit: &mut Visit<'_>) {
        visit("people.session_idle_hours", &mut self.session_idle_hours);
        visit("people.session_max_days", &mut self.session_max_days);
        visit("people.lockout_failures", &mut self.lockout_failures);
        visit("people.lockout_minutes", &mut self.lockout_minutes);
        visit("people.password_min_chars", &mut self.password_min_chars);
    }

    /// [`People::session_idle_hours`] as a span of time.
    pub fn session_idle(&self) -> Duration {
        super::hours(self.session_idle_hours)
    }

    /// [`People::session_max_days`] as a span of time.
    pub fn session_max(&self) -> Duration {
        super::hours(self.session_max_days.saturating_mul(24))
    }

    /// [`People::lockout_minutes`] as a span of time.
    pub fn lockout(&self) -> Duration {
        Duration::from_secs(self.lockout_minutes.saturating_mul(60))
    }
}

/// Section `[site]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The site's name in Chinese.
    pub name_zh: String,
    /// The site's name in English.
    pub name_en: String,
    /// How people reach those who run it: an address, a telephone number.
    pub contact: String,
    /// 备案号, shown at the foot of every page.
    pub record_number: String,
    /// The language of a visitor who asks for none.
    pub default_language: Language,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name_zh: "工学资源库".to_owned(),
            name_en: "Gongxue".to_owned(),
            contact: String::new(),
            record_number: String::new(),
            default_language: Language::Zh,
        }
    }
}

impl Site {
    pub(super) fn each(&mut self, visit: &mut Visit<'_>) {
        visit("site.name_zh", &mut self.name_zh);
        visit("site.name_en", &mut self.name_en);
        visit("site.contact", &mut self.contact);
        visit("site.record_number", &mut self.record_number);
        visit("site.default_language", &mut self.default_language);
    }
}

/// A language the site speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Zh,
    /// English.
    En,
}

impl Setting for Language {
    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), Wrong> {
        *self = match text.trim() {
            "zh" => Self::Zh,
            "en" => Self::En,
            _ => {
                return Err(Wrong::new(
                    format!("“{text}”应为 zh 或 en"),
                    format!("`{text}` should be zh or en"),
                ));
            }
        };
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(match self {
            Self::Zh => "zh".to_owned(),
            Self::En => "en".to_owned(),
        })
    }
}
