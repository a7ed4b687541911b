//! Contents and texts that a mirror takes over, each verified before.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;

use crate::blob::Finished;
use crate::db::{content, mirror, resources};
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::id::{Sha256, UploadId};
use crate::domain::passage::Passage;
use crate::domain::role::Scope;
use crate::domain::search::Audience;
use crate::error::{Error, Result};
use crate::library::mirror::Mirror;
use crate::library::mirror::Origin;
use crate::library::mirror::take_version::AT_ONCE;
use crate::library::objects::keep::ReceivedContent;
use crate::pack::manifest::TargetText;

/// The largest text of one file that a hub is believed to have read.
const MAX_TEXT_BYTES: u64 = 64 << 20;

impl Mirror {
    /// Which of some contents have to come from the hub. What it gave before need not come again, nor what is shared here
    /// with at least as many people as it will be. Whatever else lies in the store a hub may not have by naming its hash:
    /// that is no right. What need not come stays long enough to be taken.
    pub async fn missing_contents(&self, origin: &Origin, wanted: Vec<(Sha256, Scope)>) -> Result<HashSet<Sha256>> {
        let until = self.clock.now().plus(self.rules.orphan_grace);
        let mut widest: HashMap<Sha256, Scope> = HashMap::new();
        for (sha256, scope) in wanted {
            let kept = widest.entry(sha256).or_insert(scope);
            *kept = (*kept).max(scope);
        }
        let mut missing: HashSet<Sha256> = widest.keys().cloned().collect();
        let wanted: Vec<Sha256> = missing.iter().cloned().collect();
        for chunk in wanted.chunks(AT_ONCE) {
            let may = self.may_name(origin, chunk, &widest).await?;
            let held = self.db.write(async |tx| {
                let mut held = Vec::with_capacity(may.len());
                for sha256 in &may {
                    // What is known to be damaged is fetched again.
                    if content::pin_undamaged_until(tx, sha256, until).await? {
                        held.push(sha256.clone());
                    }
                }
                Ok(held)
            });
            for sha256 in held.await? {
                missing.remove(&sha256);
            }
        }
        Ok(missing)
    }

    /// Which of some contents a hub may name without giving them: those that it gave, and those that are shared here with
    /// as many people as it shares them with.
    async fn may_name(
        &self,
        origin: &Origin,
        contents: &[Sha256],
        scopes: &HashMap<Sha256, Scope>,
    ) -> Result<HashSet<Sha256>> {
        let conn = self.db.read();
        let mut may = mirror::contents_given(conn, &origin.names, contents).await?;
        let others = contents.iter().filter(|sha256| !may.contains(*sha256)).cloned();
        let everybody = [Audience::Public, Audience::City];
        for (sha256, holder) in resources::with_contents(conn, others.collect(), &everybody).await? {
            if scopes.get(&sha256).is_some_and(|scope| *scope <= holder.scope) {
                may.insert(sha256);
            }
        }
        Ok(may)
    }

    /// Puts a verified file into the store. The file stays where it is.
    pub async fn take_content(
        &self,
        origin: &Origin,
        file: PathBuf,
        sha256: &Sha256,
        crc32: u32,
        size: u64,
    ) -> Result<()> {
        let finished = Finished {
            id: UploadId::new(),
            path: file,
            sha256: sha256.clone(),
            crc32,
            size,
            head: bytes::Bytes::new(),
        };
        let came = ReceivedContent { sha256, size, crc32 };
        let put = async || self.blobs.put_upload(&finished).await;
        let until = self.clock.now().plus(self.rules.orphan_grace);
        let given = [sha256.clone()];
        self.objects
            .keep_content(&came, put, Error::unexpected, async |tx| {
                content::pin_until(tx, sha256, until).await?;
                mirror::record_contents(tx, &origin.hub, &given).await
            })
            .await
    }

    /// Which texts are not kept here yet as the hub has them, by content and kind: it may have recognised a scan since, or
    /// somebody put a line right. Of what somebody here shares the text is read here: a hub's word for it would be found in
    /// their files.
    pub async fn missing_texts(&self, wanted: Vec<(Sha256, Kind, Sha256)>) -> Result<HashSet<(Sha256, Kind)>> {
        let contents: Vec<Sha256> = wanted.iter().map(|(sha256, ..)| sha256.clone()).collect();
        let own = mirror::held_by_own(self.db.read(), &contents).await?;
        let here = content::texts(self.db.read(), contents).await?;
        let missing = wanted.into_iter().filter_map(|(sha256, kind, text)| {
            let of = (sha256, kind);
            let is_here = here.get(&of).is_some_and(|kept| kept.sha256 == text);
            (!is_here && !own.contains(&of.0)).then_some(of)
        });
        Ok(missing.collect())
    }

    /// Keeps the text of a content, as the hub read it. One that is none is left: the file is read here then.
    pub async fn take_text(&self, sha256: &Sha256, kind: Kind, text: &TargetText, file: &Path) -> Result<()> {
        let is_read = matches!(
            text.state,
            ExtractionState::Ready | ExtractionState::NoText | ExtractionState::Failed
        );
        if !is_read || text.length > MAX_TEXT_BYTES {
            return Ok(());
        }
        // Whole, within the limit above: all of it is looked at before any is believed.
        let bytes = bytes::Bytes::from(tokio::fs::read(file).await?);
        let looked_at = bytes.clone();
        let is_text = tokio::task::spawn_blocking(move || is_passages(&looked_at));
        if !is_text.await.map_err(Error::unexpected)? {
            tracing::warn!("the hub's text of `{sha256}` is none; the file will be read here");
            return Ok(());
        }
        let body = futures_util::stream::iter([Ok(bytes)]).boxed();
        let written = self.texts.write_text(sha256, kind, body).await?;
        let now = self.clock.now();
        let report = text.report.clone().bounded();
        self.db
            .write(async |tx| {
                content::ensure_extractions(tx, vec![(sha256.clone(), kind)], now).await?;
                content::set_extraction(tx, sha256, kind, text.state, Some(report), now).await?;
                written.name(tx, kind, now).await
            })
            .await
    }
}

/// Whether bytes are passages, one a line.
fn is_passages(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.all(|line| serde_json::from_slice::<Passage>(line).is_ok())
}

#[cfg(test)]
mod tests {
    use crate::library::mirror::contents::is_passages;

    /// One byte of a text that was none stopped the index for everybody.
    #[test]
    fn a_text_that_no_reader_of_ours_wrote_is_not_taken() {
        let fine = "{\"locator\":{\"kind\":\"page\",\"page\":1},\"text\":\"台阶轴\"}\n";

        assert!(is_passages(fine.as_bytes()) && is_passages(b""));
        for bad in ["\0", "{}", "{\"text\":\"x\"}", &fine[..20]] {
            assert!(!is_passages(bad.as_bytes()), "{bad:?}");
        }
    }
}
