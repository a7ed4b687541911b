//! What the service says when it says no: what happened, and the next step.

use crate::domain::resource::{Move, Status};
use crate::error::{Apart, Outside, Refusal, Thing};

use super::Lang;
use super::sizes::size;

/// A refusal in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// A few words.
    pub title: String,
    /// A sentence or two that tell the next step.
    pub detail: String,
}

fn said(title: &str, detail: impl Into<String>) -> Said {
    Said {
        title: title.to_owned(),
        detail: detail.into(),
    }
}

/// What is said for a failure that nobody foresaw.
pub fn internal(lang: Lang) -> Said {
    lang.pick(
        said(
            "系统出错了",
            "问题已经记录。请稍后再试；如果一直不行，请把请求编号告诉管理员。",
        ),
        said(
            "Something went wrong",
            "It has been recorded. Try again later; if it goes on, give the administrator the request id.",
        ),
    )
}

impl Refusal {
    /// What the reader is told, and what to do next.
    pub fn say(&self, lang: Lang) -> Said {
        let (zh, en) = both(self);
        lang.pick(zh, en)
    }
}

fn both(refusal: &Refusal) -> (Said, Said) {
    match refusal {
        Refusal::NotSignedIn
        | Refusal::WrongPassword
        | Refusal::LockedOut { .. }
        | Refusal::PasswordOnce
        | Refusal::LastBureau
        | Refusal::InvalidToken
        | Refusal::TokenTooNarrow
        | Refusal::NotAllowed
        | Refusal::OwnWork
        | Refusal::Csrf => people(refusal),
        Refusal::UploadOffset { .. }
        | Refusal::UploadChecksum
        | Refusal::UploadChecksumAlgorithm
        | Refusal::UploadGone
        | Refusal::UploadIsFinal
        | Refusal::UploadPieces
        | Refusal::UploadTaken
        | Refusal::UploadTakenOver
        | Refusal::TusVersion => uploads(refusal),
        Refusal::BodyTooLarge { .. }
        | Refusal::FileTooLarge { .. }
        | Refusal::TooManyFiles { .. }
        | Refusal::LimitReached { .. }
        | Refusal::QuotaExceeded { .. }
        | Refusal::DiskFull
        | Refusal::Stalled
        | Refusal::Busy
        | Refusal::BeingMade
        | Refusal::Unavailable(_) => limits(refusal),
        Refusal::MoveNotPossible { .. }
        | Refusal::NotPublished
        | Refusal::ChangedMeanwhile
        | Refusal::IfMatchRequired
        | Refusal::NameTaken { .. }
        | Refusal::IdempotencyMismatch
        | Refusal::PackItemGone { .. }
        | Refusal::PackNotReady
        | Refusal::BadReceipt
        | Refusal::IdempotencyBusy => states(refusal),
        Refusal::ContentLost | Refusal::ContentDamaged => losses(refusal),
        Refusal::NotTogether(apart) => not_together(*apart),
        Refusal::KeysSealed { has_secret } => keys_sealed(*has_secret),
        _ => requests(refusal),
    }
}

fn not_together(apart: Apart) -> (Said, Said) {
    let (zh, en) = match apart {
        Apart::OtherStore => (
            "对象库属于另一个资源库。",
            "The object store belongs to another library.",
        ),
        Apart::UnknownObjects => (
            "对象库里已有文件，而数据库里一个也没有登记。",
            "The object store holds files, and the database names none of them.",
        ),
        Apart::MissingObjects => (
            "数据库登记的文件，在对象库里大多找不到：可能是磁盘没有挂载。",
            "Most files that the database names are not in the object store: its disk may not be mounted.",
        ),
        Apart::OtherFolder => (
            "数据目录里有另一个资源库未完成的上传。",
            "The data folder holds unfinished uploads of another library.",
        ),
    };
    (
        said(
            "数据库与存储不属于同一个资源库",
            format!(
                "{zh}为避免误删，已停止。请检查 database.url、storage.url 和 data_dir（及相应的环境变量）有没有写错、漏写；\
                 确实要让它们合用，请运行 `gongxue check --join-store`。"
            ),
        ),
        said(
            "Database and storage are not of one library",
            format!(
                "{en} Nothing was started, so that nothing is destroyed. Look whether database.url, storage.url or data_dir \
                 (or their variables) are wrong or forgotten; to join them on purpose, run `gongxue check --join-store`."
            ),
        ),
    )
}

