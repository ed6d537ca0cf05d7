//! Sending the payload: a window of packets, selective acknowledgements, timers of about a round trip.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::connect::receive;
use crate::payload::{packet_count, Source};
use crate::round_trip::{RoundTrip, LONGEST_TIMER};
use crate::sha256::Sha256;
use crate::window::{Window, AHEAD};
use crate::wire::{is_later, Header, Message, Token};

/// What went out, whether or not it arrived: the hash is of these bytes.
pub struct Sent {
    pub bytes: u64,
    pub packets: u32,
    pub retransmits: u64,
    pub sha256: [u8; 32],
}

pub struct Confirmation {
    pub nonce: [u8; 16],
    pub bytes: u64,
    pub sha256: [u8; 32],
    pub remote: SocketAddr,
}

struct Flight {
    sent: Instant,
    tries: u32,
}

pub struct Sender<'a> {
    socket: &'a UdpSocket,
    remote: SocketAddr,
    token: Token,
    header: Header,
    source: Source,
    count: u32,
    /// The first packet never sent, and the first one not acknowledged as part of a whole beginning.
    fresh: u32,
    base: u32,
    flying: BTreeMap<u32, Flight>,
    timer: RoundTrip,
    window: Window,
    retransmits: u64,
    bytes: u64,
    hasher: Sha256,
}

