//! The words that prober and reflectors exchange: one line of ASCII inside a sealed datagram.

use std::net::SocketAddr;

/// Which socket shall answer, seen from the one that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Same,
    Port,
    Addr,
    Both,
}

impl From {
    pub fn name(self) -> &'static str {
        match self {
            From::Same => "same",
            From::Port => "port",
            From::Addr => "addr",
            From::Both => "both",
        }
    }

    fn parse(text: &str) -> Option<From> {
        [From::Same, From::Port, From::Addr, From::Both].into_iter().find(|f| f.name() == text)
    }
}

pub const MOST_COPIES: u8 = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Prober to reflector: answer me (or `to`), from the socket named by `from`, in `repeat` copies.
    Ask { id: u64, from: From, to: Option<SocketAddr>, repeat: u8 },
    /// Reflector to its peer: answer `to` from your socket number `index`, then tell me.
    Relay { id: u64, index: usize, to: SocketAddr, asker: SocketAddr, repeat: u8 },
    /// Peer back to reflector: that answer has left.
    Relayed { id: u64, asker: SocketAddr },
    /// The answer: the address under which the asker was seen.
    Answer { id: u64, mapped: SocketAddr },
    /// From the asked socket itself: the answer has left elsewhere. Tells a filter from a loss.
    Done { id: u64 },
    /// From one socket of the prober to another of its own, through the mapping.
    Hairpin { id: u64 },
    /// The receiver confirms a payload.
    Ack { nonce: String, seq: u32, sha256: String },
}

impl Message {
    pub fn line(&self) -> String {
        match self {
            Message::Ask { id, from, to, repeat } => {
                let to = to.map_or("-".to_string(), |to| to.to_string());
                format!("ask {id:016x} {} {to} {repeat}", from.name())
            }
            Message::Relay { id, index, to, asker, repeat } => format!("relay {id:016x} {index} {to} {asker} {repeat}"),
            Message::Relayed { id, asker } => format!("relayed {id:016x} {asker}"),
            Message::Answer { id, mapped } => format!("answer {id:016x} {mapped}"),
            Message::Done { id } => format!("done {id:016x}"),
            Message::Hairpin { id } => format!("hairpin {id:016x}"),
            Message::Ack { nonce, seq, sha256 } => format!("ack {nonce} {seq} {sha256}"),
        }
    }

    pub fn parse(body: &[u8]) -> Option<Message> {
        let words: Vec<&str> = std::str::from_utf8(body).ok()?.split(' ').collect();
        let message = match words.as_slice() {
            ["ask", i, from, "-", n] => {
                Message::Ask { id: id(i)?, from: From::parse(from)?, to: None, repeat: copies(n)? }
            }
            ["ask", i, from, to, n] => {
                Message::Ask { id: id(i)?, from: From::parse(from)?, to: Some(to.parse().ok()?), repeat: copies(n)? }
            }
            ["relay", i, index, to, asker, n] => Message::Relay {
                id: id(i)?,
                index: index.parse().ok().filter(|i| *i < 2)?,
                to: to.parse().ok()?,
                asker: asker.parse().ok()?,
                repeat: copies(n)?,
            },
            ["relayed", i, asker] => Message::Relayed { id: id(i)?, asker: asker.parse().ok()? },
            ["answer", i, mapped] => Message::Answer { id: id(i)?, mapped: mapped.parse().ok()? },
            ["done", i] => Message::Done { id: id(i)? },
            ["hairpin", i] => Message::Hairpin { id: id(i)? },
            ["ack", nonce, seq, sha256] => {
                Message::Ack { nonce: nonce.to_string(), seq: seq.parse().ok()?, sha256: sha256.to_string() }
            }
            _ => return None,
        };
        Some(message)
    }
}

fn id(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

fn copies(text: &str) -> Option<u8> {
    text.parse().ok().filter(|n| (1..=MOST_COPIES).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_survives_the_line() {
        let a: SocketAddr = "198.18.1.1:3478".parse().unwrap();
        let b: SocketAddr = "[2001:db8::1]:9".parse().unwrap();
        for message in [
            Message::Ask { id: 7, from: From::Both, to: None, repeat: 1 },
            Message::Ask { id: u64::MAX, from: From::Same, to: Some(b), repeat: 5 },
            Message::Relay { id: 1, index: 1, to: a, asker: b, repeat: 2 },
            Message::Relayed { id: 1, asker: a },
            Message::Answer { id: 0, mapped: a },
            Message::Done { id: 3 },
            Message::Hairpin { id: 4 },
            Message::Ack { nonce: "ab".into(), seq: 2, sha256: "cd".into() },
        ] {
            assert_eq!(Message::parse(message.line().as_bytes()), Some(message));
        }
    }

    #[test]
    fn hostile_bodies_are_no_message() {
        for bad in [
            &b""[..],
            b"ask",
            b"ask 1 same - 0",
            b"ask 1 same - 6",
            b"ask 1 same - -1",
            b"ask zz same - 1",
            b"ask 1 else - 1",
            b"ask 1 same 1.2.3:4 1",
            b"relay 1 2 1.1.1.1:1 1.1.1.1:1 1",
            b"relay 1 99999999999999999999 1.1.1.1:1 1.1.1.1:1 1",
            b"answer 1 ",
            b"\xff\xfe",
            b"done 11111111111111111",
            b"ack a b c",
        ] {
            assert_eq!(Message::parse(bad), None, "{:?}", String::from_utf8_lossy(bad));
        }
    }
}
