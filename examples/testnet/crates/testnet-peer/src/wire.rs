//! The datagrams: what they are, and their bytes. Decoding never panics and never allocates on trust.
//!
//! Every datagram is `"TNP1" kind fields…`; numbers are big endian, an address is
//! `family(1) ip(16) port(2)`, family 0 meaning "none". No answer is larger than the question it
//! answers: a forged source address should gain nobody anything (an introduction's knocks excepted).

use std::net::SocketAddr;

use crate::payload::{Nonce, CHUNK};
use crate::window::AHEAD;
use crate::wire_bytes::{Reader, Writer};

pub type PeerId = [u8; 32];
/// Drawn by the dialer for one attempt. Who knows it was told by the dialer or by the rendezvous.
pub type Token = [u8; 16];
/// The beginning of an id, or of a hash: enough to tell one from the other.
pub type Mark = [u8; 8];

const MAGIC: &[u8; 4] = b"TNP1";
/// Enough for the largest datagram of this protocol; longer ones are cut, and then refused.
pub const MAX_DATAGRAM: usize = 1300;
pub const MAX_ITEM: usize = 1200;
pub const MAX_MEMBERS: usize = 128;
/// What never leaves the machine may be longer.
pub const MAX_ASK: usize = 65_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Dialer,
    Callee,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// "Which address do you see me at?" Padded to the length of its answer.
    Observe { token: Token },
    Observed { token: Token, you: SocketAddr },
    /// A node tells the rendezvous that it lives, and thereby keeps its NAT mapping open.
    Keepalive { peer: PeerId },
    KeepaliveOk { you: SocketAddr },
    /// A dialer asks to be introduced; `relay` is where both may meet instead.
    Connect { token: Token, from: PeerId, to: PeerId, relay: Option<SocketAddr> },
    ConnectOk { token: Token, callee: SocketAddr, you: SocketAddr },
    ConnectUnknown { token: Token },
    /// To the callee: somebody at `dialer` is knocking right now; knock back (or go to `relay`).
    Introduce { token: Token, from: PeerId, dialer: SocketAddr, relay: Option<SocketAddr> },
    /// The direct knock. Answered only by the peer it names.
    Hello { token: Token, to: PeerId },
    HelloOk { token: Token, you: SocketAddr },
    /// The knock of a simultaneous open, sent by both sides.
    Punch { token: Token, to: PeerId },
    PunchOk { token: Token, you: SocketAddr },
    /// A dialer asks a relay node for a port of its own; padded like a `Connect`.
    RelayAllocate { token: Token },
    RelayAllocated { token: Token, port: u16 },
    /// To the relay port: "send me what the other one sends".
    RelayJoin { token: Token, role: Role },
    Data { token: Token, header: Header, sequence: u32, chunk: Vec<u8> },
    /// Packets below `next` are here; bit i of `later` ([`is_later`]) stands for packet `next + 1 + i`.
    Ack { token: Token, next: u32, later: Vec<u8> },
    /// On a kept connection: "are you there still?" Answered only by who knows the token.
    Ping { token: Token },
    Pong { token: Token },
    /// Gossip: "I live"; with a mark of the sender's map and, from a hub, of everybody it hears.
    Beat { peer: PeerId, map: Mark, members: Vec<Mark> },
    /// One piece of gossip on its way over one hop, sent until the next one says that it has it.
    Pass { hop: Mark, item: Vec<u8> },
    Passed { hop: Mark },
    /// From a program on the same machine, and the answer to it: text, and nothing from outside.
    Ask { text: Vec<u8> },
    Answer { text: Vec<u8> },
    /// What the receiver reassembled and hashed itself.
    Confirm { token: Token, nonce: Nonce, bytes: u64, sha256: [u8; 32] },
}

/// Bytes of an `Ack` for packets that came early.
pub const LATER: usize = AHEAD as usize / 8;

pub fn is_later(next: u32, later: &[u8], sequence: u32) -> bool {
    let bit = sequence.wrapping_sub(next).wrapping_sub(1) as usize;
    sequence > next && later.get(bit / 8).map_or(false, |byte| byte >> (bit % 8) & 1 == 1)
}

/// Each data packet says which transfer it belongs to, so no extra round trip announces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub nonce: Nonce,
    pub total: u64,
    pub from: PeerId,
    /// The bytes were handed to the dialer: they do not follow from the nonce.
    pub given: bool,
}

