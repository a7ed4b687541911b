//! Client addresses, as far as they tell one household or school from another.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network bits of an IPv6 address; every customer has the rest to choose from (RFC 6177).
const NETWORK_BITS: u32 = 64;
/// The bits of the networks around these: what one customer is given at most (RFC 6177), and what is routed by itself.
const WIDER_BITS_V6: u32 = 48;
const WIDER_BITS_V4: u32 = 24;

/// What is counted as one asker: an IPv4 address, or the network of an IPv6 address, because whoever has one IPv6 address
/// has four billion times four billion.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << NETWORK_BITS)).into(),
        address => address,
    }
}

/// The network around an asker's: whoever rents one has each address in it to choose from, and strangers may have others.
pub fn wider_network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - WIDER_BITS_V6))).into(),
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << (32 - WIDER_BITS_V4))).into(),
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
    use super::{network_of, wider_network_of};

    #[test]
    fn one_household_is_one_asker_however_many_addresses_it_has() {
        let network = |address: &str| network_of(address.parse().unwrap()).to_string();

        assert_eq!(network("2001:db8:1:2:aaaa::1"), network("2001:db8:1:2:bbbb::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn addresses_that_one_may_rent_together_are_of_one_wider_network() {
        let wider = |address: &str| wider_network_of(address.parse().unwrap()).to_string();

        assert_eq!(wider("192.0.2.200"), "192.0.2.0");
        assert_eq!(wider("::ffff:192.0.2.1"), "192.0.2.0");
        assert_ne!(wider("192.0.2.1"), wider("192.0.3.1"));
        assert_eq!(wider("2001:db8:1:ffff::1"), "2001:db8:1::");
        assert_ne!(wider("2001:db8:1::1"), wider("2001:db8:2::1"));
    }
}
