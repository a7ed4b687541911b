//! Words of the rights in a resource: the form that asks for them, its page, and what is exported of it.

use super::PageWords;
use crate::domain::licence::Licence;
use crate::domain::rights::{AiUse, EmployerConsent, PeopleFilmed, Permission, Rights, ThirdPartyPart};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        licence: "许可" | "Licence";
        licence_label: "使用许可" | "Licence";
        no_licence: "未注明" | "Not stated";
        no_licence_note: "可以在本校教学中使用；改编或对外分享前，请先问作者。" |
            "Use it in your school's teaching; ask the author before adapting or passing it on.";
        rights_heading: "权利与人工智能声明" | "Rights, and what AI did";
        rights_note: "不清楚的先空着，审核时会提醒。" | "Leave open what you do not know; the review will ask.";
        unsaid: "未说明" | "Not stated";
        employer_label: "单位同意" | "Employer's consent";
        employer_note: "在单位任务中完成的作品（职务作品），完成两年内给外单位使用要经单位同意（著作权法第十八条）。" |
            "A work made in employment needs the employer's consent before others use it, for two years after it was completed (Copyright Law, article 18).";
        third_party_label: "第三方素材" | "What others made";
        third_party_note: "没有就写“无”；有就一行写一处：是什么｜从哪来｜许可（已取得、不需要、没有）" |
            "Write “none” if there is none; else a line for each: what it is | where it is from | permission (granted, not-needed, none)";
        people_label: "出镜人员" | "People who can be recognised";
        ai_label: "人工智能" | "AI";
        ai_note: "用人工智能生成或合成的文字、图片、声音、视频要声明，别人会看到标识（人工智能生成合成内容标识办法）。" |
            "Text, pictures, sound and film made by AI must be declared; others see a label (Measures for Labelling AI-Generated Synthetic Content).";
        ai_tool_label: "用了什么工具" | "With which tool";
        ai_purpose_label: "用来做什么" | "What for";
    }

    /// A licence by its code; other words stand for themselves.
    pub fn licence_name(self, text: &str) -> String {
        let Some(licence) = Licence::of_code(text) else {
            return text.to_owned();
        };
        let (zh, en) = match licence {
            Licence::Cc0 => ("CC0 1.0", "CC0 1.0"),
            Licence::CcBy => ("CC BY 4.0", "CC BY 4.0"),
            Licence::CcBySa => ("CC BY-SA 4.0", "CC BY-SA 4.0"),
            Licence::CcByNcSa => ("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0"),
            Licence::Platform => ("平台内使用", "Within this library"),
            Licence::City => ("全市共享", "Within the city's schools"),
            Licence::School => ("校内使用", "Within the school"),
            Licence::Reserved => ("保留所有权利", "All rights reserved"),
        };
        self.0.pick(zh, en).to_owned()
    }

    /// What a licence allows, in a sentence; nothing for words that nobody knows.
    pub fn licence_allows(self, text: &str) -> &'static str {
        let Some(licence) = Licence::of_text(text) else {
            return "";
        };
        let (zh, en) = match licence {
            Licence::Cc0 => ("可以自由使用和改编。", "Use and adapt it freely."),
            Licence::CcBy => ("可以使用和改编；请署名。", "Use and adapt it; name its authors."),
            Licence::CcBySa => (
                "可以使用和改编；请署名，并以同样的许可分享。",
                "Use and adapt it; name its authors and share under the same licence.",
            ),
            Licence::CcByNcSa => (
                "可以用于非商业用途和改编；请署名，并以同样的许可分享。",
                "Use and adapt it without commerce; name its authors and share under the same licence.",
            ),
            Licence::Platform => (
                "能看到它的老师可以在教学中使用和改编，不要转到平台外。",
                "Those who see it may use and adapt it in their teaching, and do not pass it on outside.",
            ),
            Licence::City => (
                "全市各校可以在教学中使用和改编；不要给校外的人。",
                "The city's schools may use and adapt it in their teaching; it is not passed on outside them.",
            ),
            Licence::School => ("只在本校教学中使用。", "For the teaching of its own school only."),
            Licence::Reserved => (
                "可以查看；使用、改编、转发前请先取得作者同意。",
                "To be looked at; ask its author before using, adapting or passing it on.",
            ),
        };
        self.0.pick(zh, en)
    }

    /// What the employer says.
    pub fn employer_consent(self, consent: EmployerConsent) -> &'static str {
        match consent {
            EmployerConsent::Granted => self.0.pick("单位已同意", "The employer agreed"),
            EmployerConsent::NotNeeded => self.0.pick("不需要单位同意", "Not needed"),
            EmployerConsent::Asked => self.0.pick("已申请，等单位答复", "Asked, not answered yet"),
        }
    }

    /// Whether people who can be recognised agreed.
    pub fn people_filmed(self, people: PeopleFilmed) -> &'static str {
        match people {
            PeopleFilmed::Consented => self.0.pick("出镜的人都已同意", "All of them agreed"),
            PeopleFilmed::Nobody => self.0.pick("没有人出镜", "Nobody can be recognised"),
            PeopleFilmed::Blurred => self.0.pick("已做模糊处理", "Made unrecognisable"),
        }
    }

    /// How much AI did.
    pub fn ai_use(self, used: AiUse) -> &'static str {
        match used {
            AiUse::None => self.0.pick("没有使用", "Not used"),
            AiUse::Assisted => self.0.pick("人工智能辅助完成", "AI helped"),
            AiUse::Generated => self.0.pick("含人工智能生成合成的内容", "Holds content made by AI"),
        }
    }

    /// The label of what AI made or helped to make; nothing where it did nothing or nobody said.
    pub fn ai_badge(self, used: Option<AiUse>) -> Option<&'static str> {
        match used? {
            AiUse::None => None,
            AiUse::Assisted => Some(self.0.pick("AI 辅助", "AI-assisted")),
            AiUse::Generated => Some(self.0.pick("AI 生成", "AI-generated")),
        }
    }

    /// How much AI did, with what and for what; nothing where nobody said.
    pub fn ai_declaration(self, rights: &Rights) -> Option<String> {
        let used = self.ai_use(rights.ai_use?).to_owned();
        let with = rights.ai_tool.as_deref().map(|tool| self.ai_with(tool));
        let purpose = rights.ai_purpose.as_deref().map(|purpose| self.ai_for(purpose));
        let parts: Vec<String> = [Some(used), with, purpose].into_iter().flatten().collect();
        Some(parts.join(self.0.pick("；", "; ")))
    }

    fn ai_with(self, tool: &str) -> String {
        said!(self.0, zh: "工具：{tool}", en: "tool: {tool}")
    }

    fn ai_for(self, purpose: &str) -> String {
        said!(self.0, zh: "用途：{purpose}", en: "for: {purpose}")
    }

    /// What others made, in one text; nothing where nobody said.
    pub fn third_party(self, rights: &Rights) -> Option<String> {
        let parts = rights.third_party.as_ref()?;
        if parts.is_empty() {
            return Some(self.0.pick("没有第三方素材", "None").to_owned());
        }
        let parts: Vec<String> = parts.iter().map(|part| self.third_party_part(part)).collect();
        Some(parts.join(self.0.pick("；", "; ")))
    }

    fn third_party_part(self, part: &ThirdPartyPart) -> String {
        let ThirdPartyPart {
            what,
            source,
            permission,
        } = part;
        let permission = match permission {
            Permission::Granted => self.0.pick("已取得许可", "permitted"),
            Permission::NotNeeded => self.0.pick("不需要许可", "no permission needed"),
            Permission::None => self.0.pick("没有许可", "not permitted"),
        };
        let comma = self.comma();
        if source.is_empty() {
            return format!("{what}{comma}{permission}");
        }
        said!(self.0, zh: "{what}，来自{source}，{permission}", en: "{what}, from {source}, {permission}")
    }
}
