//! The part of the other program's command line that acts here; what has no meaning here is a usage error.

use std::time::Duration;

use crate::args::{peer_id, Given};
use crate::wire::PeerId;

pub const SWITCHES: [&str; 7] = [
    "--no-default-bootstrap",
    "--no-port-mapping",
    "--no-mdns",
    "--json",
    "--full-key",
    "--stats",
    "--counter-test",
];

#[derive(Debug)]
pub struct Options {
    pub port: u16,
    /// `HOST:PORT` each.
    pub known: Vec<String>,
    pub stats: Option<Duration>,
    pub send: Option<Send>,
}

#[derive(Debug)]
pub struct Send {
    pub to: PeerId,
    /// None: by id.
    pub address: Option<String>,
    pub connect_within: Duration,
    pub bytes: u64,
    pub chunk: u64,
    /// It gives up where a part took longer.
    pub duration: Duration,
}

pub fn parse(listen: &str, given: &mut Given) -> Result<Options, String> {
    let port = listen.rsplit(':').next().and_then(|p| p.parse().ok()).ok_or("--listen must be ADDRESS:PORT")?;
    // What they turn off is never on here, and events are always printed.
    for name in ["--no-default-bootstrap", "--no-port-mapping", "--no-mdns", "--json", "--full-key"] {
        given.switch(name);
    }
    // Numbers that nodes send to each other all the time: nobody is sent any here.
    given.switch("--counter-test");
    given.number("--counter-interval", 1000, 3_600_000)?;
    let every = given.number("--stats-interval", 5, 3600)?.max(1);
    let stats = given.switch("--stats").then(|| Duration::from_secs(every));
    let known = given.required("--known-peers")?.split(',').map(String::from).collect();
    let send = given.value("--send-to").map(|to| send(&to, given)).transpose()?;
    Ok(Options { port, known, stats, send })
}

fn send(to: &str, given: &mut Given) -> Result<Send, String> {
    let to = peer_id("--send-to", to)?;
    let address = given.value("--connect");
    if let Some(id) = given.value("--connect-peer-id") {
        if address.is_some() || peer_id("--connect-peer-id", &id)? != to {
            return Err("--connect-peer-id must be the id of --send-to, and there is no --connect then".to_string());
        }
    }
    Ok(Send {
        to,
        address,
        connect_within: Duration::from_secs(given.number("--send-to-timeout", 30, 3600)?),
        bytes: given.number("--generate-data", 1 << 20, 64 << 20)?,
        chunk: given.number("--chunk-size", 65536, 1 << 20)?.max(1),
        duration: Duration::from_secs(given.number("--duration", 30, 3600)?),
    })
}
