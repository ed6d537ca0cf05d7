//! What a node remembers of each attempt to reach it, by the attempt's token; bounded and forgetful.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::punch::Punch;
use crate::receiver::Transfer;
use crate::wire::{Message, PeerId, Role, Token};

const IDLE: Duration = Duration::from_secs(60);
const MAX_SESSIONS: usize = 1024;
const PUNCH_FOR: Duration = Duration::from_secs(3);
const MAX_PUNCHING: usize = 64;
const MAX_RELAYS: usize = 4;

pub struct Session {
    /// Who it is, according to the rendezvous.
    pub from: Option<PeerId>,
    /// Relay addresses the rendezvous named: what comes from there is relayed, whatever it says.
    pub relays: Vec<SocketAddr>,
    pub punch: Option<Punch>,
    pub transfer: Option<Transfer>,
    heard: Instant,
}

#[derive(Default)]
pub struct Sessions(HashMap<Token, Session>);

impl Sessions {
    /// The session of this token, new if need be; `None` when there are too many already.
    pub fn open(&mut self, token: Token, now: Instant) -> Option<&mut Session> {
        if self.0.len() >= MAX_SESSIONS && !self.0.contains_key(&token) {
            return None;
        }
        let fresh = || Session { from: None, relays: Vec::new(), punch: None, transfer: None, heard: now };
        let session = self.0.entry(token).or_insert_with(fresh);
        session.heard = now;
        Some(session)
    }

    /// The session of this token if somebody opened it before.
    pub fn known(&mut self, token: &Token, now: Instant) -> Option<&mut Session> {
        let session = self.0.get_mut(token)?;
        session.heard = now;
        Some(session)
    }

    pub fn all(&self) -> impl Iterator<Item = &Session> {
        self.0.values()
    }

    /// Somebody wants to reach us: knock at their address now, while they knock at ours. False: that is no news.
    pub fn introduced(
        &mut self,
        token: Token,
        from: PeerId,
        dialer: SocketAddr,
        relay: Option<SocketAddr>,
        now: Instant,
    ) -> bool {
        let busy = self.all().filter(|s| s.punch.is_some()).count() >= MAX_PUNCHING;
        let session = match self.open(token, now) {
            Some(session) if !busy || session.punch.is_some() => session,
            _ => return false,
        };
        // Introductions are repeated in case one is lost; only news starts a new series of knocks.
        let news = session.from.is_none() || relay.map_or(false, |r| !session.relays.contains(&r));
        if !news || session.relays.len() >= MAX_RELAYS {
            return false;
        }
        session.from = Some(from);
        session.relays.extend(relay);
        session.punch = Some(Punch::new(&[relay.unwrap_or(dialer)], now, PUNCH_FOR));
        true
    }

    /// What is to be sent now to knock at everybody whom we were introduced to.
    pub fn knocks(&mut self, now: Instant) -> Vec<(Message, SocketAddr)> {
        let mut out = Vec::new();
        for (token, session) in &mut self.0 {
            let (from, punch) = match (session.from, &mut session.punch) {
                (Some(from), Some(punch)) => (from, punch),
                _ => continue,
            };
            for target in punch.due(now) {
                if session.relays.contains(target) {
                    out.push((Message::RelayJoin { token: *token, role: Role::Callee }, *target));
                }
                out.push((Message::Punch { token: *token, to: from }, *target));
            }
        }
        out
    }

    /// Forgets what was silent for long, and ends punches whose time is over.
    pub fn sweep(&mut self, now: Instant) {
        self.0.retain(|_, s| now.duration_since(s.heard) < IDLE);
        for session in self.0.values_mut() {
            if session.punch.as_ref().map_or(false, |p| p.over(now)) {
                session.punch = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounded_and_forgetful() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        for i in 0..MAX_SESSIONS as u128 {
            assert!(sessions.open(i.to_be_bytes(), now).is_some());
        }
        assert!(sessions.open([0xff; 16], now).is_none(), "full");
        assert!(sessions.open([0; 16], now + IDLE / 2).is_some(), "a known one still counts");
        sessions.sweep(now + IDLE);
        assert_eq!(sessions.all().count(), 1);
        assert!(sessions.known(&[0xff; 16], now).is_none());
    }
}
