//! Films: a picture of each, and a copy of those that browsers cannot play, made by programs of other people.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Answer, Caller, id, text};

/// What ffprobe says of an old film with two chapters, once it has proved that it can read it.
const LOOK: &str = r#"head -c 4 /proc/self/fd/0 >/dev/null || exit 1
cat <<'SAID'
{"streams": [{"codec_type": "video", "codec_name": "mpeg4", "pix_fmt": "yuv420p"}],
 "format": {"format_name": "avi", "duration": "90.0"},
 "chapters": [{"start_time": "0.0", "tags": {"title": "装夹"}}, {"start_time": "61.5", "tags": {"title": "对刀"}}]}
SAID"#;
/// What ffmpeg does: it makes whatever it is asked for.
const MAKE: &str = r#"for argument in "$@"; do case "$argument" in
poster.jpg|thumbnail.jpg) cp "$(dirname "$0")/picture" "$argument";;
stream.mp4) cp "$(dirname "$0")/copy" "$argument";;
esac; done"#;
const PICTURE: &[u8] = b"\xff\xd8\xff a moment";

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A fragmented MP4 of two fragments: 40 bytes in 4 s, 20 bytes in 2 s.
fn copy() -> Vec<u8> {
    let index = [
        &[0, 0, 0, 56][..],
        b"sidx",
        &[0; 8],
        &1_000_u32.to_be_bytes(),
        &[0; 10],
        &[0, 2],
        &40_u32.to_be_bytes(),
        &4_000_u32.to_be_bytes(),
        &[0x90, 0, 0, 0],
        &20_u32.to_be_bytes(),
        &2_000_u32.to_be_bytes(),
        &[0x90, 0, 0, 0],
    ];
    [&[0, 0, 0, 8][..], b"ftyp", &index.concat(), &[1; 40], &[2; 20]].concat()
}

/// A service with such programs, and a film of an old sort that was shared with everybody.
async fn filmed(look: &str, make: &str) -> (TestApp, tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    program(folder.path(), "ffprobe", look);
    program(folder.path(), "ffmpeg", make);
    fs::write(folder.path().join("picture"), PICTURE).unwrap();
    fs::write(folder.path().join("copy"), copy()).unwrap();
    let chosen = folder.path().join("ffmpeg");
    let app = TestApp::with(|config| {
        config.extract.film_program = chosen;
        config.extract.time_limit_secs = 4;
        config.storage.orphan_grace_hours = 1;
    })
    .await;
    let metadata = json!({ "title": "车刀对刀", "type": "video", "scope": "public" });
    let teacher = app.teacher("S1").await;
    // No program of ours knows it, and nothing is read in it.
    let film: &[u8] = b"RIFF\x10\0\0\0AVI LIST old film";
    let shared = teacher
        .share_as(&metadata, &[("对刀.avi", film)])
        .await
        .expect(201)
        .json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;
    let file = text(&shared["files"][0]["id"]);
    (app, folder, text(&shared["url"]), file)
}

async fn open(guest: &Caller, path: &str) -> String {
    html(guest.get(path).await.expect(200))
}