fn keys_sealed(has_secret: bool) -> (Said, Said) {
    let (zh, en) = if has_secret {
        (
            "设置的口令与加密时的不同",
            "the secret that is set is not the one they were sealed with",
        )
    } else {
        ("还没有设置口令", "no secret is set")
    };
    (
        said(
            "签名密钥已加密",
            format!("{zh}。请用环境变量 GONGXUE_KEYS__SECRET（keys.secret）给出加密时的口令。"),
        ),
        said(
            "The keys that sign are sealed",
            format!("In the database they are sealed, and {en}: set GONGXUE_KEYS__SECRET (keys.secret) to that one."),
        ),
    )
}

fn people(refusal: &Refusal) -> (Said, Said) {
    match refusal {
        Refusal::WrongPassword => (
            said("登录名或密码不对", "请检查后重新输入。忘记密码请找学校管理员重设。"),
            said(
                "Wrong name or password",
                "Check both and try again. If you forgot it, ask your school's administrator.",
            ),
        ),
        Refusal::LockedOut { retry_after } => {
            let minutes = retry_after.as_secs().div_ceil(60);
            (
                said("登录暂时锁定", format!("密码错误次数太多，请 {minutes} 分钟后再试。")),
                said(
                    "Signing in is locked",
                    format!("Too many wrong passwords. Try again in {minutes} minutes."),
                ),
            )
        }
        Refusal::PasswordOnce => (
            said(
                "请先设置自己的密码",
                "这个密码是管理员给的，只能用来设置新密码。请在登录页设置，或随请求一起发送 `new_password`。",
            ),
            said(
                "Choose a password of your own first",
                "This one was given to you and opens nothing else. Choose yours on the sign-in page, or send `new_password` along.",
            ),
        ),
        Refusal::LastBureau => (
            said(
                "这是最后一个市人社局账号",
                "停用或改动它以后就没有人能管理账号了。请先再开一个市人社局账号。",
            ),
            said(
                "The last account of the bureau",
                "Without it nobody could look after accounts. Open another account of the bureau first.",
            ),
        ),
        Refusal::InvalidToken => (
            said("令牌无效", "令牌不存在、已过期或已撤销。请在“我的账号”里重新生成。"),
            said(
                "Invalid token",
                "The token is unknown, expired or withdrawn. Make a new one on the page of your account.",
            ),
        ),
        Refusal::TokenTooNarrow => (
            said("令牌权限不够", "这个操作需要权限更大的令牌（write 或 admin）。"),
            said(
                "The token is too narrow",
                "This needs a token of a wider scope (write or admin).",
            ),
        ),
        Refusal::NotAllowed => (
            said("没有权限", "您的账号不能做这个操作。需要时请联系学校管理员。"),
            said(
                "Not allowed",
                "Your account may not do this. Ask your school's administrator if you need to.",
            ),
        ),
        Refusal::OwnWork => (
            said("不能审核自己的作品", "请由另一位审核人来通过。"),
            said("Nobody approves their own work", "Another reviewer has to approve it."),
        ),
        Refusal::Csrf => (
            said("页面已失效", "请刷新页面后再提交一次。"),
            said("The page is out of date", "Reload the page and send it again."),
        ),
        _ => (
            said("请先登录", "登录后再试，或在请求里带上令牌。"),
            said(
                "Sign in first",
                "Sign in and try again, or send a token with the request.",
            ),
        ),
    }
}

fn uploads(refusal: &Refusal) -> (Said, Said) {
    match refusal {
        Refusal::UploadOffset { offset } => (
            said("续传位置不一致", format!("已收到 {offset} 字节，请从这里继续。")),
            said(
                "The offset does not fit",
                format!("{offset} bytes have arrived; go on from there."),
            ),
        ),
        Refusal::UploadChecksum => (
            said("校验和不符", "这一段在传输中损坏，没有保存。请重新发送这一段。"),
            said(
                "Checksum mismatch",
                "This piece was damaged on its way and was not kept. Send it again.",
            ),
        ),
        Refusal::UploadChecksumAlgorithm => (
            said(
                "不支持这种校验算法",
                "请使用 `OPTIONS` 应答里 `Tus-Checksum-Algorithm` 列出的算法。",
            ),
            said(
                "Unknown checksum algorithm",
                "Use one that `Tus-Checksum-Algorithm` lists in the answer to `OPTIONS`.",
            ),
        ),
        Refusal::UploadGone => (
            said("上传已失效", "这个上传已经删除或过期，请重新开始。"),
            said("The upload is gone", "It was removed or has expired. Begin again."),
        ),
        Refusal::UploadIsFinal => (
            said("合并后的上传不能再写入", "请写入各个分段，再合并。"),
            said(
                "A concatenated upload takes no bytes",
                "Write to its pieces, then concatenate.",
            ),
        ),
        Refusal::UploadPieces => (
            said("分段不完整", "要合并的分段必须都是您自己的、已经传完的分段。"),
            said(
                "Pieces are missing",
                "Every piece must be a finished partial upload of your own.",
            ),
        ),
        Refusal::UploadTaken => (
            said(
                "这些文件已经用过了",
                "另一个请求刚刚用这些文件建好了资源，请先看看“我的资源”；若要再建一个，请重新上传文件。",
            ),
            said(
                "Already taken",
                "Another request has just made a resource of these files. Look among your resources first; to make one more, send the files again.",
            ),
        ),
        Refusal::UploadTakenOver => (
            said("这个上传在别处继续了", "同一个上传有了更新的请求，这一个已停止。"),
            said(
                "Taken over",
                "A newer request goes on with this upload; this one has stopped.",
            ),
        ),
        _ => (
            said("tus 版本不对", "请带上 `Tus-Resumable: 1.0.0`。"),
            said("Wrong tus version", "Send `Tus-Resumable: 1.0.0`."),
        ),
    }
}

