//! The dialer's three ways to a path, in order of worth: knock directly, punch, meet at a relay.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::bytes::to_hex;
use crate::events::emit;
use crate::punch::{Punch, KNOCK_EVERY};
use crate::wire::{Message, PeerId, Role, Token, MAX_DATAGRAM};

const ASK_RENDEZVOUS_EVERY: Duration = Duration::from_millis(250);
const LONGEST_GUESS: Duration = Duration::from_millis(300);
const RELAY_ANSWERS_WITHIN: Duration = Duration::from_millis(1000);
const RELAY_CONNECTS_WITHIN: Duration = Duration::from_millis(2500);

/// A path on which a question of ours was answered by the callee.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    pub method: &'static str,
    pub remote: SocketAddr,
    pub relay: Option<SocketAddr>,
    pub peer_reflexive: bool,
    /// An upper guess, good enough to start timers with; never reported as a measurement.
    pub rtt_guess: Duration,
}

pub struct Connector<'a> {
    pub socket: &'a UdpSocket,
    pub rendezvous: Option<SocketAddr>,
    pub token: Token,
    pub me: PeerId,
    pub to: PeerId,
    pub deadline: Instant,
    /// Our own address as the rendezvous sees it.
    pub observed: Option<SocketAddr>,
    /// The callee's address as the rendezvous sees it.
    pub introduced: Option<SocketAddr>,
    /// The callee's addresses as the registry lists them.
    pub listed: Vec<SocketAddr>,
}

/// What to send at every tick, and so what kind of answer to hope for.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Direct,
    Punch,
    Relay(SocketAddr),
}

