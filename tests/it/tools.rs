//! Programs that are not ours and work on strangers' files: whom they can reach from where they are locked in.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Caller, id, text};
use crate::fixture;

/// Tries every way out that the kernel has, and fails at the first that is open. Of sockets only those stay that
/// LibreOffice talks to itself by.
const PROBE: &str = r#"
use Socket;
my ($port, $path, $service) = @ARGV;
my ($inet6, $netlink, $packet, $vsock, $alg) = (10, 16, 17, 40, 38);
for my $family (PF_INET, $inet6, $netlink, $packet, $vsock, $alg) {
    for my $type (SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, 5) {
        socket(my $out, $family, $type, 0) and exit 1;
    }
}
for my $type (SOCK_DGRAM, SOCK_RAW, 4, 5) {
    socket(my $out, PF_UNIX, $type, 0) and exit 2;
}
socket(my $own, PF_UNIX, SOCK_STREAM, 0) or exit 3;
connect($own, pack_sockaddr_un($path)) and exit 4;
connect($own, pack_sockaddr_un("\0gongxue-probe")) and exit 5;
socketpair(my $one, my $other, PF_UNIX, SOCK_STREAM, 0) or exit 6;
kill(0, $service) and exit 7;
exit 0;
"#;

async fn publish(app: &TestApp, name: &str, bytes: &[u8]) -> (String, String) {
    let teacher = app.teacher("S1").await;
    let metadata = json!({ "title": "星三角启动", "type": "courseware", "scope": "public" });
    let shared = teacher.share_as(&metadata, &[(name, bytes)]).await.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;
    (text(&shared["url"]), text(&shared["files"][0]["id"]))
}

/// The page of a resource after its Office file was looked at and turned into pages.
async fn pages(app: &TestApp, url: &str) -> String {
    let guest: Caller = app.guest();
    guest.get(url).await.expect(200);
    app.settled().await;
    html(guest.get(url).await.expect(200))
}

/// A document that took LibreOffice over could send on what it was given, or ask the database next door.
#[tokio::test]
async fn a_program_that_was_taken_over_reaches_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database");
    let (unix, tcp) = (
        UnixListener::bind(&path).unwrap(),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let home = folder.path().join("program");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("pages.pdf"), fixture("outline.pdf")).unwrap();
    fs::write(home.join("probe"), PROBE).unwrap();
    let script = format!(
        "#!/bin/sh\nhere=$(dirname \"$0\")\nwhile [ \"$1\" != --outdir ]; do shift; done\nmkdir -p \"$2\"\n\
         perl \"$here/probe\" {} {} {} || exit 1\ncp \"$here/pages.pdf\" \"$2/source.pdf\"\n",
        tcp.local_addr().unwrap().port(),
        path.display(),
        std::process::id(),
    );
    let program = home.join("soffice");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let app = TestApp::with(|config| config.extract.office_program = program).await;
    let (url, _) = publish(&app, "课件.pptx", &fixture("electric-rich.pptx")).await;

    let page = pages(&app, &url).await;

    assert!(
        page.contains("class=\"sheet\""),
        "a way out was open, or an own one closed"
    );
    for listener in [
        unix.set_nonblocking(true),
        tcp.set_nonblocking(true),
        udp.set_nonblocking(true),
    ] {
        listener.unwrap();
    }
    assert!(unix.accept().is_err() && tcp.accept().is_err(), "somebody called");
    assert!(udp.recv(&mut [0; 1]).is_err(), "somebody wrote");
}

/// A program on the search path. Where it is not installed there is nothing to lock in.
fn installed(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

#[tokio::test]
async fn libreoffice_makes_its_pages_where_it_is_locked_in() {
    let Some(program) = installed("soffice") else { return };
    let app = TestApp::with(|config| config.extract.office_program = program).await;
    for (name, file) in [
        ("课件.pptx", "electric-rich.pptx"),
        ("工单.doc", "lo-machining.doc"),
        ("加工.xlsx", "machining.xlsx"),
    ] {
        let (url, _) = publish(&app, name, &fixture(file)).await;

        assert!(
            pages(&app, &url).await.contains("class=\"sheet\""),
            "{name} has no pages"
        );
    }
}

/// A second of a film of an old sort, as a camera of 2005 wrote it.
fn old_film(ffmpeg: &Path, folder: &Path) -> Vec<u8> {
    let film = folder.join("old.avi");
    let source = [
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc=d=1:s=64x48:r=5",
        "-c:v",
        "mpeg4",
    ];
    let made = Command::new(ffmpeg).args(source).arg(&film).status().unwrap();
    assert!(made.success());
    fs::read(film).unwrap()
}

#[tokio::test]
async fn ffmpeg_makes_its_copy_and_picture_where_it_is_locked_in() {
    let Some(program) = installed("ffmpeg") else { return };
    let folder = tempfile::tempdir().unwrap();
    let film = old_film(&program, folder.path());
    let app = TestApp::with(|config| config.extract.film_program = program).await;
    let (_, file) = publish(&app, "对刀.avi", &film).await;
    let guest = app.guest();

    guest.get(&format!("/api/v1/files/{file}/stream")).await.expect(200);
    guest.get(&format!("/api/v1/files/{file}/thumbnail")).await.expect(200);
}
