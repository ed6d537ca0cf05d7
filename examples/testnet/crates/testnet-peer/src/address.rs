//! Addresses: which ones the registry may show, and which of several to try first.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// True for what nobody outside can use: private, loopback, link-local and unspecified addresses.
/// 100.64.0.0/10 and the documentation and benchmark nets pass: labs and carriers live there.
pub fn is_private(address: &SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            ip.is_loopback() || ip.is_unspecified() || first & 0xffc0 == 0xfe80 || first & 0xfe00 == 0xfc00
        }
    }
}

/// IPv4 first, otherwise in the order given.
pub fn ipv4_first(mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    addresses.sort_by_key(|a| !a.is_ipv4());
    addresses
}

/// `HOST:PORT` to one address, IPv4 if there is one.
pub fn resolve(host_port: &str) -> Option<SocketAddr> {
    ipv4_first(host_port.to_socket_addrs().ok()?.collect()).first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_or_not() {
        for text in ["10.0.0.1:1", "172.31.9.9:1", "192.168.1.1:1", "127.0.0.1:1", "169.254.1.1:1", "0.0.0.0:1"] {
            assert!(is_private(&text.parse().unwrap()), "{text}");
        }
        for text in ["[::1]:1", "[::]:1", "[fe80::1]:1", "[fd00::1]:1"] {
            assert!(is_private(&text.parse().unwrap()), "{text}");
        }
        for text in ["203.0.113.1:1", "100.64.0.1:1", "198.18.4.10:1", "172.32.0.1:1", "[2001:db8::1]:1"] {
            assert!(!is_private(&text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn prefers_ipv4() {
        let sorted = ipv4_first(vec!["[::1]:1".parse().unwrap(), "1.2.3.4:1".parse().unwrap()]);
        assert!(sorted[0].is_ipv4());
    }
}
