use super::*;

const SCHOOL: [Role; 1] = [Role::SchoolAdmin];
const CITY: [Role; 2] = [Role::Expert, Role::Bureau];

fn step(level: ReviewLevel, voices: u32) -> ReviewStep {
    ReviewStep {
        id: ReviewStepId::new(),
        level,
        name_zh: "审核".to_owned(),
        name_en: String::new(),
        roles: roles_at(level).to_vec(),
        appointed: Vec::new(),
        voices,
        due_days: None,
        remind_days: None,
    }
}

fn path(code: &str, kinds: &[&str], school: Option<SchoolId>, steps: Vec<ReviewStep>) -> ReviewPath {
    ReviewPath {
        id: ReviewPathId::new(),
        code: code.to_owned(),
        school,
        name_zh: code.to_owned(),
        name_en: code.to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        scopes: Vec::new(),
        may_reject: false,
        may_publish: true,
        may_publish_beyond: false,
        steps,
    }
}

fn somebody(role: Role, school: Option<SchoolId>) -> Authority {
    Authority {
        account: AccountId::new(),
        role,
        school,
    }
}

fn of_school(school: SchoolId, scope: Scope) -> Reviewed<'static> {
    Reviewed {
        kind: "worksheet",
        scope,
        school: Some(school),
        owner: AccountId::new(),
        authors: &[],
        is_left_to_bureau: false,
    }
}

fn round_of(steps: &[ReviewStep]) -> ReviewRound {
    ReviewRound::new(steps.to_vec())
}

fn approve(round: &mut ReviewRound, who: Authority, of: Reviewed<'_>) -> RoundMove {
    round.approve(who.account, |step| step.taker(who, of).ok(), 2)
}

#[test]
fn what_is_meant_for_its_school_never_asks_the_city_and_a_schools_own_steps_stand_in_for_the_citys() {
    let (own, other) = (SchoolId::new(), SchoolId::new());
    let (first, second, city) = (
        step(ReviewLevel::School, 1),
        step(ReviewLevel::School, 1),
        step(ReviewLevel::City, 1),
    );
    let instead = step(ReviewLevel::School, 2);
    let textbook = step(ReviewLevel::School, 1);
    let paths = ReviewPaths(vec![
        path(
            GENERAL_PATH,
            &[],
            None,
            vec![first.clone(), second.clone(), city.clone()],
        ),
        path("textbook", &["textbook"], None, vec![textbook.clone()]),
        path(GENERAL_PATH, &[], Some(own), vec![instead.clone()]),
    ]);
    let steps = |kind: &'static str, school, scope| {
        let of = Reviewed {
            kind,
            ..of_school(school, scope)
        };
        paths.route(of).unwrap().steps
    };

    assert_eq!(
        steps("worksheet", other, Scope::School),
        [first.clone(), second.clone()]
    );
    assert_eq!(steps("worksheet", other, Scope::City), [first, second, city.clone()]);
    assert_eq!(steps("worksheet", own, Scope::Public), [instead, city]);
    assert_eq!(steps("textbook", own, Scope::School), [textbook]);
}

#[test]
fn who_may_publish_for_their_school_may_not_for_the_city_unless_that_is_said_as_well() {
    let (within, beyond) = (
        path(GENERAL_PATH, &[], None, vec![step(ReviewLevel::School, 1)]),
        ReviewPath {
            may_publish_beyond: true,
            ..path(GENERAL_PATH, &[], None, vec![step(ReviewLevel::School, 1)])
        },
    );
    let neither = ReviewPath {
        may_publish: false,
        ..beyond.clone()
    };
    let may = |path: &ReviewPath| {
        let paths = ReviewPaths(vec![path.clone()]);
        let of = |scope| of_school(SchoolId::new(), scope);
        [Scope::School, Scope::City, Scope::Public].map(|scope| paths.route(of(scope)).unwrap().may_publish)
    };

    assert_eq!(may(&within), [true, false, false]);
    assert_eq!(may(&beyond), [true, true, true]);
    assert_eq!(may(&neither), [false, false, false]);
}

