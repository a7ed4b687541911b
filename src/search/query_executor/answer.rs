//! Makes an answer of what was ranked: its hits with their best passages, and the counts beside them.

use std::cmp::Reverse;

use tantivy::schema::{Field, Value as _};
use tantivy::{DocAddress, TantivyDocument};
use uuid::Uuid;

use super::{PreparedQuery, QueryExecutor, Ranking};
use crate::domain::id::ResourceId;
use crate::domain::search::{Answer, Facets, Hit, PassageHit};
use crate::search::SearchError;
use crate::search::cursor::{Cursor, CursorLayout};
use crate::search::facet_counters::FacetCounters;
use crate::search::near_duplicates::{self, HitGroup};
use crate::search::passages::{self, Passages};
use crate::search::plan::QueryPlan;
use crate::search::schema::Facet;

impl QueryExecutor<'_> {
    pub(super) fn to_answer(
        &self,
        prepared: &PreparedQuery<'_>,
        ranking: Ranking,
        corrected: Option<String>,
    ) -> Result<Answer, SearchError> {
        let grouped = near_duplicates::collapse(
            self.fast_fields,
            &ranking.ranked,
            prepared.limit,
            !prepared.plan.browses,
        );
        let goes_on = grouped.consumed < ranking.ranked.len() || ranking.has_more;
        let last = grouped
            .consumed
            .checked_sub(1)
            .and_then(|last| ranking.ranked.get(last));
        let next_cursor = last.filter(|_| goes_on).map(|last| {
            let cursor = Cursor {
                layout: CursorLayout::Fifth,
                sort: prepared.sort,
                corrected,
                relaxed: ranking.relaxed,
                key: last.key,
                id: last.id,
                measures: ranking.measures,
            };
            cursor.encode()
        });
        Ok(Answer {
            total: ranking.total,
            near_total: ranking.near_total,
            own_total: ranking.own_total,
            relaxed: ranking.near_total > 0,
            synonyms: prepared.plan.synonyms.clone(),
            hits: self.hits(prepared.plan, &grouped.page)?,
            facets: facets(ranking.facet_counts),
            next_cursor,
            ..Answer::default()
        })
    }

    fn hits(&self, plan: &QueryPlan, page: &[HitGroup]) -> Result<Vec<Hit>, SearchError> {
        let ids: Vec<String> = page.iter().map(|hit| id_of(hit.head.id).to_string()).collect();
        let mut passages = self.best_passages(plan, &ids)?;
        let mut hits = Vec::with_capacity(page.len());
        for (place, HitGroup { head, duplicates }) in page.iter().enumerate() {
            let entry: TantivyDocument = self.resources.doc(head.address)?;
            let found = passages.remove(&place).unwrap_or_default();
            let passages = found.into_iter().map(|(_, address)| self.passage(plan, address));
            hits.push(Hit {
                id: id_of(head.id),
                fit: head.fit,
                score: head.score,
                title_html: plan.highlighter.highlight(text_of(&entry, self.fields.title)),
                passages: passages.filter_map(Result::transpose).collect::<Result<_, _>>()?,
                family: duplicates.iter().map(|id| id_of(*id)).collect(),
            });
        }
        Ok(hits)
    }

    fn best_passages(&self, plan: &QueryPlan, ids: &[String]) -> Result<Passages, SearchError> {
        let mut leaves = plan.passages.clone();
        for char in &plan.lone_chars {
            leaves.extend(passages::beginning_with(self.passages, self.passage_fields, *char)?);
        }
        Ok(passages::best(self.passages, self.passage_fields, leaves, ids)?)
    }

    fn passage(&self, plan: &QueryPlan, address: DocAddress) -> Result<Option<PassageHit>, SearchError> {
        let entry: TantivyDocument = self.passages.doc(address)?;
        let file = text_of(&entry, self.passage_fields.file).parse();
        let locator = serde_json::from_str(text_of(&entry, self.passage_fields.locator));
        // Only an index of another time holds what cannot be read; the hit is shown without it.
        Ok(file.ok().zip(locator.ok()).map(|(file_id, locator)| PassageHit {
            file_id,
            locator,
            html: plan.highlighter.snippet(text_of(&entry, self.passage_fields.text)),
            machine: entry
                .get_first(self.passage_fields.machine)
                .and_then(|percent| u8::try_from(percent.as_u64()?).ok()),
        }))
    }
}

fn id_of(id: u128) -> ResourceId {
    ResourceId(Uuid::from_u128(id))
}

fn text_of(entry: &TantivyDocument, field: Field) -> &str {
    entry
        .get_first(field)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

fn facets(mut facet_counts: FacetCounters) -> Facets {
    let mut counts = |facet| {
        let mut counts: Vec<(String, u64)> = facet_counts.take(facet).into_iter().collect();
        counts.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        counts
    };
    Facets {
        major: counts(Facet::Major),
        course: counts(Facet::Course),
        task: counts(Facet::Task),
        kind: counts(Facet::Kind),
        school: counts(Facet::School),
        stage: counts(Facet::Stage),
        level: counts(Facet::Level),
        year: counts(Facet::Year),
    }
}
