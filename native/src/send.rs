//! The sending end of a control pair: datagrams of a chosen size until one is confirmed.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::args::{any_like, runtime, usage, Args, Outcome};
use crate::json::Object;
use crate::lifetime::left_until;
use crate::message::Message;
use crate::{payload, sys};

pub fn run(words: &[String]) -> Outcome<()> {
    let names = ["to", "bind-port", "token", "nonce", "bytes", "count", "interval-ms", "timeout-ms"];
    let args = Args::parse(words, &names, &[])?;
    let (key, nonce, to) = (args.key()?, args.nonce()?, args.required::<SocketAddr>("to")?);
    let bytes = args.within("bytes", None, 1, payload::LARGEST as u64)? as usize;
    if bytes < payload::smallest(&nonce) {
        return usage(format!("--bytes: this nonce needs at least {}", payload::smallest(&nonce)));
    }
    let count = args.within("count", Some(5), 1, 1000)? as u32;
    let interval = Duration::from_millis(args.within("interval-ms", Some(200), 1, 60_000)?);
    let timeout = Duration::from_millis(args.within("timeout-ms", Some(3000), 1, 600_000)?);
    let port = args.within("bind-port", Some(0), 0, 65_535)? as u16;
    let socket = UdpSocket::bind((any_like(&to), port)).or_else(|e| runtime(format!("bind port {port}: {e}")))?;
    let df_clear = sys::clear_dont_fragment(&socket);

    let hash = payload::hash(payload::parse(&payload::body(&nonce, 0, bytes)).map_or(&[], |d| d.filler));
    let (start, mut times, mut failures) = (Instant::now(), Vec::new(), 0);
    let (mut next, end) = (start, start + timeout);
    let mut packet = vec![0; 2048];
    let mut acked: Option<(Duration, bool, SocketAddr)> = None;
    while let (None, Some(left)) = (acked, left_until(end)) {
        let now = Instant::now();
        if (times.len() as u32) < count && now >= next {
            let datagram = key.seal(&payload::body(&nonce, times.len() as u32, bytes));
            failures += socket.send_to(&datagram, to).is_err() as u32;
            times.push(Instant::now());
            next = now + interval;
        }
        let due = if (times.len() as u32) < count { next.saturating_duration_since(Instant::now()) } else { left };
        let wait = due.min(left).max(Duration::from_millis(1));
        if socket.set_read_timeout(Some(wait)).is_err() {
            return runtime("the socket takes no timeout");
        }
        if let Ok((size, source)) = socket.recv_from(&mut packet) {
            acked = match key.open(&packet[..size]).and_then(Message::parse) {
                Some(Message::Ack { nonce: n, seq, sha256 }) if n == nonce => {
                    times.get(seq as usize).map(|sent| (sent.elapsed(), sha256 == hash, source))
                }
                _ => None,
            };
        }
    }
    let line =
        Object::event("send-result").text("nonce", &nonce).text("to", to).number("bytes", bytes).text("sha256", &hash);
    line.text("local", socket.local_addr().map_or(String::new(), |a| a.to_string()))
        .number("sent", times.len() - failures as usize)
        .number("send_failures", failures)
        .flag("df_clear", df_clear)
        .flag("acked", acked.is_some())
        .millis("rtt_ms", acked.map(|a| a.0))
        .flag("hash_ok", acked.map_or(false, |a| a.1))
        .raw("ack_from", acked.map_or("null".to_string(), |a| crate::json::quoted(&a.2.to_string())))
        .emit();
    Ok(())
}
