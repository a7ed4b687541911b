//! Answering a question from one state of the index.

use std::cmp::Reverse;
use std::sync::Arc;

use tantivy::query::{EnableScoring, Weight};
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, Searcher, TantivyDocument};
use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::search::{Answer, Facets, Fit, Hit, PassageHit, Question, Sort};

use super::SearchError;
use super::cursor::{Cursor, Hint, Layout, Measures};
use super::facts::Facts;
use super::family::{self, Folded};
use super::fold::fold_to_string;
use super::gate::Gate;
use super::kept::{Ranked, banded, score_key};
use super::models;
use super::passages::{self, Passages};
use super::plan::{Plan, Planner};
use super::rerank;
use super::schema::{Facet, PassageFields, ResourceFields};
use super::score::{Collection, Leaf, Located};
use super::spelling::{self, Mender, Mending};
use super::sweep::{ALL_WORDS_BONUS, Demand, Harvest, Sweep};
use super::synonyms::Synonyms;
use super::tally::Tallies;
use super::uses::Uses;

/// With fewer hits than this, resources with only some of what was asked for are shown as well.
const ENOUGH: usize = 100;
/// With fewer than this in all, the neighbours of those that hold what is asked for are shown behind them.
const FEW: usize = 20;
/// How many are looked at twice. No more than these are near.
const CANDIDATES: usize = 1_000;
/// What fits less than this part of the best is not shown among the nearest.
const NEAR: f32 = 0.03;
/// Sort keys of those looked at twice stand above all others.
const LOOKED_AT: i64 = 1 << 48;
/// What sounds like a word of so many characters is meant for it, though the question holds nothing even so.
const SURELY_MEANT: usize = 3;
/// How many ways to mend a question are tried.
const MOST_MENDINGS: usize = 4;
/// The most hits of one page.
const MOST_HITS: usize = 100;

/// One state of the index, ready to answer.
pub(super) struct Desk<'a> {
    /// The resources.
    pub(super) resources: &'a Searcher,
    /// What is known of them, by segment.
    pub(super) facts: &'a [Arc<Facts>],
    /// The passages.
    pub(super) passages: &'a Searcher,
    /// The fields of resources.
    pub(super) fields: &'a ResourceFields,
    /// The fields of passages.
    pub(super) passage_fields: &'a PassageFields,
    /// How often resources are used.
    pub(super) uses: &'a Uses,
    /// Words for the same thing.
    pub(super) synonyms: &'a Synonyms,
}

/// A question with what it comes down to.
struct Asked<'a> {
    question: &'a Question,
    plan: &'a Plan,
    sort: Sort,
    limit: usize,
    cursor: Option<Cursor>,
    leaves: Located,
    collection: Collection,
    gate: Gate,
}

/// The order of an answer, as far as it is known.
struct Order {
    /// How many hold what is asked for.
    total: usize,
    /// How many more hold some of it.
    near_total: usize,
    /// How many of the asker's own hold it that are set apart.
    own_total: usize,
    /// Best first, from the cursor on.
    ranked: Vec<Ranked>,
    /// There may be more behind the last of them.
    is_cut: bool,
    relaxed: bool,
    tallies: Tallies,
    measures: Measures,
}