fn limits(refusal: &Refusal) -> (Said, Said) {
    match refusal {
        Refusal::BodyTooLarge { limit } => (
            said("请求太大", format!("这类请求最多 {}。", size(*limit))),
            said(
                "The request is too large",
                format!("A request of this kind may have {}.", size(*limit)),
            ),
        ),
        Refusal::FileTooLarge { limit } => (
            said(
                "文件太大",
                format!("单个文件最多 {}。可以压缩视频，或拆成几个文件再传。", size(*limit)),
            ),
            said(
                "The file is too large",
                format!(
                    "A file may have {}. Compress the video or send it in parts.",
                    size(*limit)
                ),
            ),
        ),
        Refusal::TooManyFiles { limit } => (
            said(
                "文件太多",
                format!("一个资源最多 {limit} 个文件。请分成几个资源，或先打包。"),
            ),
            said(
                "Too many files",
                format!("A resource may hold {limit} files. Split it, or send an archive."),
            ),
        ),
        Refusal::LimitReached { thing, limit } => {
            let (zh, en) = thing_name(*thing);
            (
                said("已到上限", format!("{zh}最多 {limit} 项。请先删除不再用的。")),
                said(
                    "The limit is reached",
                    format!("Of this kind ({en}) {limit} can be kept. Delete what is no longer needed."),
                ),
            )
        }
        Refusal::QuotaExceeded { limit } => (
            said(
                "学校空间已满",
                format!("本校空间共 {}。请学校管理员清理或申请扩容。", size(*limit)),
            ),
            said(
                "The school's room is used up",
                format!("It has {} in all. Ask its administrator to make room.", size(*limit)),
            ),
        ),
        Refusal::DiskFull => (
            said("服务器空间不足", "文件没有保存。请联系系统管理员，稍后再传。"),
            said(
                "No room on the server",
                "The file was not kept. Tell the system's administrator and try again later.",
            ),
        ),
        Refusal::Stalled => (
            said("传输中断", "太久没有收到数据。已收到的部分会保留，请从断点继续。"),
            said(
                "The transfer stalled",
                "No data came for too long. What arrived is kept; go on from there.",
            ),
        ),
        Refusal::Unavailable(Outside::Database) => (
            said(
                "数据库暂时不可用",
                "没有保存任何内容。请过一会儿再试；如果一直这样，请联系系统管理员。",
            ),
            said(
                "The database is away",
                "Nothing was kept. Try again in a moment; if it stays so, tell the system's administrator.",
            ),
        ),
        Refusal::Unavailable(Outside::Store) => (
            said(
                "文件存储暂时不可用",
                "请过一会儿再试；正在上传的文件会从断点继续。如果一直这样，请联系系统管理员。",
            ),
            said(
                "The store of files is away",
                "Try again in a moment; uploads go on where they stopped. If it stays so, tell the system's administrator.",
            ),
        ),
        Refusal::BeingMade => (
            said(
                "正在重新生成",
                "由原文件生成的内容已丢失或损坏，正在重新生成。请稍后再试；原文件仍可下载。",
            ),
            said(
                "Being made again",
                "What was made of this file is lost or damaged, and is being made anew. Try again in a moment; the file itself can be downloaded.",
            ),
        ),
        _ => (
            said("服务器正忙", "请稍后再试。"),
            said("Busy", "Try again in a moment."),
        ),
    }
}