#[test]
fn one_yes_goes_through_every_step_that_asks_the_same_person_and_stops_where_others_are_asked() {
    let school = SchoolId::new();
    let steps = [
        step(ReviewLevel::School, 1),
        step(ReviewLevel::School, 1),
        step(ReviewLevel::City, 1),
    ];
    let of = of_school(school, Scope::City);
    let mut round = round_of(&steps);

    let by_school = approve(&mut round, somebody(Role::SchoolAdmin, Some(school)), of);
    let by_city = approve(&mut round, somebody(Role::Expert, None), of);

    assert_eq!(by_school.taken.len(), 2);
    assert_eq!(by_school.waits_at, Some(steps[2].clone()));
    assert_eq!((by_city.taken.len(), by_city.waits_at), (1, None));
    // The bureau decides at once, and stands in for the school.
    let mut round = round_of(&steps);
    let at_once = approve(&mut round, somebody(Role::Bureau, None), of);
    let takers: Vec<_> = at_once.taken.iter().map(|(_, taker)| *taker).collect();
    let asked = Some(StepTaker::Asked);
    assert_eq!(takers, [Some(StepTaker::OnBehalf), Some(StepTaker::OnBehalf), asked]);
    assert_eq!(at_once.waits_at, None);
}

#[test]
fn a_step_of_two_voices_asks_two_people_however_often_one_says_yes() {
    let school = SchoolId::new();
    let steps = [step(ReviewLevel::School, 1), step(ReviewLevel::School, 2)];
    let of = of_school(school, Scope::School);
    let (one, two) = (
        somebody(Role::SchoolAdmin, Some(school)),
        somebody(Role::SchoolAdmin, Some(school)),
    );
    let mut round = round_of(&steps);

    assert_eq!(
        approve(&mut round, one, of).waits_at,
        Some(steps[1].clone()),
        "it carried on"
    );
    assert_eq!(approve(&mut round, one, of).waits_at, Some(steps[1].clone()));
    assert_eq!(approve(&mut round, one, of).taken, [], "one person has two voices");
    assert_eq!(approve(&mut round, two, of).waits_at, None);
}

#[test]
fn nobody_has_a_voice_on_their_own_work_nor_for_the_city_on_their_schools() {
    let school = SchoolId::new();
    let (own, city) = (step(ReviewLevel::School, 1), step(ReviewLevel::City, 1));
    let of = of_school(school, Scope::City);
    let admin = somebody(Role::SchoolAdmin, Some(school));
    let author = Authority {
        account: of.owner,
        ..admin
    };

    assert_eq!(own.taker(admin, of), Ok(StepTaker::Asked));
    assert_eq!(own.taker(author, of), Err(NoVoice::OwnWork));
    let helped = Reviewed {
        authors: &[admin.account],
        ..of
    };
    assert_eq!(own.taker(admin, helped), Err(NoVoice::OwnWork));
    assert_eq!(city.taker(admin, of), Err(NoVoice::Others));
    assert_eq!(own.taker(somebody(Role::SchoolAdmin, None), of), Err(NoVoice::Others));
    for role in CITY {
        assert_eq!(
            city.taker(somebody(role, Some(school)), of),
            Err(NoVoice::OwnSchool),
            "{role:?}"
        );
        assert_eq!(city.taker(somebody(role, None), of), Ok(StepTaker::Asked), "{role:?}");
    }
    assert_eq!(own.taker(somebody(Role::Expert, None), of), Err(NoVoice::Others));
    assert_eq!(
        own.taker(somebody(Role::Bureau, Some(school)), of),
        Err(NoVoice::OwnSchool)
    );
    let inside = of_school(school, Scope::School);
    assert_eq!(own.taker(somebody(Role::Bureau, None), inside), Err(NoVoice::Others));
    let left = Reviewed {
        is_left_to_bureau: true,
        ..inside
    };
    assert_eq!(own.taker(somebody(Role::Bureau, None), left), Ok(StepTaker::OnBehalf));
    assert_eq!(
        own.taker(somebody(Role::Bureau, Some(school)), left),
        Err(NoVoice::OwnSchool)
    );
    assert_eq!(own.taker(somebody(Role::Expert, None), left), Err(NoVoice::Others));
    assert_eq!(own.taker(admin, left), Ok(StepTaker::Asked));
    for role in [Role::Reader, Role::Teacher, Role::Partner, Role::Auditor] {
        assert_eq!(
            own.taker(somebody(role, Some(school)), of),
            Err(NoVoice::Others),
            "{role:?}"
        );
    }
    assert_eq!(roles_at(ReviewLevel::School), SCHOOL);
}

