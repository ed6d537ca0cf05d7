//! Gossip and a kept connection on loopback: a hub, two nodes that hear only it, and what each of them has.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

mod lab;
use lab::{field, Lab, Running, PROGRAM};

/// What a program on this machine asks for: whether it was done, and the answer.
fn ask(args: &[&str], stdin: &[u8]) -> (bool, String) {
    let mut child =
        Command::new(PROGRAM).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        sleep(Duration::from_millis(50));
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn messages_writes_and_members_reach_everybody() {
    let lab = Lab::start("gossip");
    let nodes = [lab.node("hub", &["--relay"]), lab.node("a", &[]), lab.node("b", &[])];
    let ids: Vec<String> = ["hub", "a", "b"].iter().map(|n| lab.peer_id(n)).collect();
    let [hub, a, b] = &nodes;
    let members = |of: &Running| ask(&["members", "--port", &of.port], b"").1;
    let hears = |of: &Running, id: &str| members(of).lines().any(|m| id.starts_with(m));
    for of in &nodes {
        until("everybody is a member", || ids.iter().all(|id| hears(of, id)));
    }

    let id = "0b".repeat(16);
    let sent = ask(&["broadcast", "--port", &a.port, "--id", &id, "--channel", "news"], b"hello, all");
    assert!(sent.0);
    for name in ["hub", "a", "b"] {
        let path = lab.dir.join(name).join("gossip.jsonl");
        until("the message is everywhere", || text(&path).contains(&id));
        let line = text(&path);
        assert_eq!(field(&line, "message", "channel"), "news");
        assert_eq!(field(&line, "message", "origin"), ids[1]);
        assert!(line.contains("hello, all") && line.lines().count() == 1, "{line}");
    }

    // The newest first: whoever keeps what came last has the wrong one.
    let set = |of: &Running, value: &str, at: &str| {
        assert!(ask(&["set", "--port", &of.port, "--key", "k", "--value", value, "--at", at], b"").0);
    };
    set(b, "newest", "3");
    set(a, "older", "2");
    set(hub, "oldest", "1");
    for name in ["hub", "a", "b"] {
        until("one map everywhere", || text(&lab.dir.join(name).join("map")) == "k newest\n");
    }

    let [hub, a, b] = nodes;
    drop(b);
    until("the dead is no member", || !hears(&a, &ids[2]) && !hears(&hub, &ids[2]));
    let b = lab.node("b", &[]);
    until("and is one again", || hears(&a, &ids[2]) && hears(&b, &ids[1]));
    until("with the map of before", || text(&lab.dir.join("b/map")) == "k newest\n");
}

#[test]
fn a_message_that_is_told_before_anybody_is_heard_reaches_whoever_comes() {
    let lab = Lab::start("early");
    let a = lab.node("a", &[]);
    let id = "0e".repeat(16);
    assert!(ask(&["broadcast", "--port", &a.port, "--id", &id, "--channel", "news"], b"too early").0);
    let _others = [lab.node("hub", &["--relay"]), lab.node("b", &[])];
    for name in ["a", "hub", "b"] {
        let path = lab.dir.join(name).join("gossip.jsonl");
        until("the message is everywhere", || text(&path).contains(&id));
        assert_eq!(text(&path).lines().count(), 1);
    }
}

#[test]
fn a_kept_connection_delivers_again_and_again_and_ends_with_its_peer() {
    let lab = Lab::start("kept");
    let b = lab.node("b", &[]);
    let mut args = vec!["keep", "--registry-url", &lab.url, "--rendezvous", &lab.rendezvous, "--bind-port", "45871"];
    let to = lab.peer_id("b");
    args.extend(["--to", &to]);
    let mut kept = Command::new(PROGRAM).args(&args).stdout(Stdio::null()).spawn().unwrap();
    let deliver = |nonce: &str, bytes: &[u8]| ask(&["deliver", "--port", "45871", "--nonce", nonce], bytes);
    until("it is connected", || deliver(&"0c".repeat(16), b"first").0);
    let bytes: Vec<u8> = (0..40_000u32).map(|i| (i % 251) as u8).collect();
    let (done, answer) = deliver(&"0d".repeat(16), &bytes);
    assert!(done);
    assert_eq!(fs::read(lab.dir.join("b/payloads").join("0d".repeat(16))).unwrap(), bytes);
    let lines = lab.received("b");
    let connections: Vec<&str> = lines.iter().map(|l| field(l, "received", "connection")).collect();
    assert!(connections.iter().all(|c| *c == field(&answer, "connected", "connection")), "{lines:?}");
    let from: Vec<&str> = lines.iter().map(|l| field(l, "received", "from")).collect();
    assert!(from.iter().all(|f| f.ends_with(":45871")), "one port: {from:?}");

    drop(b);
    assert_eq!(kept.wait().unwrap().code(), Some(1), "it is gone, and not dialed again");
}