/// The service does not have what it was given. Whoever has the file can mend it, so that is the next step.
fn losses(refusal: &Refusal) -> (Said, Said) {
    const MEND_ZH: &str = "有原件的人把同一个文件再上传一次（放在哪个资源都可以），所有用到它的资源就都恢复了；也可请系统管理员运行 `gongxue check`，从备份或上级资源库找回。";
    const MEND_EN: &str = "Whoever has the file uploads it again, to any resource, and every resource that holds it is whole again. Or ask the operator to run `gongxue check` and bring it back from a backup or the hub.";
    let (zh, en) = match refusal {
        Refusal::ContentLost => (
            ("文件内容丢失", "存储中已经没有这个文件的内容，因此无法提供。"),
            (
                "The file's content is lost",
                "It is not in the store any more and cannot be given.",
            ),
        ),
        _ => (
            (
                "文件内容已损坏",
                "存储中的内容与当初上传的不一致，为免给出错误的内容，不再提供。",
            ),
            (
                "The file's content is damaged",
                "What the store holds is not what was uploaded, and wrong bytes are not given.",
            ),
        ),
    };
    (
        said(zh.0, format!("{}{MEND_ZH}", zh.1)),
        said(en.0, format!("{} {MEND_EN}", en.1)),
    )
}

fn requests(refusal: &Refusal) -> (Said, Said) {
    match refusal {
        Refusal::NoSuch(thing) => {
            let (zh, en) = thing_name(*thing);
            (
                said(
                    &format!("没有找到{zh}"),
                    format!("这个{zh}不存在，或者您看不到它。请检查地址，或登录后再试。"),
                ),
                said(
                    &format!("No such {en}"),
                    format!("This {en} does not exist or is not shown to you. Check the address or sign in."),
                ),
            )
        }
        Refusal::MethodNotAllowed => (
            said("不支持这种请求方法", "请看接口文档 /api/docs。"),
            said("Method not allowed", "See the documentation at /api/docs."),
        ),
        Refusal::Fields(faults) => (
            said(
                "有几处需要修改",
                format!("共 {} 处，请逐项修改后再提交。", faults.len()),
            ),
            said(
                "Some fields need mending",
                format!("{} in all; mend each and send again.", faults.len()),
            ),
        ),
        Refusal::MediaType { expected } => (
            said("内容类型不对", format!("请使用 `{expected}`。")),
            said("Unsupported media type", format!("Use `{expected}`.")),
        ),
        Refusal::UnreadableTable => (
            said(
                "表格读不出来",
                "请用 XLSX、XLS、ODS 或 CSV 格式，第一行写列名；有密码的请先去掉密码再上传。",
            ),
            said(
                "The table cannot be read",
                "Use XLSX, XLS, ODS or CSV with the columns' names in the first row, and without a password.",
            ),
        ),
        Refusal::BadCursor => (
            said("翻页位置无效", "请从第一页重新开始。"),
            said("Not a cursor", "Begin again at the first page."),
        ),
        Refusal::RangeNotSatisfiable { size } => (
            said("请求的范围不在文件内", format!("文件共 {size} 字节。")),
            said("The range is outside the file", format!("The file has {size} bytes.")),
        ),
        Refusal::AddressTooLong { limit } => (
            said(
                "网址太长",
                format!("网址最多 {limit} 字节。搜索的话请缩短，一两句就够了。"),
            ),
            said(
                "The address is too long",
                format!("An address may have {limit} bytes. Search for less: a sentence or two will do."),
            ),
        ),
        Refusal::HeadersTooLarge => (
            said("请求头太大", "请清除本站的 Cookie 后重试。"),
            said(
                "The request's headers are too large",
                "Remove this site's cookies and try again.",
            ),
        ),
        Refusal::Malformed { detail } => (
            said("请求无法识别", format!("请检查格式：{detail}")),
            said("The request cannot be read", format!("Check its form: {detail}")),
        ),
        _ => (
            said("请求无法处理", "请检查后重试。"),
            said("The request cannot be handled", "Check it and try again."),
        ),
    }
}

