//! What a bare link carries: sealed datagrams at a steady rate one way, counted and timed where they arrive.
//! Either end may open the path, so that a link to a host behind a NAT can be asked as well.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::args::{runtime, usage, Args, Outcome};
use crate::json::Object;
use crate::lifetime::{end_on_eof, left_until};
use crate::seal::{Key, OVERHEAD};

/// As large as a datagram that passes nearly everywhere.
const DATAGRAM: usize = 1200;
const KNOCK: &[u8] = b"link-knock";
const END: &[u8] = b"link-end";
const DATA: &[u8] = b"link-data ";
const KNOCK_EVERY: Duration = Duration::from_millis(100);
/// Nothing for so long after the first datagram: the rest is lost.
const SILENCE: Duration = Duration::from_secs(2);

/// The receiving end: waits, or with `--call` knocks at the sender until something comes.
pub fn drain(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["port", "token", "seconds", "call"], &["until-eof"])?;
    let (key, call) = (args.key()?, args.optional::<SocketAddr>("call")?);
    let end = Instant::now() + Duration::from_secs(args.within("seconds", None, 1, 600)?);
    let socket = bind(args.within("port", None, 1, 65_535)? as u16)?;
    if args.flag("until-eof") {
        end_on_eof();
    }
    Object::event("ready").number("pid", std::process::id()).emit();
    let mut seen: Option<Seen> = None;
    let mut knock = Instant::now();
    let mut packet = vec![0; 2048];
    while let Some(left) = left_until(end) {
        let now = Instant::now();
        if let (None, Some(to)) = (&seen, call) {
            if now >= knock {
                let _ = socket.send_to(&key.seal(KNOCK), to);
                knock = now + KNOCK_EVERY;
            }
        }
        if seen.as_ref().map_or(false, |s| now - s.last >= SILENCE) {
            break;
        }
        if socket.set_read_timeout(Some(left.min(KNOCK_EVERY))).is_err() {
            return runtime("the socket takes no timeout");
        }
        let size = match socket.recv_from(&mut packet) {
            Ok((size, _)) => size,
            Err(_) => continue,
        };
        match key.open(&packet[..size]) {
            Some(END) if seen.is_some() => break,
            Some(body) if body.starts_with(DATA) => {
                let now = Instant::now();
                let s = seen.get_or_insert(Seen { first: now, last: now, packets: 0, bytes: 0, early: size as u64 });
                (s.last, s.packets, s.bytes) = (now, s.packets + 1, s.bytes + size as u64);
            }
            _ => {}
        }
    }
    let Seen { first, last, packets, bytes, early } =
        seen.unwrap_or(Seen { first: end, last: end, packets: 0, bytes: 0, early: 0 });
    // What came in the time between the first and the last: the first one began it.
    Object::event("link")
        .number("packets", packets)
        .number("bytes", bytes - early)
        .number("micros", (last - first).as_micros())
        .emit();
    Ok(())
}

struct Seen {
    first: Instant,
    last: Instant,
    packets: u64,
    bytes: u64,
    early: u64,
}

/// The sending end: to an address, or to whoever knocks first.
pub fn pour(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["to", "port", "token", "kbps", "bytes", "wait-seconds"], &["answer"])?;
    let (key, to) = (args.key()?, args.optional::<SocketAddr>("to")?);
    let kbps = args.within("kbps", None, 1, 10_000_000)?;
    let bytes = args.within("bytes", None, DATAGRAM as u64, 1 << 30)?;
    let wait = Duration::from_secs(args.within("wait-seconds", Some(10), 1, 60)?);
    let socket = bind(args.within("port", Some(0), 0, 65_535)? as u16)?;
    let to = match (to, args.flag("answer")) {
        (Some(to), false) => to,
        (None, true) => match knocked(&socket, &key, wait) {
            Some(to) => to,
            None => return runtime("nobody knocked"),
        },
        _ => return usage("one of --to and --answer"),
    };
    let (sent, failures, took) = steadily(&socket, &key, to, kbps, bytes / DATAGRAM as u64);
    for _ in 0..5 {
        let _ = socket.send_to(&key.seal(END), to);
        std::thread::sleep(Duration::from_millis(20));
    }
    Object::event("poured")
        .text("to", to)
        .number("packets", sent)
        .number("bytes", sent * DATAGRAM as u64)
        .number("failures", failures)
        .number("micros", took.as_micros())
        .emit();
    Ok(())
}

fn bind(port: u16) -> Outcome<UdpSocket> {
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).or_else(|e| runtime(format!("bind port {port}: {e}")))
}

fn knocked(socket: &UdpSocket, key: &Key, wait: Duration) -> Option<SocketAddr> {
    let end = Instant::now() + wait;
    let mut packet = vec![0; 2048];
    Object::event("ready").number("pid", std::process::id()).emit();
    while let Some(left) = left_until(end) {
        socket.set_read_timeout(Some(left)).ok()?;
        if let Ok((size, source)) = socket.recv_from(&mut packet) {
            if key.open(&packet[..size]) == Some(KNOCK) {
                return Some(source);
            }
        }
    }
    None
}

/// No faster than asked for: a burst would only fill the link's queue.
fn steadily(socket: &UdpSocket, key: &Key, to: SocketAddr, kbps: u64, packets: u64) -> (u64, u64, Duration) {
    let body = [DATA, &vec![b'x'; DATAGRAM - OVERHEAD - DATA.len()]].concat();
    let datagram = key.seal(&body);
    let each = Duration::from_nanos(DATAGRAM as u64 * 8 * 1_000_000 / kbps);
    let (start, mut failures) = (Instant::now(), 0);
    for n in 0..packets {
        let due = each * n as u32;
        if let Some(early) = due.checked_sub(start.elapsed()) {
            if early >= Duration::from_millis(1) {
                std::thread::sleep(early);
            }
        }
        failures += u64::from(socket.send_to(&datagram, to).is_err());
    }
    (packets, failures, start.elapsed())
}
