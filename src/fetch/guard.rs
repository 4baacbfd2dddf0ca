//! Which addresses may be contacted: in goes an IP address, a host or a name to resolve, out comes a yes or the reason for the no.
//!
//! Names are checked where they are resolved for the connection, so that a name cannot change its mind between check and connect. Literal
//! addresses never reach a resolver and are checked on every hop. Redirects are followed elsewhere (http.rs).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Networks of IPv4 that are not the public internet (IANA special-purpose registry).
const SPECIAL_V4: &[(Ipv4Addr, u8, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by carriers (CGNAT)"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local, where clouds keep their metadata"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Networks inside `2000::/3` that are not the public internet.
const SPECIAL_V6: &[(Ipv6Addr, u8, &str)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "Teredo or another protocol's own"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation"),
];

/// The well-known prefix of NAT64, `64:ff9b::/96` (RFC 6052).
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

/// The rule about addresses, with the exceptions that the configuration makes.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    allowed: Arc<[IpNet]>,
}

/// An address that is not contacted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    address: IpAddr,
    kind: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "its address {} is {}; list its network under allow_private in [network] if it is to be read",
            self.address, self.kind
        )
    }
}

impl std::error::Error for Refusal {}

impl Guard {
    pub(super) fn new(allowed: &[IpNet]) -> Guard {
        Guard { allowed: allowed.into() }
    }

    /// Whether a connection to `address` may be made.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        let meant = embedded(address);
        match special(meant) {
            Some(kind) if !self.allowed.iter().any(|net| net.contains(&meant) || net.contains(&address)) => {
                Err(Refusal { address, kind })
            }
            _ => Ok(()),
        }
    }

    /// Whether the host of `url` may be asked, as far as its address says so itself; names are checked when they are resolved.
    pub(super) fn check_literal(&self, url: &Url) -> Result<(), Refusal> {
        match url.host() {
            Some(Host::Ipv4(address)) => self.check(address.into()),
            Some(Host::Ipv6(address)) => self.check(address.into()),
            _ => Ok(()),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut refusal = None;
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|a| guard.check(a.ip()).map_err(|r| refusal = Some(r)).is_ok()).collect();
            match refusal {
                Some(refusal) if allowed.is_empty() => Err(refusal.into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// The IPv4 address that an IPv6 form stands for (mapped, or NAT64's well-known prefix), else the address itself.
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return v4.into();
    }
    let [a, b, c, d, e, f, high, low] = v6.segments();
    if [a, b, c, d, e, f] == NAT64 {
        let [w, x] = high.to_be_bytes();
        let [y, z] = low.to_be_bytes();
        return Ipv4Addr::new(w, x, y, z).into();
    }
    address
}

/// What an address is when it is not on the public internet.
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => SPECIAL_V4
            .iter()
            .find(|(net, bits, _)| v4.to_bits() >> (32 - bits) == net.to_bits() >> (32 - bits))
            .map(|(.., kind)| *kind),
        IpAddr::V6(v6) if v6.segments()[0] >> 13 == 1 => SPECIAL_V6
            .iter()
            .find(|(net, bits, _)| v6.to_bits() >> (128 - bits) == net.to_bits() >> (128 - bits))
            .map(|(.., kind)| *kind),
        IpAddr::V6(v6) => Some(match v6.segments()[0] {
            _ if v6.is_loopback() => "loopback",
            _ if v6.is_unspecified() => "unspecified",
            0xfc00..=0xfdff => "private (ULA)",
            0xfe80..=0xfebf => "link-local",
            0xff00..=0xffff => "multicast",
            _ => "outside the public internet",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, allowed: bool) {
        let address: IpAddr = address.parse().expect("a test address");
        assert_eq!(Guard::default().check(address).is_ok(), allowed, "{address}");
    }

    #[test]
    fn only_the_public_internet_is_contacted() {
        for refused in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.66.6.6",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2002:7f00:1::1",
            "2001:db8::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "4000::1",
        ] {
            check(refused, false);
        }
        for allowed in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "2a00:1450::1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            check(allowed, true);
        }
    }

    #[test]
    fn an_allowed_network_is_contacted_in_every_spelling_and_no_other() {
        let guard = Guard::new(&["127.10.0.0/16".parse().expect("a test network")]);
        let of = |url: &str| guard.check_literal(&Url::parse(url).expect("a test address")).is_ok();
        assert!(of("http://127.10.3.4/feed"));
        assert!(of("http://[::ffff:127.10.3.4]/feed"));
        assert!(!of("http://127.0.0.1/feed"));
        assert!(!of("http://2130706433/feed"), "a loopback address as one number");
        assert!(!of("http://0x7f.1/feed"), "a loopback address in hexadecimal");
        assert!(!of("http://[::1]/feed"));
        assert!(of("http://site.example/feed"), "names are checked when they are resolved");
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_loopback_is_refused() {
        let name: Name = "localhost".parse().expect("a test name");
        let error = Guard::default().resolve(name).await.err().expect("loopback is refused");
        assert!(error.downcast_ref::<Refusal>().is_some(), "{error}");
    }
}
