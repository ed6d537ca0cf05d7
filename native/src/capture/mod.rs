//! Captures the headers of packets that some hosts send or are sent; never a byte of what they carry.

pub mod headers;
mod socket;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::args::{runtime, usage, Args, Outcome};
use crate::json::Object;
use crate::lifetime::on_eof;
use headers::{Headers, Quoted};
use socket::{Packets, Way};

/// How often the end of standard input is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Until standard input ends, or for so many seconds; so many packets are told, the others are counted.
pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["host", "seconds", "packets", "except-port"], &[])?;
    let hosts = every::<IpAddr>(&args, "host")?;
    let except = every::<u16>(&args, "except-port")?;
    if hosts.is_empty() {
        return usage("--host is missing");
    }
    let seconds = Duration::from_secs(args.within("seconds", None, 1, 3600)?);
    let most = args.within("packets", None, 1, 100_000)?;
    let mut packets = Packets::open().or_else(|e| runtime(format!("no packet socket: {e}")))?;
    if !packets.wait_at_most(LOOK) {
        return runtime("the packet socket takes no timeout");
    }
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    on_eof(move || flag.store(true, Ordering::Relaxed));
    Object::event("ready").number("pid", std::process::id()).emit();
    let began = Instant::now();
    let (mut told, mut beyond, mut others) = (0u64, 0u64, 0u64);
    let (mut end, mut all_read) = (End::after(seconds), true);
    loop {
        let at = began.elapsed();
        let over = end.reached(at, ended.load(Ordering::Relaxed));
        let (way, interface, headers) = match packets.next(!over) {
            Some(seen) => (seen.way, seen.interface, headers::parse(seen.bytes)),
            None if over => break,
            None => continue,
        };
        let at = if over { at } else { began.elapsed() };
        if end.long_past(began.elapsed()) {
            all_read = false;
            break;
        }
        match headers {
            Some(headers) if way != Way::Past && headers.concerns(&hosts) && !headers.has_tcp_port(&except) => {
                if told < most {
                    told += 1;
                    tell(at, way, &packets.name_of(interface), &headers);
                } else {
                    beyond += 1;
                }
            }
            _ => others += 1,
        }
    }
    let last = Object::event("captured").number("told", told).number("beyond", beyond).number("others", others);
    // How many were left unread nobody knows.
    match packets.dropped().filter(|_| all_read) {
        Some(dropped) => last.number("dropped", dropped),
        None => last.raw("dropped", "null"),
    }
    .emit();
    Ok(())
}

/// When a capture is over: what waits then is read still, but no longer than a moment.
struct End {
    after: Duration,
    first_seen: Option<Duration>,
}

impl End {
    fn after(after: Duration) -> End {
        End { after, first_seen: None }
    }

    /// `told`: whoever began it has said so.
    fn reached(&mut self, at: Duration, told: bool) -> bool {
        if self.first_seen.is_none() && (told || at >= self.after) {
            self.first_seen = Some(at.min(self.after));
        }
        self.first_seen.is_some()
    }

    /// What arrives faster than it is read never ends a capture that is over.
    fn long_past(&self, at: Duration) -> bool {
        self.first_seen.map_or(false, |seen| at >= seen + LOOK * 20)
    }
}

fn every<T: std::str::FromStr>(args: &Args, name: &str) -> Outcome<Vec<T>> {
    let parsed: Option<Vec<T>> = args.all(name).iter().map(|word| word.parse().ok()).collect();
    parsed.map_or_else(|| usage(format!("--{name}: one of them is not valid")), Ok)
}

/// What a packet has not got is left out of its line.
fn tell(at: Duration, way: Way, interface: &str, h: &Headers) {
    let mut line = Object::event("packet")
        .number("us", at.as_micros())
        .text("way", if way == Way::Out { "out" } else { "in" })
        .text("dev", interface)
        .number("ip", h.version)
        .number("proto", h.protocol)
        .text("src", h.source)
        .text("dst", h.destination);
    if let Some((from, to)) = h.ports {
        line = line.number("sport", from).number("dport", to);
    }
    line = line.number("bytes", h.length).number("ttl", h.ttl);
    if let Some(id) = h.id {
        line = line.number("id", id);
    }
    if h.dont_fragment {
        line = line.flag("df", true);
    }
    if let Some(fragment) = h.fragment {
        line = line.number("offset", fragment.offset).flag("more", fragment.more);
    }
    if let Some(flags) = h.tcp_flags {
        line = line.number("flags", flags);
    }
    if let Some(icmp) = &h.icmp {
        line = line.number("type", icmp.kind).number("code", icmp.code);
        if let Some(mtu) = icmp.mtu {
            line = line.number("mtu", mtu);
        }
        if let Some(quoted) = icmp.quoted {
            line = line.raw("about", about(&quoted));
        }
    }
    line.emit();
}

fn about(q: &Quoted) -> String {
    let line = Object::new().number("proto", q.protocol).text("src", q.source).text("dst", q.destination);
    match q.ports {
        Some((from, to)) => line.number("sport", from).number("dport", to),
        None => line,
    }
    .close()
}
