//! Relaying, the last resort: a fresh UDP port per session, forwarding between exactly two parties.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::bytes::to_hex;
use crate::wire::{Message, Role, Token, MAX_DATAGRAM};

const MAX_SESSIONS: usize = 64;
const IDLE: Duration = Duration::from_secs(30);
/// Even a busy session ends one day.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

#[derive(Default)]
pub struct Relays {
    sessions: HashMap<Token, (u16, Arc<AtomicBool>)>,
}

impl Relays {
    /// The port of the session of this token, opened now if it is new; `None` if there are too many.
    pub fn allocate(&mut self, token: Token) -> Option<u16> {
        self.sessions.retain(|_, (_, alive)| alive.load(Ordering::SeqCst));
        if let Some((port, _)) = self.sessions.get(&token) {
            return Some(*port);
        }
        if self.sessions.len() >= MAX_SESSIONS {
            return None;
        }
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        socket.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
        let port = socket.local_addr().ok()?.port();
        let alive = Arc::new(AtomicBool::new(true));
        let flag = alive.clone();
        let forward = move || {
            let (packets, bytes) = Session::new(token).forward(&socket);
            say!("relay: session {} on port {port} ended, {packets} packets, {bytes} bytes", to_hex(&token[..4]));
            flag.store(false, Ordering::SeqCst);
        };
        thread::Builder::new().stack_size(128 * 1024).spawn(forward).ok()?;
        say!("relay: session {} on port {port}", to_hex(&token[..4]));
        self.sessions.insert(token, (port, alive));
        Some(port)
    }
}

struct Session {
    token: Token,
    dialer: Option<SocketAddr>,
    callee: Option<SocketAddr>,
}

impl Session {
    fn new(token: Token) -> Session {
        Session { token, dialer: None, callee: None }
    }

    fn forward(&mut self, socket: &UdpSocket) -> (u64, u64) {
        let start = Instant::now();
        let (mut heard, mut packets, mut bytes) = (start, 0, 0);
        let mut buffer = [0u8; MAX_DATAGRAM];
        while heard.elapsed() < IDLE && start.elapsed() < LONGEST {
            let (length, source) = match socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(_) => continue,
            };
            let datagram = &buffer[..length];
            match self.route(datagram, source) {
                Route::Stranger => {}
                Route::Keep => heard = Instant::now(),
                Route::To(other) => {
                    heard = Instant::now();
                    if socket.send_to(datagram, other).is_ok() {
                        packets += 1;
                        bytes += length as u64;
                    }
                }
            }
        }
        (packets, bytes)
    }

    /// Both parties prove by the token that they belong here; the first address of each is the one.
    fn route(&mut self, datagram: &[u8], source: SocketAddr) -> Route {
        if let Some(Message::RelayJoin { token, role }) = Message::decode(datagram) {
            if token != self.token {
                return Route::Stranger;
            }
            let seat = match role {
                Role::Dialer => &mut self.dialer,
                Role::Callee => &mut self.callee,
            };
            let seated = *seat.get_or_insert(source) == source;
            return if seated { Route::Keep } else { Route::Stranger };
        }
        let other = match source {
            s if self.dialer == Some(s) => self.callee,
            s if self.callee == Some(s) => self.dialer,
            _ => return Route::Stranger,
        };
        other.map_or(Route::Keep, Route::To)
    }
}

#[derive(Debug, PartialEq)]
enum Route {
    Stranger,
    Keep,
    To(SocketAddr),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_between_its_two_parties_only() {
        let address = |port| SocketAddr::from(([203, 0, 113, 1], port));
        let join = |token, role| Message::RelayJoin { token, role }.encode();
        let mut s = Session::new([1; 16]);
        assert_eq!(s.route(b"data", address(1)), Route::Stranger);
        assert_eq!(s.route(&join([2; 16], Role::Dialer), address(9)), Route::Stranger, "wrong token");
        assert_eq!(s.dialer, None, "a wrong token takes no seat");
        assert_eq!(s.route(&join([1; 16], Role::Dialer), address(1)), Route::Keep);
        assert_eq!(s.route(b"data", address(1)), Route::Keep, "nobody on the other side yet");
        assert_eq!(s.route(&join([1; 16], Role::Callee), address(2)), Route::Keep);
        assert_eq!(s.route(&join([1; 16], Role::Callee), address(3)), Route::Stranger, "the seat is taken");
        assert_eq!(s.route(b"data", address(1)), Route::To(address(2)));
        assert_eq!(s.route(b"data", address(2)), Route::To(address(1)));
        assert_eq!(s.route(b"data", address(3)), Route::Stranger);
    }
}
