//! Asking a running node, or a kept connection, on this machine: one datagram over loopback, and its answer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::args::Given;
use crate::bytes::{from_hex, to_hex, unix_ms};
use crate::item::{is_plain, is_word, Item, MAX_PAYLOAD};
use crate::wire::{Message, PeerId, MAX_ASK};

/// A payload for a kept connection goes there in one datagram.
const MAX_STDIN: u64 = 60_000;
const ASK_AGAIN: Duration = Duration::from_millis(700);

#[derive(Debug)]
pub struct AskOptions {
    pub port: u16,
    /// The words of the question; what standard input holds comes behind them, where it is asked for.
    pub words: Vec<String>,
    pub stdin: bool,
    pub timeout: Duration,
}

pub const VERBS: [&str; 4] = ["broadcast", "set", "members", "deliver"];

pub fn parse(verb: &str, given: &mut Given) -> Result<AskOptions, String> {
    let port = given.number("--port", 9000, 65535)? as u16;
    let timeout = given.millis("--timeout-ms", 5000)?;
    let word = |name: &str, text: String| match is_word(&text) {
        true => Ok(text),
        false => Err(format!("{name} must be one printable word of 64 characters at most")),
    };
    let hex = |name: &str, text: String| match from_hex::<16>(&text) {
        Some(id) => Ok(to_hex(&id)),
        None => Err(format!("{name} must be 32 hex digits (16 bytes)")),
    };
    let words = match verb {
        "broadcast" => vec![
            hex("--id", given.required("--id")?)?,
            word("--channel", given.value("--channel").unwrap_or_else(|| "all".to_string()))?,
        ],
        "set" => vec![
            word("--key", given.required("--key")?)?,
            word("--value", given.required("--value")?)?,
            given.number("--at", unix_ms(), u64::MAX)?.to_string(),
        ],
        "deliver" => vec![hex("--nonce", given.required("--nonce")?)?],
        _ => Vec::new(),
    };
    let stdin = verb == "broadcast" || verb == "deliver";
    Ok(AskOptions { port, words: [vec![verb.to_string()], words].concat(), stdin, timeout })
}

/// Exit 0: it was done. What is answered goes to standard output.
pub fn run(options: &AskOptions) -> i32 {
    match ask(options) {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            0
        }
        Err(fault) => {
            say!("testnet-peer: {fault}");
            1
        }
    }
}

fn ask(options: &AskOptions) -> Result<String, String> {
    let mut text = options.words.join(" ").into_bytes();
    if options.stdin {
        text.push(b'\n');
        let mut given = Vec::new();
        std::io::stdin().lock().take(MAX_STDIN + 1).read_to_end(&mut given).map_err(|e| e.to_string())?;
        if given.len() as u64 > MAX_STDIN {
            return Err(format!("standard input holds more than {MAX_STDIN} bytes"));
        }
        text.extend(given);
    }
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
    let there = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let question = Message::Ask { text }.encode();
    let (deadline, mut buffer) = (Instant::now() + options.timeout, vec![0; MAX_ASK + 64]);
    let mut next = Instant::now();
    while Instant::now() < deadline {
        // Whoever is busy connecting does not listen yet; an answer is the same for a question that comes again.
        if Instant::now() >= next {
            next = Instant::now() + ASK_AGAIN;
            socket.send_to(&question, there).map_err(|e| e.to_string())?;
        }
        let wait = deadline.min(next).saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let _ = socket.set_read_timeout(Some(wait));
        if let Ok((length, source)) = socket.recv_from(&mut buffer) {
            if let (true, Some(Message::Answer { text })) = (source == there, Message::decode(&buffer[..length])) {
                let text = String::from_utf8_lossy(&text).into_owned();
                return match text.strip_prefix("ok\n") {
                    Some(answer) => Ok(answer.to_string()),
                    None => Err(text),
                };
            }
        }
    }
    Err(format!("nobody answers on port {}", options.port))
}

pub enum Question {
    Members,
    Say(Item),
    /// Of a kept connection.
    Deliver { nonce: [u8; 16], payload: Vec<u8> },
}

/// What the words mean; `me` is who says it.
pub fn question(text: &[u8], me: PeerId) -> Option<Question> {
    let end = text.iter().position(|b| *b == b'\n').unwrap_or(text.len());
    let line = std::str::from_utf8(&text[..end]).ok()?;
    let rest = text.get(end + 1..).unwrap_or(&[]);
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["members"] => Some(Question::Members),
        ["broadcast", id, channel] if is_word(channel) && rest.len() <= MAX_PAYLOAD => {
            let payload = String::from_utf8(rest.to_vec()).ok().filter(|t| is_plain(t))?;
            Some(Question::Say(Item::Message { id: from_hex(id)?, origin: me, channel: channel.into(), payload }))
        }
        ["set", key, value, at] if is_word(key) && is_word(value) => {
            Some(Question::Say(Item::Write { key: key.into(), value: value.into(), at: at.parse().ok()?, origin: me }))
        }
        ["deliver", nonce] => Some(Question::Deliver { nonce: from_hex(nonce)?, payload: rest.to_vec() }),
        _ => None,
    }
}

pub fn answer(text: &str) -> Message {
    Message::Answer { text: format!("ok\n{text}").into_bytes() }
}

pub fn refusal(why: &str) -> Message {
    Message::Answer { text: why.as_bytes().to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_words_that_mean_something() {
        let id = "00".repeat(16);
        let broadcast = format!("broadcast {id} news\nhello");
        assert!(matches!(question(broadcast.as_bytes(), [1; 32]), Some(Question::Say(Item::Message { .. }))));
        assert!(matches!(question(b"set k v 5", [1; 32]), Some(Question::Say(Item::Write { at: 5, .. }))));
        assert!(matches!(question(b"members", [1; 32]), Some(Question::Members)));
        for text in ["", "set k v", "set k v x", "broadcast 00 news\nx", "members now"] {
            assert!(question(text.as_bytes(), [1; 32]).is_none(), "{text}");
        }
    }
}