impl Desk<'_> {
    /// Answers a question.
    pub(super) fn answer(&self, question: &Question) -> Result<Answer, SearchError> {
        let cursor = question
            .cursor
            .as_deref()
            .map(|text| Cursor::decode(text).ok_or(SearchError::Cursor));
        let cursor = cursor.transpose()?;
        let corrected = cursor.as_ref().and_then(|cursor| cursor.corrected.clone());
        let text = corrected.as_deref().unwrap_or(&question.text);
        let plan = self.planner().plan(text)?;
        if plan.is_empty() {
            return Ok(Answer::default());
        }
        let asked = self.ask(question, &plan, cursor)?;
        let order = self.order(&asked)?;
        if corrected.is_none() {
            return self.mended(&asked, order);
        }
        let answer = self.write(&asked, order, corrected.clone())?;
        Ok(Answer { corrected, ..answer })
    }

    /// The answer to what was probably meant, where something was typed that is no word anywhere. A word is a word though
    /// nothing here holds it: then what is like it is offered. Sentences are left alone: one odd word among many does no
    /// harm.
    fn mended(&self, asked: &Asked<'_>, order: Order) -> Result<Answer, SearchError> {
        let question = asked.question;
        // What stands in quotes is meant as it stands.
        let is_meant = asked.plan.browses || asked.plan.is_sentence || question.text.contains(['"', '＂']);
        if is_meant || asked.cursor.is_some() || order.total + order.own_total > 0 {
            return self.write(asked, order, None);
        }
        let mender = Mender {
            planner: &self.planner(),
            facts: self.facts,
            gate: &asked.gate,
        };
        let folded = fold_to_string(&question.text);
        let mendings = mender.mendings(&folded)?;
        let is_word = |mending: &Mending| {
            let word = mending.word_in(&folded);
            !mending.is_slip || spelling::is_word(&word) || self.synonyms.knows(&word)
        };
        let ways = spelling::ways(&folded, &mendings);
        let mut found: Vec<(String, Plan, usize)> = Vec::new();
        for way in ways.into_iter().take(MOST_MENDINGS) {
            let plan = self.planner().plan(&way)?;
            let total = self.sweep(&self.ask(question, &plan, None)?, 1, None, None)?.total;
            found.push((way, plan, total));
        }
        found.sort_by_key(|(_, _, total)| Reverse(*total));
        if mendings.iter().any(is_word) {
            let answer = self.write(asked, order, None)?;
            let offered = found.into_iter().filter(|(_, _, total)| *total > 0);
            return Ok(Answer {
                did_you_mean: offered.map(|(way, _, _)| way).collect(),
                ..answer
            });
        }
        let is_long = mendings.iter().any(|mending| mending.stretch.len() >= SURELY_MEANT);
        let mut found = found.into_iter().filter(|(_, _, total)| *total > 0 || is_long);
        let Some((way, plan, _)) = found.next() else {
            return self.write(asked, order, None);
        };
        let mended = self.ask(question, &plan, None)?;
        let order = self.order(&mended)?;
        Ok(Answer {
            corrected: Some(way.clone()),
            did_you_mean: found
                .filter(|(_, _, total)| *total > 0)
                .map(|(way, _, _)| way)
                .collect(),
            ..self.write(&mended, order, Some(way))?
        })
    }

    fn planner(&self) -> Planner<'_> {
        Planner {
            fields: self.fields,
            passage_fields: self.passage_fields,
            searcher: self.resources,
            synonyms: self.synonyms,
        }
    }

    fn ask<'a>(
        &self,
        question: &'a Question,
        plan: &'a Plan,
        cursor: Option<Cursor>,
    ) -> Result<Asked<'a>, SearchError> {
        // Without words nothing fits better than another: the newest come first.
        let sort = if plan.browses { Sort::Newest } else { question.sort };
        if cursor.as_ref().is_some_and(|cursor| cursor.sort != sort) {
            return Err(SearchError::Cursor);
        }
        let mut leaves = Located::find(self.resources, plan.leaves.clone())?;
        let mut collection = Collection::of(self.resources, &self.scored())?;
        if let Some(Cursor { measures, .. }) = &cursor
            && leaves.set_frequencies(measures.frequencies.clone())
        {
            collection.set(measures.entries, &measures.tokens);
        }
        Ok(Asked {
            question,
            plan,
            sort,
            limit: question.limit.clamp(1, MOST_HITS),
            cursor,
            leaves,
            collection,
            gate: Gate::new(&question.audiences, &question.filters),
        })
    }

    /// The fields that make scores.
    fn scored(&self) -> [Field; 4] {
        [
            self.fields.words,
            self.fields.bigrams,
            self.fields.chars,
            self.fields.sound,
        ]
    }

    /// Those that hold what is asked for; if they are few, the nearest as well. A next page asks as the first did.
    fn order(&self, asked: &Asked<'_>) -> Result<Order, SearchError> {
        let harvest = self.first_sweep(asked)?;
        let relaxed = match &asked.cursor {
            Some(cursor) => cursor.relaxed,
            None => is_too_little(asked, &harvest),
        };
        match (asked.sort, relaxed) {
            (Sort::Newest, false) => Ok(by_time(asked, harvest)),
            (_, true) => self.with_nearest(asked, harvest),
            (Sort::Relevance, false) => self.holding(asked, harvest),
        }
    }

    fn first_sweep(&self, asked: &Asked<'_>) -> Result<Harvest, SearchError> {
        let by_time = asked.sort == Sort::Newest;
        let cursor = asked.cursor.as_ref();
        let page = asked.limit * 2 + 1;
        let keep = match cursor {
            _ if by_time && asked.plan.browses => page,
            None => CANDIDATES + 1,
            // Some may have come in since; none of those that were there must fall out.
            Some(_) => CANDIDATES * 2,
        };
        let after = cursor
            .filter(|cursor| by_time && !cursor.relaxed)
            .map(|cursor| (cursor.key, cursor.id));
        self.sweep(asked, keep, after, near(asked))
    }

    fn sweep(
        &self,
        asked: &Asked<'_>,
        keep: usize,
        after: Option<(i64, u128)>,
        enough: Option<usize>,
    ) -> Result<Harvest, SearchError> {
        let scoring = EnableScoring::disabled_from_searcher(self.resources);
        let demand = match asked.plan.condition() {
            Some(query) => Demand::Fulfils(query.weight(scoring)?),
            None => Demand::AnyLeaf,
        };
        let fence = self.fence(asked)?;
        let all_words = asked
            .plan
            .all_words
            .as_ref()
            .map(|query| query.weight(scoring))
            .transpose()?;
        let sweep = Sweep {
            searcher: self.resources,
            facts: self.facts,
            leaves: &asked.leaves,
            collection: &asked.collection,
            demand: &demand,
            fence: fence.as_deref(),
            all_words: all_words.as_deref(),
            gate: &asked.gate,
            sort: asked.sort,
            keep,
            after,
            enough,
        };
        Ok(sweep.run()?)
    }

    /// The order of those that hold what is asked for: the best are looked at twice, the rest stand behind them.
    fn holding(&self, asked: &Asked<'_>, harvest: Harvest) -> Result<Order, SearchError> {
        let (mut ranked, measures) = self.look_twice(asked, harvest.holding, Vec::new(), i64::MIN)?;
        let looked_at = ranked.len();
        after_cursor(asked, &mut ranked);
        let needed = asked.limit * 2 + 1;
        let mut is_cut = false;
        if ranked.len() < needed && harvest.total + harvest.own > looked_at {
            let rest = self.rest(asked, measures.threshold, needed)?;
            is_cut = rest.len() == needed;
            ranked.extend(rest);
        }
        Ok(Order {
            total: harvest.total,
            near_total: 0,
            own_total: harvest.own,
            ranked,
            is_cut,
            relaxed: false,
            tallies: harvest.tallies,
            measures,
        })
    }

    /// Those that were not looked at twice.
    fn rest(&self, asked: &Asked<'_>, threshold: Option<i64>, keep: usize) -> Result<Vec<Ranked>, SearchError> {
        let place = asked.cursor.as_ref().map(|cursor| (cursor.key, cursor.id));
        let below = threshold.map(|threshold| (threshold.saturating_add(1), 0));
        let after = [place, below].into_iter().flatten().min();
        Ok(self.sweep(asked, keep, after, None)?.holding)
    }

    /// The order where few hold what is asked for, or none does: behind them stand the nearest.
    fn with_nearest(&self, asked: &Asked<'_>, mut harvest: Harvest) -> Result<Order, SearchError> {
        harvest.nearest = self.sharing(asked, harvest.nearest)?;
        let best = harvest.nearest.first();
        let floor = best.map_or(i64::MIN, |best| score_key(best.score * NEAR));
        harvest.nearest.extend(self.akin(asked, &harvest)?);
        let (mut ranked, measures) = self.look_twice(asked, harvest.holding, harvest.nearest, floor)?;
        if asked.sort == Sort::Newest {
            self.by_moment(&mut ranked);
        }
        let near_total = ranked.iter().filter(|candidate| candidate.fit == Fit::Near).count();
        after_cursor(asked, &mut ranked);
        Ok(Order {
            total: harvest.total,
            near_total,
            own_total: harvest.own,
            ranked,
            is_cut: false,
            relaxed: true,
            tallies: harvest.tallies,
            measures,
        })
    }

    /// Those of the nearest that share a word with the question, or else the sound of one. A character that was cut from a
    /// longer word orders them, and makes nothing near by itself.
    fn sharing(&self, asked: &Asked<'_>, nearest: Vec<Ranked>) -> Result<Vec<Ranked>, SearchError> {
        for leaves in [&asked.plan.telling, &asked.plan.alike] {
            let leaves = Located::find(self.resources, leaves.clone())?;
            let sharing = rerank::holding_any(self.resources, &leaves, &asked.collection, &nearest)?;
            if !sharing.is_empty() {
                return Ok(sharing);
            }
        }
        Ok(Vec::new())
    }

    /// What is most like the few that were found: who asks for the only resource on a circuit wants to see
    /// its neighbours.
    fn akin(&self, asked: &Asked<'_>, harvest: &Harvest) -> Result<Vec<Ranked>, SearchError> {
        let mut found: Vec<Ranked> = harvest.holding.iter().chain(&harvest.nearest).copied().collect();
        if !(1..FEW).contains(&found.len()) {
            return Ok(Vec::new());
        }
        let mut hints = Vec::new();
        for hint in rerank::hints(self.resources, self.facts, self.fields, &asked.collection, &mut found)? {
            // A course that half the library belongs to makes nobody neighbours.
            if rerank::is_rare(self.resources.doc_freq(&hint.term)?, &asked.collection) {
                hints.push(hint);
            }
        }
        let fence = self.fence(asked)?;
        let sweep = Sweep {
            searcher: self.resources,
            facts: self.facts,
            leaves: &Located::find(self.resources, hints)?,
            collection: &asked.collection,
            demand: &Demand::Nothing,
            fence: fence.as_deref(),
            all_words: None,
            gate: &asked.gate,
            sort: Sort::Relevance,
            keep: FEW,
            after: None,
            enough: Some(usize::MAX),
        };
        let known = |akin: &Ranked| {
            harvest
                .holding
                .iter()
                .chain(&harvest.nearest)
                .any(|known| known.id == akin.id)
        };
        let found = sweep.run()?.nearest.into_iter().filter(|akin| !known(akin));
        Ok(found.map(|akin| Ranked { fit: Fit::Akin, ..akin }).collect())
    }

    fn fence(&self, asked: &Asked<'_>) -> Result<Option<Box<dyn Weight>>, SearchError> {
        let scoring = EnableScoring::disabled_from_searcher(self.resources);
        Ok(asked.plan.fence().map(|query| query.weight(scoring)).transpose()?)
    }

    /// Looks at the best a second time and puts them in order. `floor`: of the nearest, those whose keys are not above it
    /// are let go.
    fn look_twice(
        &self,
        asked: &Asked<'_>,
        holding: Vec<Ranked>,
        nearest: Vec<Ranked>,
        floor: i64,
    ) -> Result<(Vec<Ranked>, Measures), SearchError> {
        let kept = asked.cursor.as_ref().map(|cursor| &cursor.measures);
        let are_near_cut = kept.map_or(!nearest.is_empty(), |_| {
            asked.cursor.as_ref().is_some_and(|cursor| cursor.relaxed)
        });
        let cut = if are_near_cut { &nearest } else { &holding };
        let threshold = if let Some(kept) = kept {
            kept.threshold
        } else {
            let first_left_out = cut.get(CANDIDATES).map_or(i64::MIN, |candidate| candidate.key);
            Some(first_left_out.max(floor)).filter(|cut| *cut > i64::MIN)
        };
        let stays = |candidate: &Ranked, is_cut: bool| {
            !is_cut || candidate.fit == Fit::Akin || threshold.is_none_or(|threshold| candidate.key > threshold)
        };
        let holding = holding.into_iter().filter(|candidate| stays(candidate, !are_near_cut));
        let nearest = nearest.into_iter().filter(|candidate| stays(candidate, are_near_cut));
        let mut ranked: Vec<Ranked> = holding.chain(nearest).collect();
        for candidate in ranked.iter_mut().filter(|candidate| candidate.fit >= Fit::Own) {
            candidate.score += ALL_WORDS_BONUS;
        }

        let mut chars = Located::find(self.resources, asked.plan.chars.clone())?;
        if let Some(kept) = kept {
            chars.set_frequencies(kept.char_frequencies.clone());
        }
        rerank::add(self.resources, &chars, &asked.collection, &mut ranked)?;
        let hints = self.hints(asked, kept, &mut ranked)?;
        rerank::add(self.resources, &hints, &asked.collection, &mut ranked)?;
        self.uses.raise(&mut ranked);
        models::raise(&mut ranked, self.facts);
        for candidate in &mut ranked {
            candidate.key = banded(candidate.fit, score_key(candidate.score).saturating_add(LOOKED_AT));
        }
        ranked.sort_unstable_by_key(|candidate| Reverse(*candidate));
        let measures = Measures {
            threshold,
            entries: asked.collection.entries,
            tokens: asked.collection.lengths(),
            frequencies: asked.leaves.frequencies().to_vec(),
            char_frequencies: chars.frequencies().to_vec(),
            hints: self.kept_hints(&hints),
        };
        Ok((ranked, measures))
    }

    fn hints(&self, asked: &Asked<'_>, kept: Option<&Measures>, ranked: &mut [Ranked]) -> Result<Located, SearchError> {
        let Some(kept) = kept else {
            let leaves = rerank::hints(self.resources, self.facts, self.fields, &asked.collection, ranked)?;
            return Ok(Located::find(self.resources, leaves)?);
        };
        let field = |facet: Option<Facet>| facet.map_or(self.fields.words, |facet| self.fields.facet(facet));
        let leaf = |Hint(facet, text, weight, _): &Hint| Leaf::new(field(*facet), text, *weight);
        let mut hints = Located::find(self.resources, kept.hints.iter().map(leaf).collect())?;
        hints.set_frequencies(kept.hints.iter().map(|Hint(.., frequency)| *frequency).collect());
        Ok(hints)
    }

    fn kept_hints(&self, hints: &Located) -> Vec<Hint> {
        let hints = hints.leaves().iter().zip(hints.frequencies());
        let text = |leaf: &Leaf| leaf.term.value().as_str().unwrap_or_default().to_owned();
        hints
            .map(|(leaf, frequency)| {
                Hint(
                    self.fields.facet_of(leaf.term.field()),
                    text(leaf),
                    leaf.weight,
                    *frequency,
                )
            })
            .collect()
    }

    /// The newest of each fit first.
    fn by_moment(&self, ranked: &mut [Ranked]) {
        for candidate in &mut *ranked {
            let facts = &self.facts[candidate.address.segment_ord as usize];
            candidate.key = banded(candidate.fit, facts.updated[candidate.address.doc_id as usize]);
        }
        ranked.sort_unstable_by_key(|candidate| Reverse(*candidate));
    }

    fn write(&self, asked: &Asked<'_>, order: Order, corrected: Option<String>) -> Result<Answer, SearchError> {
        let folded = family::fold(self.facts, &order.ranked, asked.limit, !asked.plan.browses);
        let goes_on = folded.consumed < order.ranked.len() || order.is_cut;
        let last = folded.consumed.checked_sub(1).and_then(|last| order.ranked.get(last));
        let next_cursor = last.filter(|_| goes_on).map(|last| {
            let cursor = Cursor {
                layout: Layout::Fifth,
                sort: asked.sort,
                corrected,
                relaxed: order.relaxed,
                key: last.key,
                id: last.id,
                measures: order.measures,
            };
            cursor.encode()
        });
        Ok(Answer {
            total: order.total,
            near_total: order.near_total,
            own_total: order.own_total,
            relaxed: order.near_total > 0,
            synonyms: asked.plan.synonyms.clone(),
            hits: self.hits(asked.plan, &folded.page)?,
            facets: facets(order.tallies),
            next_cursor,
            ..Answer::default()
        })
    }

    fn hits(&self, plan: &Plan, page: &[Folded]) -> Result<Vec<Hit>, SearchError> {
        let ids: Vec<String> = page.iter().map(|hit| id_of(hit.head.id).to_string()).collect();
        let mut passages = self.best_passages(plan, &ids)?;
        let mut hits = Vec::with_capacity(page.len());
        for (place, Folded { head, others }) in page.iter().enumerate() {
            let entry: TantivyDocument = self.resources.doc(head.address)?;
            let found = passages.remove(&place).unwrap_or_default();
            let passages = found.into_iter().map(|(_, address)| self.passage(plan, address));
            hits.push(Hit {
                id: id_of(head.id),
                fit: head.fit,
                score: head.score,
                title_html: plan.marks.mark(text_of(&entry, self.fields.title)),
                passages: passages.filter_map(Result::transpose).collect::<Result<_, _>>()?,
                family: others.iter().map(|id| id_of(*id)).collect(),
            });
        }
        Ok(hits)
    }

    fn best_passages(&self, plan: &Plan, ids: &[String]) -> Result<Passages, SearchError> {
        let mut leaves = plan.passages.clone();
        for char in &plan.lone_chars {
            leaves.extend(passages::beginning_with(self.passages, self.passage_fields, *char)?);
        }
        Ok(passages::best(self.passages, self.passage_fields, leaves, ids)?)
    }

    fn passage(&self, plan: &Plan, address: DocAddress) -> Result<Option<PassageHit>, SearchError> {
        let entry: TantivyDocument = self.passages.doc(address)?;
        let file = text_of(&entry, self.passage_fields.file).parse();
        let locator = serde_json::from_str(text_of(&entry, self.passage_fields.locator));
        // Only an index of another time holds what cannot be read; the hit is shown without it.
        Ok(file.ok().zip(locator.ok()).map(|(file_id, locator)| PassageHit {
            file_id,
            locator,
            html: plan.marks.snippet(text_of(&entry, self.passage_fields.text)),
        }))
    }
}

