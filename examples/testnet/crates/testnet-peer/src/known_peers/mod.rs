//! A program of another kind, for whoever judges such: no registry, but peers that are known by address. It prints
//! events among its log lines, in the words of the plain `ant-quic` program; each start has an id of its own.
//!
//! The known peers introduce everybody to everybody, from the one socket that each node has. Whoever is given
//! `--send-to` dials: by id with an introduction and a punch, by address directly and then through a known peer.
//! What it says of its sending proves nothing: only the receiver's events tell what arrived.

pub mod options;

mod chunk;
mod dial;
mod node;
mod signal;
pub mod words;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;

use crate::address::resolve;
use crate::bytes::random;
use crate::identity;
use crate::wire::PeerId;
use options::Options;

pub struct Endpoint {
    me: PeerId,
    socket: UdpSocket,
    known: Vec<SocketAddr>,
}

/// Exit code 0 whatever came of it, as the program has it whose words these are.
pub fn run(options: &Options) -> Result<(), String> {
    signal::listen();
    let me = identity().map_err(|e| e.to_string())?;
    let bind = (Ipv4Addr::UNSPECIFIED, options.port);
    let socket = UdpSocket::bind(bind).map_err(|e| format!("UDP port {}: {e}", options.port))?;
    let port = socket.local_addr().map_err(|e| e.to_string())?.port();
    words::local_identity(&me, port);
    let known = options.known.iter().filter_map(|peer| resolve(peer)).collect();
    let endpoint = Endpoint { me, socket, known };
    match &options.send {
        Some(send) => dial::run(&endpoint, send),
        None => node::run(endpoint, options.stats),
    }
    Ok(())
}

/// Kept where temporary files lie, if anybody says where: a start in a fresh directory has a fresh id.
fn identity() -> io::Result<PeerId> {
    match std::env::var_os("TMPDIR") {
        Some(dir) => identity::load_or_create(Path::new(&dir)),
        None => random(),
    }
}
