//! A kept connection: dialed once, kept alive by pings, and used for a fresh payload whenever somebody here asks.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::args::DialOptions;
use crate::ask::{answer, question, refusal, Question};
use crate::bytes::to_hex;
use crate::connect::Path;
use crate::dialer::connect;
use crate::events::emit;
use crate::json::object;
use crate::payload::Source;
use crate::sender::Sender;
use crate::wire::{Header, Message, PeerId, Token, MAX_ASK};

const PING_EVERY: Duration = Duration::from_secs(2);
/// So long without an answer, and the connection is gone. It is not dialed again: that would be another one.
const GONE_AFTER: Duration = Duration::from_secs(12);
const DELIVER_WITHIN: Duration = Duration::from_secs(8);

/// The exit code, once the connection is gone or never came.
pub fn run(options: &DialOptions) -> i32 {
    let bind = (Ipv4Addr::UNSPECIFIED, options.bind_port);
    let opened = UdpSocket::bind(bind).map_err(|e| format!("UDP port {}: {e}", options.bind_port)).and_then(|socket| {
        let deadline = Instant::now() + options.timeout;
        let (path, token, me) = connect(options, &socket, deadline)?;
        Ok(Kept { socket, path, token, me, heard: Instant::now(), opened: Instant::now(), last: None })
    });
    match opened {
        Ok(mut kept) => {
            kept.say("connected");
            kept.serve();
            kept.say("lost");
        }
        Err(fault) => say!("testnet-peer: {fault}"),
    }
    1
}

struct Kept {
    socket: UdpSocket,
    path: Path,
    token: Token,
    me: PeerId,
    heard: Instant,
    opened: Instant,
    /// What was delivered last, and what came of it: a question that comes again is answered again.
    last: Option<([u8; 16], String)>,
}

impl Kept {
    fn say(&self, event: &str) {
        let (token, remote) = (to_hex(&self.token), self.path.remote.to_string());
        emit(event, [("connection", token.into()), ("method", self.path.method.into()), ("remote", remote.into())]);
    }

    /// Until nobody answers any more.
    fn serve(&mut self) {
        let mut buffer = vec![0u8; MAX_ASK + 64];
        let mut next = Instant::now();
        while self.heard.elapsed() < GONE_AFTER && !self.forgets() {
            let now = Instant::now();
            if now >= next {
                next = now + PING_EVERY;
                let _ = self.socket.send_to(&Message::Ping { token: self.token }.encode(), self.path.remote);
            }
            let wait = next.saturating_duration_since(now).max(Duration::from_millis(1));
            let _ = self.socket.set_read_timeout(Some(wait));
            let (length, source) = match self.socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(_) => continue,
            };
            match Message::decode(&buffer[..length]) {
                Some(Message::Pong { token }) if token == self.token && source == self.path.remote => {
                    self.heard = Instant::now();
                }
                Some(Message::Ask { text }) if source.ip().is_loopback() => self.asked(&text, source),
                _ => {}
            }
        }
    }

    fn asked(&mut self, text: &[u8], source: SocketAddr) {
        let reply = match question(text, self.me) {
            Some(Question::Deliver { nonce, payload }) => match self.last.clone() {
                Some((before, answered)) if before == nonce => answer(&answered),
                _ => match self.deliver(nonce, payload) {
                    Ok(answered) => {
                        self.last = Some((nonce, answered.clone()));
                        answer(&answered)
                    }
                    Err(fault) => refusal(&fault),
                },
            },
            _ => refusal("a kept connection only delivers"),
        };
        let _ = self.socket.send_to(&reply.encode(), source);
    }

    /// Over the path that is there, under the token that it was opened with. The answer are the dialer's own events.
    fn deliver(&mut self, nonce: [u8; 16], payload: Vec<u8>) -> Result<String, String> {
        let total = payload.len() as u64;
        let header = Header { nonce, total, from: self.me, given: true };
        let source = Source::Given(payload);
        let sender =
            Sender::new(&self.socket, self.path.remote, self.token, header, source, self.path.rtt_guess);
        let (sent, confirmation) = sender.run(Instant::now() + DELIVER_WITHIN);
        let heard = confirmation.ok_or("the receiver did not confirm")?;
        if heard.nonce != nonce || heard.bytes != total || heard.sha256 != sent.sha256 {
            return Err("the receiver confirmed something else than was sent".to_string());
        }
        self.heard = Instant::now();
        let connected = object([
            ("event", "connected".into()),
            ("method", self.path.method.into()),
            ("remote", self.path.remote.to_string().into()),
            ("connection", to_hex(&self.token).into()),
        ]);
        let open_ms = self.opened.elapsed().as_millis() as u64;
        let result = object([
            ("event", "result".into()),
            ("success", true.into()),
            ("method", self.path.method.into()),
            ("open_ms", open_ms.into()),
        ]);
        Ok(format!("{}\n{}\n", connected.write(), result.write()))
    }

    #[cfg(feature = "lies")]
    fn forgets(&self) -> bool {
        crate::lies::forgets(self.opened.elapsed())
    }

    #[cfg(not(feature = "lies"))]
    fn forgets(&self) -> bool {
        false
    }
}