impl Connector<'_> {
    /// Hello to the addresses the registry lists. No NAT, or one that lets everybody in: one round trip.
    pub fn direct(&mut self, lasting: Duration) -> Option<Path> {
        emit("phase", [("phase", "direct".into())]);
        self.knock(Way::Direct, &self.listed.clone(), lasting)
    }

    /// The rendezvous tells both sides of each other, and both knock.
    pub fn punch(&mut self, lasting: Duration) -> Option<Path> {
        emit("phase", [("phase", "punch".into())]);
        self.knock(Way::Punch, &[], lasting)
    }

    /// A port of the relay for the two of us; the rendezvous sends the callee there.
    pub fn relay(&mut self, peer: &PeerId, node: SocketAddr) -> Option<Path> {
        let relay_peer = ("relay_peer", to_hex(peer).into());
        emit("phase", [("phase", "relay".into()), relay_peer, ("relay_node", node.to_string().into())]);
        let port = self.allocate(node)?;
        let meeting = SocketAddr::new(node.ip(), port);
        self.knock(Way::Relay(meeting), &[meeting], RELAY_CONNECTS_WITHIN)
    }

    fn allocate(&mut self, node: SocketAddr) -> Option<u16> {
        let token = self.token;
        let until = self.deadline.min(Instant::now() + RELAY_ANSWERS_WITHIN);
        let mut next = Instant::now();
        while Instant::now() < until {
            if Instant::now() >= next {
                next = Instant::now() + KNOCK_EVERY;
                self.send(&Message::RelayAllocate { token }, node);
            }
            match receive(self.socket, next.min(until)) {
                Some((Message::RelayAllocated { token: t, port }, source)) if t == token && source == node => {
                    return Some(port);
                }
                Some((message, source)) => self.note(&message, source),
                None => {}
            }
        }
        None
    }

    fn knock(&mut self, way: Way, targets: &[SocketAddr], lasting: Duration) -> Option<Path> {
        let start = Instant::now();
        let until = self.deadline.min(start + lasting);
        let mut punch = Punch::new(targets, start, until.saturating_duration_since(start));
        let mut next_ask = start;
        while Instant::now() < until {
            let now = Instant::now();
            if now >= next_ask {
                next_ask = now + ASK_RENDEZVOUS_EVERY;
                self.ask(way);
            }
            let due = punch.due(now).to_vec();
            for target in due {
                self.knock_at(way, target);
            }
            let (message, source) = match receive(self.socket, punch.wake().min(next_ask).min(until)) {
                Some(heard) => heard,
                None => continue,
            };
            self.note(&message, source);
            match message {
                Message::HelloOk { token, .. } if token == self.token => {
                    return Some(self.path("direct", source, false, start));
                }
                Message::PunchOk { token, you } if token == self.token => {
                    if way == Way::Relay(source) {
                        return Some(self.path("relayed", source, false, start));
                    }
                    // Either side may have met the other at an address that nobody announced.
                    let theirs = self.introduced != Some(source) && !self.listed.contains(&source);
                    let ours = self.observed.map_or(false, |a| a != you);
                    return Some(self.path("hole_punched", source, theirs || ours, start));
                }
                Message::ConnectOk { token, callee, .. } if token == self.token && way == Way::Punch => {
                    if punch.add(callee) {
                        self.knock_at(way, callee);
                    }
                }
                // The callee's own knock came through: answer to where it really came from.
                Message::Punch { token, to } if token == self.token && to == self.me && way != Way::Direct => {
                    punch.add(source);
                    self.knock_at(way, source);
                }
                _ => {}
            }
        }
        None
    }

    fn knock_at(&self, way: Way, target: SocketAddr) {
        let (token, to) = (self.token, self.to);
        match way {
            Way::Direct => self.send(&Message::Hello { token, to }, target),
            Way::Punch => self.send(&Message::Punch { token, to }, target),
            Way::Relay(_) => {
                self.send(&Message::RelayJoin { token, role: Role::Dialer }, target);
                self.send(&Message::Punch { token, to }, target);
            }
        }
    }

    fn ask(&self, way: Way) {
        let (token, from, to) = (self.token, self.me, self.to);
        let relay = match way {
            Way::Relay(meeting) => Some(meeting),
            _ => None,
        };
        let message = match way {
            Way::Direct if self.observed.is_some() => return,
            Way::Direct => Message::Observe { token },
            _ => Message::Connect { token, from, to, relay },
        };
        if let Some(rendezvous) = self.rendezvous {
            self.send(&message, rendezvous);
        }
    }

    /// News from the rendezvous; nobody else's word counts for it.
    fn note(&mut self, message: &Message, source: SocketAddr) {
        if Some(source) != self.rendezvous {
            return;
        }
        let (you, callee) = match message {
            Message::Observed { token, you } if *token == self.token => (*you, None),
            Message::ConnectOk { token, callee, you } if *token == self.token => (*you, Some(*callee)),
            _ => return,
        };
        if self.observed.is_none() {
            self.observed = Some(you);
            emit("observed", [("address", you.to_string().into())]);
        }
        if let (Some(callee), None) = (callee, self.introduced) {
            self.introduced = Some(callee);
            emit("introduced", [("address", callee.to_string().into())]);
        }
    }

    fn path(&self, method: &'static str, remote: SocketAddr, peer_reflexive: bool, start: Instant) -> Path {
        let relay = (method == "relayed").then_some(remote);
        Path { method, remote, relay, peer_reflexive, rtt_guess: start.elapsed().min(LONGEST_GUESS) }
    }

    fn send(&self, message: &Message, to: SocketAddr) {
        // Unreachable, or IPv6 on an IPv4 socket: this way does not work, another one may.
        let _ = self.socket.send_to(&message.encode(), to);
    }
}

/// The next message until a moment; `None` when there was none (or only noise).
pub fn receive(socket: &UdpSocket, until: Instant) -> Option<(Message, SocketAddr)> {
    let mut buffer = [0u8; MAX_DATAGRAM];
    let wait = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let received: io::Result<(usize, SocketAddr)> =
        socket.set_read_timeout(Some(wait)).and_then(|()| socket.recv_from(&mut buffer));
    let (length, source) = received.ok()?;
    Some((Message::decode(&buffer[..length])?, source))
}
