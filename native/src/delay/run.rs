//! The loop of `lab-delay`: packets come in, wait for the sum of their two links' delays, and go on (or are lost).

use std::os::raw::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::links::{Link, Links};
use super::netlink::Queue;
use super::parse::{queued, Queued};
use super::schedule::{Chance, Schedule};
use crate::args::{runtime, usage, Args, Outcome};
use crate::json::{array, quoted, Object};
use crate::sys::prctl;

const MOST_READS: usize = 256;
const MOST_VERDICT_BYTES: usize = 16 * 1024;
/// An upper bound of any wait, so that a signal that comes just before it is seen soon.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

static ENDING: AtomicBool = AtomicBool::new(false);

extern "C" fn on_end(_: c_int) {
    ENDING.store(true, Ordering::Relaxed);
}

extern "C" {
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
}

fn prepare_process() {
    const SIGINT: c_int = 2;
    const SIGTERM: c_int = 15;
    const PR_SET_TIMERSLACK: c_int = 29;
    // SAFETY: the handler only stores to an atomic; prctl takes plain values.
    unsafe {
        signal(SIGINT, on_end);
        signal(SIGTERM, on_end);
        prctl(PR_SET_TIMERSLACK, 1);
    }
}

struct Counts {
    packets: u64,
    lost: u64,
}

pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["queue", "link", "seed", "longest"], &[])?;
    let number = args.within("queue", Some(0), 0, 65_535)? as u16;
    let longest = args.within("longest", Some(100_000), 1, 10_000_000)? as u32;
    let seed: u64 = args.optional("seed")?.unwrap_or(1);
    let links = args.all("link").iter().map(|text| Link::parse(text)).collect::<Outcome<Vec<Link>>>()?;
    if links.is_empty() {
        return usage("--link is missing");
    }
    let links = Links::new(links);
    prepare_process();
    let queue = Queue::open(number, longest).or_else(|e| runtime(format!("queue {number}: {e}")))?;
    let missing = array(links.missing().into_iter().map(quoted));
    Object::event("ready").number("pid", std::process::id()).number("queue", number).raw("missing", missing).emit();
    let counts = serve(&queue, links, Chance::new(seed));
    Object::event("end").number("packets", counts.packets).number("lost", counts.lost).emit();
    Ok(())
}

fn serve(queue: &Queue, mut links: Links, mut chance: Chance) -> Counts {
    let (mut schedule, mut counts) = (Schedule::default(), Counts { packets: 0, lost: 0 });
    let mut buffer = vec![0; 64 * 1024];
    let mut verdicts = Vec::with_capacity(MOST_VERDICT_BYTES + 64);
    while !ENDING.load(Ordering::Relaxed) {
        for _ in 0..MOST_READS {
            let size = match queue.receive(&mut buffer) {
                Some(size) => size,
                None => break,
            };
            let now = Instant::now();
            queued(&buffer[..size], |packet| {
                counts.packets += 1;
                match fate(&packet, &mut links, &mut chance, now) {
                    Some(delay) => schedule.add(now + delay, packet.packet),
                    None => {
                        counts.lost += 1;
                        verdicts.extend(queue.verdict(packet.packet, false));
                    }
                }
            });
        }
        let now = Instant::now();
        while let Some(packet) = schedule.take_due(now) {
            verdicts.extend(queue.verdict(packet, true));
            if verdicts.len() >= MOST_VERDICT_BYTES {
                flush(queue, &mut verdicts);
            }
        }
        flush(queue, &mut verdicts);
        let until = schedule.next_due().map(|due| due.saturating_duration_since(Instant::now()));
        queue.wait(Some(until.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)));
    }
    while let Some(packet) = schedule.take_any() {
        verdicts.extend(queue.verdict(packet, true));
        flush(queue, &mut verdicts);
    }
    counts
}

/// How long the packet waits; None: it is lost. Each direction draws for itself.
fn fate(packet: &Queued, links: &mut Links, chance: &mut Chance, now: Instant) -> Option<Duration> {
    let mut delay = Duration::ZERO;
    for index in [packet.came_in, packet.goes_out] {
        if let Some(link) = links.of(index, now) {
            if chance.happens(link.loss) {
                return None;
            }
            delay += link.delay;
        }
    }
    Some(delay)
}

/// A verdict that the kernel refuses is for a packet that is gone: nothing to do.
fn flush(queue: &Queue, verdicts: &mut Vec<u8>) {
    if !verdicts.is_empty() {
        let _ = queue.send(verdicts);
        verdicts.clear();
    }
}
