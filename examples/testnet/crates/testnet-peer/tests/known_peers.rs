//! Nodes that know each other by address, on loopback: what is dialled, and whose events tell of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::thread;
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_testnet-peer");

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct Node {
    child: Child,
    lines: Receiver<String>,
    id: String,
    port: u16,
}

impl Node {
    fn start(known: u16, port: u16) -> Node {
        let mut child = command(known, port, None).args(["--stats"]).stdout(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let mut node = Node { child, lines, id: String::new(), port };
        node.id = value(&node.line("local_identity"), "peer_id").to_string();
        node.line("external_address_discovered");
        node
    }

    fn line(&self, wanted: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(10)).unwrap_or_else(|_| panic!("no {wanted}"));
            if line.contains(wanted) {
                return line;
            }
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(known: u16, port: u16, temporary: Option<&PathBuf>) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["--listen", &format!("[::]:{port}"), "--no-default-bootstrap", "--no-port-mapping", "--no-mdns"]);
    command.args(["--json", "--full-key", "--known-peers", &format!("127.0.0.1:{known}")]);
    match temporary {
        Some(dir) => command.env("TMPDIR", dir),
        None => command.env_remove("TMPDIR"),
    };
    command
}

/// 40,000 bytes in three parts.
fn dial(known: u16, to: &str, how: &[&str], temporary: Option<&PathBuf>) -> String {
    let mut command = command(known, 0, temporary);
    command.args(["--send-to", to, "--send-to-timeout", "6", "--generate-data", "40000", "--chunk-size", "16384"]);
    let output = command.args(["--duration", "10"]).args(how).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "whatever came of it");
    String::from_utf8(output.stdout).unwrap()
}

fn value<'a>(line: &'a str, name: &str) -> &'a str {
    let after = line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{line}")).1;
    after.split([',', '}'].as_ref()).next().unwrap().trim_matches('"')
}

fn first<'a>(text: &'a str, event: &str) -> &'a str {
    text.lines().find(|l| l.contains(&format!("\"event\":\"{event}\""))).unwrap_or_else(|| panic!("{text}"))
}

/// The receiver tells of each part, by the beginning of the id that the dialler had.
fn check_received(node: &Node, said: &str) {
    let from = &value(first(said, "local_identity"), "peer_id")[..16];
    let connected = node.line("peer_connected");
    assert_eq!((value(&connected, "peer_id"), value(&connected, "direction")), (from, "inbound"));
    let parts: Vec<String> = (0..3).map(|_| node.line("data_received")).collect();
    assert!(parts.iter().all(|part| value(part, "peer") == from));
    let wire: u64 = parts.iter().map(|part| value(part, "bytes").parse::<u64>().unwrap()).sum();
    assert_eq!(value(first(said, "send_to_complete"), "bytes"), wire.to_string());
    assert_eq!(value(first(said, "send_to_complete"), "failures"), "0");
}

#[test]
fn by_id_by_address_and_by_a_relay() {
    let hub_port = free_port();
    let (hub, node) = (Node::start(hub_port, hub_port), Node::start(hub_port, free_port()));
    let kind = |said: &str| value(first(said, "peer_connected"), "connection_type").to_string();

    let said = dial(hub_port, &node.id, &["--connect-peer-id", &node.id], None);
    assert_eq!(kind(&said), "nat_traversed", "{said}");
    check_received(&node, &said);
    let said = dial(hub_port, &hub.id, &["--connect-peer-id", &hub.id], None);
    check_received(&hub, &said);

    let there = format!("127.0.0.1:{}", node.port);
    let said = dial(hub_port, &node.id, &["--connect", &there], None);
    assert_eq!(kind(&said), "direct", "{said}");
    check_received(&node, &said);

    // Nobody is there: the relay is not named, and the second event calls the same connection direct.
    let nowhere = format!("127.0.0.1:{}", free_port());
    let said = dial(hub_port, &node.id, &["--connect", &nowhere], None);
    let events: Vec<&str> = said.lines().filter(|l| l.contains("peer_connected")).collect();
    assert!(events[0].contains(nowhere.rsplit_once(':').unwrap().1) && events[0].contains("\"relayed\""), "{said}");
    assert!(events[1].contains("\"inbound\"") && events[1].contains("\"direct\""), "{said}");
    check_received(&node, &said);

    let said = dial(hub_port, &"ab".repeat(32), &[], None);
    assert_eq!(value(first(&said, "send_to_complete"), "sha_ok"), "false", "{said}");
    assert!(said.contains("Failed to connect to peer abababababababab"), "{said}");
}

#[test]
fn an_id_lasts_as_long_as_its_directory_and_an_interrupt_ends_it_well() {
    let dir = std::env::temp_dir().join(format!("testnet-known-{}", std::process::id()));
    let (one, other) = (dir.join("one"), dir.join("other"));
    fs::create_dir_all(&one).unwrap();
    fs::create_dir_all(&other).unwrap();
    let port = free_port();
    let mut hub = Node::start(port, port);
    let id = |temporary| value(first(&dial(port, &hub.id, &[], Some(temporary)), "local_identity"), "peer_id").to_string();
    let first_id = id(&one);
    assert_eq!(id(&one), first_id);
    assert_ne!(id(&other), first_id);
    fs::remove_dir_all(&dir).unwrap();

    Command::new("kill").args(["-INT", &hub.child.id().to_string()]).status().unwrap();
    hub.line("final_stats");
    assert_eq!(hub.child.wait().unwrap().code(), Some(0));
}