impl<'a> Sender<'a> {
    pub fn new(
        socket: &'a UdpSocket,
        remote: SocketAddr,
        token: Token,
        header: Header,
        source: Source,
        rtt: Duration,
    ) -> Sender<'a> {
        Sender {
            socket,
            remote,
            token,
            header,
            source,
            count: packet_count(header.total),
            fresh: 0,
            base: 0,
            flying: BTreeMap::new(),
            timer: RoundTrip::new(rtt),
            window: Window::new(header.total),
            retransmits: 0,
            bytes: 0,
            hasher: Sha256::new(),
        }
    }

    /// Ends with the receiver's confirmation, or with `None` at the deadline. What was sent is told either way.
    pub fn run(mut self, deadline: Instant) -> (Sent, Option<Confirmation>) {
        let mut confirmation = None;
        while confirmation.is_none() && Instant::now() < deadline {
            self.window.look(self.timer.smooth);
            self.send_fresh();
            self.send_again();
            let wait = self.flying.values().map(|f| f.sent + self.timer.after(f.tries)).min();
            let until = wait.unwrap_or_else(|| Instant::now() + LONGEST_TIMER).min(deadline);
            confirmation = match receive(self.socket, until) {
                Some((Message::Ack { token, next, later }, _)) if token == self.token => {
                    self.acknowledged(next, &later);
                    None
                }
                // On a connection that stays, one of the payload before may come late, and says nothing of this one.
                Some((Message::Confirm { token, nonce, bytes, sha256 }, remote))
                    if token == self.token && nonce == self.header.nonce =>
                {
                    Some(Confirmation { nonce, bytes, sha256, remote })
                }
                _ => None,
            };
        }
        let Sender { fresh: packets, bytes, retransmits, hasher, .. } = self;
        (Sent { bytes, packets, retransmits, sha256: hasher.finish() }, confirmation)
    }

    fn send_fresh(&mut self) {
        while self.fresh < self.count && self.flying.len() < self.window.packets() && self.fresh - self.base < AHEAD {
            #[cfg(feature = "lies")]
            crate::lies::before_packet(&self.header.nonce);
            let bytes = self.transmit(self.fresh);
            self.hasher.update(&bytes);
            self.bytes += bytes.len() as u64;
            self.flying.insert(self.fresh, Flight { sent: Instant::now(), tries: 0 });
            self.fresh += 1;
        }
    }

    fn send_again(&mut self) {
        let now = Instant::now();
        let late = |(s, f): (&u32, &Flight)| (now >= f.sent + self.timer.after(f.tries)).then_some(*s);
        let late: Vec<u32> = self.flying.iter().filter_map(late).collect();
        self.window.lost(late.len());
        for sequence in late {
            self.transmit(sequence);
            self.retransmits += 1;
            if let Some(flight) = self.flying.get_mut(&sequence) {
                flight.sent = now;
                flight.tries += 1;
            }
        }
    }

    fn transmit(&self, sequence: u32) -> Vec<u8> {
        let bytes = self.source.chunk(self.header.total, sequence);
        let message = Message::Data { token: self.token, header: self.header, sequence, chunk: bytes };
        let _ = self.socket.send_to(&message.encode(), self.remote);
        match message {
            Message::Data { chunk, .. } => chunk,
            _ => Vec::new(),
        }
    }

    fn acknowledged(&mut self, next: u32, later: &[u8]) {
        let next = next.min(self.fresh);
        self.base = self.base.max(next);
        let arrived = |s: u32| s < next || is_later(next, later, s);
        let done: Vec<u32> = self.flying.keys().copied().filter(|s| arrived(*s)).collect();
        self.window.arrived(done.len());
        for sequence in &done {
            // The last packet flies on until the confirmation comes: the confirmation may get lost.
            let stays = *sequence == self.count - 1;
            if let Some(flight) = self.flying.get(sequence) {
                // A packet sent twice does not tell which of the two was answered.
                if flight.tries == 0 {
                    self.timer.sample(flight.sent.elapsed());
                }
            }
            if !stays {
                self.flying.remove(sequence);
            } else if let Some(flight) = self.flying.get_mut(sequence) {
                flight.tries = flight.tries.max(1);
            }
        }
        // Three later packets are here and this one is not: it is lost, why wait for its timer.
        let newest = done.last().copied().unwrap_or(0);
        let smooth = self.timer.smooth;
        for (_, flight) in self.flying.range_mut(..newest.saturating_sub(2)) {
            if flight.tries == 0 && flight.sent.elapsed() > smooth / 2 {
                flight.tries = 1;
                flight.sent = Instant::now().checked_sub(LONGEST_TIMER * 2).unwrap_or(flight.sent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::Transfer;
    use std::thread;

    /// A receiver that loses every tenth datagram, in both directions, and confirms at the end.
    fn lossy_receiver(socket: UdpSocket, until: Instant) {
        let (mut transfer, mut count) = (None, 0u32);
        while Instant::now() < until {
            let (token, header, sequence, bytes, source) = match receive(&socket, until) {
                Some((Message::Data { token, header, sequence, chunk }, source)) => {
                    (token, header, sequence, chunk, source)
                }
                _ => continue,
            };
            count += 1;
            if count % 10 == 3 {
                continue;
            }
            let transfer = transfer.get_or_insert_with(|| Transfer::start(header, token, source, false).unwrap());
            assert!(transfer.accept(&header, source, sequence, bytes));
            if count % 10 != 7 {
                let reply = transfer.confirm().unwrap_or_else(|| transfer.ack(sequence));
                socket.send_to(&reply.encode(), source).unwrap();
            }
        }
    }

    #[test]
    fn survives_loss_in_both_directions() {
        let (here, there) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        let remote = there.local_addr().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        thread::spawn(move || lossy_receiver(there, deadline));
        let header = Header { nonce: [1; 16], total: 300_001, from: [0; 32], given: false };
        let sender = Sender::new(&here, remote, [2; 16], header, Source::Nonce([1; 16]), Duration::from_millis(5));
        let (sent, confirmation) = sender.run(deadline);
        let confirmation = confirmation.expect("confirmed in time");
        assert_eq!((sent.bytes, confirmation.bytes), (300_001, 300_001));
        assert_eq!(sent.sha256, crate::payload::expected_hash(&[1; 16], 300_001));
        assert_eq!(confirmation.sha256, sent.sha256);
        assert!(sent.retransmits > 0);
    }

    #[test]
    fn hostile_acknowledgements_do_no_harm() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let remote = socket.local_addr().unwrap();
        let header = Header { nonce: [1; 16], total: 500_000, from: [0; 32], given: false };
        let mut sender = Sender::new(&socket, remote, [2; 16], header, Source::Nonce([1; 16]), Duration::from_millis(10));
        sender.acknowledged(u32::MAX, &[255; 128]);
        assert_eq!(sender.base, 0, "nothing was sent, so nothing can have arrived");
        sender.send_fresh();
        assert_eq!(sender.flying.len(), crate::window::FIRST);
        sender.acknowledged(5, &[0b1001]);
        assert_eq!(sender.flying.keys().take(4).copied().collect::<Vec<_>>(), [5, 7, 8, 10]);
        sender.acknowledged(2, &[]);
        assert_eq!(sender.base, 5);
    }
}