impl Message {
    pub fn encode(&self) -> Vec<u8> {
        use Message::*;
        let mut out = Writer(MAGIC.to_vec());
        match self {
            Observe { token } => out.kind(1).bytes(token).bytes(&[0; 19]),
            Observed { token, you } => out.kind(2).bytes(token).address(Some(*you)),
            Keepalive { peer } => out.kind(3).bytes(peer),
            KeepaliveOk { you } => out.kind(4).address(Some(*you)),
            Connect { token, from, to, relay } => out.kind(5).bytes(token).bytes(from).bytes(to).address(*relay),
            ConnectOk { token, callee, you } => out.kind(6).bytes(token).address(Some(*callee)).address(Some(*you)),
            ConnectUnknown { token } => out.kind(7).bytes(token),
            Introduce { token, from, dialer, relay } => {
                out.kind(8).bytes(token).bytes(from).address(Some(*dialer)).address(*relay)
            }
            Hello { token, to } => out.kind(9).bytes(token).bytes(to),
            HelloOk { token, you } => out.kind(10).bytes(token).address(Some(*you)),
            Punch { token, to } => out.kind(11).bytes(token).bytes(to),
            PunchOk { token, you } => out.kind(12).bytes(token).address(Some(*you)),
            RelayAllocate { token } => out.kind(13).bytes(token).bytes(&[0; 32]),
            RelayAllocated { token, port } => out.kind(14).bytes(token).bytes(&port.to_be_bytes()),
            RelayJoin { token, role } => out.kind(15).bytes(token).bytes(&[*role as u8]),
            Data { token, header, sequence, chunk } => out
                .kind(if header.given { 19 } else { 16 })
                .bytes(token)
                .bytes(&header.nonce)
                .bytes(&header.total.to_be_bytes())
                .bytes(&header.from)
                .bytes(&sequence.to_be_bytes())
                .bytes(chunk),
            Ack { token, next, later } => {
                out.kind(17).bytes(token).bytes(&next.to_be_bytes()).bytes(later)
            }
            Ping { token } => out.kind(20).bytes(token),
            Pong { token } => out.kind(21).bytes(token),
            Beat { peer, map, members } => out.kind(22).bytes(peer).bytes(map).bytes(&members.concat()),
            Pass { hop, item } => out.kind(23).bytes(hop).bytes(item),
            Passed { hop } => out.kind(24).bytes(hop),
            Ask { text } => out.kind(25).bytes(text),
            Answer { text } => out.kind(26).bytes(text),
            Confirm { token, nonce, bytes, sha256 } => {
                out.kind(18).bytes(token).bytes(nonce).bytes(&bytes.to_be_bytes()).bytes(sha256)
            }
        };
        out.0
    }

