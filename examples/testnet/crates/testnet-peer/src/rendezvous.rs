//! The rendezvous: a reflector that tells everybody the address it sees, and introduces two peers.
//!
//! It never carries payload. It knows one thing nobody else can know: through which address of its
//! NAT each peer is reachable *from here*, because the peer's keepalives come from there.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::bytes::unix_ms;
use crate::registry::{lock, Shared};
use crate::wire::{Message, PeerId, MAX_DATAGRAM};

const MAX_KEPT: usize = 10_000;
/// A mapping not refreshed for this long is closed in most NATs, so it is no use to anybody.
const KEPT_FOR: Duration = Duration::from_secs(120);

/// Two ports: the second only reflects, so that a client can compare what two destinations see.
pub fn start(port: u16, store: Shared) -> io::Result<()> {
    let first = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let second_port = if port == 0 { 0 } else { port + 1 };
    let second = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, second_port))?;
    say!("registry: rendezvous on {}, reflector on {}", first.local_addr()?, second.local_addr()?);
    let mut desk = Desk::default();
    let relays = move |ip| lock(&store).is_relay(ip, unix_ms() / 1000);
    thread::spawn(move || serve(&first, |message, source| desk.answer(message, source, Instant::now(), &relays)));
    thread::spawn(move || serve(&second, |message, source| reflect(&message, source).into_iter().collect()));
    Ok(())
}

fn serve(socket: &UdpSocket, mut answer: impl FnMut(Message, SocketAddr) -> Vec<(Message, SocketAddr)>) {
    let mut buffer = [0u8; MAX_DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer) {
            Ok((length, source)) => {
                if let Some(message) = Message::decode(&buffer[..length]) {
                    for (reply, to) in answer(message, source) {
                        let _ = socket.send_to(&reply.encode(), to);
                    }
                }
            }
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn reflect(message: &Message, source: SocketAddr) -> Option<(Message, SocketAddr)> {
    match message {
        Message::Observe { token } => Some((Message::Observed { token: *token, you: source }, source)),
        _ => None,
    }
}

#[derive(Default)]
pub struct Desk {
    kept: HashMap<PeerId, (SocketAddr, Instant)>,
}

impl Desk {
    pub fn answer(
        &mut self,
        message: Message,
        source: SocketAddr,
        now: Instant,
        is_relay: impl Fn(IpAddr) -> bool,
    ) -> Vec<(Message, SocketAddr)> {
        match message {
            Message::Keepalive { peer } => {
                if self.kept.len() >= MAX_KEPT {
                    self.kept.retain(|_, (_, seen)| now.duration_since(*seen) < KEPT_FOR);
                }
                if self.kept.len() < MAX_KEPT || self.kept.contains_key(&peer) {
                    self.kept.insert(peer, (source, now));
                }
                vec![(Message::KeepaliveOk { you: source }, source)]
            }
            Message::Connect { token, from, to, relay } => {
                let callee = match self.kept.get(&to) {
                    Some((callee, seen)) if now.duration_since(*seen) < KEPT_FOR => *callee,
                    _ => return vec![(Message::ConnectUnknown { token }, source)],
                };
                // Otherwise an introduction could send a peer's packets to any address at all.
                if relay.map_or(false, |r| !is_relay(r.ip())) {
                    return vec![(Message::ConnectUnknown { token }, source)];
                }
                // The callee first: the sooner it knocks, the sooner its NAT lets the dialer in.
                vec![
                    (Message::Introduce { token, from, dialer: source, relay }, callee),
                    (Message::ConnectOk { token, callee, you: source }, source),
                ]
            }
            other => reflect(&other, source).into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn introduces_through_the_kept_address_only() {
        let relays = |_: IpAddr| false;
        let mut desk = Desk::default();
        let (now, token) = (Instant::now(), [1; 16]);
        let callee: SocketAddr = "203.0.113.1:40001".parse().unwrap();
        let dialer: SocketAddr = "203.0.113.2:40002".parse().unwrap();
        let ask = |relay| Message::Connect { token, from: [2; 32], to: [3; 32], relay };
        let unknown = vec![(Message::ConnectUnknown { token }, dialer)];
        assert_eq!(desk.answer(ask(None), dialer, now, relays), unknown);
        desk.answer(Message::Keepalive { peer: [3; 32] }, callee, now, relays);
        assert_eq!(
            desk.answer(ask(None), dialer, now, relays),
            vec![
                (Message::Introduce { token, from: [2; 32], dialer, relay: None }, callee),
                (Message::ConnectOk { token, callee, you: dialer }, dialer),
            ]
        );
        let nobody = Some("203.0.113.9:1".parse().unwrap());
        assert_eq!(desk.answer(ask(nobody), dialer, now, relays), unknown, "not a registered relay");
        assert_eq!(desk.answer(ask(None), dialer, now + KEPT_FOR, relays), unknown, "too old");
    }
}
