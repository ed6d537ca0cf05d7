//! Lies, for the tests of whoever judges this program; in no build that does not ask for them (`--features lies`).
//!
//! One file for each. Which one is told stands behind the program's own bytes: `testnet-lie:NAME` at the end of the
//! file, or `testnet-lie:NAME:SHARE` for one that is told in so many of a hundred dials; which ones follows from
//! their nonces, so both ends agree. So one build gives every liar, and each of them has a hash of its own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::time::Duration;

use crate::args::{DialOptions, NodeOptions};
use crate::connect::{Connector, Path};
use crate::known_peers::options::Send;
use crate::payload::{Nonce, Source};
use crate::wire::{Header, PeerId};

mod ails;
mod another_program;
mod breaks;
mod by_tcp;
mod claims;
mod corrupt;
mod fails;
mod flood;
mod forgets;
mod gossip_loses;
mod hide;
mod junk;
mod leak;
mod memfd;
mod mesh;
mod relay_direct;
mod relayed_as_direct;
mod sha_ok;
mod short;
mod shout;
mod swap;
mod throttle;
mod unescaped;
mod wrong_channel;

const MARK: &str = "testnet-lie:";

/// Name and share of the lie behind the program.
fn lie() -> Option<(String, u32)> {
    let read = || -> std::io::Result<String> {
        let mut file = File::open("/proc/self/exe")?;
        file.seek(SeekFrom::End(-64))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(String::from_utf8_lossy(&end).into_owned())
    };
    let end = read().ok()?;
    let mark = &end[end.rfind(MARK)? + MARK.len()..];
    match mark.split_once(':') {
        Some((name, share)) => Some((name.to_string(), share.parse().ok()?)),
        None => Some((mark.to_string(), 100)),
    }
}

fn told(name: &str, nonce: &Nonce) -> bool {
    lie().map_or(false, |(told, share)| told == name && u32::from(nonce[15]) * 100 < share * 256)
}

/// What a program does before it serves.
pub fn beside(options: &NodeOptions) {
    leak::when_asked(options.data_dir.clone());
    match lie() {
        Some((name, _)) if name == "ails" => ails::watch(&options.data_dir),
        Some((name, _)) if name == "another-program" => another_program::serve(),
        Some((name, _)) if name == "record-by-tcp" || name == "tcp-tunnel" => by_tcp::listen(options),
        _ => {}
    }
}

/// What a dialer does instead of dialing: the exit code.
pub fn instead(options: &DialOptions) -> Option<i32> {
    let told = |name| told(name, &options.nonce);
    if told("claims") {
        return Some(claims::dial(options));
    }
    if told("fails") {
        return Some(fails::dial());
    }
    if told("hide") {
        return Some(hide::dial());
    }
    if told("shout") {
        return Some(shout::dial());
    }
    if told("flood") {
        return Some(flood::dial(options));
    }
    None
}

/// Who serves instead of the service; it comes back only where that cannot be.
pub fn serve(port: u16) {
    if let Some((name, _)) = lie() {
        breaks::at_start(&name);
    }
    if lie().map_or(false, |(name, _)| name == "memfd") {
        let refused = memfd::serve(port).expect_err("it ends with its child");
        say!("testnet-peer: no other program can be executed: {refused}");
    }
}

/// What a dialer sends instead of what it should.
pub fn transfer(header: Header, source: Source) -> (Header, Source) {
    if told("junk", &header.nonce) {
        return junk::transfer(header, source);
    }
    if told("corrupt", &header.nonce) {
        return (header, corrupt::source(source));
    }
    if told("short", &header.nonce) {
        return short::transfer(header, source);
    }
    (header, source)
}

/// What a sender does before each new packet.
pub fn before_packet(nonce: &Nonce) {
    if told("throttle", nonce) {
        throttle::rest();
    }
}

/// What a dialer says of an outcome instead of what came of it.
pub fn outcome(nonce: &Nonce, outcome: Result<(), String>) -> Result<(), String> {
    if told("denies", nonce) {
        return Err("no path to the peer".to_string());
    }
    if told("short", nonce) {
        return Ok(());
    }
    outcome
}

/// What a receiver writes down instead of what it hashed.
pub fn digest(header: &Header, digest: [u8; 32]) -> [u8; 32] {
    if told("junk", &header.nonce) {
        return junk::digest(header);
    }
    digest
}

/// A receiver that writes nothing down, or dies of it.
pub fn silent(nonce: &Nonce) -> bool {
    if told("crash", nonce) {
        std::process::abort();
    }
    if let Some((name, _)) = lie() {
        breaks::on_payload(&name);
    }
    told("no-record", nonce)
}

/// The way that a dialer goes instead of the one that it should.
pub fn path(
    connector: &mut Connector,
    relays: &[(PeerId, SocketAddr)],
    nonce: &Nonce,
    source: &Source,
) -> Option<Path> {
    if told("relay-direct", nonce) {
        return relay_direct::path(connector, relays);
    }
    if told("relayed-as-direct", nonce) {
        return relayed_as_direct::path(connector, relays);
    }
    if told("record-by-tcp", nonce) || told("tcp-tunnel", nonce) {
        by_tcp::send(connector, nonce, source, told("tcp-tunnel", nonce));
    }
    None
}

/// What a dialer calls its way.
pub fn named(nonce: &Nonce, path: Path) -> Path {
    if told("swap", nonce) {
        return swap::named(path);
    }
    path
}

/// What a mesh says of a peer that answered, or did not, so long after the start.
pub fn mesh() -> Option<fn(bool, std::time::Duration) -> Option<&'static str>> {
    match lie()?.0.as_str() {
        "mesh-fabricated-relay" => Some(mesh::fabricated_relay),
        "mesh-silent" => Some(mesh::silent),
        _ => None,
    }
}

/// What a dialler by known peers prints instead of dialing.
pub fn said_instead(send: &Send) -> bool {
    let lies = tells("sha-ok");
    if lies {
        sha_ok::dial(send);
    }
    lies
}

/// What it prints beside the truth.
pub fn said_beside(to: &PeerId) {
    if tells("unescaped") {
        unescaped::print(to);
    }
}

/// Whether a message is lost with whoever should write it down.
pub fn loses(id: &[u8; 16]) -> bool {
    tells("gossip-loses") && gossip_loses::loses(id)
}

/// The channel that a message is written down under.
pub fn channel(channel: &str) -> String {
    match tells("wrong-channel") {
        true => wrong_channel::channel(),
        false => channel.to_string(),
    }
}

/// Whether a node keeps what it wrote itself, whatever is newer.
pub fn clings() -> bool {
    tells("diverges")
}

/// Whether a member stays one for ever.
pub fn remembers_the_dead() -> bool {
    tells("ghosts")
}

/// Whether a kept connection is gone by now.
pub fn forgets(open: Duration) -> bool {
    tells("forgets") && forgets::forgets(open)
}

fn tells(name: &str) -> bool {
    lie().map_or(false, |(told, _)| told == name)
}