    /// `None` for anything that is not exactly one of ours.
    pub fn decode(datagram: &[u8]) -> Option<Message> {
        let mut r = Reader(datagram.strip_prefix(MAGIC)?);
        let kind = r.take::<1>()?[0];
        let message = match kind {
            1 => {
                let token = r.take()?;
                r.take::<19>()?;
                Message::Observe { token }
            }
            2 => Message::Observed { token: r.take()?, you: r.address()?? },
            3 => Message::Keepalive { peer: r.take()? },
            4 => Message::KeepaliveOk { you: r.address()?? },
            5 => Message::Connect { token: r.take()?, from: r.take()?, to: r.take()?, relay: r.address()? },
            6 => Message::ConnectOk { token: r.take()?, callee: r.address()??, you: r.address()?? },
            7 => Message::ConnectUnknown { token: r.take()? },
            8 => Message::Introduce {
                token: r.take()?,
                from: r.take()?,
                dialer: r.address()??,
                relay: r.address()?,
            },
            9 => Message::Hello { token: r.take()?, to: r.take()? },
            10 => Message::HelloOk { token: r.take()?, you: r.address()?? },
            11 => Message::Punch { token: r.take()?, to: r.take()? },
            12 => Message::PunchOk { token: r.take()?, you: r.address()?? },
            13 => {
                let token = r.take()?;
                r.take::<32>()?;
                Message::RelayAllocate { token }
            }
            14 => Message::RelayAllocated { token: r.take()?, port: u16::from_be_bytes(r.take()?) },
            15 => Message::RelayJoin {
                token: r.take()?,
                role: match r.take::<1>()? {
                    [0] => Role::Dialer,
                    [1] => Role::Callee,
                    _ => return None,
                },
            },
            16 | 19 => Message::Data {
                token: r.take()?,
                header: Header {
                    nonce: r.take()?,
                    total: u64::from_be_bytes(r.take()?),
                    from: r.take()?,
                    given: kind == 19,
                },
                sequence: u32::from_be_bytes(r.take()?),
                chunk: r.rest(CHUNK)?,
            },
            17 => Message::Ack {
                token: r.take()?,
                next: u32::from_be_bytes(r.take()?),
                later: r.rest(LATER)?,
            },
            18 => Message::Confirm {
                token: r.take()?,
                nonce: r.take()?,
                bytes: u64::from_be_bytes(r.take()?),
                sha256: r.take()?,
            },
            20 => Message::Ping { token: r.take()? },
            21 => Message::Pong { token: r.take()? },
            22 => {
                let (peer, map, rest) = (r.take()?, r.take()?, r.rest(MAX_MEMBERS * 8)?);
                let members = rest.chunks(8).map(Mark::try_from).collect::<Result<_, _>>().ok()?;
                Message::Beat { peer, map, members }
            }
            23 => Message::Pass { hop: r.take()?, item: r.rest(MAX_ITEM)? },
            24 => Message::Passed { hop: r.take()? },
            25 => Message::Ask { text: r.rest(MAX_ASK)? },
            26 => Message::Answer { text: r.rest(MAX_ASK)? },
            _ => return None,
        };
        r.0.is_empty().then_some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Message> {
        let (token, peer, nonce) = ([1; 16], [2; 32], [3; 16]);
        let v4: SocketAddr = "203.0.113.7:9000".parse().unwrap();
        let v6: SocketAddr = "[2001:db8::1]:9000".parse().unwrap();
        vec![
            Message::Observe { token },
            Message::Observed { token, you: v4 },
            Message::Keepalive { peer },
            Message::KeepaliveOk { you: v6 },
            Message::Connect { token, from: peer, to: [9; 32], relay: None },
            Message::Connect { token, from: peer, to: [9; 32], relay: Some(v4) },
            Message::ConnectOk { token, callee: v4, you: v6 },
            Message::ConnectUnknown { token },
            Message::Introduce { token, from: peer, dialer: v4, relay: Some(v6) },
            Message::Hello { token, to: peer },
            Message::HelloOk { token, you: v4 },
            Message::Punch { token, to: peer },
            Message::PunchOk { token, you: v4 },
            Message::RelayAllocate { token },
            Message::RelayAllocated { token, port: 40001 },
            Message::RelayJoin { token, role: Role::Dialer },
            Message::Ping { token },
            Message::Pong { token },
            Message::Beat { peer, map: [4; 8], members: vec![[5; 8], [6; 8]] },
            Message::Pass { hop: [7; 8], item: vec![1, 2] },
            Message::Passed { hop: [7; 8] },
            Message::Ask { text: b"members".to_vec() },
            Message::Answer { text: b"ok".to_vec() },
            Message::RelayJoin { token, role: Role::Callee },
            Message::Data {
                token,
                header: Header { nonce, total: 5000, from: peer, given: false },
                sequence: 7,
                chunk: vec![5; CHUNK],
            },
            Message::Data {
                token,
                header: Header { nonce, total: 5000, from: peer, given: true },
                sequence: 7,
                chunk: vec![5; CHUNK],
            },
            Message::Ack { token, next: 3, later: vec![255; LATER] },
            Message::Confirm { token, nonce, bytes: 5000, sha256: [4; 32] },
        ]
    }

    #[test]
    fn round_trips_within_1200_bytes() {
        for message in samples() {
            let bytes = message.encode();
            assert!(bytes.len() <= 1200, "{} bytes", bytes.len());
            assert_eq!(Message::decode(&bytes), Some(message));
        }
    }

    #[test]
    fn every_cut_and_every_tail_is_refused() {
        for message in samples() {
            let bytes = message.encode();
            let open_ended = matches!(
                message,
                Message::Data { .. } | Message::Ack { .. } | Message::Beat { .. } | Message::Pass { .. } | Message::Ask { .. } | Message::Answer { .. }
            );
            for end in 0..bytes.len() {
                let cut = Message::decode(&bytes[..end]);
                // A chunk, a list or a text is "the rest": a shorter rest is well formed.
                assert!(cut.is_none() || open_ended, "{message:?} cut at {end}");
            }
            let mut longer = bytes;
            longer.push(0);
            let chunk = matches!(message, Message::Data { .. } | Message::Beat { .. });
            assert!(Message::decode(&longer).is_none() || (open_ended && !chunk), "{message:?} with a tail");
        }
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        for message in samples() {
            for _ in 0..2000 {
                let mut bytes = message.encode();
                for _ in 0..3 {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    let at = 4 + (state as usize >> 8) % (bytes.len() - 4);
                    bytes[at] = state as u8;
                }
                let _ = Message::decode(&bytes);
            }
        }
    }

    #[test]
    fn answers_are_not_larger_than_questions() {
        let s = samples();
        let len = |i: usize| s[i].encode().len();
        assert!(len(1) <= len(0) && len(3) <= len(2));
        assert!(len(6).max(len(7)).max(len(8)) <= len(4));
        assert!(len(10) <= len(9) && len(12) <= len(11) && len(14) <= len(13));
        assert!(len(2) <= 100, "keepalives stay small");
    }
}
