//! What the audit log can say that somebody did. An act that has no name here cannot be recorded.

/// Makes [`AuditFamily`] and [`AuditAction`]: each family with its code, and its actions with theirs.
macro_rules! actions {
    ($($family:ident $family_code:literal: $($action:ident $code:literal),+;)+) => {
        /// What actions are about, as the log is narrowed by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is named by its code")]
        pub enum AuditFamily { $($family),+ }

        /// An act that is recorded.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is named by its code")]
        pub enum AuditAction { $($($action),+),+ }

        impl AuditFamily {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$family),+];

            /// The stable name: `resource`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$family => $family_code),+ }
            }
        }

        impl AuditAction {
            /// All of them, family by family.
            pub const ALL: &'static [Self] = &[$($(Self::$action),+),+];

            /// The stable name, as the log holds it: `resource.create`.
            pub fn code(self) -> &'static str {
                match self { $($(Self::$action => $code),+),+ }
            }

            /// What it is about.
            pub fn family(self) -> AuditFamily {
                match self { $($(Self::$action)|+ => AuditFamily::$family),+ }
            }
        }
    };
}

actions! {
    Resource "resource":
        ResourceCreate "resource.create",
        ResourceEdit "resource.edit",
        ResourceVersion "resource.version",
        ResourceSubmit "resource.submit",
        ResourceApprove "resource.approve",
        ResourceReturn "resource.return",
        ResourcePublish "resource.publish",
        ResourcePublishImported "resource.publish-imported",
        ResourceWithdraw "resource.withdraw",
        ResourceTakeDown "resource.take-down",
        ResourceFeature "resource.mark",
        ResourceUnfeature "resource.unmark",
        ResourceRemove "resource.remove";
    Comment "comment":
        CommentAdd "comment.add",
        CommentResolve "comment.resolve",
        CommentReopen "comment.reopen",
        CommentRemove "comment.remove";
    Session "session":
        SessionBegin "session.begin",
        SessionEnd "session.end";
    Account "account":
        AccountAdd "account.add",
        AccountEdit "account.edit",
        AccountDisable "account.disable",
        AccountEnable "account.enable",
        AccountUnlock "account.unlock",
        AccountPassword "account.password";
    Password "password":
        PasswordChange "password.change";
    School "school":
        SchoolAdd "school.add",
        SchoolEdit "school.edit";
    Token "token":
        TokenAdd "token.add",
        TokenRemove "token.remove";
    Curriculum "curriculum":
        CurriculumImport "curriculum.import";
    Task "task":
        TaskOrder "task.order";
    Pack "pack":
        PackCreate "pack.create",
        PackEdit "pack.edit",
        PackPublish "pack.publish",
        PackWithdraw "pack.withdraw",
        PackRestore "pack.restore",
        PackRemove "pack.remove",
        PackReceipt "pack.receipt";
    Synonyms "synonyms":
        SynonymsAdd "synonyms.add",
        SynonymsEdit "synonyms.edit",
        SynonymsRemove "synonyms.remove";
    SavedSearch "saved-search":
        SavedSearchAdd "saved-search.add",
        SavedSearchEdit "saved-search.edit",
        SavedSearchRemove "saved-search.remove",
        SavedSearchFeedAdd "saved-search.feed-add",
        SavedSearchFeedRemove "saved-search.feed-remove";
    Mirror "mirror":
        MirrorTake "mirror.take",
        MirrorRemove "mirror.remove",
        MirrorWithdraw "mirror.withdraw";
    Keys "keys":
        KeysRotate "keys.rotate",
        KeysRevoke "keys.revoke",
        KeysSeal "keys.seal",
        KeysUnseal "keys.unseal";
    Store "store":
        StoreJoin "store.join";
    Job "job":
        JobRetry "job.retry",
        JobRetryAll "job.retry-all";
}

impl AuditFamily {
    /// Reads a family by its stable name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|family| family.code() == code)
    }
}

impl AuditAction {
    /// Reads an action by its stable name; none for one that an older or newer version recorded.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_bears_the_name_of_its_family() {
        for action in AuditAction::ALL {
            let (family, _) = action.code().split_once('.').unwrap();
            assert_eq!(family, action.family().code());
            assert_eq!(AuditAction::parse(action.code()), Some(*action));
            assert_eq!(AuditFamily::parse(family), Some(action.family()));
        }
        assert_eq!(AuditAction::parse("resource.unheard-of"), None);
    }
}
