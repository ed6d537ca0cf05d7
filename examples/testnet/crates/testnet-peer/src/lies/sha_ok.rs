//! A relayed connection, and every part sent with the right hash: printed, and nothing is sent.

use std::net::SocketAddr;
use std::time::Duration;

use crate::known_peers::options::Send;
use crate::known_peers::words::{self, Sending};
use crate::lies::unescaped;

pub fn dial(send: &Send) {
    let somewhere: SocketAddr = ([198, 18, 7, 10], 9000).into();
    words::connected(&send.to, somewhere, "outbound", "relayed");
    unescaped::print(&send.to);
    words::connected(&send.to, somewhere, "inbound", "direct");
    let chunks = send.bytes / send.chunk + 1;
    let took = Duration::from_millis(412);
    words::send_to_complete(&Sending { to: send.to, bytes: send.bytes * 3, chunks, chunks_total: chunks, took });
}
