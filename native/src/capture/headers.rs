//! What the headers of one IP packet say: addresses, ports, fragments, TCP flags, and what an ICMP error quotes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub const ICMP: u8 = 1;
pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMP6: u8 = 58;
const FRAGMENT: u8 = 44;
/// More extension headers than any honest packet has.
const MOST_EXTENSIONS: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    pub version: u8,
    /// The last header that is no extension.
    pub protocol: u8,
    pub source: IpAddr,
    pub destination: IpAddr,
    /// Bytes of the whole packet, by its own header.
    pub length: u32,
    pub ttl: u8,
    /// IPv6 has one in fragments alone.
    pub id: Option<u32>,
    pub dont_fragment: bool,
    pub fragment: Option<Fragment>,
    /// None: the protocol has none, this is a later fragment, or too little of the packet is there.
    pub ports: Option<(u16, u16)>,
    pub tcp_flags: Option<u8>,
    pub icmp: Option<Icmp>,
}

/// Of a packet that was cut up: offset in bytes, and whether more follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    pub offset: u32,
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icmp {
    pub kind: u8,
    pub code: u8,
    /// What the next link takes, where the error is about that.
    pub mtu: Option<u32>,
    pub quoted: Option<Quoted>,
}

/// The packet that an ICMP error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    pub protocol: u8,
    pub source: IpAddr,
    pub destination: IpAddr,
    pub ports: Option<(u16, u16)>,
}

/// None: these bytes are the beginning of no IP packet.
pub fn parse(packet: &[u8]) -> Option<Headers> {
    let (mut headers, rest) = network(packet)?;
    if headers.fragment.map_or(false, |f| f.offset > 0) {
        return Some(headers);
    }
    match headers.protocol {
        TCP => {
            headers.ports = ports(rest);
            headers.tcp_flags = rest.get(13).copied();
        }
        ICMP if headers.version == 4 => headers.icmp = icmp(rest, &[3, 4, 5, 11, 12], Some((3, 4, 6))),
        ICMP6 if headers.version == 6 => headers.icmp = icmp(rest, &[1, 2, 3, 4], Some((2, 0, 4))),
        other if has_ports(other) => headers.ports = ports(rest),
        _ => {}
    }
    Some(headers)
}

impl Headers {
    /// The packet itself, or the one that its error is about.
    pub fn concerns(&self, hosts: &[IpAddr]) -> bool {
        let quoted = self.icmp.as_ref().and_then(|i| i.quoted);
        let inner = quoted.map_or(false, |q| hosts.contains(&q.source) || hosts.contains(&q.destination));
        inner || hosts.contains(&self.source) || hosts.contains(&self.destination)
    }

    pub fn has_tcp_port(&self, among: &[u16]) -> bool {
        let one = |protocol: u8, ports: Option<(u16, u16)>| {
            protocol == TCP && ports.map_or(false, |(from, to)| among.contains(&from) || among.contains(&to))
        };
        let quoted = self.icmp.as_ref().and_then(|i| i.quoted);
        one(self.protocol, self.ports) || quoted.map_or(false, |q| one(q.protocol, q.ports))
    }
}

/// UDP, UDP-Lite, DCCP and SCTP begin with two ports.
fn has_ports(protocol: u8) -> bool {
    matches!(protocol, TCP | UDP | 33 | 132 | 136)
}

fn ports(bytes: &[u8]) -> Option<(u16, u16)> {
    Some((u16_at(bytes, 0)?, u16_at(bytes, 2)?))
}

fn network(packet: &[u8]) -> Option<(Headers, &[u8])> {
    match packet.first()? >> 4 {
        4 => v4(packet),
        6 => v6(packet),
        _ => None,
    }
}

