//! What passes to a receiver that echoes, and back: a small datagram, one of several fragments, and the path MTU.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::args::{any_like, runtime, usage, Args, Outcome};
use crate::json::{array, Object};
use crate::lifetime::left_until;
use crate::message::Message;
use crate::{payload, sys};

const TRIES: u32 = 4;
const INTERVAL: Duration = Duration::from_millis(200);
/// Larger than any sequence number of one trial.
const STRIDE: u32 = 100;

struct Trial {
    bytes: usize,
    whole: bool,
    sent: u32,
    acked: bool,
    echoed: bool,
}

/// `--sizes`: fragmented where need be, and echoed; `--whole-sizes`: with DF, so that none may be fragmented. `--mark`:
/// so many bytes to another port of the same host, which answers as it likes.
pub fn run(words: &[String]) -> Outcome<()> {
    let names = ["to", "bind-port", "token", "nonce", "sizes", "whole-sizes", "mark", "mark-bytes", "timeout-ms"];
    let args = Args::parse(words, &names, &[])?;
    let (key, nonce, to) = (args.key()?, args.nonce()?, args.required::<SocketAddr>("to")?);
    let port = args.within("bind-port", Some(0), 0, 65_535)? as u16;
    let end = Instant::now() + Duration::from_millis(args.within("timeout-ms", Some(2500), 1, 60_000)?);
    let mut trials = sizes(&args, "sizes", false, &nonce)?;
    trials.extend(sizes(&args, "whole-sizes", true, &nonce)?);
    let mark: Option<SocketAddr> = args.optional("mark")?;
    let mark_bytes = args.within("mark-bytes", Some(100), 1, payload::LARGEST as u64)? as usize;
    let socket = UdpSocket::bind((any_like(&to), port)).or_else(|e| runtime(format!("bind port {port}: {e}")))?;
    let mut packet = vec![0; 65_536];
    let (mut next, mut tries, mut marked) = (Instant::now(), 0, 0);
    while let Some(left) = left_until(end) {
        if tries < TRIES && Instant::now() >= next {
            for (i, trial) in trials.iter_mut().enumerate().filter(|(_, t)| !t.done()) {
                sys::set_dont_fragment(&socket, trial.whole);
                let body = payload::body(&nonce, i as u32 * STRIDE + tries, trial.bytes);
                trial.sent += socket.send_to(&key.seal(&body), to).is_ok() as u32;
            }
            if let Some(mark) = mark {
                sys::set_dont_fragment(&socket, false);
                marked += socket.send_to(&payload::filler(&nonce, mark_bytes), mark).is_ok() as u32;
            }
            tries += 1;
            next = Instant::now() + INTERVAL;
        }
        if trials.iter().all(Trial::done) {
            break;
        }
        let due = if tries < TRIES { next.saturating_duration_since(Instant::now()) } else { left };
        if socket.set_read_timeout(Some(due.min(left).max(Duration::from_millis(1)))).is_err() {
            return runtime("the socket takes no timeout");
        }
        if let Ok((size, _)) = socket.recv_from(&mut packet) {
            if let Some(body) = key.open(&packet[..size]) {
                note(&mut trials, body, &nonce);
            }
        }
    }
    let told = trials.iter().map(|t| {
        let line = Object::new().number("bytes", t.bytes).flag("whole", t.whole).number("sent", t.sent);
        line.flag("acked", t.acked).flag("echoed", t.echoed).close()
    });
    Object::event("reach")
        .text("to", to)
        .text("local", socket.local_addr().map_or(String::new(), |a| a.to_string()))
        .raw("trials", array(told))
        .number("marked", marked)
        .number("mark_bytes", mark_bytes)
        .emit();
    Ok(())
}

impl Trial {
    fn done(&self) -> bool {
        self.acked && (self.whole || self.echoed)
    }
}

fn note(trials: &mut [Trial], body: &[u8], nonce: &str) {
    let right = |t: &Trial, sha256: &str| {
        payload::parse(&payload::body(nonce, 0, t.bytes)).map_or(false, |d| payload::hash(d.filler) == sha256)
    };
    let (seq, sha256, ack) = match (Message::parse(body), payload::parse(body)) {
        (Some(Message::Ack { nonce: n, seq, sha256 }), _) if n == nonce => (seq, sha256, true),
        (_, Some(data)) if data.nonce == nonce => (data.seq, payload::hash(data.filler), false),
        _ => return,
    };
    if let Some(trial) = trials.get_mut((seq / STRIDE) as usize) {
        if right(trial, &sha256) {
            trial.acked = true;
            // An echo is of what arrived.
            trial.echoed |= !ack;
        }
    }
}

fn sizes(args: &Args, name: &str, whole: bool, nonce: &str) -> Outcome<Vec<Trial>> {
    let text: String = args.optional(name)?.unwrap_or_default();
    let all: Vec<usize> = text.split(',').filter(|w| !w.is_empty()).filter_map(|w| w.parse().ok()).collect();
    let right = |b: &usize| *b >= payload::smallest(nonce) && *b <= payload::LARGEST;
    if all.len() != text.split(',').filter(|w| !w.is_empty()).count() || all.len() > 20 || !all.iter().all(right) {
        return usage(format!("--{name}: {text:?} is no list of sizes"));
    }
    Ok(all.into_iter().map(|bytes| Trial { bytes, whole, sent: 0, acked: false, echoed: false }).collect())
}
