//! Settings of how much may be asked for in a minute.

use super::SettingVisitor;

/// Section `[rates]`. What an account may ask for in a minute; the rest follows from that. 0: no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateSettings {
    /// Passwords that are compared or changed.
    pub sign_in: u32,
    /// Searches, and completions of what is typed.
    pub search: u32,
    /// Requests that bring files.
    pub upload: u32,
    /// Page pictures, thumbnails, subtitles, members of archives.
    pub rendering: u32,
    /// What packs consist of, in MiB.
    pub packs_mib: u32,
    /// Everything else.
    pub other: u32,
    /// How many hundredths of that one token has.
    pub token_percent: u32,
    /// As much as how many accounts a school has.
    pub school_times: u32,
    /// As much as how many accounts the guests of an address have.
    pub address_times: u32,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            sign_in: 30,
            search: 600,
            upload: 30_000,
            rendering: 6_000,
            // More than a line of a gigabit carries eight times over.
            packs_mib: 65_536,
            other: 12_000,
            token_percent: 50,
            school_times: 20,
            address_times: 10,
        }
    }
}

impl RateSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("rates.sign_in", &mut self.sign_in);
        visit("rates.search", &mut self.search);
        visit("rates.upload", &mut self.upload);
        visit("rates.rendering", &mut self.rendering);
        visit("rates.packs_mib", &mut self.packs_mib);
        visit("rates.other", &mut self.other);
        visit("rates.token_percent", &mut self.token_percent);
        visit("rates.school_times", &mut self.school_times);
        visit("rates.address_times", &mut self.address_times);
    }
}
