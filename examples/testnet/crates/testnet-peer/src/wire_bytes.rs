//! The fields of a datagram as bytes: appended by the writer, taken off the front by the reader.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn kind(&mut self, kind: u8) -> &mut Self {
        self.bytes(&[kind])
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn address(&mut self, address: Option<SocketAddr>) -> &mut Self {
        let (family, ip, port) = match address {
            None => (0, [0; 16], 0),
            Some(a) => match a.ip() {
                IpAddr::V4(ip) => (4, ip.to_ipv6_mapped().octets(), a.port()),
                IpAddr::V6(ip) => (6, ip.octets(), a.port()),
            },
        };
        self.bytes(&[family]).bytes(&ip).bytes(&port.to_be_bytes())
    }
}

pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    pub fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let found = self.0.get(..N)?.try_into().ok()?;
        self.0 = &self.0[N..];
        Some(found)
    }

    pub fn rest(&mut self, limit: usize) -> Option<Vec<u8>> {
        let found = (self.0.len() <= limit).then(|| self.0.to_vec())?;
        self.0 = &[];
        Some(found)
    }

    /// Outer `None`: malformed. Inner `None`: "no address".
    pub fn address(&mut self) -> Option<Option<SocketAddr>> {
        let [family] = self.take::<1>()?;
        let ip: [u8; 16] = self.take()?;
        let port = u16::from_be_bytes(self.take()?);
        let ip = match family {
            0 => return Some(None),
            4 => IpAddr::V4(Ipv4Addr::new(ip[12], ip[13], ip[14], ip[15])),
            6 => IpAddr::V6(Ipv6Addr::from(ip)),
            _ => return None,
        };
        Some(Some(SocketAddr::new(ip, port)))
    }
}
