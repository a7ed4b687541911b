//! What the audit log can say that somebody did. An act that has no name here cannot be recorded.

use super::code::codes;

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

        codes!(AuditFamily: $($family $family_code),+);
        codes!(AuditAction: $($($action $code),+),+);

        impl AuditAction {
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
        ResourceEraseFile "resource.erase-file",
        ResourceRemove "resource.remove";
    Comment "comment":
        CommentAdd "comment.add",
        CommentResolve "comment.resolve",
        CommentReopen "comment.reopen",
        CommentRemove "comment.remove";
    Session "session":
        SessionBegin "session.begin",
        SessionEnd "session.end",
        SessionLock "session.lock";
    Account "account":
        AccountAdd "account.add",
        AccountEdit "account.edit",
        AccountDisable "account.disable",
        AccountEnable "account.enable",
        AccountUnlock "account.unlock",
        AccountPassword "account.password";
    Password "password":
        PasswordChange "password.change";
    SecondFactor "second-factor":
        SecondFactorAdd "second-factor.add",
        SecondFactorRemove "second-factor.remove",
        SecondFactorReset "second-factor.reset";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_bears_the_name_of_its_family() {
        for action in AuditAction::ALL {
            let (family, _) = action.code().split_once('.').unwrap();
            assert_eq!(family, action.family().code());
            assert_eq!(AuditAction::of_code(action.code()), Some(action));
            assert_eq!(AuditFamily::of_code(family), Some(action.family()));
        }
        assert_eq!(AuditAction::of_code("resource.unheard-of"), None);
    }
}
