//! A piece of gossip: a message to everybody, or a write to the map; its bytes, read without trust.

use crate::wire::PeerId;
use crate::wire_bytes::{Reader, Writer};

pub const MAX_PAYLOAD: usize = 900;
pub const MAX_WORD: usize = 64;

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Message { id: [u8; 16], origin: PeerId, channel: String, payload: String },
    Write { key: String, value: String, at: u64, origin: PeerId },
}

impl Item {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer(Vec::new());
        match self {
            Item::Message { id, origin, channel, payload } => {
                word(out.kind(1).bytes(id).bytes(origin), channel).bytes(payload.as_bytes())
            }
            Item::Write { key, value, at, origin } => {
                word(word(out.kind(2).bytes(origin).bytes(&at.to_be_bytes()), key), value)
            }
        };
        out.0
    }

    /// `None` for anything that no honest node would have sent.
    pub fn decode(bytes: &[u8]) -> Option<Item> {
        let mut r = Reader(bytes);
        let item = match r.take()? {
            [1] => Item::Message {
                id: r.take()?,
                origin: r.take()?,
                channel: read_word(&mut r)?,
                payload: String::from_utf8(r.rest(MAX_PAYLOAD)?).ok().filter(|t| is_plain(t))?,
            },
            [2] => {
                let (origin, at) = (r.take()?, u64::from_be_bytes(r.take()?));
                Item::Write { key: read_word(&mut r)?, value: read_word(&mut r)?, at, origin }
            }
            _ => return None,
        };
        r.0.is_empty().then_some(item)
    }
}

/// Printable ASCII without spaces: it goes into lines of files.
pub fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_WORD && text.bytes().all(|b| b.is_ascii_graphic())
}

pub fn is_plain(text: &str) -> bool {
    text.len() <= MAX_PAYLOAD && !text.chars().any(char::is_control)
}

fn word<'a>(out: &'a mut Writer, text: &str) -> &'a mut Writer {
    out.bytes(&[text.len() as u8]).bytes(text.as_bytes())
}

fn read_word(r: &mut Reader) -> Option<String> {
    let [length] = r.take::<1>()?;
    let (front, rest) = (r.0.get(..length as usize)?, r.0.get(length as usize..)?);
    r.0 = rest;
    String::from_utf8(front.to_vec()).ok().filter(|t| is_word(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_survive_the_wire_and_nothing_else_does() {
        let message =
            Item::Message { id: [1; 16], origin: [2; 32], channel: "news".into(), payload: "hello there".into() };
        let write = Item::Write { key: "a/b".into(), value: "1".into(), at: 7, origin: [3; 32] };
        for item in [message, write] {
            let bytes = item.encode();
            assert_eq!(Item::decode(&bytes), Some(item));
            assert_eq!(Item::decode(&[&[9], &bytes[1..]].concat()), None);
            assert!(Item::decode(&bytes[..3]).is_none());
        }
        assert!(!is_word("two words") && !is_word("") && !is_plain("line\n"));
    }
}
