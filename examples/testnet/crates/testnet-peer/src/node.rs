//! A node: one UDP socket, one loop. It answers, punches when introduced, receives, relays.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::address::resolve;
use crate::ask::{answer, question, refusal, Question};
use crate::args::NodeOptions;
use crate::bytes::to_hex;
use crate::gossip::Gossip;
use crate::http_client::Url;
use crate::membership::{self, Member, Status};
use crate::punch::Punch;
use crate::receiver::{Recorder, Transfer};
use crate::relay::Relays;
use crate::session::Sessions;
use crate::wire::{Header, Message, PeerId, Token, MAX_DATAGRAM};
use crate::identity;

struct Node {
    peer: PeerId,
    socket: UdpSocket,
    rendezvous: SocketAddr,
    status: Arc<Status>,
    sessions: Sessions,
    recorder: Recorder,
    relays: Option<Relays>,
    gossip: Gossip,
    quiet: bool,
}

pub fn run(options: &NodeOptions) -> Result<(), String> {
    #[cfg(feature = "lies")]
    crate::lies::beside(options);
    let registry = Url::parse(&options.registry_url)?;
    let dir = &options.data_dir;
    let fault = |e: io::Error| format!("{}: {e}", dir.display());
    let peer = identity::load_or_create(dir).map_err(fault)?;
    let recorder = Recorder::open(dir).map_err(fault)?;
    let gossip = Gossip::open(dir, peer, options.relay, Instant::now()).map_err(fault)?;
    #[cfg(feature = "lies")]
    crate::lies::serve(options.bind_port);
    let bind = (Ipv4Addr::UNSPECIFIED, options.bind_port);
    let socket = UdpSocket::bind(bind).map_err(|e| format!("UDP port {}: {e}", options.bind_port))?;
    let port = socket.local_addr().map_err(|e| e.to_string())?.port();
    say!("node: peer id {}", to_hex(&peer));
    say!("node: listening on UDP port {port}");

    let status = Arc::new(Status::default());
    let rendezvous = options.rendezvous.clone().unwrap_or(format!("{}:3478", registry.host));
    let member = Member { peer, registry, port, relay: options.relay };
    let shared = status.clone();
    thread::spawn(move || membership::keep(&member, &shared));

    let rendezvous = loop {
        match resolve(&rendezvous) {
            Some(address) => break address,
            None => say!("node: cannot resolve {rendezvous}"),
        }
        thread::sleep(Duration::from_secs(1));
    };
    let relays = options.relay.then(Relays::default);
    let sessions = Sessions::default();
    let quiet = options.quiet;
    Node { peer, socket, rendezvous, status, sessions, recorder, relays, gossip, quiet }.serve(options.keepalive)
}

impl Node {
    fn serve(&mut self, keepalive: Duration) -> Result<(), String> {
        let mut buffer = [0u8; MAX_DATAGRAM];
        let (mut next_keepalive, mut next_sweep) = (Instant::now(), Instant::now());
        loop {
            let now = Instant::now();
            if now >= next_keepalive {
                // Until the first answer the address is unknown: ask more often.
                let pause = if self.status.external().is_some() { keepalive } else { Duration::from_millis(250) };
                next_keepalive = now + pause;
                self.send(&Message::Keepalive { peer: self.peer }, self.rendezvous);
            }
            if now >= next_sweep {
                next_sweep = now + Duration::from_secs(1);
                self.sweep(now);
            }
            self.knock(now);
            let hubs = self.status.hubs();
            let due = self.gossip.due(&hubs, now);
            self.send_all(due);
            let punches = self.sessions.all().filter_map(|s| s.punch.as_ref()).map(Punch::wake);
            let wake = punches.fold(next_keepalive.min(next_sweep).min(self.gossip.wake()), Instant::min);
            let wait = wake.saturating_duration_since(now).max(Duration::from_millis(1));
            let _ = self.socket.set_read_timeout(Some(wait));
            if let Ok((length, source)) = self.socket.recv_from(&mut buffer) {
                self.status.bytes_received.fetch_add(length as u64, Ordering::Relaxed);
                if let Some(message) = Message::decode(&buffer[..length]) {
                    self.hear(message, source, Instant::now());
                }
            }
        }
    }

    fn send(&self, message: &Message, to: SocketAddr) {
        // A datagram that cannot be sent is a lost datagram; everything here survives those.
        if let Ok(length) = self.socket.send_to(&message.encode(), to) {
            self.status.bytes_sent.fetch_add(length as u64, Ordering::Relaxed);
        }
    }

