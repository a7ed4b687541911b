//! CAS 3.0: a ticket that a browser brings is shown to the server, which says in XML whose it is.
//!
//! The state travels in the address of the service, which the server compares as a whole; so an answer is bound to the browser
//! that asked, which the protocol itself does not care for.

use quick_xml::Reader;
use quick_xml::events::Event;
use reqwest::Url;

use super::http::HttpClient;
use super::{Identified, ProviderAnswer, ProviderError, SignOnQuestion};
use crate::domain::sign_on::{AnswerFault, Attributes, Identity};

/// The longest ticket; the protocol asks for 256 characters at least to be taken.
const MAX_TICKET_CHARS: usize = 1024;
/// Elements within elements; an answer has four.
const MAX_DEPTH: usize = 16;

/// What a CAS server is.
#[derive(Debug, Clone)]
pub struct CasProvider {
    /// Who says it; part of what people are matched by, and the same when the server moves.
    pub issuer: String,
    /// Its address, below which `/login` lies.
    pub url: String,
    /// The attribute of the stable id; none: the user that it names.
    pub id_attribute: Option<String>,
    /// The attribute of the name that is shown.
    pub display_attribute: String,
    /// Whether signing out here signs out there as well.
    pub sign_out: bool,
}

/// A client of one server.
#[derive(Debug)]
pub struct CasClient {
    provider: CasProvider,
    http: HttpClient,
}

impl CasClient {
    /// Asks nothing yet; `certificates` (PEM) are trusted besides the system's.
    pub fn new(provider: CasProvider, certificates: Option<&[u8]>) -> anyhow::Result<Self> {
        let http = HttpClient::new(certificates)?;
        Ok(Self { provider, http })
    }

    pub(super) fn address(&self, question: &SignOnQuestion) -> String {
        let service = service(question);
        let mut fields = vec![("service", service.as_str())];
        if question.is_anew {
            fields.push(("renew", "true"));
        }
        self.with_query("/login", &fields)
    }

    pub(super) async fn identify(
        &self,
        question: &SignOnQuestion,
        answer: &ProviderAnswer<'_>,
    ) -> Result<Identified, ProviderError> {
        let is_ticket = |ticket: &&str| {
            !ticket.is_empty() && ticket.len() <= MAX_TICKET_CHARS && ticket.chars().all(|c| c.is_ascii_graphic())
        };
        let ticket = answer.ticket.filter(is_ticket);
        let ticket = ticket.ok_or_else(|| ProviderError::answer(AnswerFault::Unreadable, "no ticket"))?;
        let service = service(question);
        let mut fields = vec![("service", service.as_str()), ("ticket", ticket)];
        if question.is_anew {
            // A ticket of somebody who was signed in there already is none then.
            fields.push(("renew", "true"));
        }
        let address = self.with_query("/p3/serviceValidate", &fields);
        let answer = self.http.get(&address, None).await;
        let answer = answer.map_err(|error| ProviderError::Away(error.into()))?;
        if !answer.status().is_success() {
            let status = anyhow::anyhow!("the ticket was answered {}", answer.status());
            return Err(ProviderError::Away(status));
        }
        let validated = read(answer.body())?;
        Ok(Identified {
            identity: self.identity(validated)?,
            sign_out_url: self.sign_out_url(question),
        })
    }

    fn identity(&self, validated: Validated) -> Result<Identity, ProviderError> {
        let first = |name: &str| {
            validated
                .attributes
                .get(name)
                .and_then(|values| values.first())
                .cloned()
        };
        let subject = match &self.provider.id_attribute {
            Some(attribute) => first(attribute).unwrap_or_default(),
            None => validated.user.clone(),
        };
        if subject.is_empty() {
            return Err(ProviderError::answer(AnswerFault::Subject, "it names nobody"));
        }
        Ok(Identity {
            issuer: self.provider.issuer.clone(),
            subject,
            display: first(&self.provider.display_attribute),
            name: validated.user,
            attributes: validated.attributes,
        })
    }

    fn sign_out_url(&self, question: &SignOnQuestion) -> Option<String> {
        let mut home = Url::parse(&question.answer_url).ok()?;
        home.set_path("/");
        let address = self.with_query("/logout", &[("service", home.as_str())]);
        self.provider.sign_out.then_some(address)
    }

