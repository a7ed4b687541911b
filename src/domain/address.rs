//! Client addresses, as far as they tell one household or school from another.

use std::net::{IpAddr, Ipv6Addr};

/// The network bits of an IPv6 address; every customer has the rest to choose from (RFC 6177).
const NETWORK_BITS: u32 = 64;

/// What is counted as one asker: an IPv4 address, or the network of an IPv6 address, because whoever has one IPv6 address
/// has four billion times four billion.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << NETWORK_BITS)).into(),
        address => address,
    }
}

/// Whether an address belongs to a machine's or an organization's own network, where reverse proxies stand.
pub fn is_private(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(address)) => address.is_private() || address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_unique_local() || address.is_loopback(),
        Err(_) => false,
    }
}

/// Whether what is said to an address is read by nobody on the way: it goes over TLS, or never leaves this machine.
pub fn keeps_secrets(scheme: &str, host: &str) -> bool {
    match scheme {
        "https" | "ldaps" => !host.is_empty(),
        "http" | "ldap" => is_this_machine(host),
        _ => false,
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn one_household_is_one_asker_however_many_addresses_it_has() {
        let network = |address: &str| network_of(address.parse().unwrap()).to_string();

        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2:bbbb::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
