//! A connection to a directory, and what stands between it and `ldap3`.
//!
//! TLS is done here and not there, so that every message can be looked at when it is in the clear ([`super::ber`]); `ldap3`
//! speaks into one end of a pair of sockets, and is answered what was looked at and nothing else.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use ldap3::asn1::{TagClass, Types, parse_tag, parse_uint};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use reqwest::Url;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::ber::{self, BerFault};

/// All that a directory says in one connection, in bytes and in elements: somebody in a thousand groups, and these groups.
const MAX_ANSWER_BYTES: usize = 1 << 20;
const MAX_ANSWER_ELEMENTS: usize = 50_000;
/// No connection lasts longer, whoever has let go of it.
const LONGEST: Duration = Duration::from_secs(30);
/// The request to begin TLS (RFC 4511 §4.14.1): message 1, the extended operation 1.3.6.1.4.1.1466.20037.
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
/// The tag of the answer to it.
const EXTENDED_RESPONSE: u64 = 24;
const SUCCESS: u64 = 0;

/// Trusts these certificates (PEM), or where there are none those of the system.
pub(super) fn tls_config(certificates: Option<&[u8]>) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match certificates {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate?)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Opens a connection; over TLS where the address or `starttls` says so.
pub(super) async fn open(url: &str, starttls: bool, tls: Arc<ClientConfig>) -> anyhow::Result<Ldap> {
    let url = Url::parse(url)?;
    let port = match url.scheme() {
        "ldap" => 389,
        "ldaps" => 636,
        other => bail!("`{other}` is no directory's scheme"),
    };
    let host = url.host_str().context("the address has no host")?;
    // As addresses write IPv6 and sockets do not.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut socket = TcpStream::connect((host, url.port().unwrap_or(port))).await?;
    if url.scheme() == "ldap" && !starttls {
        return speak(socket).await;
    }
    if url.scheme() == "ldap" {
        ask_for_tls(&mut socket).await?;
    }
    let name = ServerName::try_from(host)?.to_owned();
    speak(TlsConnector::from(tls).connect(name, socket).await?).await
}

/// Asks for TLS in the clear. Not a byte after the answer is taken: what came along with it is not the directory's word.
async fn ask_for_tls(socket: &mut TcpStream) -> anyhow::Result<()> {
    socket.write_all(START_TLS).await?;
    let answer = Answers::default().next(socket).await?;
    let answer = answer.context("the directory ended the connection")?;
    let code = extended_result(&answer);
    ensure!(code == Some(SUCCESS), "StartTLS was answered {code:?}");
    Ok(())
}

/// The result of an extended operation (RFC 4511 §4.12), of a message that was looked at.
fn extended_result(message: &[u8]) -> Option<u64> {
    let (_, message) = parse_tag(message).ok()?;
    let operation = message.expect_constructed()?.into_iter().nth(1)?;
    let operation = operation.match_class(TagClass::Application)?;
    let result = operation.match_id(EXTENDED_RESPONSE)?.expect_constructed()?;
    let code = result.into_iter().next()?.match_id(Types::Enumerated as u64)?;
    parse_uint(&code.expect_primitive()?).ok().map(|(_, code)| code)
}

/// Gives `ldap3` a connection whose answers are looked at. It ends with the last handle.
async fn speak<S>(directory: S) -> anyhow::Result<Ldap>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (ours, theirs) = UnixStream::pair()?;
    let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(theirs.into_std()?));
    let (connection, ldap) = LdapConnAsync::with_settings(settings, "ldapi:///").await?;
    tokio::spawn(async move {
        let both = async { tokio::join!(relay(directory, ours), connection.drive()) };
        match tokio::time::timeout(LONGEST, both).await {
            Ok((Err(error), _)) => tracing::warn!("a connection to a directory was ended: {error}"),
            Ok((Ok(()), Err(error))) => tracing::debug!("a connection to a directory ended: {error}"),
            Ok((Ok(()), Ok(()))) => {}
            Err(_) => tracing::warn!("a connection to a directory did not end by itself"),
        }
    });
    Ok(ldap)
}

