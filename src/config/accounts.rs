//! Settings of signing in.

use std::time::Duration;

use super::SettingVisitor;

/// Section `[people]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// A session ends after this long without a request.
    pub session_idle_hours: u64,
    /// A session ends after this long in any case.
    pub session_max_days: u64,
    /// Wrong passwords for one name from one place after which that place waits.
    pub lockout_failures: u32,
    /// How long it waits.
    pub lockout_minutes: u64,
    /// Attempts of one network in that time, whatever the names, after which its unknown browsers wait.
    pub lockout_network_attempts: u32,
    /// Characters a new password must have.
    pub password_min_chars: u32,
    /// How long a proof of who somebody is lasts before it is asked for anew; 0: asked before every act that needs it.
    pub confirm_minutes: u64,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            session_idle_hours: 12,
            session_max_days: 30,
            lockout_failures: 5,
            lockout_minutes: 15,
            lockout_network_attempts: 60,
            password_min_chars: 10,
            confirm_minutes: 15,
        }
    }
}

impl AccountSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("people.session_idle_hours", &mut self.session_idle_hours);
        visit("people.session_max_days", &mut self.session_max_days);
        visit("people.lockout_failures", &mut self.lockout_failures);
        visit("people.lockout_minutes", &mut self.lockout_minutes);
        visit("people.lockout_network_attempts", &mut self.lockout_network_attempts);
        visit("people.password_min_chars", &mut self.password_min_chars);
        visit("people.confirm_minutes", &mut self.confirm_minutes);
    }

    /// [`AccountSettings::session_idle_hours`] as a span of time.
    pub fn session_idle(&self) -> Duration {
        super::hours(self.session_idle_hours)
    }

    /// [`AccountSettings::session_max_days`] as a span of time.
    pub fn session_max(&self) -> Duration {
        super::hours(self.session_max_days.saturating_mul(24))
    }

    /// [`AccountSettings::confirm_minutes`] as a span of time.
    pub fn confirm_for(&self) -> Duration {
        Duration::from_secs(self.confirm_minutes.saturating_mul(60))
    }

    /// [`AccountSettings::lockout_minutes`] as a span of time.
    pub fn lockout(&self) -> Duration {
        Duration::from_secs(self.lockout_minutes.saturating_mul(60))
    }
}