/// The request is in order, and does not go with how things stand.
fn states(refusal: &Refusal) -> (Said, Said) {
    match refusal {
        Refusal::MoveNotPossible { from, step } => {
            let (from_zh, from_en) = status_name(*from);
            let (step_zh, step_en) = move_name(*step);
            (
                said(
                    "现在不能这样操作",
                    format!("资源现在是“{from_zh}”，不能{step_zh}。请刷新后查看最新状态。"),
                ),
                said(
                    "Not possible now",
                    format!("The resource is {from_en}; you cannot {step_en} it. Reload to see its state."),
                ),
            )
        }
        Refusal::NotPublished => (
            said("还没有发布", "发布以后才能评为示范资源。"),
            said("Not published yet", "Only what is published can be held up as a model."),
        ),
        Refusal::ChangedMeanwhile => (
            said("别人刚改过", "请重新读取最新内容，再提交您的修改。"),
            said("Changed meanwhile", "Read it again and send your change once more."),
        ),
        Refusal::IfMatchRequired => (
            said("缺少 If-Match", "修改时请带上您看到的 `ETag`，以免覆盖别人的修改。"),
            said(
                "If-Match is required",
                "Send the `ETag` you saw, so that nobody's change is lost.",
            ),
        ),
        Refusal::NameTaken { name } => (
            said("名称已被使用", format!("“{name}”已经存在，请换一个。")),
            said(
                "The name is in use",
                format!("“{name}” exists already; choose another."),
            ),
        ),
        Refusal::IdempotencyMismatch => (
            said("重复的 Idempotency-Key", "这个键已经用于另一个请求，请换一个。"),
            said(
                "The key was used before",
                "This `Idempotency-Key` came with another request; choose a new one.",
            ),
        ),
        Refusal::PackItemGone { items } => {
            let files = items.len();
            (
                said(
                    "有文件已停止共享",
                    format!("所要的文件中有 {files} 个已不能提供。请取资源包的新版本，或只取其余文件。"),
                ),
                said(
                    "Some files are no longer shared",
                    format!(
                        "{files} of the files asked for may no longer be given. Fetch the pack's next version, or the others."
                    ),
                ),
            )
        }
        Refusal::PackNotReady => (
            said(
                "这个版本还没有生成好",
                "请稍后再试；进度见 `GET /api/v1/packs/{id}/versions/{n}`。",
            ),
            said(
                "This version is not ready",
                "Try again in a moment; `GET /api/v1/packs/{id}/versions/{n}` shows how far it is.",
            ),
        ),
        Refusal::BadReceipt => (
            said(
                "回执无效",
                "签名不对，或不是这个资源包的回执。请用 `gongxue pull` 或 `gongxue mirror` 重新生成。",
            ),
            said(
                "The receipt is not valid",
                "It is not signed as it says, or is of another pack. See docs/packs.md for its form.",
            ),
        ),
        Refusal::IdempotencyBusy => (
            said("同一请求正在处理", "请稍后再查询结果。"),
            said(
                "Still at work",
                "The first request with this key is still being handled. Ask again in a moment.",
            ),
        ),
        _ => (
            said("请求无法处理", "请检查后重试。"),
            said("The request cannot be handled", "Check it and try again."),
        ),
    }
}

fn thing_name(thing: Thing) -> (&'static str, &'static str) {
    match thing {
        Thing::Account => ("账号", "account"),
        Thing::Comment => ("批注", "comment"),
        Thing::Course => ("课程", "course"),
        Thing::Feed => ("订阅", "feed"),
        Thing::File => ("文件", "file"),
        Thing::Job => ("任务记录", "job"),
        Thing::Major => ("专业", "major"),
        Thing::Pack => ("资源包", "pack"),
        Thing::Page => ("页面", "page"),
        Thing::Picture => ("图片", "picture"),
        Thing::Preview => ("预览", "preview"),
        Thing::Resource => ("资源", "resource"),
        Thing::SavedSearch => ("已存搜索", "saved search"),
        Thing::School => ("学校", "school"),
        Thing::Session => ("登录", "session"),
        Thing::Stream => ("可播放的版本", "playable copy"),
        Thing::Synonyms => ("同义词", "group of synonyms"),
        Thing::Task => ("任务", "task"),
        Thing::Token => ("令牌", "token"),
        Thing::Upload => ("上传", "upload"),
        Thing::Version => ("版本", "version"),
    }
}

/// A status in words.
pub fn status_name(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Draft => ("草稿", "a draft"),
        Status::Submitted => ("待审核", "waiting for review"),
        Status::Returned => ("退回修改", "returned"),
        Status::Published => ("已发布", "published"),
        Status::Withdrawn => ("已下架", "withdrawn"),
    }
}

fn move_name(step: Move) -> (&'static str, &'static str) {
    match step {
        Move::Submit => ("提交审核", "submit"),
        Move::Approve => ("通过", "approve"),
        Move::Return => ("退回", "return"),
        Move::Publish => ("发布", "publish"),
        Move::Withdraw => ("下架", "withdraw"),
    }
}
