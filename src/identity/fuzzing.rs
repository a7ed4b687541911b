//! Fuzz targets of what providers of sign-on answer.

use ldap3::asn1::parse_tag;

use super::cas;
use super::ldap::ber;

/// Elements of a message that is taken apart here.
const MOST_ELEMENTS: usize = 5_000;

/// A CAS server's word about a ticket: whoever it names has a name, and nothing grows by being read.
pub fn cas(bytes: &[u8]) {
    let Ok(validated) = cas::read(bytes) else { return };
    assert!(!validated.user.is_empty(), "nobody signs in as nobody");
    let values = validated.attributes.values().flatten();
    let said: usize = values.map(String::len).sum::<usize>() + validated.user.len();
    // A broken sign becomes one of three bytes, and an entity at most as many as it is spelt with.
    assert!(said <= bytes.len() * 3, "more was read than came");
}

/// A directory's message: what is let through is taken apart whole by `ldap3`'s reader.
pub fn directory(bytes: &[u8]) {
    let Ok(elements) = ber::count_elements(bytes, MOST_ELEMENTS) else {
        return;
    };
    assert!(elements <= MOST_ELEMENTS);
    let mut rest = bytes;
    while !rest.is_empty() {
        let Ok((after, _)) = parse_tag(rest) else {
            panic!("what was counted is not read");
        };
        assert!(after.len() < rest.len());
        rest = after;
    }
}