/// Carries questions to the directory as they are and its answers back one by one, until either side ends.
async fn relay<S: AsyncRead + AsyncWrite + Unpin>(directory: S, ours: UnixStream) -> io::Result<()> {
    let (mut from_directory, mut to_directory) = tokio::io::split(directory);
    let (mut from_us, mut to_us) = ours.into_split();
    let asking = async {
        tokio::io::copy(&mut from_us, &mut to_directory).await?;
        to_directory.shutdown().await
    };
    let answering = async {
        let mut answers = Answers::default();
        while let Some(message) = answers.next(&mut from_directory).await? {
            to_us.write_all(&message).await?;
        }
        Ok(())
    };
    tokio::select! {
        ended = asking => ended,
        ended = answering => ended,
    }
}

/// What a directory has said in a connection.
#[derive(Debug, Default)]
struct Answers {
    bytes: usize,
    elements: usize,
}

impl Answers {
    /// The next message, whole and looked at; none where the connection ends between two.
    async fn next(&mut self, from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
        let mut message = vec![0; 2];
        if from.read(&mut message[..1]).await? == 0 {
            return Ok(None);
        }
        from.read_exact(&mut message[1..]).await?;
        let first = message[1];
        message.resize(2 + ber::length_octets(first).map_err(refused)?, 0);
        from.read_exact(&mut message[2..]).await?;
        let head = message.len();
        let whole = head.saturating_add(ber::length(first, &message[2..]));
        self.bytes = self.bytes.saturating_add(whole);
        // Asked before a byte of it is made room for.
        if self.bytes > MAX_ANSWER_BYTES {
            return Err(refused(BerFault::TooLong));
        }
        message.resize(whole, 0);
        from.read_exact(&mut message[head..]).await?;
        let most = MAX_ANSWER_ELEMENTS - self.elements;
        self.elements += ber::count_elements(&message, most).map_err(refused)?;
        Ok(Some(message))
    }
}

fn refused(fault: BerFault) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message that is answered, `code` its result.
    fn answer(code: u8) -> Vec<u8> {
        [b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01", &[code][..], b"\x04\0\x04\0"].concat()
    }

    #[test]
    fn tls_begins_where_the_directory_says_success() {
        assert_eq!(extended_result(&answer(0)), Some(0));
        assert_eq!(extended_result(&answer(2)), Some(2));
        // A bind's answer is not one to this question.
        assert_eq!(
            extended_result(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"),
            None
        );
        assert_eq!(extended_result(b"\x05\0"), None);
    }

    #[tokio::test]
    async fn one_message_is_taken_and_not_a_byte_after_it() {
        let sent = [answer(0), b"\x30\x05sly".to_vec()].concat();
        let mut from = sent.as_slice();

        let taken = Answers::default().next(&mut from).await.unwrap();

        assert_eq!(taken, Some(answer(0)));
        assert_eq!(from, b"\x30\x05sly");
    }

    #[tokio::test]
    async fn a_directory_that_never_stops_is_stopped() {
        let entry = [b"\x30\x82\x04\x04\x04\x82\x04\x00".to_vec(), vec![0; 1024]].concat();
        let sent = entry.repeat(2_000);
        let mut from = sent.as_slice();
        let mut answers = Answers::default();
        let mut taken = 0;

        let stopped = loop {
            match answers.next(&mut from).await {
                Ok(Some(message)) => taken += message.len(),
                Ok(None) => panic!("all of it was taken"),
                Err(error) => break error,
            }
        };

        assert_eq!(stopped.kind(), io::ErrorKind::InvalidData);
        assert!(taken <= MAX_ANSWER_BYTES && taken > MAX_ANSWER_BYTES / 2);
        // Nor is room made for what it only says will come.
        let claimed = Answers::default().next(&mut &b"\x30\x84\x7f\xff\xff\xff"[..]).await;
        assert_eq!(claimed.unwrap_err().to_string(), "too long");
    }
}
