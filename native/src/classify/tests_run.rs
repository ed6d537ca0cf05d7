//! The tests themselves, each on sockets of its own, all at the same time.

use std::net::SocketAddr;
use std::thread::{scope, ScopedJoinHandle};

use super::asker::{Asker, Provoked};
use super::hairpin::{self, Hairpin};
use super::judge::Unsolicited;
use super::record::Record;
use super::Setting;
use crate::args::{runtime, Outcome};
use crate::message::From;

pub struct Found {
    pub local_port: u16,
    /// Destination and the address it saw; only those that answered.
    pub mapped: Vec<(SocketAddr, SocketAddr)>,
    pub both: Provoked,
    pub port: Provoked,
    pub unsolicited: Unsolicited,
    pub hairpin: Hairpin,
}

pub fn all(setting: &Setting, record: &Record) -> Outcome<Found> {
    scope(|s| {
        let mapping = s.spawn(|| mapping(setting, record));
        let both = s.spawn(|| filter(setting, record, "filter-both", From::Both));
        let port = s.spawn(|| filter(setting, record, "filter-port", From::Port));
        let unsolicited = s.spawn(|| unsolicited(setting, record));
        let hairpin = s.spawn(|| hairpin::test(setting, record));
        let (local_port, mapped) = join(mapping)?;
        let (both, port, unsolicited, hairpin) = (join(both)?, join(port)?, join(unsolicited)?, join(hairpin)?);
        Ok(Found { local_port, mapped, both, port, unsolicited, hairpin })
    })
}

fn join<T>(handle: ScopedJoinHandle<Outcome<T>>) -> Outcome<T> {
    handle.join().unwrap_or_else(|_| runtime("a test ended early"))
}

fn mapping(setting: &Setting, record: &Record) -> Outcome<(u16, Vec<(SocketAddr, SocketAddr)>)> {
    let asker = Asker::fresh(setting, record, "mapping")?;
    let (one, two) = (setting.primary, setting.secondary);
    let destinations = [setting.at(one, 0), setting.at(one, 1), setting.at(two, 0), setting.at(two, 1)];
    let seen = asker.learn(&destinations);
    let answered = destinations.into_iter().zip(seen).filter_map(|(to, seen)| Some((to, seen?)));
    Ok((asker.port, answered.collect()))
}

/// A fresh socket asks one address only; the answer comes from another, never contacted by it. A delivery must happen on
/// a second socket too: the NAT may still hold a flow of an earlier run that had the same local port.
fn filter(setting: &Setting, record: &Record, test: &str, from: From) -> Outcome<Provoked> {
    let host = if from == From::Both { setting.secondary } else { setting.primary };
    let reflector = setting.at(setting.primary, 0);
    let first = Asker::fresh(setting, record, test)?;
    let found = first.provoke(reflector, from, None, setting.at(host, 1), setting.tries);
    if !found.delivered {
        return Ok(found);
    }
    // The first socket stays open meanwhile, so that the second gets another port.
    let second = Asker::fresh(setting, record, test)?;
    Ok(second.provoke(reflector, from, None, setting.at(host, 1), setting.tries))
}

/// Someone sends to our mapping before we talk to them: does the mapping towards them stay the same?
fn unsolicited(setting: &Setting, record: &Record) -> Outcome<Unsolicited> {
    let stranger = setting.at(setting.secondary, 1);
    let asker = Asker::fresh(setting, record, "stable")?;
    let before = match asker.learn(&[setting.at(setting.primary, 0)])[0] {
        Some(before) => before,
        None => return Ok(Unsolicited::Untested),
    };
    let other = Asker::fresh(setting, record, "stable-instigator")?;
    if other.provoke(stranger, From::Same, Some(before), stranger, 2.min(setting.tries)).confirmed == 0 {
        return Ok(Unsolicited::Untested);
    }
    // Twice the usual tries: a silence here speaks against the NAT, and must not be a lost packet.
    let after = asker.learn(&[stranger])[0].or_else(|| asker.learn(&[stranger])[0]);
    Ok(match after {
        Some(after) if after == before => Unsolicited::Kept,
        Some(_) => Unsolicited::Changed,
        None => Unsolicited::Unanswered,
    })
}
