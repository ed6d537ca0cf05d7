//! A node: it keeps its hole open to the known peers, lets itself be introduced, receives, and tells of it. One that
//! others know introduces them, and relays for two that ask it to.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{signal, words, Endpoint};
use crate::receiver::Transfer;
use crate::relay::Relays;
use crate::rendezvous::Desk;
use crate::session::Sessions;
use crate::wire::{Header, Message, Token, MAX_DATAGRAM};

const KEEPALIVE: Duration = Duration::from_secs(3);
const TURN: Duration = Duration::from_millis(50);

struct Node {
    endpoint: Endpoint,
    sessions: Sessions,
    desk: Desk,
    relays: Relays,
    external: Option<SocketAddr>,
    received: u64,
}

pub fn run(endpoint: Endpoint, stats: Option<Duration>) {
    let (sessions, desk, relays) = (Sessions::default(), Desk::default(), Relays::default());
    let mut node = Node { endpoint, sessions, desk, relays, external: None, received: 0 };
    let _ = node.endpoint.socket.set_read_timeout(Some(TURN));
    let (mut next_keepalive, mut next_sweep) = (Instant::now(), Instant::now());
    let mut next_stats = stats.map(|every| Instant::now() + every);
    let mut buffer = [0u8; MAX_DATAGRAM];
    while !signal::interrupted() {
        let now = Instant::now();
        if now >= next_keepalive {
            next_keepalive = now + KEEPALIVE;
            for peer in &node.endpoint.known {
                // A known peer keeps itself among them: so it can be reached by id as everybody else.
                node.send(&Message::Keepalive { peer: node.endpoint.me }, *peer);
            }
        }
        if now >= next_sweep {
            next_sweep = now + Duration::from_secs(1);
            node.sessions.sweep(now);
        }
        if let (Some(at), Some(every)) = (next_stats, stats) {
            if now >= at {
                next_stats = Some(now + every);
                words::stats("stats", 0, node.received);
            }
        }
        for (message, to) in node.sessions.knocks(now) {
            node.send(&message, to);
        }
        if let Ok((length, source)) = node.endpoint.socket.recv_from(&mut buffer) {
            if let Some(message) = Message::decode(&buffer[..length]) {
                node.hear(message, source, Instant::now());
            }
        }
    }
    words::line("Shutdown signal received");
    words::stats("final_stats", 0, node.received);
}

impl Node {
    fn send(&self, message: &Message, to: SocketAddr) {
        let _ = self.endpoint.socket.send_to(&message.encode(), to);
    }

    fn knows(&self, source: SocketAddr) -> bool {
        self.endpoint.known.contains(&source)
    }

    fn hear(&mut self, message: Message, source: SocketAddr, now: Instant) {
        let me = self.endpoint.me;
        match message {
            Message::KeepaliveOk { you } if self.knows(source) && self.external != Some(you) => {
                self.external = Some(you);
                words::external_address(you);
            }
            Message::Introduce { token, from, dialer, relay } if self.knows(source) => {
                self.sessions.introduced(token, from, dialer, relay, now);
            }
            Message::Hello { token, to } if to == me => {
                if self.sessions.open(token, now).is_some() {
                    self.send(&Message::HelloOk { token, you: source }, source);
                }
            }
            Message::Punch { token, to } if to == me => {
                if let Some(session) = self.sessions.known(&token, now) {
                    session.punch.as_mut().map(|punch| punch.add(source));
                    self.send(&Message::PunchOk { token, you: source }, source);
                }
            }
            Message::Data { token, header, sequence, chunk } => self.data(token, header, sequence, chunk, source, now),
            Message::RelayAllocate { token } => {
                if let Some(port) = self.relays.allocate(token) {
                    self.send(&Message::RelayAllocated { token, port }, source);
                }
            }
            other => {
                let known = &self.endpoint.known;
                let out = self.desk.answer(other, source, now, |ip| known.iter().any(|peer| peer.ip() == ip));
                out.iter().for_each(|(message, to)| self.send(message, *to));
            }
        }
    }

    /// Each part is a transfer of its own, one after the other under one token.
    fn data(&mut self, token: Token, header: Header, sequence: u32, chunk: Vec<u8>, source: SocketAddr, now: Instant) {
        let session = match self.sessions.known(&token, now) {
            Some(session) => session,
            None => return,
        };
        session.punch = None;
        if session.transfer.is_none() {
            words::connected(&header.from, source, "inbound", "direct");
        }
        if session.transfer.as_ref().map_or(true, |t| t.recorded && t.is_other(&header)) {
            session.transfer = Transfer::start(header, token, source, session.relays.contains(&source));
        }
        let transfer = match &mut session.transfer {
            Some(transfer) => transfer,
            None => return,
        };
        if !transfer.accept(&header, source, sequence, chunk) {
            return;
        }
        let mut reply = Some(transfer.ack(sequence));
        if transfer.is_complete() {
            if !transfer.recorded {
                transfer.recorded = true;
                self.received += header.total;
                words::data_received(&header.from, header.total);
            }
            reply = transfer.confirm();
        }
        if let Some(reply) = reply {
            self.send(&reply, source);
        }
    }
}
