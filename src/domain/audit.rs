//! What the audit log can say that somebody did. An act that has no name here cannot be recorded.

use super::code::codes;

/// What came of acts that stand in one line and were refused, perhaps for more than one reason.
pub const SEVERAL: &str = "several";

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
        ResourceReject "resource.reject",
        ResourceRecall "resource.recall",
        ResourceTake "resource.take",
        ResourceGiveBack "resource.give-back",
        ResourcePublish "resource.publish",
        ResourcePublishImported "resource.publish-imported",
        ResourceWithdraw "resource.withdraw",
        ResourceTakeDown "resource.take-down",
        ResourceRestore "resource.restore",
        ResourceFeature "resource.mark",
        ResourceUnfeature "resource.unmark",
        ResourceSpeechCorrect "resource.speech-correct",
        ResourceSpeechAgain "resource.speech-again",
        ResourceDiscard "resource.discard",
        ResourceEraseFile "resource.erase-file",
        ResourceReadFirst "resource.read-first",
        ResourceCorrectText "resource.correct-text",
        ResourceRemove "resource.remove",
        ResourceRead "resource.read",
        ResourceFetch "resource.fetch";
    Notice "notice":
        NoticeSend "notice.send",
        NoticeAsk "notice.ask",
        NoticeAnswer "notice.answer",
        NoticeReject "notice.reject",
        NoticeTakeDown "notice.take-down",
        NoticeCounter "notice.counter",
        NoticeRestore "notice.restore",
        NoticeRead "notice.read",
        NoticeExport "notice.export";
    Comment "comment":
        CommentAdd "comment.add",
        CommentResolve "comment.resolve",
        CommentReopen "comment.reopen",
        CommentRemove "comment.remove";
    Session "session":
        SessionBegin "session.begin",
        SessionEnd "session.end",
        SessionLock "session.lock",
        SessionConfirm "session.confirm";
    Account "account":
        AccountAdd "account.add",
        AccountEdit "account.edit",
        AccountDisable "account.disable",
        AccountEnable "account.enable",
        AccountUnlock "account.unlock",
        AccountPassword "account.password",
        AccountRead "account.read",
        AccountExport "account.export",
        AccountErase "account.erase";
    Address "address":
        AddressFree "address.free";
    Password "password":
        PasswordChange "password.change";
    SignOn "sign-on":
        SignOnLink "sign-on.link",
        SignOnUnlink "sign-on.unlink";
    SecondFactor "second-factor":
        SecondFactorAdd "second-factor.add",
        SecondFactorRemove "second-factor.remove",
        SecondFactorReset "second-factor.reset";
    Passkey "passkey":
        PasskeyAdd "passkey.add",
        PasskeyEdit "passkey.edit",
        PasskeyRemove "passkey.remove";
    School "school":
        SchoolAdd "school.add",
        SchoolEdit "school.edit",
        SchoolList "school.list";
    Token "token":
        TokenAdd "token.add",
        TokenRemove "token.remove",
        TokenRefuse "token.refuse";
    Curriculum "curriculum":
        CurriculumImport "curriculum.import";
    Standard "standard":
        StandardAdd "standard.add",
        StandardEdit "standard.edit",
        StandardTable "standard.table",
        StandardRemove "standard.remove",
        StandardPublish "standard.publish",
        StandardDone "standard.done",
        StandardWaive "standard.waive",
        StandardReopen "standard.reopen",
        StandardExport "standard.export";
    Task "task":
        TaskOrder "task.order";
    Training "training":
        TrainingBaseAdd "training.base-add",
        TrainingBaseEdit "training.base-edit",
        TrainingBaseRemove "training.base-remove",
        TrainingBaseList "training.base-list",
        TrainingAdd "training.add",
        TrainingSheet "training.sheet",
        TrainingEdit "training.edit",
        TrainingCancel "training.cancel",
        TrainingEnrol "training.enrol",
        TrainingWithdraw "training.withdraw",
        TrainingSignIn "training.sign-in",
        TrainingCorrect "training.correct",
        TrainingList "training.list",
        TrainingCertify "training.certify",
        TrainingRevoke "training.revoke",
        TrainingItems "training.items",
        TrainingFinish "training.finish",
        TrainingRead "training.read",
        TrainingExport "training.export";
    Company "company":
        CompanyAdd "company.add",
        CompanyEdit "company.edit",
        CompanyRemove "company.remove",
        CompanyList "company.list",
        CompanyMember "company.member",
        CompanyMemberRemove "company.member-remove",
        CompanyExport "company.export";
    Visit "visit":
        VisitAdd "visit.add",
        VisitEdit "visit.edit",
        VisitAnswer "visit.answer",
        VisitClose "visit.close",
        VisitRemove "visit.remove",
        VisitList "visit.list",
        VisitExport "visit.export";
    Recognition "recognition":
        RecognitionAdd "recognition.add",
        RecognitionEdit "recognition.edit",
        RecognitionSheet "recognition.sheet",
        RecognitionAnnounce "recognition.announce",
        RecognitionCancel "recognition.cancel",
        RecognitionEnter "recognition.enter",
        RecognitionEntryEdit "recognition.entry-edit",
        RecognitionEntrySheet "recognition.entry-sheet",
        RecognitionWithdraw "recognition.withdraw",
        RecognitionAppoint "recognition.appoint",
        RecognitionDismiss "recognition.dismiss",
        RecognitionConflict "recognition.conflict",
        RecognitionScore "recognition.score",
        RecognitionPublish "recognition.publish",
        RecognitionCorrect "recognition.correct",
        RecognitionRead "recognition.read",
        RecognitionExport "recognition.export";
    Pack "pack":
        PackCreate "pack.create",
        PackEdit "pack.edit",
        PackPublish "pack.publish",
        PackWithdraw "pack.withdraw",
        PackRestore "pack.restore",
        PackRemove "pack.remove",
        PackReceipt "pack.receipt",
        PackFetch "pack.fetch";
    Synonyms "synonyms":
        SynonymsAdd "synonyms.add",
        SynonymsList "synonyms.list",
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
        StoreJoin "store.join",
        StoreScrub "store.scrub",
        StoreRepair "store.repair",
        StoreClear "store.clear";
    Backup "backup":
        BackupMake "backup.make",
        BackupRestore "backup.restore";
    Index "index":
        IndexRebuild "index.rebuild",
        IndexReadAgain "index.read-again",
        IndexRecognizeAgain "index.recognize-again",
        IndexHearAgain "index.hear-again";
    ReviewPath "review-path":
        ReviewPathEdit "review-path.edit",
        ReviewPathRemove "review-path.remove",
        ReviewPathExport "review-path.export";
    Plan "plan":
        PlanEdit "plan.edit";
    Report "report":
        ReportExport "report.export",
        ListExport "report.list";
    Audit "audit":
        AuditRead "audit.read",
        AuditExport "audit.export",
        AuditCheckpoint "audit.checkpoint",
        AuditMiss "audit.miss",
        AuditCut "audit.cut";
    Access "access":
        AccessRefuse "access.refuse",
        AccessHidden "access.hidden";
    Job "job":
        JobRetry "job.retry",
        JobRetryAll "job.retry-all",
        WorkerJoin "job.worker-join",
        WorkerDrop "job.worker-drop";
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
