//! Settings of the site: what it says about itself.

use toml::Value;

use super::SettingVisitor;
use super::fault::InvalidValue;
use super::setting::{Setting, SettingKind};

/// Section `[site]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSettings {
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

impl Default for SiteSettings {
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

impl SiteSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
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
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = match text.trim() {
            "zh" => Self::Zh,
            "en" => Self::En,
            _ => {
                return Err(InvalidValue::new(
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