fn is_too_little(asked: &Asked<'_>, harvest: &Harvest) -> bool {
    asked.plan.can_relax() && harvest.total < enough(asked)
}

/// With so many that hold what is asked for nobody looks for those that hold some of it.
fn enough(asked: &Asked<'_>) -> usize {
    if asked.plan.is_sentence { CANDIDATES } else { ENOUGH }
}

/// How many are enough, if this page may show the nearest.
fn near(asked: &Asked<'_>) -> Option<usize> {
    let enough = match &asked.cursor {
        Some(cursor) if cursor.relaxed => usize::MAX,
        Some(_) => return None,
        None => enough(asked),
    };
    asked.plan.can_relax().then_some(enough)
}

fn by_time(asked: &Asked<'_>, harvest: Harvest) -> Order {
    let is_cut = harvest.total + harvest.own > harvest.holding.len();
    let mut ranked = harvest.holding;
    ranked.truncate(asked.limit * 2 + 1);
    Order {
        total: harvest.total,
        near_total: 0,
        own_total: harvest.own,
        is_cut: is_cut && ranked.len() == asked.limit * 2 + 1,
        ranked,
        relaxed: false,
        tallies: harvest.tallies,
        measures: Measures::default(),
    }
}

fn after_cursor(asked: &Asked<'_>, ranked: &mut Vec<Ranked>) {
    if let Some(cursor) = &asked.cursor {
        ranked.retain(|candidate| (candidate.key, candidate.id) < (cursor.key, cursor.id));
    }
}

fn id_of(id: u128) -> Id {
    Id(Uuid::from_u128(id))
}

fn text_of(entry: &TantivyDocument, field: Field) -> &str {
    entry
        .get_first(field)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

fn facets(mut tallies: Tallies) -> Facets {
    let mut counts = |facet| {
        let mut counts: Vec<(String, u64)> = tallies.take(facet).into_iter().collect();
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