#[test]
fn a_step_that_nobody_could_take_is_passed_over_but_never_the_last() {
    let steps = [step(ReviewLevel::School, 1), step(ReviewLevel::School, 1)];
    let placed = round_of(&steps).place(0);
    assert_eq!(placed.waits_at, Some(steps[1].clone()), "nobody ever looks at it");
    assert_eq!(placed.taken, [(steps[0].clone(), None)]);

    let with_city = [step(ReviewLevel::School, 1), step(ReviewLevel::City, 1)];
    assert_eq!(round_of(&with_city).place(0).waits_at, Some(with_city[1].clone()));
    assert_eq!(round_of(&with_city).place(1).waits_at, Some(with_city[0].clone()));
}

#[test]
fn those_appointed_alone_take_a_step_as_long_as_one_of_them_can() {
    let school = SchoolId::new();
    let of = of_school(school, Scope::City);
    let (one, other) = (
        somebody(Role::SchoolAdmin, Some(school)),
        somebody(Role::SchoolAdmin, Some(school)),
    );
    let appointed = |is_able| AppointedReviewer {
        account: one.account,
        name: "one".to_owned(),
        display: "one".to_owned(),
        school: Some(school),
        is_able,
    };
    let with = |is_able| ReviewStep {
        appointed: vec![appointed(is_able)],
        ..step(ReviewLevel::School, 1)
    };

    assert_eq!(with(true).taker(one, of), Ok(StepTaker::Asked));
    assert_eq!(with(true).taker(other, of), Err(NoVoice::Others));
    assert_eq!(with(false).taker(other, of), Ok(StepTaker::Asked));
    // What is the work of all of them is for the others.
    let helped = Reviewed {
        authors: &[one.account],
        ..of
    };
    assert_eq!(with(true).taker(other, helped), Ok(StepTaker::Asked));
    let of_city = |school| ReviewStep {
        appointed: vec![AppointedReviewer {
            school,
            ..appointed(true)
        }],
        ..step(ReviewLevel::City, 1)
    };
    let (bureau, expert) = (somebody(Role::Bureau, None), somebody(Role::Expert, None));
    assert_eq!(of_city(None).taker(bureau, of), Ok(StepTaker::OnBehalf));
    assert_eq!(of_city(None).taker(expert, of), Err(NoVoice::Others));
    // Whoever is of its own school has no voice for the city.
    assert_eq!(of_city(Some(school)).taker(expert, of), Ok(StepTaker::Asked));
}

#[test]
fn where_too_few_of_those_appointed_have_a_voice_all_are_asked() {
    let school = SchoolId::new();
    let people = [(); 3].map(|()| somebody(Role::SchoolAdmin, Some(school)));
    let [one, two, other] = people;
    let appointed = [one, two].map(|who| AppointedReviewer {
        account: who.account,
        name: String::new(),
        display: String::new(),
        school: who.school,
        is_able: true,
    });
    let both = ReviewStep {
        appointed: appointed.to_vec(),
        ..step(ReviewLevel::School, 2)
    };
    let of = of_school(school, Scope::School);
    assert_eq!(both.taker(other, of), Err(NoVoice::Others));
    let helped = Reviewed {
        authors: &[one.account],
        ..of
    };
    let of_one = ReviewStep {
        voices: 1,
        ..both.clone()
    };

    assert_eq!(both.taker(other, helped), Ok(StepTaker::Asked));
    assert_eq!(of_one.taker(other, helped), Err(NoVoice::Others));
    assert_eq!(both.taker(two, helped), Ok(StepTaker::Asked));
    // With the one who is left and another it has its voices.
    let mut round = round_of(&[both]);
    assert!(approve(&mut round, two, helped).waits_at.is_some());
    assert_eq!(approve(&mut round, other, helped).waits_at, None);
}

#[test]
fn a_school_that_has_fewer_people_than_a_step_asks_for_lacks_voices() {
    let of_two = [step(ReviewLevel::School, 2), step(ReviewLevel::City, 2)];
    let placed = |reviewers| {
        let placed = round_of(&of_two).place(reviewers);
        (placed.waits_at.unwrap().level, placed.lacks_voices)
    };

    assert_eq!(placed(2), (ReviewLevel::School, false));
    assert_eq!(placed(1), (ReviewLevel::School, true));
    // Passed over, it lacks none: the city's people are not counted.
    assert_eq!(placed(0), (ReviewLevel::City, false));
    let inside = round_of(&of_two[..1]).place(0);
    assert!(inside.waits_at.is_some() && inside.lacks_voices);
}
