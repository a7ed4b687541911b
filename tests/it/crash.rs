//! A hub that is killed while it builds packs, as a power cut does it.

use std::process::Stdio;
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::app::{TestApp, kills};
use crate::client::Caller;
use crate::packs::School;

/// So many files take long enough to be built for the kill to come in the middle.
const FILES: usize = 400;

#[tokio::test]
async fn killed_while_it_builds_a_pack_a_hub_never_shows_half_of_one_and_ends_the_building() {
    // Below the ports that the system hands out: between two lives nobody else may take it.
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 21_988));
    let app = TestApp::with(|config| config.server.listen = address).await;
    let mut school = School::in_service(app).await;
    let contents: Vec<(String, Vec<u8>)> = (0..FILES)
        .map(|at| (format!("{at:03}.bin"), format!("bytes of {at}").into_bytes()))
        .collect();
    let files: Vec<(&str, &[u8])> = contents
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    school.publish("资料", "台阶轴", "city", &files).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.app.settled().await;
    school.app.stop().await;

    let (mut cut, mut dice) = (0, 0x1234_5678_9abc_def1_u64);
    for _ in 0..kills(10) {
        let mut hub = school
            .app
            .program()
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(hub.stdout.take().unwrap()).lines();
        said.next_line().await.unwrap().expect("it says where it listens");
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_millis((dice >> 33) % 200);
        let publish = school.teacher.request("POST", &format!("/api/v1/packs/{pack}/publish"));
        tokio::select! {
            answer = publish.send() => { answer.expect("it answers before it is killed"); }
            // Not a wait for anything: the moment is what this test varies.
            () = tokio::time::sleep(moment) => cut += 1,
        }
        hub.kill().await.unwrap();
        time_passes(&school.app).await;
    }

    assert!(cut > kills(10) / 4, "only {cut} were cut off: this test has gone blind");
    school.app.resume().await;
    school.app.settled().await;
    school.issue(&pack).await;
    for version in versions(&school.teacher, &pack).await {
        assert_eq!(
            (&version["state"], &version["items"]),
            (&json!("ready"), &json!(FILES)),
            "{version}"
        );
        let path = format!("/api/v1/packs/{pack}/versions/{}", version["number"]);
        let all = school
            .teacher
            .get(&format!("{path}/bundle?items=0-{}", FILES - 1))
            .await
            .expect(200);
        assert_eq!(
            all.body,
            contents
                .iter()
                .flat_map(|(_, bytes)| bytes.clone())
                .collect::<Vec<u8>>()
        );
        let list = school.teacher.get_json(&format!("{path}/manifest.json")).await;
        assert_eq!(list["signed"]["version"], version["number"]);
    }
    school.app.finish().await;
}

/// Ends the claims of workers that were killed, as their time does.
async fn time_passes(app: &TestApp) {
    let ended = "UPDATE job SET state = 'queued', lease = NULL, lease_until = NULL WHERE state = 'running'";
    app.database()
        .await
        .execute_unprepared(ended)
        .await
        .expect("the database is whole");
}

async fn versions(teacher: &Caller, pack: &str) -> Vec<Value> {
    let page = teacher.get_json(&format!("/api/v1/packs/{pack}/versions")).await;
    page["items"].as_array().unwrap().clone()
}
