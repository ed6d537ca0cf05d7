//! Simultaneous open from one socket: learns its mapped address, is told the peer's, and writes to it until both are heard.

use std::io::BufRead;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::asker::{new_id, Asker};
use super::record::Record;
use super::Setting;
use crate::args::{runtime, usage, Args, Outcome};
use crate::json::{quoted, Object};
use crate::message::Message;

const INTERVAL: Duration = Duration::from_millis(150);

/// Prints `mapped`, then reads one line, `ADDRESS:PORT WAIT-MS`, and prints `punched` after `--seconds`.
pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["primary", "secondary", "ports", "token", "seconds", "wait-ms"], &[])?;
    let (primary, secondary): (IpAddr, IpAddr) = (args.required("primary")?, args.required("secondary")?);
    let wait = Duration::from_millis(args.within("wait-ms", Some(600), 20, 10_000)?);
    let seconds = args.within("seconds", Some(3), 1, 60)?;
    let record = Record::new();
    let deadline = Instant::now() + wait * 10 + Duration::from_secs(seconds + 60);
    let setting = Setting { key: args.key()?, primary, secondary, ports: args.ports()?, wait, tries: 3, deadline };
    let asker = Asker::fresh(&setting, &record, "punch")?;
    let mapped = match asker.learn(&[setting.at(primary, 0)]).first() {
        Some(Some(mapped)) => *mapped,
        _ => return runtime("no reflector answers"),
    };
    Object::event("mapped").text("addr", mapped).number("local", asker.port).emit();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).or_else(|e| runtime(format!("read the peer: {e}")))?;
    let (peer, after) = match line.split_whitespace().collect::<Vec<_>>().as_slice() {
        [peer, after] => match (peer.parse::<SocketAddr>(), after.parse::<u64>()) {
            (Ok(peer), Ok(after)) => (peer, Duration::from_millis(after.min(5000))),
            _ => return usage("the line is an address and milliseconds"),
        },
        _ => return usage("the line is an address and milliseconds"),
    };

    let (begin, id) = (Instant::now() + after, new_id());
    let end = begin + Duration::from_secs(seconds);
    let mut targets = vec![peer];
    let (mut heard, mut answered, mut next) = (None, false, begin);
    while Instant::now() < end {
        let now = Instant::now();
        if now >= next {
            for to in &targets {
                asker.say(&Message::Hairpin { id }, *to);
            }
            next = now + INTERVAL;
        }
        match asker.hear(next.min(end)) {
            // A peer whose mapping for us has another port is answered where it is (peer-reflexive).
            Some((Message::Hairpin { id: theirs }, source)) if theirs != id => {
                heard.get_or_insert(source);
                if !targets.contains(&source) {
                    targets.push(source);
                }
                // From the moment on at which this end may speak, as any packet of its own.
                if Instant::now() >= begin {
                    asker.say(&Message::Done { id: theirs }, source);
                }
            }
            Some((Message::Done { id: mine }, _)) if mine == id => answered = true,
            _ => {}
        }
    }
    Object::event("punched")
        .flag("heard", heard.is_some())
        .flag("answered", answered)
        .raw("from", heard.map_or("null".to_string(), |a| quoted(&a.to_string())))
        .raw("probes", record.lines())
        .emit();
    Ok(())
}
