//! Lies, for the tests of whoever judges this program; in no build that does not ask for them (`--features lies`).
//!
//! One file for each. Which one is told stands behind the program's own bytes: `testnet-lie:NAME` at the end of the
//! file. So one build gives every liar, and each of them has a hash of its own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::connect::{Connector, Path};
use crate::payload::Source;
use crate::wire::{Header, PeerId};

mod junk;
mod memfd;
mod relay_direct;

const MARK: &str = "testnet-lie:";

fn told(name: &str) -> bool {
    let read = || -> std::io::Result<String> {
        let mut file = File::open("/proc/self/exe")?;
        file.seek(SeekFrom::End(-64))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(String::from_utf8_lossy(&end).into_owned())
    };
    read().map_or(false, |end| end.ends_with(&format!("{MARK}{name}")))
}

/// Who serves instead of the service; it comes back only where that cannot be.
pub fn serve(port: u16) {
    if told("memfd") {
        let refused = memfd::serve(port).expect_err("it ends with its child");
        say!("testnet-peer: no other program can be executed: {refused}");
    }
}

/// What a dialer sends instead of what it should.
pub fn transfer(header: Header, source: Source) -> (Header, Source) {
    if told("junk") {
        return junk::transfer(header, source);
    }
    (header, source)
}

/// What a receiver writes down instead of what it hashed.
pub fn digest(header: &Header, digest: [u8; 32]) -> [u8; 32] {
    if told("junk") {
        return junk::digest(header);
    }
    digest
}

/// The way that a dialer goes instead of the one that it should.
pub fn path(connector: &mut Connector, relays: &[(PeerId, std::net::SocketAddr)]) -> Option<Path> {
    if told("relay-direct") {
        return relay_direct::path(connector, relays);
    }
    None
}
