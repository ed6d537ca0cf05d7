//! Packets made by hand: whole, in fragments, with extension headers, ICMP errors, and cut off anywhere.

use super::headers::{parse, Fragment, Headers, ICMP, ICMP6, TCP, UDP};
use super::End;
use std::net::IpAddr;
use std::time::Duration;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn octets(text: &str) -> Vec<u8> {
    match ip(text) {
        IpAddr::V4(a) => a.octets().to_vec(),
        IpAddr::V6(a) => a.octets().to_vec(),
    }
}

const A: &str = "198.18.1.1";
const B: &str = "198.18.3.1";
const A6: &str = "2001:db8::1";
const B6: &str = "2001:db8::2";

/// Flags and offset as they stand in the header.
fn v4(protocol: u8, flags: u16, options: &[u8], body: &[u8]) -> Vec<u8> {
    let header = 20 + options.len();
    let total = (header + body.len()) as u16;
    let mut packet = vec![0x40 | (header / 4) as u8, 0];
    packet.extend(total.to_be_bytes());
    packet.extend(7u16.to_be_bytes());
    packet.extend(flags.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(octets(A));
    packet.extend(octets(B));
    packet.extend(options);
    packet.extend(body);
    packet
}

fn v6(next: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((body.len() as u16).to_be_bytes());
    packet.extend([next, 63]);
    packet.extend(octets(A6));
    packet.extend(octets(B6));
    packet.extend(body);
    packet
}

fn udp(from: u16, to: u16, payload: usize) -> Vec<u8> {
    let mut body = [from.to_be_bytes(), to.to_be_bytes(), (8 + payload as u16).to_be_bytes(), [0, 0]].concat();
    body.resize(8 + payload, 0xee);
    body
}

fn read(packet: &[u8]) -> Headers {
    parse(packet).unwrap()
}

#[test]
fn a_datagram_says_who_and_how_long() {
    let seen = read(&v4(UDP, 0x4000, &[], &udp(4001, 4433, 100)));
    assert_eq!((seen.version, seen.protocol, seen.ports), (4, UDP, Some((4001, 4433))));
    assert_eq!((seen.source, seen.destination), (ip(A), ip(B)));
    assert_eq!((seen.length, seen.ttl, seen.id, seen.dont_fragment), (128, 64, Some(7), true));
    assert_eq!((seen.fragment, seen.icmp, seen.tcp_flags), (None, None, None));
    // Behind options as well.
    assert_eq!(read(&v4(UDP, 0, &[1; 12], &udp(5, 6, 0))).ports, Some((5, 6)));
}

#[test]
fn only_a_first_fragment_has_ports() {
    let first = read(&v4(UDP, 0x2000, &[], &udp(1, 2, 8)));
    assert_eq!((first.fragment, first.ports), (Some(Fragment { offset: 0, more: true }), Some((1, 2))));
    let middle = read(&v4(UDP, 0x2000 | 185, &[], &udp(1, 2, 8)));
    assert_eq!((middle.fragment, middle.ports), (Some(Fragment { offset: 1480, more: true }), None));
    let last = read(&v4(TCP, 370, &[], &[0; 40]));
    assert_eq!((last.fragment, last.tcp_flags), (Some(Fragment { offset: 2960, more: false }), None));
}

#[test]
fn extension_headers_of_ipv6_are_passed_over() {
    // Hop-by-hop of 16 bytes, destination options of 8, then a first and a later fragment.
    let mut body = vec![60, 1];
    body.extend([0; 14]);
    body.extend([44, 0, 0, 0, 0, 0, 0, 0]);
    let fragment = |word: u16| [&[UDP, 0][..], &word.to_be_bytes(), &[1, 2, 3, 4]].concat();
    let with = |word: u16| read(&v6(0, &[&body[..], &fragment(word), &udp(9, 10, 4)].concat()));
    let first = with(1);
    assert_eq!((first.protocol, first.ports, first.id), (UDP, Some((9, 10)), Some(0x0102_0304)));
    assert_eq!(first.fragment, Some(Fragment { offset: 0, more: true }));
    let later = with(1448 & 0xfff8);
    assert_eq!((later.protocol, later.ports), (UDP, None));
    assert_eq!(later.fragment, Some(Fragment { offset: 1448, more: false }));
    assert_eq!(first.length as usize, 40 + 16 + 8 + 8 + 12);
    // Authentication counts its length in another way.
    let authentication = [&[UDP, 4][..], &[0; 22]].concat();
    assert_eq!(read(&v6(51, &[authentication, udp(3, 4, 0)].concat())).ports, Some((3, 4)));
    // A chain without end is followed for a while only.
    let chain: Vec<u8> = (0..40).flat_map(|_| [60, 0, 0, 0, 0, 0, 0, 0]).collect();
    assert_eq!(read(&v6(60, &chain)).ports, None);
}

#[test]
fn tcp_flags_are_told() {
    let mut body = udp(22, 50_000, 12);
    body[13] = 0x12;
    let seen = read(&v4(TCP, 0, &[], &body));
    assert_eq!(seen.tcp_flags, Some(0x12));
    assert!(seen.has_tcp_port(&[22]) && !seen.has_tcp_port(&[23]));
    // Another protocol's port of that number is left in.
    assert!(!read(&v4(UDP, 0, &[], &udp(22, 22, 0))).has_tcp_port(&[22]));
}

#[test]
fn an_error_names_the_packet_that_it_is_about() {
    let inner = v4(UDP, 0, &[], &udp(4001, 4433, 0));
    let unreachable = read(&v4(ICMP, 0, &[], &[&[3, 3, 0, 0, 0, 0, 0, 0][..], &inner].concat()));
    let error = unreachable.icmp.clone().unwrap();
    let quoted = error.quoted.unwrap();
    assert_eq!((error.kind, error.code, error.mtu), (3, 3, None));
    assert_eq!((quoted.source, quoted.destination, quoted.ports), (ip(A), ip(B), Some((4001, 4433))));
    let too_big = read(&v4(ICMP, 0, &[], &[&[3, 4, 0, 0, 0, 0, 0x05, 0x14][..], &inner].concat()));
    assert_eq!(too_big.icmp.unwrap().mtu, Some(1300));
    let inner6 = v6(UDP, &udp(1, 2, 0));
    let too_big6 = read(&v6(ICMP6, &[&[2, 0, 0, 0, 0, 0, 5, 0][..], &inner6].concat()));
    let error = too_big6.icmp.unwrap();
    assert_eq!((error.mtu, error.quoted.unwrap().ports), (Some(1280), Some((1, 2))));
    // A question is about no packet, and one protocol's number means nothing in the other's packets.
    assert_eq!(read(&v4(ICMP, 0, &[], &[&[8, 0, 0, 0, 0, 0, 0, 0][..], &inner].concat())).icmp.unwrap().quoted, None);
    assert_eq!(read(&v4(ICMP6, 0, &[], &[2; 60])).icmp, None);
}

#[test]
fn a_packet_concerns_whom_it_or_its_quotation_names() {
    let inner = v4(UDP, 0, &[], &udp(4001, 4433, 0));
    let mut from_a_router = v4(ICMP, 0, &[], &[&[11, 0, 0, 0, 0, 0, 0, 0][..], &inner].concat());
    from_a_router[12..16].copy_from_slice(&octets("198.18.9.9"));
    from_a_router[16..20].copy_from_slice(&octets("198.18.9.8"));
    let seen = read(&from_a_router);
    assert!(seen.concerns(&[ip(B)]) && seen.concerns(&[ip("198.18.9.9")]) && !seen.concerns(&[ip("198.18.4.4")]));
}

#[test]
fn what_is_cut_off_says_less_and_never_wrong() {
    let whole = v4(ICMP, 0, &[], &[&[3, 4, 0, 0, 0, 0, 5, 20][..], &v4(UDP, 0, &[], &udp(7, 8, 0))].concat());
    let extended = v6(0, &[&[44, 0, 0, 0, 0, 0, 0, 0][..], &[UDP, 0, 0, 1, 0, 0, 0, 1], &udp(7, 8, 0)].concat());
    for packet in [whole, extended, v4(TCP, 0, &[1; 40], &udp(7, 8, 12))] {
        let full = read(&packet);
        for size in 0..packet.len() {
            let seen = match parse(&packet[..size]) {
                Some(seen) => seen,
                None => continue,
            };
            assert_eq!((seen.source, seen.length), (full.source, full.length));
            assert!(seen.ports.is_none() || seen.ports == full.ports);
            let quoted = |h: &Headers| h.icmp.as_ref().and_then(|i| i.quoted);
            assert!(quoted(&seen).map_or(true, |q| quoted(&full)
                .map_or(false, |f| q.destination == f.destination && (q.ports.is_none() || q.ports == f.ports))));
        }
    }
    for nothing in [&[][..], &[0x45], &[0x41; 40], &[0x60; 39], &[0x90; 60]] {
        assert_eq!(parse(nothing), None);
    }
}

#[test]
fn a_capture_that_was_ended_reads_what_waits_for_a_moment_and_no_longer() {
    let at = Duration::from_millis;
    let mut end = End::after(Duration::from_secs(300));
    assert!(!end.reached(at(1_990), false) && !end.long_past(at(1_990)));
    assert!(end.reached(at(2_000), true) && !end.long_past(at(2_900)));
    assert!(end.reached(at(2_950), true) && end.long_past(at(3_000)));
}

#[test]
fn a_capture_that_nobody_ends_is_over_after_its_time() {
    let at = Duration::from_millis;
    let mut end = End::after(Duration::from_secs(5));
    assert!(!end.reached(at(4_999), false));
    assert!(end.reached(at(5_200), false) && !end.long_past(at(5_900)) && end.long_past(at(6_000)));
}