    fn with_query(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let query = serde_urlencoded::to_string(fields).unwrap_or_default();
        format!("{}{path}?{query}", self.provider.url)
    }
}

/// Where the ticket is brought; the same text when it is asked for and when it is shown.
fn service(question: &SignOnQuestion) -> String {
    format!("{}?state={}", question.answer_url, question.state)
}

/// Whose ticket it was.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Validated {
    pub(super) user: String,
    pub(super) attributes: Attributes,
}

/// Reads `serviceResponse`: `authenticationSuccess` with `user` and `attributes`, or `authenticationFailure` with its code.
pub(super) fn read(body: &[u8]) -> Result<Validated, ProviderError> {
    let mut reader = Reader::from_reader(body);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut validated = Validated::default();
    let mut is_success = false;
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Eof => break,
            Event::Start(start) => {
                let name = local(start.name().as_ref()).to_owned();
                if path == ["serviceResponse"] && name == "authenticationFailure" {
                    let code = start.attributes().flatten().find(|it| it.key.as_ref() == "code");
                    let code = code.map(|code| code.value.chars().take(60).collect::<String>());
                    return Err(ProviderError::answer(AnswerFault::Code, code.unwrap_or_default()));
                }
                path.push(name);
                text.clear();
                if path.len() > MAX_DEPTH {
                    return Err(unreadable("elements nest too deep"));
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::CData(piece) => text.push_str(&piece),
            Event::GeneralRef(entity) => text.push_str(&htmlize::unescape(format!("&{};", &*entity))),
            Event::DocType(_) => return Err(unreadable("a document type is not wanted")),
            Event::End(_) => {
                let names: Vec<&str> = path.iter().map(String::as_str).collect();
                match names.as_slice() {
                    ["serviceResponse", "authenticationSuccess", "user"] => text.trim().clone_into(&mut validated.user),
                    ["serviceResponse", "authenticationSuccess", "attributes", name] => {
                        let values = validated.attributes.entry((*name).to_owned()).or_default();
                        values.push(text.trim().to_owned());
                    }
                    ["serviceResponse", "authenticationSuccess"] => is_success = true,
                    _ => {}
                }
                path.pop();
                text.clear();
            }
            _ => {}
        }
        buffer.clear();
    }
    if !is_success || validated.user.is_empty() {
        return Err(unreadable("it says neither whose ticket it is nor why it is none"));
    }
    Ok(validated)
}

fn unreadable(why: impl ToString) -> ProviderError {
    ProviderError::answer(AnswerFault::Unreadable, why)
}

/// The part of a qualified name behind the colon.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> AnswerFault {
        match read(body.as_bytes()) {
            Err(ProviderError::Answer { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answer_names_a_user_and_attributes() {
        let body = "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>\n<cas:authenticationSuccess>\n\
            <cas:user>wang</cas:user><cas:attributes><cas:memberOf>a&amp;b</cas:memberOf>\
            <cas:memberOf><![CDATA[教师]]></cas:memberOf></cas:attributes>\
            </cas:authenticationSuccess></cas:serviceResponse>";

        let validated = read(body.as_bytes()).unwrap();

        assert_eq!(validated.user, "wang");
        assert_eq!(validated.attributes["memberOf"], ["a&b", "教师"]);
    }

    #[test]
    fn whatever_else_is_no_answer() {
        let failure = "<cas:serviceResponse><cas:authenticationFailure code='INVALID_TICKET'>no</cas:authenticationFailure>\
            </cas:serviceResponse>";
        assert_eq!(fault(failure), AnswerFault::Code);
        for strange in [
            "",
            "<html>502</html>",
            "<a><authenticationSuccess><user>wang</user></authenticationSuccess></a>",
            "<serviceResponse><authenticationSuccess><user></user></authenticationSuccess></serviceResponse>",
            "<serviceResponse><authenticationSuccess><user>wang</user>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><serviceResponse/>",
        ] {
            assert_eq!(fault(strange), AnswerFault::Unreadable, "{strange}");
        }
    }
}
