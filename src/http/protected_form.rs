//! Forms of our own pages: extractors that yield a form only after its CSRF token was checked.
//!
//! A handler of a page takes one of these and nothing else, so that none can forget to ask for the token. Whose token it
//! must be is read from the same request.

#![expect(clippy::disallowed_types, reason = "the forms that are protected here")]

use std::ops::Deref;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::csrf::{self, FIELD};
use super::form::{broken, text};
use super::problem::Problem;
use crate::actor::Actor;
use crate::error::{Error, Refusal, Result};

/// A form as browsers send it by default (`application/x-www-form-urlencoded`), its token checked.
#[derive(Debug)]
pub struct ProtectedForm<T>(T);

/// A form that is a button: nothing but the token.
pub type ProtectedButton = ProtectedForm<IgnoredAny>;

impl<T> ProtectedForm<T> {
    /// The form's fields.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for ProtectedForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for ProtectedForm<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let actor = Actor::extract(request).into_inner();
        // As pairs first: the token is to be out before the handler's type, which refuses fields it does not know, is
        // read.
        let fields = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        Box::pin(async move {
            let fields = fields.await?.into_inner();
            Ok(Self(read(&actor?, fields).map_err(Problem::from)?))
        })
    }
}

/// Takes the token out of the fields, checks it, and reads the others as what the handler wants.
fn read<T: DeserializeOwned>(actor: &Actor, fields: Vec<(String, String)>) -> Result<T> {
    let (tokens, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == FIELD);
    csrf::check(actor, tokens.first().map(|(_, token)| token.as_str()))?;
    // Written and read once more: this reader of forms makes numbers and flags of text, which none of serde's own does.
    let written = serde_urlencoded::to_string(fields).map_err(Error::unexpected)?;
    let read = serde_urlencoded::from_str(&written).map_err(|error| Refusal::Malformed {
        detail: UrlencodedError::Parse(error).to_string(),
    });
    Ok(read?)
}

/// A form with files (`multipart/form-data`), its token checked before anything else of it is read.
pub struct ProtectedMultipart {
    form: Multipart,
    /// The first field, where it is not the token: whoever has no session needs none.
    first: Option<Field>,
}

impl ProtectedMultipart {
    /// The next field, as it streams in.
    pub async fn next_field(&mut self) -> Result<Option<Field>> {
        if self.first.is_some() {
            return Ok(self.first.take());
        }
        self.form.next().await.transpose().map_err(broken)
    }

    /// Reads the token, which must be the first field: browsers send fields in the order of the page, and a file that
    /// comes before it would have to be kept until it is known whether it may come at all.
    async fn open(actor: &Actor, mut form: Multipart) -> Result<Self> {
        let first = form.next().await.transpose().map_err(broken)?;
        let is_token = |field: &Field| field.name() == Some(FIELD);
        let (token, first) = match first {
            Some(field) if is_token(&field) => (Some(text(field).await?), None),
            other => (None, other),
        };
        let token = token.as_deref().and_then(|token| std::str::from_utf8(token).ok());
        csrf::check(actor, token)?;
        Ok(Self { form, first })
    }
}

impl FromRequest for ProtectedMultipart {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let actor = Actor::extract(request).into_inner();
        let is_multipart = request.content_type() == "multipart/form-data";
        let form = Multipart::new(request.headers(), payload.take());
        Box::pin(async move {
            if !is_multipart {
                let expected = "multipart/form-data";
                return Err(Refusal::MediaType { expected }.into());
            }
            Ok(Self::open(&actor?, form).await?)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::read;
    use crate::actor::{Actor, Member};
    use crate::domain::id::AccountId;
    use crate::domain::role::{Role, TokenScope};
    use crate::error::{Error, Refusal};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Step {
        note: Option<String>,
        seen: Option<i64>,
        #[serde(default)]
        at_once: bool,
    }

    fn member() -> Actor {
        let member = Member {
            id: AccountId::new(),
            name: "wang".to_owned(),
            display: "王".to_owned(),
            role: Role::Teacher,
            school_id: None,
            token: TokenScope::Admin,
            areas: Vec::new(),
            token_id: None,
            csrf: Some("token".to_owned()),
        };
        Actor {
            account: Some(member),
            address: None,
            once: None,
        }
    }

    fn sent(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(owned).collect()
    }

    #[test]
    fn a_form_is_given_only_with_its_sessions_token() {
        let step = Step {
            note: Some("a&b=c 甲".to_owned()),
            seen: Some(7),
            at_once: true,
        };
        let fields = [("note", "a&b=c 甲"), ("seen", "7"), ("at_once", "true")];
        let with = |token| sent(&[&[("csrf", token)], &fields[..]].concat());

        assert_eq!(read::<Step>(&member(), with("token")).unwrap(), step);
        for foreign in [with("other"), with(""), sent(&fields)] {
            let Err(Error::Refused(refusal)) = read::<Step>(&member(), foreign) else {
                panic!("a form was given without its token");
            };
            assert_eq!(*refusal, Refusal::Csrf);
        }
        assert_eq!(
            read::<Step>(&Actor::guest(), sent(&fields)).unwrap(),
            step,
            "without a session"
        );
    }

    #[test]
    fn a_form_that_is_a_list_keeps_its_order_and_has_no_token_in_it() {
        let fields = sent(&[("entry", "2"), ("csrf", "token"), ("entry", "1")]);

        let list: Vec<(String, String)> = read(&member(), fields).unwrap();

        assert_eq!(list, sent(&[("entry", "2"), ("entry", "1")]));
    }
}
