//! One fresh socket of the prober: asks, asks again when something is lost, and tells "filtered" from "lost".

use std::collections::hash_map::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::record::{Line, Record};
use super::Setting;
use crate::args::{any_like, runtime, Outcome};
use crate::lifetime::left_until;
use crate::message::{From, Message};

const SHORTEST_GRACE: Duration = Duration::from_millis(100);
const LONGEST_GRACE: Duration = Duration::from_millis(400);

/// What came of a request whose answer comes from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Provoked {
    /// The answer arrived, from the address it had to come from.
    pub delivered: bool,
    /// How many times the reflector confirmed that the answer had left.
    pub confirmed: u32,
}

pub struct Asker<'a> {
    pub socket: UdpSocket,
    pub port: u16,
    setting: &'a Setting,
    record: &'a Record,
    test: &'a str,
}

impl<'a> Asker<'a> {
    pub fn fresh(setting: &'a Setting, record: &'a Record, test: &'a str) -> Outcome<Asker<'a>> {
        let any = any_like(&setting.at(setting.primary, 0));
        let opened = UdpSocket::bind((any, 0)).and_then(|socket| Ok((socket.local_addr()?.port(), socket)));
        let (port, socket) = opened.or_else(|e| runtime(format!("bind a socket: {e}")))?;
        Ok(Asker { socket, port, setting, record, test })
    }

    /// Under which address each destination sees this socket, in the order given.
    pub fn learn(&self, destinations: &[SocketAddr]) -> Vec<Option<SocketAddr>> {
        let mut seen: Vec<Option<SocketAddr>> = vec![None; destinations.len()];
        let mut asked: HashMap<u64, usize> = HashMap::new();
        for _ in 0..self.setting.tries {
            for (i, to) in destinations.iter().enumerate().filter(|(i, _)| seen[*i].is_none()) {
                let id = new_id();
                asked.insert(id, i);
                self.say(&Message::Ask { id, from: From::Same, to: None, repeat: 1 }, *to);
            }
            let end = self.bounded(self.setting.wait);
            while seen.contains(&None) {
                let (message, source) = match self.hear(end) {
                    Some(heard) => heard,
                    None => break,
                };
                if let Message::Answer { id, mapped } = message {
                    if let Some(i) = asked.get(&id).filter(|i| destinations[**i] == source) {
                        seen[*i].get_or_insert(mapped);
                    }
                }
            }
            if !seen.contains(&None) {
                break;
            }
        }
        seen
    }

    /// Asks `reflector` for an answer that must come from `answering` (to us, or to `to`), `wanted` confirmed times.
    pub fn provoke(
        &self,
        reflector: SocketAddr,
        from: From,
        to: Option<SocketAddr>,
        answering: SocketAddr,
        wanted: u32,
    ) -> Provoked {
        let mut asked: HashMap<u64, Instant> = HashMap::new();
        let mut found = Provoked::default();
        let repeat = if to.is_some() { 3 } else { 1 };
        let (tries, enough) = (self.setting.tries, wanted.min(2));
        let mut said = 0;
        while found.confirmed < wanted {
            // On a lossy path more tries than planned, rather than a judgement from one confirmation.
            let again = said < tries || (found.confirmed < enough && said < 2 * tries);
            if again {
                said += 1;
                let id = new_id();
                asked.insert(id, Instant::now());
                self.say(&Message::Ask { id, from, to, repeat }, reflector);
            }
            let mut end = self.bounded(self.setting.wait);
            while let Some((message, source)) = self.hear(end) {
                match message {
                    Message::Answer { id, .. } if source == answering && asked.contains_key(&id) => {
                        found.delivered = true;
                        return found;
                    }
                    Message::Done { id } if source == reflector => {
                        // Kept in the map: the answer may still come after its confirmation.
                        if let Some(sent) = asked.get(&id) {
                            found.confirmed += 1;
                            // The answer's way is no longer than the confirmation's: after a grace it is not coming.
                            end = self.bounded(sent.elapsed().clamp(SHORTEST_GRACE, LONGEST_GRACE));
                        }
                    }
                    _ => {}
                }
            }
            // The last round only listened, for links slower than the wait.
            if !again {
                break;
            }
        }
        found
    }

    pub fn say(&self, message: &Message, to: SocketAddr) {
        let words = message.line();
        let left = self.socket.send_to(&self.setting.key.seal(words.as_bytes()), to);
        self.note(if left.is_ok() { "sent" } else { "not-sent" }, to, &words);
    }

    /// The next sealed message before `end`; everything else is ignored.
    pub fn hear(&self, end: Instant) -> Option<(Message, SocketAddr)> {
        let mut packet = [0; 512];
        while let Some(left) = left_until(end) {
            self.socket.set_read_timeout(Some(left)).ok()?;
            if let Ok((size, source)) = self.socket.recv_from(&mut packet) {
                if let Some(message) = self.setting.key.open(&packet[..size]).and_then(Message::parse) {
                    self.note("received", source, &message.line());
                    return Some((message, source));
                }
            }
        }
        None
    }

    pub fn bounded(&self, wait: Duration) -> Instant {
        self.setting.deadline.min(Instant::now() + wait)
    }

    fn note(&self, way: &str, remote: SocketAddr, words: &str) {
        self.record.note(Line { test: self.test, way, local: self.port, remote, words });
    }
}

pub fn new_id() -> u64 {
    RandomState::new().build_hasher().finish()
}
