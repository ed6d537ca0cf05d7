//! The whole program on loopback: registry, two nodes, a relay, and dials by each of the three ways.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::process::Command;

mod lab;
use lab::{field, Lab, PROGRAM};

fn check_delivered(lab: &Lab, text: &str, nonce: &str, method: &str, via: &str) {
    assert_eq!(field(text, "result", "success"), "true", "{text}");
    assert_eq!(field(text, "result", "method"), method, "{text}");
    let lines = lab.received("b");
    let line = lines.iter().find(|l| l.contains(nonce)).unwrap_or_else(|| panic!("no record: {text}"));
    assert_eq!(field(line, "received", "sha256"), field(text, "sent", "sha256"));
    assert_eq!(field(line, "received", "bytes"), "100001");
    assert_eq!(field(line, "received", "missing"), "0");
    assert_eq!(field(line, "received", "via"), via);
}

#[test]
fn direct_punched_relayed_unknown() {
    let lab = Lab::start("ways");
    let (_a, b, _r) = (lab.node("a", &[]), lab.node("b", &["--quiet"]), lab.node("r", &["--relay"]));
    let (to, from) = (lab.peer_id("b"), lab.peer_id("a"));
    let nonce = |n: u8| format!("{n:02x}").repeat(16);

    let (output, text) = lab.dial(&to, &nonce(1), &["--from-peer", &from]);
    check_delivered(&lab, &text, &nonce(1), "direct", "end_to_end");
    assert_eq!(output.status.code(), Some(0));
    assert!(b.line("\"event\":\"received\"").contains(&from), "the journal has the same line");

    let (_, text) = lab.dial(&to, &nonce(2), &["--direct-ms", "0"]);
    check_delivered(&lab, &text, &nonce(2), "hole_punched", "end_to_end");
    assert!(!text.contains("\"phase\":\"direct\""), "{text}");

    let (_, text) = lab.dial(&to, &nonce(3), &["--direct-ms", "0", "--punch-ms", "0"]);
    check_delivered(&lab, &text, &nonce(3), "relayed", "relay");
    assert!(!text.contains("\"phase\":\"punch\""), "{text}");
    let relay = field(&text, "connected", "relay");
    assert_ne!(relay, field(&text, "resolved", "relays").trim_matches(['[', ']', '"'].as_ref()), "a fresh port");
    assert_eq!(field(&lab.received("b")[2], "received", "from"), relay);

    // The same nonce again: delivered and confirmed again, recorded once.
    let (_, text) = lab.dial(&to, &nonce(1), &[]);
    assert_eq!(field(&text, "result", "success"), "true");
    assert_eq!(lab.received("b").len(), 3);

    let (output, text) = lab.dial(&"ab".repeat(32), &nonce(4), &[]);
    assert_eq!(field(&text, "result", "error"), "unknown peer");
    assert_eq!((field(&text, "result", "success"), output.status.code()), ("false", Some(1)));
}

#[test]
fn given_bytes_arrive_and_are_kept() {
    let lab = Lab::start("given");
    let _b = lab.node("b", &[]);
    let (to, nonce) = (lab.peer_id("b"), "0a".repeat(16));
    let bytes: Vec<u8> = (0..50_000u32).map(|i| (i * i >> 3) as u8).collect();
    let text = lab.give(&to, &nonce, &bytes);
    assert_eq!(field(&text, "result", "success"), "true", "{text}");
    assert_eq!(field(&text, "sent", "bytes"), "50000");
    assert_eq!(fs::read(lab.dir.join("b/payloads").join(&nonce)).unwrap(), bytes);
    assert_eq!(field(&lab.received("b")[0], "received", "sha256"), field(&text, "sent", "sha256"));
}

#[test]
fn no_relay_no_path() {
    let lab = Lab::start("alone");
    let _b = lab.node("b", &[]);
    let (output, text) = lab.dial(&lab.peer_id("b"), &"05".repeat(16), &["--direct-ms", "0", "--punch-ms", "0"]);
    assert!(field(&text, "result", "error").starts_with("no path"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    assert!(lab.received("b").is_empty());
}

#[test]
fn survives_noise_and_keeps_its_identity() {
    let lab = Lab::start("noise");
    let b = lab.node("b", &["--relay"]);
    let id = lab.peer_id("b");
    let (_, text) = lab.dial(&id, &"06".repeat(16), &[]);
    let node = field(&text, "connected", "remote").to_string();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for kind in 0..=255u8 {
        for length in [0, 1, 19, 20, 37, 55, 87, 200, 1200, 1400] {
            let mut noise = b"TNP1".to_vec();
            noise.push(kind);
            noise.resize(5 + length, 0xff);
            let _ = socket.send_to(&noise, &node);
            let _ = socket.send_to(&noise, &lab.rendezvous);
        }
    }
    for request in ["", "\r\n\r\n", "POST /api/register HTTP/1.1\r\nContent-Length: 3\r\n\r\n{{{"] {
        let mut stream = TcpStream::connect(lab.url.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        drop(stream.shutdown(std::net::Shutdown::Write));
        drop(stream.read_to_end(&mut Vec::new()));
    }
    let (_, text) = lab.dial(&id, &"07".repeat(16), &[]);
    check_delivered(&lab, &text, &"07".repeat(16), "direct", "end_to_end");
    drop(b);
    let _b = lab.node("b", &[]);
    assert_eq!(lab.peer_id("b"), id);
    assert!(lab.registry.lines.try_iter().all(|line| !line.contains("panicked")));
}

#[test]
fn usage_errors_are_exit_2() {
    for args in [&["--wat"][..], &[], &["dial", "--to", "12"], &["--registry", "--port", "x"]] {
        let output = Command::new(PROGRAM).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
    let version = Command::new(PROGRAM).arg("--version").output().unwrap();
    assert_eq!(version.stdout, format!("testnet-peer {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
}
