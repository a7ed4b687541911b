//! Gongxue 工学资源库: a shared repository of teaching resources for technical schools.
//!
//! This page is the architecture. It says where things are, who may know whom, and how four things happen.
//!
//! # The rooms
//!
//! | room | what it is for |
//! |---|---|
//! | [`domain`] | what a teacher could check on paper: nouns and rules, no input or output |
//! | [`actor`] [`clock`] [`error`] [`words`] | who asks · time as an input · the catalogue of refusals · every sentence shown to people |
//! | [`db`] | rows: opening the database, its two doors `read` and `write`, one file of queries per noun |
//! | [`blob`] | bytes: the object store, and uploads while they grow |
//! | [`extract`] | bytes to text and facts, in a locked child process |
//! | [`search`] | the index: one spelling, terms, queries, marks, generations on disk |
//! | [`identity`] | who somebody is, as others say: OpenID Connect, CAS, LDAP; no rows |
//! | [`pack`] | the form of packs, which other vendors rely on: manifest, signatures, paths, archives; no input or output |
//! | [`table`] | tables to take along: CSV, workbooks, PDF; no input or output |
//! | [`library`] | what people do, one verb or small family per file; the only room that joins the seven above |
//! | [`jobs`] | when and again: workers and timetable |
//! | [`http`] | the door: middleware, the route table, REST, tus, pages |
//! | [`pull`] | the client's side of packs, against any hub over plain HTTP |
//! | [`cli`] | the command line, one file per subcommand |
//! | [`demo`] | the sample library's content |
//! | `fuzzing` | every parser as a function of bytes that panics where a promise is broken; for tests and fuzzers only |
//! | [`app`] [`config`] [`telemetry`] [`tls`] | choosing and joining the parts · settings · logs and figures · the cryptography below TLS |
//!
//! A room for every line; the first yes decides. States a rule true on paper? `domain`. Says something to a person?
//! `words`. Mentions a status, a header, a cookie, a form, a page? `http`. Names a column or a table? `db`. Names an
//! object's key? `blob`. Names a field or a term of the index? `search`. Speaks to a provider of sign-on? `identity`. Makes a workbook or a printed page? `table`. Turns bytes into text or facts? `extract`. Starts
//! a transaction, or joins two of those? `library`. Decides *when* or *again*? `jobs`.
//!
//! # Who may know whom
//!
//! ```text
//! domain ← error, words, actor, clock, telemetry, tls ← { db · blob · extract · search · identity · pack · table } ← library ← { jobs · http · pull ← cli } ← app ← main
//! ```
//!
//! Inside the braces of seven nobody knows a sibling. A test reads every `use crate::…` and names the one that breaks this.
//!
//! # Four things that happen
//!
//! **A file is shared.** [`http::routes`] says who may knock. Bytes stream into [`blob::Staging`] while SHA-256 and CRC-32
//! are counted ([`library::uploads`]); what was acknowledged survives a crash. When all bytes are there the object goes into
//! the store, *then* a row names it: an object alone is harmless, a row is the truth. [`library::resources::share`] turns finished
//! uploads into files of a resource in one transaction with its version, the audit line, the change and the jobs. A worker
//! claims the job by a lease ([`library::jobs::runner`]), a child of this binary reads the file ([`library::reading`]), its passages are kept
//! as a derived object, and the change log says so.
//!
//! What a resource looks like in an answer is [`library::resource_view`]; `If-Match` is its revision, which
//! `db/resources.rs` compares as it writes. What is published is what was approved: later changes wait beside it until they are
//! approved, too ([`library::resources::approval`]).
//!
//! **The index follows.** Nothing is queued for it. It says up to which change it is true; [`library::indexer`] reads the
//! change log from there, puts the present state of each resource in, and commits with the new number. Whatever was cut
//! off is done again. A lost or torn index is built anew, from rows and stored passages, beside the one that serves.
//!
//! **Somebody searches.** The question is read once, with the city's synonyms and those of the asker's school. One pass
//! through the index adds up what its words say of each resource and lets through only *what this actor may see*
//! ([`domain::search::Audience`]); it yields those that hold every word and the nearest of the others. The best thousand are
//! looked at a second time, by single characters and by what the very best have in common; near-copies of other schools
//! are folded; the best passages come from an index of their own, the rows beside them from a fixed handful of queries
//! ([`library::search::find`]).
//!
//! **A school pulls a pack.** What was chosen ([`domain::pack`]) is weighed and listed by a job ([`library::packs`]): every
//! file with its path and hash, signed, never changed again ([`mod@pack`] is the form that other vendors rely on). The client ([`pull`])
//! believes nothing but signatures and hashes, fetches only what it holds nowhere, and switches folders when all of it is whole.
//! A mirror takes the text along and is searchable at once ([`library::mirror`]). What is withdrawn is refused from that commit on, because
//! the change log itself marks it in every version ([`db`]).
//!
//! # How things are kept from going wrong
//!
//! - A copy in the store has a key of its own (`blobs/ab/<sha256>.<generation>`), so that deleting an old copy never meets
//!   an upload of the same bytes.
//! - A writer of the change log holds one lock until its commit, so that numbers become visible in order ([`db`]).
//! - On SQLite every writing transaction takes the write lock first.
//! - Locks are taken in one order: what is taught, the paths of the review, rows (several in the order of their ids), the change log.
//! - No transaction is open while a disk, a store, an index or the network is waited for.
//! - Whose session or token a request carries is said by `library/accounts/authenticate.rs`; what they may do, by the table
//!   of rights in [`domain::authority`]; wrong passwords are counted in `library/accounts/attempts.rs`,
//!   and who waits for a comparison is put in order in `library/accounts/turn_queue.rs`;
//!   whose account a provider's word opens, and as what, by `library/accounts/sign_on/enter.rs`. Which routes ask again who
//!   somebody is says their table in [`http::routes`], what proves it `library/accounts/confirm.rs`, with a passkey
//!   `library/accounts/passkey_proof.rs`. What was done stands
//!   in the audit log, whose lines `library/audit_chain.rs` chains by hashes.
//! - What may be uploaded, by quota and free disk, is said by `library/uploads/quota.rs`; which copies of a film browsers
//!   need, by `extract/film_maker.rs`; the order of a task's teaching stages, by `domain/stage.rs`.
//! - Which writes come from our own pages is said by `http/guard.rs`, where a request comes from by `http/proxy.rs` alone,
//!   how long browsers keep an answer by `http/caching.rs`.
//! - What one may not know exists is 404; whom a resource is shown to is one rule ([`domain::search::Audience`]), asked by
//!   lists, pages, files and pictures alike; `library/resources/visibility.rs` says what of its history, and
//!   `library/packs/visibility.rs` of packs and their versions.
//! - What is over goes by `library/operations`: uploads that expired (`expired_uploads.rs`), contents that nothing refers
//!   to (`gc.rs`), objects that no row names (`orphan_sweep.rs`). What is kept is read again and again (`scrub.rs`).
//! - A job that fails is tried again or given up by `library/jobs/retry.rs`; `jobs` only says when a round begins.
//!
//! # Adding things
//!
//! - **A route**: a line in [`http::routes`] and one in `http/audited.rs`, a handler in `http/api/<noun>.rs` listed in `http/openapi.rs`, and what it
//!   does in the service of [`library`] that owns the noun. `tests/it/rights.rs` asks every role at it; its snapshot
//!   shows the new line.
//! - **A page**: a file in `http/web` with its struct and handler, a template in `http/web/templates`, a sample in
//!   `http/web/sample`, its words in `words/pages`, a line in [`http::routes`] and one in `http/web/tests.rs`. A form is
//!   taken as a [`http::protected_form::ProtectedForm`]: its fields are not there until its token is right.
//! - **A role**: its name in `domain/role.rs`, a row of the table of rights in `domain/authority.rs`, its words in
//!   `words/pages`; the compiler asks for each. What the row does not name it may not do. A test asks for somebody of the
//!   role in the demo.
//! - **A field of a resource**: a migration and its line in `migrations/src/lib.rs`, then what the compiler asks for:
//!   `domain/metadata.rs` (how forms say it, whether it is searched and under which name) and `db/entity/resource.rs`.
//!   The index, the views, packs and mirrors hold [`domain::metadata::Metadata`] whole. What people see of it:
//!   `MetadataBody` in `http/api/resources/body.rs`, the form in `http/web/metadata_form.rs` with its template
//!   `http/web/templates/about_more.html` (of rights: `http/web/metadata_form/rights.rs`, `http/web/templates/about_rights.html`), a fact of the page in `http/web/resource/view_model.rs`, its names in
//!   `words/pages/fields.rs`, its column in `library/imports/sheet.rs`. A story in `tests/it` and the snapshot of the interface make it twelve files. What answers
//!   are limited by is a facet besides: `search/schema.rs`, `domain/search.rs` and `domain/search/query.rs`, and to be
//!   shown `library/search/find/facets.rs` and `http/web/results/narrow.rs`.
//! - **A reader**: a file beside `extract/docx.rs`, a line in `extract/readers.rs`, its recognition in `extract/sniff.rs`,
//!   the table of formats in `docs/guide.md`, a file as people send it in `tests/it/real_files.rs`, a target in
//!   `extract/fuzzing.rs` with its seeds (`src/fuzzing.rs` says where).
//! - **A list that goes out and comes in as a table**: a variant of [`domain::list_sheet::ListSheet`] and a file in `library/sheets`
//!   with three things: the columns, what a thing says in them (of which `table` makes its export), and what a row would do to what is there
//!   (`SheetRows`, which also says what is locked before it is written, and as what each thing is recorded); its line in `each_list` of `library/sheets.rs`, what its page is called in `http/web/sheets.rs`, the act that it is recorded as in
//!   `http/audited.rs`. Preview, yes, audit, faults, workbook and CSV come with that. A story in `tests/it/sheets.rs`: what was taken along changes nothing.
//! - **A list that only goes out**: its handler answers with `http/api/list_table.rs`, which sends a page as JSON and all of it as CSV or a
//!   workbook; its headings in `words/pages/list_tables.rs`, a link on its page, `ListExport` in `http/audited.rs`.
//! - **A refusal** (an error of the API): a variant in `error.rs` with its code and class, an arm in `words/refusals.rs`,
//!   its sentences in the file of its family in `words/refusals`.
//! - **An act that is recorded**: a line in `domain/audit.rs`, its words in `words/pages/audit_log.rs`; which act a route is recorded as, or why
//!   none, in `http/audited.rs`.
//! - **A column about somebody**: its line in `domain/personal_data.rs`, what erasing does with it in `library/accounts/erase.rs`.
//! - **A job**: a kind in `domain/job.rs`, a branch of the dispatch in `library/jobs/runner.rs`, its Chinese name
//!   in `words/pages`.
//! - **A migration**: a file in `migrations/src`, listed in its `lib.rs`; entities in `db/entity`; for a new kind of row a
//!   type of id in `domain/id.rs`. One that has been released is never edited. `tests/it/migrations.rs` brings old
//!   databases up.
//! - **A setting**: a field in its section of [`config`], a line in that section's `each`, a sentence in
//!   `config/default.toml`; a test fails until the three agree.
//!
//! # Words
//!
//! *resource* 资源, *file* 文件, *version* 版本, *passage* 段落 (a piece of text with the place to open it at), *content*
//! (bytes by their hash), *upload* 上传 (bytes on their way), *audience* (who a resource is shown to), *scope* 共享范围,
//! *pack* 资源包 (of versions, each a *manifest* 清单 of files), *hub* 上级资源库 and *mirror* 镜像, *receipt* 回执,
//! *synonyms* 同义词 (words for the same thing), *saved search* 已存搜索, *feed* 订阅 (of it, in Atom),
//! *suggestion* 建议 (what a file is, by its names), *coverage* 覆盖 (which of the expected types a task has),
//! *review* 审核, *path* 审核流程 and *step* 审核步骤 (rows: who is asked, in which order), *round* (from a submission to its end), *queue* (what waits), *working copy* (what waits beside what others see), *comment* 批注 (of authors and reviewers), *notice* 侵权通知 (of infringement, with what became of it), *mark* 称号 (what came of recognition, of an expert who holds up a *model* 示范 or of a *call* 评优活动), *entry* 申报 (for a call), *jury* 评委 and *voice* (the points of one of them), *company* 合作企业, *visit* 专家指导,
//! *major* 专业, *course* 课程, *task* 任务, *standard* 课程标准 (of a major, in *versions*; what one leaves out is *retired*), *follow-up* 跟进 (what a version asks to be looked after), *stage* 学习环节 (of a task), *order* 顺序 (of what there is for a task), *share* 分享, *submit* 提交, *publish* 发布, *withdraw* 下架.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that unwraps fails, which is what it is for")
)]

pub mod domain;

pub mod actor;
pub mod clock;
pub mod error;
pub mod words;

pub mod blob;
pub mod db;
pub mod extract;
pub mod identity;
pub mod pack;
pub mod search;
pub mod table;

pub mod library;

pub mod demo;
pub mod http;
pub mod jobs;
pub mod pull;

pub mod app;
pub mod cli;
pub mod config;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod telemetry;
pub mod tls;