#[tokio::test]
async fn a_film_that_browsers_cannot_play_is_played_all_the_same() {
    let (app, _folder, url, file) = filmed(LOOK, MAKE).await;
    let guest = app.guest();
    let address = format!("/api/v1/files/{file}");

    let page = open(&guest, &url).await;
    assert!(
        page.contains(&format!("<source src=\"{address}/stream\" type=\"video/mp4\">")),
        "{page}"
    );
    assert!(
        page.contains(&format!("poster=\"{address}/thumbnail?width=960\"")),
        "no picture"
    );
    assert!(
        page.contains("原件的格式浏览器无法播放"),
        "nobody says that it is a copy"
    );
    assert!(page.contains("?download=1"), "the original is gone");
    assert!(
        page.contains("data-second=\"61\"") && page.contains("装夹"),
        "no chapters"
    );

    let picture = guest.get(&format!("{address}/thumbnail?width=192")).await.expect(200);
    assert_eq!(
        (picture.header("content-type").as_str(), picture.body.as_slice()),
        ("image/jpeg", PICTURE)
    );
    let whole = guest.get(&format!("{address}/stream")).await.expect(200);
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.body, copy());
    let part = guest
        .request("GET", &format!("{address}/stream"))
        .header("range", "bytes=64-103");
    let part = Answer::of(part).await.expect(206);
    assert_eq!(part.body, [1; 40]);
    let list = guest.get(&format!("{address}/stream.m3u8")).await.expect(200);
    assert_eq!(list.header("content-type"), "application/vnd.apple.mpegurl");
    let list = String::from_utf8(list.body).unwrap();
    assert!(
        list.contains("#EXT-X-BYTERANGE:40@64\nstream\n#EXTINF:2.000,\n#EXT-X-BYTERANGE:20@104\nstream\n"),
        "{list}"
    );
    let chapters = guest.get(&format!("{address}/chapters")).await.expect(200);
    let chapters = String::from_utf8(chapters.body).unwrap();
    assert!(chapters.contains("00:00:00.000 --> 00:01:01.500\n装夹\n"), "{chapters}");
}

#[tokio::test]
async fn a_film_that_is_found_shows_a_moment_of_itself() {
    let (app, _folder, _, file) = filmed(LOOK, MAKE).await;

    let found = app.guest().search("车刀对刀").await;

    assert_eq!(found["hits"][0]["picture"], format!("/api/v1/files/{file}/thumbnail"));
}

#[tokio::test]
async fn what_is_made_of_a_film_is_for_those_who_may_see_the_film_and_goes_with_it() {
    let (app, _folder, url, file) = filmed(LOOK, MAKE).await;
    let admin = app.admin("S1").await;
    let resource = url.trim_start_matches("/r/");
    let ways = ["thumbnail", "stream", "stream.m3u8", "chapters"];

    admin.step(resource, "withdraw").await.expect(200);
    for way in ways {
        let address = format!("/api/v1/files/{file}/{way}");
        assert_eq!(app.guest().get(&address).await.status, 404, "{way} is given to anybody");
        admin.get(&address).await.expect(200);
    }
    admin
        .send("DELETE", &format!("/api/v1/resources/{resource}"))
        .await
        .expect(204);
    app.advance(Duration::from_hours(2));
    app.ask(async |library| library.operations.tidy().await).await.unwrap();

    let left = app.stored().await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn programs_that_crash_lie_or_hang_leave_the_original_and_are_tried_on_another_day() {
    let lies = "echo '{\"streams\": [{}]}'";
    for (look, make) in [
        ("exit 1", MAKE),
        ("echo [", MAKE),
        ("sleep 600 & wait", MAKE),
        (lies, "kill -SEGV $$"),
    ] {
        let (app, folder, url, file) = filmed(look, make).await;
        let guest = app.guest();

        let page = open(&guest, &url).await;
        assert!(page.contains("浏览器可能无法播放"), "`{look}`: nothing is said");
        assert!(
            page.contains(&format!("<source src=\"/api/v1/files/{file}/content\">")),
            "`{look}`"
        );
        assert!(!page.contains("data-waiting"), "`{look}`: it waits for ever");
        let none = guest.get(&format!("/api/v1/files/{file}/stream")).await;
        assert_eq!(none.refusal(404), "no-such-stream", "`{look}`");

        if look == "exit 1" {
            program(folder.path(), "ffprobe", LOOK);
            app.advance(Duration::from_hours(25));
            assert!(
                open(&guest, &url).await.contains("data-waiting"),
                "it is never tried again"
            );
            app.settled().await;
            assert!(open(&guest, &url).await.contains("/stream.m3u8"));
        }
    }
}