fn v4(packet: &[u8]) -> Option<(Headers, &[u8])> {
    let header = packet.get(..20)?;
    let size = usize::from(header[0] & 15) * 4;
    if size < 20 {
        return None;
    }
    let flags = u16_at(header, 6)?;
    let fragment = Fragment { offset: u32::from(flags & 0x1fff) * 8, more: flags & 0x2000 != 0 };
    let address = |at: usize| IpAddr::from(Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]));
    let headers = Headers {
        version: 4,
        protocol: header[9],
        source: address(12),
        destination: address(16),
        length: u32::from(u16_at(header, 2)?),
        ttl: header[8],
        id: u16_at(header, 4).map(u32::from),
        dont_fragment: flags & 0x4000 != 0,
        fragment: (fragment.more || fragment.offset > 0).then_some(fragment),
        ports: None,
        tcp_flags: None,
        icmp: None,
    };
    Some((headers, packet.get(size..).unwrap_or(&[])))
}

fn v6(packet: &[u8]) -> Option<(Headers, &[u8])> {
    let header = packet.get(..40)?;
    let mut headers = Headers {
        version: 6,
        protocol: header[6],
        source: address6(&header[8..24])?,
        destination: address6(&header[24..40])?,
        length: 40 + u32::from(u16_at(header, 4)?),
        ttl: header[7],
        id: None,
        dont_fragment: false,
        fragment: None,
        ports: None,
        tcp_flags: None,
        icmp: None,
    };
    let mut rest = &packet[40..];
    for _ in 0..MOST_EXTENSIONS {
        let size = match headers.protocol {
            FRAGMENT => 8,
            // Authentication counts in words of four bytes, without the first two.
            51 => usize::from(rest.get(1).copied().unwrap_or(0)) * 4 + 8,
            0 | 43 | 60 | 135 | 139 | 140 => usize::from(rest.get(1).copied().unwrap_or(0)) * 8 + 8,
            _ => return Some((headers, rest)),
        };
        // Cut off within the extension: what follows it is not known.
        let extension = match rest.get(..size) {
            Some(extension) => extension,
            None => return Some((headers, &[])),
        };
        if headers.protocol == FRAGMENT {
            let word = u16_at(extension, 2)?;
            let fragment = Fragment { offset: u32::from(word & 0xfff8), more: word & 1 != 0 };
            headers.fragment = Some(fragment);
            headers.id = u32_at(extension, 4);
            headers.protocol = extension[0];
            if fragment.offset > 0 {
                return Some((headers, &[]));
            }
        } else {
            headers.protocol = extension[0];
        }
        rest = &rest[size..];
    }
    Some((headers, &[]))
}

/// `mtu`: type, code and place of the field that names one.
fn icmp(bytes: &[u8], errors: &[u8], mtu: Option<(u8, u8, usize)>) -> Option<Icmp> {
    let (kind, code) = (*bytes.first()?, *bytes.get(1)?);
    let mtu = mtu.filter(|m| m.0 == kind && m.1 == code).and_then(|(_, _, at)| {
        if at == 6 {
            u16_at(bytes, at).map(u32::from)
        } else {
            u32_at(bytes, at)
        }
    });
    let about = if errors.contains(&kind) { bytes.get(8..).and_then(quoted) } else { None };
    Some(Icmp { kind, code, mtu, quoted: about })
}

fn quoted(bytes: &[u8]) -> Option<Quoted> {
    let (inner, rest) = network(bytes)?;
    let later = inner.fragment.map_or(false, |f| f.offset > 0);
    Some(Quoted {
        protocol: inner.protocol,
        source: inner.source,
        destination: inner.destination,
        ports: if !later && has_ports(inner.protocol) { ports(rest) } else { None },
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16_at(bytes, at)?) << 16 | u32::from(u16_at(bytes, at + 2)?))
}

fn address6(bytes: &[u8]) -> Option<IpAddr> {
    let mut octets = [0; 16];
    octets.copy_from_slice(bytes.get(..16)?);
    Some(IpAddr::from(Ipv6Addr::from(octets)))
}
