//! The reflector: two UDP ports on one host, answering those who hold the token; two such hosts make RFC 5780's four addresses.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use crate::args::{runtime, Args, Outcome};
use crate::json::Object;
use crate::lifetime::end_on_eof;
use crate::message::{From, Message};
use crate::seal::Key;

const LONGEST_REQUEST: usize = 512;

struct Host {
    key: Key,
    sockets: [UdpSocket; 2],
    ports: [u16; 2],
    peer: IpAddr,
}

pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["ports", "peer", "token", "seconds", "bind"], &["until-eof"])?;
    let (key, ports, peer) = (args.key()?, args.ports()?, args.required("peer")?);
    let seconds = args.within("seconds", None, 1, 86_400)?;
    let bind = args.optional("bind")?.unwrap_or_else(|| crate::args::any_like(&SocketAddr::new(peer, 0)));
    let open = |port| UdpSocket::bind((bind, port)).or_else(|e| runtime(format!("bind {bind}:{port}: {e}")));
    let host = Arc::new(Host { key, sockets: [open(ports[0])?, open(ports[1])?], ports, peer });
    for index in 0..2 {
        let host = Arc::clone(&host);
        std::thread::spawn(move || host.serve(index));
    }
    if args.flag("until-eof") {
        end_on_eof();
    }
    Object::event("ready")
        .number("pid", std::process::id())
        .raw("ports", format!("[{},{}]", ports[0], ports[1]))
        .emit();
    std::thread::sleep(Duration::from_secs(seconds));
    Ok(())
}

impl Host {
    fn serve(&self, index: usize) -> ! {
        let mut packet = [0; LONGEST_REQUEST];
        loop {
            match self.sockets[index].recv_from(&mut packet) {
                Ok((size, source)) => {
                    if let Some(message) = self.key.open(&packet[..size]).and_then(Message::parse) {
                        self.handle(index, message, source);
                    }
                }
                // A pending error (e.g. an ICMP) is taken by the call; the pause keeps a lasting one from spinning.
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn handle(&self, index: usize, message: Message, source: SocketAddr) {
        match message {
            Message::Ask { id, from, to, repeat } => {
                let target = to.unwrap_or(source);
                let answering = if matches!(from, From::Port | From::Both) { 1 - index } else { index };
                if matches!(from, From::Addr | From::Both) {
                    let relay = Message::Relay { id, index: answering, to: target, asker: source, repeat };
                    self.send(index, &relay, SocketAddr::new(self.peer, self.ports[index]));
                    return;
                }
                let left = self.answer(answering, id, source, target, repeat);
                if left && (answering != index || target != source) {
                    self.send(index, &Message::Done { id }, source);
                }
            }
            Message::Relay { id, index: answering, to, asker, repeat } => {
                if self.answer(answering, id, asker, to, repeat) {
                    self.send(index, &Message::Relayed { id, asker }, source);
                }
            }
            Message::Relayed { id, asker } => {
                self.send(index, &Message::Done { id }, asker);
            }
            // Nothing a reflector sends to clients may set off another reflector: no loops.
            Message::Answer { .. } | Message::Done { .. } | Message::Hairpin { .. } | Message::Ack { .. } => {}
        }
    }

    fn answer(&self, index: usize, id: u64, mapped: SocketAddr, target: SocketAddr, repeat: u8) -> bool {
        (0..repeat).filter(|_| self.send(index, &Message::Answer { id, mapped }, target)).count() > 0
    }

    fn send(&self, index: usize, message: &Message, to: SocketAddr) -> bool {
        self.sockets[index].send_to(&self.key.seal(message.line().as_bytes()), to).is_ok()
    }
}
