//! Landmarks, which whoever hears a page jumps between: two of one kind and name cannot be told apart.

use super::every_page;

#[test]
fn no_two_landmarks_of_a_page_share_a_name() {
    let (mut seen, mut most_tables) = (0, 0);
    for (name, _, html) in every_page() {
        let mut landmarks = landmarks(&html);
        seen += landmarks.len();
        most_tables = most_tables.max(html.matches("class=\"numbers-scroll\"").count());
        landmarks.sort_unstable();
        for pair in landmarks.windows(2) {
            assert_ne!(pair[0], pair[1], "{name} has two landmarks that sound alike");
        }
    }
    assert!(seen > 500, "only {seen} landmarks were found: this test has gone blind");
    assert!(most_tables > 1, "no sample shows two figures with their tables");
}

#[test]
fn two_landmarks_of_one_name_are_found_however_they_are_named() {
    let by_heading = "<section aria-labelledby=\"a\"><h2 id=\"a\">学习任务 <b>× 体例</b></h2>";
    let by_label = "<div tabindex=\"0\" role=\"region\" aria-label=\"学习任务 × 体例\">";
    let unnamed = "<section><nav></nav><form action=\"/\"></form></section>";

    assert_eq!(
        landmarks(&format!("{by_heading}{by_label}{unnamed}")),
        [
            ("region", "学习任务 × 体例".to_owned()),
            ("region", "学习任务 × 体例".to_owned()),
            ("navigation", String::new()),
        ]
    );
}

/// The role and the name of each landmark. A section or a form without a name is none.
fn landmarks(html: &str) -> Vec<(&str, String)> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    tags.filter_map(|tag| landmark(html, tag)).collect()
}

fn landmark<'a>(html: &str, tag: &'a str) -> Option<(&'a str, String)> {
    let own = match tag.split_whitespace().next()? {
        "nav" => "navigation",
        "aside" => "complementary",
        "section" => "region",
        "form" => "form",
        _ => "",
    };
    let role = attribute(tag, "role").unwrap_or(own);
    let needs_name = match role {
        "navigation" | "complementary" | "search" => false,
        "region" | "form" => true,
        _ => return None,
    };
    let label = attribute(tag, "aria-label").map(str::to_owned);
    let heading = || attribute(tag, "aria-labelledby").and_then(|id| text_of(html, id));
    let name = label.or_else(heading).unwrap_or_default();
    (!needs_name || !name.is_empty()).then_some((role, name))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// The words within the element of an id, its own tags left out.
fn text_of(html: &str, id: &str) -> Option<String> {
    let (before, after) = html.split_once(&format!(" id=\"{id}\""))?;
    let element = before.rsplit('<').next()?.split_whitespace().next()?;
    let (_, inside) = after.split_once('>')?;
    let inside = inside.split(&format!("</{element}>")).next()?;
    let words = inside.split('<').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('>').map_or("", |(_, text)| text),
    });
    let words: String = words.collect();
    Some(words.split_whitespace().collect::<Vec<&str>>().join(" "))
}
