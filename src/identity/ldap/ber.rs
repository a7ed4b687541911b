//! The form of a directory's messages (BER, X.690), looked at before a reader takes them apart.
//!
//! `lber`, which `ldap3` reads with, goes one call deeper for each element within another: an answer of elements in elements,
//! which anybody on the way can write before TLS begins, would end the whole process. So no message reaches it that is nested
//! deeper than LDAP's ever are, is not whole, or is of more elements than an honest answer.

/// LDAP's deepest is the value of an attribute of an entry: message, entry, attributes, attribute, values, value.
const DEEPEST: usize = 12;
/// Octets that say a length at most: four hold more than we ever take.
const LONGEST_LENGTH: usize = 4;
/// In the first octet: elements are within.
const CONSTRUCTED: u8 = 0x20;
/// In the first octet of a length: so many octets follow that say it.
const LONG_FORM: u8 = 0x80;

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::identity) enum BerFault {
    /// Elements in elements in elements.
    #[error("elements nested deeper than {DEEPEST}")]
    TooDeep,
    /// More of them than a directory has to say.
    #[error("too many elements")]
    TooMany,
    /// More bytes than a directory has to say.
    #[error("too long")]
    TooLong,
    /// An element that ends beyond the one it is in, or never.
    #[error("not BER as LDAP writes it")]
    Malformed,
}

/// How many octets say the length of an element, after the first of them.
pub(super) fn length_octets(first: u8) -> Result<usize, BerFault> {
    match usize::from(first & !LONG_FORM) {
        _ if first < LONG_FORM => Ok(0),
        // None: it ends where it says, which LDAP forbids (RFC 4511 §5.1).
        0 => Err(BerFault::Malformed),
        octets if octets <= LONGEST_LENGTH => Ok(octets),
        _ => Err(BerFault::TooLong),
    }
}

/// The length of an element by the first octet that says it and those that follow.
pub(super) fn length(first: u8, more: &[u8]) -> usize {
    match more {
        [] => usize::from(first),
        more => more.iter().fold(0, |length, octet| (length << 8) | usize::from(*octet)),
    }
}

/// How many elements a whole message is of, `most` at most; refuses one that is not to be taken apart.
pub(in crate::identity) fn count_elements(message: &[u8], most: usize) -> Result<usize, BerFault> {
    let mut ends = vec![message.len()];
    let (mut at, mut elements) = (0, 0);
    while let Some(&end) = ends.last() {
        if at == end {
            ends.pop();
            continue;
        }
        if elements == most {
            return Err(BerFault::TooMany);
        }
        elements += 1;
        let element = BerElement::at(&message[at..end])?;
        if !element.is_constructed {
            at += element.head + element.length;
            continue;
        }
        if ends.len() > DEEPEST {
            return Err(BerFault::TooDeep);
        }
        at += element.head;
        ends.push(at + element.length);
    }
    Ok(elements)
}

/// Where one element begins and ends.
struct BerElement {
    is_constructed: bool,
    /// The octets before its content.
    head: usize,
    /// The octets of its content.
    length: usize,
}

impl BerElement {
    fn at(bytes: &[u8]) -> Result<Self, BerFault> {
        let [tag, first, rest @ ..] = bytes else {
            return Err(BerFault::Malformed);
        };
        let octets = length_octets(*first)?;
        let more = rest.get(..octets).ok_or(BerFault::Malformed)?;
        let length = length(*first, more);
        if length > rest.len() - octets {
            return Err(BerFault::Malformed);
        }
        Ok(Self {
            is_constructed: tag & CONSTRUCTED != 0,
            head: 2 + octets,
            length,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sequences in sequences, the innermost empty.
    fn nested(deep: usize) -> Vec<u8> {
        let mut message = Vec::new();
        for _ in 0..deep {
            let length = u32::try_from(message.len()).unwrap().to_be_bytes();
            let outer = [&[0x30, 0x84][..], &length, &message].concat();
            message = outer;
        }
        message
    }

    #[test]
    fn elements_in_elements_are_taken_as_deep_as_ldap_has_them() {
        assert_eq!(count_elements(&nested(DEEPEST), 100), Ok(DEEPEST));
        assert_eq!(count_elements(&nested(DEEPEST + 1), 100), Err(BerFault::TooDeep));
        assert_eq!(count_elements(&nested(5_000), 10_000), Err(BerFault::TooDeep));
    }

    #[test]
    fn an_element_ends_within_the_one_it_is_in() {
        // A message of a number and an octet string.
        assert_eq!(count_elements(b"\x30\x06\x02\x01\x01\x04\x01a", 100), Ok(3));
        for broken in [
            &b"\x30"[..],
            b"\x30\x80\0\0",
            b"\x30\x06\x02\x01\x01\x04\x02a",
            b"\x30\x03\x02\x04\x01",
            b"\x30\x82\x01",
            b"\x30\x05\x02\x01\x01\x04\x01a",
        ] {
            assert_eq!(count_elements(broken, 100), Err(BerFault::Malformed), "{broken:x?}");
        }
        let beyond = count_elements(b"\x30\x85\x01\0\0\0\0", 100);
        assert_eq!(beyond, Err(BerFault::TooLong));
    }

    #[test]
    fn a_megabyte_of_nothings_is_not_taken_apart() {
        let nothings = b"\x05\x00".repeat(1_000);
        assert_eq!(count_elements(&nothings, 999), Err(BerFault::TooMany));
        assert_eq!(count_elements(&nothings, 1_000), Ok(1_000));
    }
}