    fn send_all(&self, out: Vec<(Message, SocketAddr)>) {
        out.iter().for_each(|(message, to)| self.send(message, *to));
    }

    /// A program on this machine wants something of us.
    fn asked(&mut self, text: &[u8], source: SocketAddr, now: Instant) {
        let reply = match question(text, self.peer) {
            Some(Question::Members) => answer(&(self.gossip.members(now).join("\n") + "\n")),
            // Whoever asks again asks for nothing new.
            Some(Question::Say(item)) => {
                self.gossip.say(item, now);
                answer("")
            }
            _ => refusal("a node understands broadcast, set and members"),
        };
        self.send(&reply, source);
    }

    fn hear(&mut self, message: Message, source: SocketAddr, now: Instant) {
        match message {
            Message::KeepaliveOk { you } if source == self.rendezvous => self.learn_address(you),
            Message::Introduce { token, from, dialer, relay } if source == self.rendezvous => {
                self.introduced(token, from, dialer, relay, now);
            }
            Message::Hello { token, to } if to == self.peer => {
                if self.sessions.open(token, now).is_some() {
                    self.send(&Message::HelloOk { token, you: source }, source);
                }
            }
            // Only somebody the rendezvous announced may punch: the token proves it.
            Message::Punch { token, to } if to == self.peer => self.punched(token, source, now),
            Message::Data { token, header, sequence, chunk } => {
                self.data(token, header, sequence, chunk, source, now);
            }
            Message::RelayAllocate { token } => {
                if let Some(port) = self.relays.as_mut().and_then(|r| r.allocate(token)) {
                    self.send(&Message::RelayAllocated { token, port }, source);
                }
            }
            Message::Ping { token } => {
                if self.sessions.known(&token, now).is_some() {
                    self.send(&Message::Pong { token }, source);
                }
            }
            Message::Ask { text } if source.ip().is_loopback() => self.asked(&text, source, now),
            other => {
                let out = self.gossip.hear(&other, source, now);
                self.send_all(out);
            }
        }
    }

    fn learn_address(&self, you: SocketAddr) {
        let mut external = self.status.external.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if *external != Some(you) {
            say!("node: external address {you}");
            *external = Some(you);
        }
    }

    fn introduced(
        &mut self,
        token: Token,
        from: PeerId,
        dialer: SocketAddr,
        relay: Option<SocketAddr>,
        now: Instant,
    ) {
        if !self.sessions.introduced(token, from, dialer, relay, now) {
            return;
        }
        if !self.quiet {
            match relay {
                None => say!("node: introduced to {} at {dialer}", to_hex(&from[..8])),
                Some(relay) => say!("node: introduced to {} through relay {relay}", to_hex(&from[..8])),
            }
        }
        self.knock(now);
    }

    fn knock(&mut self, now: Instant) {
        let due = self.sessions.knocks(now);
        self.send_all(due);
    }

    fn punched(&mut self, token: Token, source: SocketAddr, now: Instant) {
        let session = match self.sessions.known(&token, now) {
            Some(session) => session,
            None => return,
        };
        if let Some(punch) = &mut session.punch {
            if punch.add(source) && !self.quiet {
                say!("node: heard the punch from {source}, an address nobody announced");
            }
        }
        self.send(&Message::PunchOk { token, you: source }, source);
    }

    fn data(
        &mut self,
        token: Token,
        header: Header,
        sequence: u32,
        chunk: Vec<u8>,
        source: SocketAddr,
        now: Instant,
    ) {
        let session = match self.sessions.known(&token, now) {
            Some(session) => session,
            None => return,
        };
        session.punch = None; // connected: no more knocking
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
                match self.recorder.record(transfer) {
                    Ok(Some(line)) => say!("{line}"),
                    Ok(None) => say!("node: a nonce came again and was not recorded twice"),
                    Err(fault) => say!("node: cannot record a transfer: {fault}"),
                }
            }
            // What we could not record we do not confirm.
            reply = if transfer.recorded { transfer.confirm() } else { None };
        }
        if let Some(reply) = reply {
            self.send(&reply, source);
        }
    }

    fn sweep(&mut self, now: Instant) {
        self.sessions.sweep(now);
        let connected = self.sessions.all().filter(|s| s.transfer.is_some()).count();
        self.status.connected_peers.store(connected as u64, Ordering::Relaxed);
    }
}
