//! Networks of reverse proxies, written `10.0.0.0/8` or as a single address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::fault::InvalidValue;

/// A range of addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpNetwork {
    address: IpAddr,
    prefix: u8,
}

impl IpNetwork {
    /// This machine itself, 127.0.0.0/8.
    pub const LOOPBACK_V4: Self = Self {
        address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)),
        prefix: 8,
    };
    /// This machine itself, `::1`.
    pub const LOOPBACK_V6: Self = Self {
        address: IpAddr::V6(Ipv6Addr::LOCALHOST),
        prefix: 128,
    };

    /// Whether `address` lies inside. An IPv4 address that arrives wrapped in IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let differing = ours.to_bits() ^ theirs.to_bits();
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let differing = ours.to_bits() ^ theirs.to_bits();
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl FromStr for IpNetwork {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network = address.parse::<IpAddr>().ok().and_then(|address| {
            let prefix = prefix.map_or(Some(width(address)), |prefix| prefix.parse().ok())?;
            (prefix <= width(address)).then_some(Self { address, prefix })
        });
        network.ok_or_else(|| {
            InvalidValue::new(
                format!("“{text}”不是地址或网段，例如 10.0.0.0/8 或 127.0.0.1"),
                format!("`{text}` is not an address or network, such as 10.0.0.0/8 or 127.0.0.1"),
            )
        })
    }
}

impl fmt::Display for IpNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_that_share_its_prefix() {
        let network: IpNetwork = "10.20.0.0/16".parse().unwrap();

        assert!(network.contains("10.20.3.4".parse().unwrap()));
        assert!(network.contains("::ffff:10.20.3.4".parse().unwrap()));
        assert!(!network.contains("10.21.0.1".parse().unwrap()));
        assert!(!network.contains("::1".parse().unwrap()));
    }

    #[test]
    fn the_widest_network_holds_everything_of_its_family() {
        let everything: IpNetwork = "::/0".parse().unwrap();

        assert!(everything.contains("2001:db8::1".parse().unwrap()));
        assert!(!everything.contains("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn nonsense_is_refused() {
        for faulty in ["10.0.0.0/33", "10.0.0/8", "proxy", "10.0.0.0/-1", "::/129"] {
            assert!(faulty.parse::<IpNetwork>().is_err(), "{faulty}");
        }
    }
}
