//! The receiving end of a control pair: records every sealed datagram and confirms it with its own hash.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::args::{runtime, Args, Outcome};
use crate::json::Object;
use crate::lifetime::{end_on_eof, left_until};
use crate::message::Message;
use crate::{payload, sys};

pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["port", "token", "seconds", "bind"], &["until-eof", "echo"])?;
    let key = args.key()?;
    let port = args.within("port", None, 1, 65_535)? as u16;
    let end = Instant::now() + Duration::from_secs(args.within("seconds", None, 1, 86_400)?);
    let bind: IpAddr = args.optional("bind")?.unwrap_or_else(|| IpAddr::from([0u8; 4]));
    let socket = UdpSocket::bind((bind, port)).or_else(|e| runtime(format!("bind {bind}:{port}: {e}")))?;
    sys::clear_dont_fragment(&socket);
    if args.flag("until-eof") {
        end_on_eof();
    }
    Object::event("ready").number("pid", std::process::id()).number("port", port).emit();
    let mut packet = vec![0; 65_536];
    while let Some(left) = left_until(end) {
        if socket.set_read_timeout(Some(left)).is_err() {
            return runtime("the socket takes no timeout");
        }
        let (size, source) = match socket.recv_from(&mut packet) {
            Ok(received) => received,
            Err(_) => continue,
        };
        let data = match key.open(&packet[..size]).and_then(payload::parse) {
            Some(data) => data,
            None => continue,
        };
        let sha256 = payload::hash(data.filler);
        let ack = Message::Ack { nonce: data.nonce.to_string(), seq: data.seq, sha256: sha256.clone() };
        let acked = socket.send_to(&key.seal(ack.line().as_bytes()), source).is_ok();
        if args.flag("echo") {
            // As many fragments back as came.
            let _ = socket.send_to(&packet[..size], source);
        }
        report(&data, size, &sha256, source, acked);
    }
    Object::event("end").emit();
    Ok(())
}

fn report(data: &payload::Data, size: usize, sha256: &str, source: SocketAddr, acked: bool) {
    Object::event("packet")
        .text("nonce", data.nonce)
        .number("seq", data.seq)
        .number("bytes", size)
        .text("sha256", sha256)
        .text("from", source)
        .flag("ack_sent", acked)
        .emit();
}
