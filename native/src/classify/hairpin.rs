//! Two sockets behind the same NAT talk through their mapped addresses: does it come back, and from whom?

use std::time::Duration;

use super::asker::{new_id, Asker};
use super::record::Record;
use super::Setting;
use crate::args::Outcome;
use crate::message::Message;

const TURN: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hairpin {
    None,
    ExternalSource,
    InternalSource,
    /// Nothing was learned to send to.
    Untested,
}

impl Hairpin {
    pub fn name(self) -> &'static str {
        match self {
            Hairpin::None => "none",
            Hairpin::ExternalSource => "external-source",
            Hairpin::InternalSource => "internal-source",
            Hairpin::Untested => "unknown",
        }
    }
}

pub fn test(setting: &Setting, record: &Record) -> Outcome<Hairpin> {
    let a = Asker::fresh(setting, record, "hairpin-a")?;
    let b = Asker::fresh(setting, record, "hairpin-b")?;
    let reflector = [setting.at(setting.primary, 0)];
    let (to_a, to_b) = match (a.learn(&reflector)[0], b.learn(&reflector)[0]) {
        (Some(to_a), Some(to_b)) => (to_a, to_b),
        _ => return Ok(Hairpin::Untested),
    };
    for _ in 0..setting.tries {
        let id = new_id();
        // First the receiver speaks, so that a filter of its own does not hide the hairpin.
        a.say(&Message::Hairpin { id: new_id() }, to_b);
        b.say(&Message::Hairpin { id }, to_a);
        let end = a.bounded(TURN);
        while let Some((message, source)) = a.hear(end) {
            if message == (Message::Hairpin { id }) {
                return Ok(if source == to_b { Hairpin::ExternalSource } else { Hairpin::InternalSource });
            }
        }
    }
    Ok(Hairpin::None)
}
