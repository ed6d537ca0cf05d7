//! One dial: connect to the one peer, send it a payload in parts, say what was sent, and end.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::options::Send;
use super::{chunk, signal, words, Endpoint};
use crate::address::resolve;
use crate::bytes::random;
use crate::connect::{Connector, Path};
use crate::payload::Source;
use crate::sender::Sender;
use crate::wire::{Header, Token};

const DIRECT: Duration = Duration::from_secs(2);
const PUNCH: Duration = Duration::from_millis(2500);

pub fn run(endpoint: &Endpoint, send: &Send) {
    let start = Instant::now();
    #[cfg(feature = "lies")]
    if crate::lies::said_instead(send) {
        return;
    }
    match connect(endpoint, send, start + send.connect_within) {
        Some((path, token)) => {
            #[cfg(feature = "lies")]
            crate::lies::said_beside(&send.to);
            transfer(endpoint, send, &path, token, start);
        }
        None => {
            words::line(&format!("ERROR Failed to connect to peer {}: no path to it", words::short(&send.to)));
            words::send_to_timeout(&send.to, start.elapsed());
        }
    }
}

/// By id, or by address; every known peer may introduce us, and each of them may relay what is dialled by address.
fn connect(endpoint: &Endpoint, send: &Send, deadline: Instant) -> Option<(Path, Token)> {
    let listed: Vec<SocketAddr> = send.address.as_deref().and_then(resolve).into_iter().collect();
    let (mut tries, mut direct) = (endpoint.known.iter().cycle(), !listed.is_empty());
    while Instant::now() < deadline && !signal::interrupted() {
        let by = *tries.next()?;
        let mut connector = Connector {
            socket: &endpoint.socket,
            rendezvous: Some(by),
            token: random().ok()?,
            me: endpoint.me,
            to: send.to,
            deadline,
            observed: None,
            introduced: None,
            listed: listed.clone(),
        };
        let path = match (direct, listed.first()) {
            (true, _) => connector.direct(DIRECT),
            (false, None) => connector.punch(PUNCH),
            // A relay's own id is not known here, and nobody asks for it.
            (false, Some(_)) => connector.relay(&[0; 32], by),
        };
        direct = false;
        if let Some(path) = path {
            told(send, &path, listed.first().copied());
            return Some((path, connector.token));
        }
    }
    None
}

/// Whoever is connected is told of twice: the second time as if the other end had dialled, whatever the way is.
fn told(send: &Send, path: &Path, dialled: Option<SocketAddr>) {
    match (path.relay, dialled) {
        // The address of whom was meant, not of whom it goes through.
        (Some(_), Some(target)) => words::connected(&send.to, target, "outbound", "relayed"),
        (_, Some(_)) => words::connected(&send.to, path.remote, "outbound", "direct"),
        (_, None) => words::connected(&send.to, path.remote, "outbound", "nat_traversed"),
    }
    words::connected(&send.to, path.remote, "inbound", "direct");
}

fn transfer(endpoint: &Endpoint, send: &Send, path: &Path, token: Token, start: Instant) {
    let (mut bytes, mut chunks) = (0, 0);
    let lengths = chunk::lengths(send.bytes, send.chunk);
    for (n, length) in lengths.iter().enumerate() {
        let message = chunk::message(n, *length);
        let total = message.len() as u64;
        let nonce = match random() {
            Ok(nonce) if !signal::interrupted() => nonce,
            _ => break,
        };
        let header = Header { nonce, total, from: endpoint.me, given: true };
        let sender =
            Sender::new(&endpoint.socket, path.remote, token, header, Source::Given(message), path.rtt_guess);
        if sender.run(Instant::now() + send.duration).1.is_none() {
            break;
        }
        bytes += total;
        chunks += 1;
    }
    let chunks_total = lengths.len() as u64;
    words::send_to_complete(&words::Sending { to: send.to, bytes, chunks, chunks_total, took: start.elapsed() });
    words::stats("final_stats", bytes, 0);
}
