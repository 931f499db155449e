//! Whose request it is, by address: the other end of the connection, or whom a proxy that is trusted names.

use axum::http::HeaderMap;
use ipnet::{IpNet, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr};

const FORWARDED: &str = "x-forwarded-for";
/// How much of an IPv6 address one customer of a network has, in bits.
const ONE_CUSTOMER: u8 = 64;

/// Who asks, as far as the network knows. An extension of every request, and data of every GraphQL request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// Where the request comes from. IPv4 is never written as IPv6.
    pub address: IpAddr,
}

impl Client {
    /// For requests that came over no connection: they are this process's own.
    pub const HERE: Self = Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST) };

    /// Of a request from `peer`. `X-Forwarded-For` is read from its end, for as long as whoever wrote an entry is one of
    /// the `trusted`: what stands further left, anybody may have made up.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let mut address = peer.to_canonical();
        let values = headers.get_all(FORWARDED).iter().rev();
        let mut entries = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        while trusted.iter().any(|network| network.contains(&address)) {
            let Some(named) = entries.next().and_then(address_of) else { break };
            address = named;
        }
        Self { address }
    }

    /// What requests are counted by: the address, of IPv6 the network of one customer, who has all of it.
    pub fn network(self) -> IpAddr {
        match self.address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                Ipv6Net::new(address, ONE_CUSTOMER).map_or(address, |network| network.network()).into()
            }
        }
    }
}

/// An entry of the header: an address, with or without a port.
fn address_of(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let plain = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || entry.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(plain).or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// Who asks, when `10.0.0.1`, behind which are `10.0.0.0/8` and `fd00::1`, or another peer passes these headers on.
    fn asked(peer: &str, headers: &[&'static str]) -> String {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::1/128"].iter().map(|text| text.parse().unwrap()).collect();
        let headers = headers.iter().map(|value| (FORWARDED.parse().unwrap(), HeaderValue::from_static(value)));
        Client::of(peer.parse().unwrap(), &headers.collect(), &trusted).address.to_string()
    }

    #[test]
    fn a_header_counts_as_far_as_trusted_proxies_wrote_it() {
        for (peer, headers, address) in [
            ("192.0.2.1", &[][..], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9"], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["127.0.0.1, 203.0.113.9, 10.2.0.4"], "203.0.113.9"),
            ("10.0.0.1", &["127.0.0.1,203.0.113.9", "fd00::1 , 10.2.0.4"], "203.0.113.9"),
            ("10.0.0.1", &["10.9.0.1"], "10.9.0.1"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("::ffff:192.0.2.1", &["203.0.113.9"], "192.0.2.1"),
            // What is no address ends what can be told.
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, unknown, 10.2.0.4"], "10.2.0.4"),
            ("10.0.0.1", &[""], "10.0.0.1"),
        ] {
            assert_eq!(asked(peer, headers), address, "{peer} {headers:?}");
        }
    }

    #[test]
    fn one_customers_addresses_are_counted_together() {
        let network = |text: &str| Client { address: text.parse().unwrap() }.network().to_string();
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
    }
}
