//! Whether a network carries anything meanwhile: reflectors are asked again and again, and what went unanswered is told.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::args::{any_like, runtime, usage, Args, Outcome};
use crate::json::{array, Object};
use crate::lifetime::on_eof;
use crate::message::{From, Message};

/// For the answers to the last questions.
const GRACE: Duration = Duration::from_millis(600);
/// Of one reflector; the rest is not told.
const MOST_GAPS: usize = 200;

struct Asked {
    to: SocketAddr,
    /// When each question left, and whether it was answered.
    questions: Vec<(Duration, bool)>,
}

/// Until standard input ends, or for so many seconds. `--to` may be given more than once.
pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["to", "token", "seconds", "interval-ms"], &[])?;
    let key = args.key()?;
    let every = Duration::from_millis(args.within("interval-ms", Some(200), 20, 10_000)?);
    let seconds = Duration::from_secs(args.within("seconds", None, 1, 3600)?);
    let parsed: Vec<Option<SocketAddr>> = args.all("to").iter().map(|t| t.parse().ok()).collect();
    let mut all = Vec::new();
    for to in parsed {
        match to {
            Some(to) => all.push(Asked { to, questions: Vec::new() }),
            None => return usage("--to is no address with a port"),
        }
    }
    let first = match all.first() {
        Some(asked) => asked.to,
        None => return usage("--to is missing"),
    };
    let socket = UdpSocket::bind((any_like(&first), 0)).or_else(|e| runtime(format!("bind: {e}")))?;
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    on_eof(move || flag.store(true, Ordering::Relaxed));
    Object::event("ready").number("pid", std::process::id()).emit();
    let began = Instant::now();
    let (mut next, mut last) = (began, began + seconds);
    let mut packet = [0; 512];
    loop {
        let now = Instant::now();
        if ended.load(Ordering::Relaxed) {
            last = last.min(now);
        }
        if now >= last + GRACE {
            break;
        }
        if now >= next && now < last {
            next = now + every;
            for (index, asked) in all.iter_mut().enumerate() {
                let id = (index as u64) << 32 | asked.questions.len() as u64;
                let ask = Message::Ask { id, from: From::Same, to: None, repeat: 1 };
                let _ = socket.send_to(&key.seal(ask.line().as_bytes()), asked.to);
                asked.questions.push((now - began, false));
            }
        }
        let wait = next.saturating_duration_since(Instant::now()).min(every).max(Duration::from_millis(1));
        if socket.set_read_timeout(Some(wait)).is_err() {
            return runtime("the socket takes no timeout");
        }
        if let Ok((size, source)) = socket.recv_from(&mut packet) {
            if let Some(Message::Answer { id, .. }) = key.open(&packet[..size]).and_then(Message::parse) {
                let asked = all.get_mut((id >> 32) as usize).filter(|a| a.to == source);
                if let Some(question) = asked.and_then(|a| a.questions.get_mut((id & 0xffff_ffff) as usize)) {
                    question.1 = true;
                }
            }
        }
    }
    for asked in &all {
        asked.tell();
    }
    Ok(())
}

impl Asked {
    fn tell(&self) {
        let lost = self.questions.iter().filter(|q| !q.1).count();
        let gaps = gaps(&self.questions).into_iter().take(MOST_GAPS);
        Object::event("watched")
            .text("to", self.to)
            .number("sent", self.questions.len())
            .number("lost", lost)
            .raw("gaps", array(gaps.map(|(from, to)| format!("[{from},{to}]"))))
            .emit();
    }
}

/// From the first of some questions that nobody answered to the next one that somebody did; one alone is none.
fn gaps(questions: &[(Duration, bool)]) -> Vec<(u128, u128)> {
    let mut found = Vec::new();
    let mut from: Option<usize> = None;
    let end = questions.last().map(|q| q.0);
    for (i, (at, answered)) in questions.iter().enumerate() {
        match (from, answered) {
            (None, false) => from = Some(i),
            (Some(first), true) => {
                if i - first > 1 {
                    found.push((questions[first].0.as_millis(), at.as_millis()));
                }
                from = None;
            }
            _ => {}
        }
    }
    if let (Some(first), Some(end)) = (from, end) {
        found.push((questions[first].0.as_millis(), end.as_millis()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_reaches_from_the_first_question_unanswered_to_the_next_answered() {
        let asked = |answers: &str| -> Vec<(Duration, bool)> {
            answers.bytes().enumerate().map(|(i, a)| (Duration::from_millis(100 * i as u64), a == b'1')).collect()
        };
        assert_eq!(gaps(&asked("1110111")), []);
        assert_eq!(gaps(&asked("1100011")), [(200, 500)]);
        assert_eq!(gaps(&asked("0011000")), [(0, 200), (400, 600)]);
        assert_eq!(gaps(&asked("")), []);
    }
}
