//! Reflectors, prober and control pair as real processes on two loopback addresses, which stand in for two hosts.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use vps_probe::message::{From, Message};
use vps_probe::seal::Key;

const PROBE: &str = env!("CARGO_BIN_EXE_vps-probe");
const TOKEN: &str = "00112233445566778899aabbccddeeff";
const WRONG: &str = "ffeeddccbbaa99887766554433221100";

/// A child that is ended, and waited for, with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts the program and waits for its first line.
    fn start(args: &[&str]) -> (Running, BufReader<std::process::ChildStdout>) {
        let mut child = Command::new(PROBE).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        assert!(first.contains(r#""event":"ready""#), "{first}");
        (Running(child), lines)
    }
}

fn run(args: &[&str]) -> (i32, String) {
    let done = Command::new(PROBE).args(args).stdin(Stdio::null()).output().unwrap();
    (done.status.code().unwrap_or(-1), String::from_utf8(done.stdout).unwrap())
}

/// Two ports free on both addresses.
fn free_ports(hosts: &[Ipv4Addr; 2]) -> [u16; 2] {
    let mut held = Vec::new();
    let mut ports = Vec::new();
    while ports.len() < 2 {
        let first = UdpSocket::bind((hosts[0], 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if let Ok(second) = UdpSocket::bind((hosts[1], port)) {
            ports.push(port);
            held.push(second);
        }
        held.push(first);
    }
    [ports[0], ports[1]]
}

fn reflectors(hosts: [Ipv4Addr; 2]) -> (Vec<Running>, String) {
    let [a, b] = free_ports(&hosts);
    let (ports, [one, two]) = (format!("{a},{b}"), hosts.map(|h| h.to_string()));
    let start = |own: &str, peer: &str| {
        let args = ["reflect", "--ports", &ports, "--peer", peer, "--bind", own, "--token", TOKEN, "--seconds", "60"];
        Running::start(&args).0
    };
    (vec![start(&one, &two), start(&two, &one)], ports)
}

fn classify(hosts: [Ipv4Addr; 2], ports: &str, token: &str) -> String {
    let [one, two] = hosts.map(|h| h.to_string());
    let mut args = vec!["classify", "--primary", &one, "--secondary", &two, "--ports", ports, "--token", token];
    args.extend(["--wait-ms", "200"]);
    let (code, line) = run(&args);
    assert_eq!(code, 0, "{line}");
    line
}

fn assert_all(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "{part} not in {line}");
    }
}

#[test]
fn an_open_host_is_open() {
    let hosts = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2)];
    let (_running, ports) = reflectors(hosts);
    let line = classify(hosts, &ports, TOKEN);
    let expected = [r#""mapping":"EIM""#, r#""filtering":"EIF""#, r#""behind_nat":false"#, r#""stable":true"#];
    assert_all(&line, &expected);
    assert_all(&line, &[r#""port_preserving":true"#, r#""test":"filter-both","way":"received""#]);
}

/// The confirmation, which tells a filter from a loss: seen only when the answer itself goes elsewhere.
#[test]
fn an_answer_that_left_elsewhere_is_confirmed() {
    let hosts = [Ipv4Addr::new(127, 0, 0, 11), Ipv4Addr::new(127, 0, 0, 12)];
    let (_running, ports) = reflectors(hosts);
    let ports: Vec<u16> = ports.split(',').map(|p| p.parse().unwrap()).collect();
    let key = Key::from_hex(TOKEN).unwrap();
    let open = || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        socket
    };
    let hear = |socket: &UdpSocket| {
        let mut packet = [0; 512];
        let (size, source) = socket.recv_from(&mut packet).unwrap();
        (Message::parse(key.open(&packet[..size]).unwrap()).unwrap(), source)
    };
    let (asker, target) = (open(), open());
    let reflector = (hosts[0], ports[0]);
    for (from, answering) in [
        (From::Same, (hosts[0], ports[0])),
        (From::Port, (hosts[0], ports[1])),
        (From::Addr, (hosts[1], ports[0])),
        (From::Both, (hosts[1], ports[1])),
    ] {
        let id = answering.1 as u64;
        let ask = Message::Ask { id, from, to: target.local_addr().ok(), repeat: 1 };
        asker.send_to(&key.seal(ask.line().as_bytes()), reflector).unwrap();
        let mapped = asker.local_addr().unwrap();
        assert_eq!(hear(&target), (Message::Answer { id, mapped }, answering.into()), "{from:?}");
        assert_eq!(hear(&asker), (Message::Done { id }, reflector.into()), "{from:?}");
    }
}

#[test]
fn silence_without_the_token() {
    let hosts = [Ipv4Addr::new(127, 0, 0, 3), Ipv4Addr::new(127, 0, 0, 4)];
    let (_running, ports) = reflectors(hosts);
    let line = classify(hosts, &ports, WRONG);
    assert_all(&line, &[r#""mapping":"blocked""#, r#""filtering":"unknown""#, r#""stable":null"#]);
    assert_all(&line, &[r#""behind_nat":null"#, r#""hairpin":"unknown""#]);
    assert!(!line.contains(r#""way":"received""#));
}

#[test]
fn a_missing_second_host_is_not_guessed_away() {
    let hosts = [Ipv4Addr::new(127, 0, 0, 5), Ipv4Addr::new(127, 0, 0, 6)];
    let (mut running, ports) = reflectors(hosts);
    drop(running.remove(1));
    let line = classify(hosts, &ports, TOKEN);
    assert_all(&line, &[r#""mapping":"unknown""#, r#""filtering":"unknown""#, r#""stable":null"#]);
}

#[test]
fn reflector_survives_noise_and_ends_on_eof() {
    let hosts = [Ipv4Addr::new(127, 0, 0, 7), Ipv4Addr::new(127, 0, 0, 8)];
    let [a, b] = free_ports(&hosts);
    let (ports, own) = (format!("{a},{b}"), hosts[0].to_string());
    let args = [
        "reflect",
        "--ports",
        &ports,
        "--peer",
        "127.0.0.8",
        "--bind",
        &own,
        "--token",
        TOKEN,
        "--seconds",
        "60",
        "--until-eof",
    ];
    let (mut running, mut lines) = Running::start(&args);
    let noise = UdpSocket::bind((hosts[1], 0)).unwrap();
    for size in [0usize, 1, 4, 19, 20, 21, 512, 513, 9000] {
        let packet: Vec<u8> = b"vpp1".iter().copied().chain((0..).map(|i| (i * 31 % 251) as u8)).take(size).collect();
        noise.send_to(&packet, (hosts[0], a)).unwrap();
    }
    noise.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(noise.recv_from(&mut [0; 64]).is_err(), "an answer to noise");
    assert!(running.0.try_wait().unwrap().is_none(), "ended by noise");
    drop(running.0.stdin.take());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn payload_is_confirmed_and_recorded() {
    let [port, _] = free_ports(&[Ipv4Addr::new(127, 0, 0, 9), Ipv4Addr::new(127, 0, 0, 10)]);
    let port = port.to_string();
    let (_running, mut lines) =
        Running::start(&["receive", "--port", &port, "--bind", "127.0.0.9", "--token", TOKEN, "--seconds", "60"]);
    let to = format!("127.0.0.9:{port}");
    let send = |token: &str, timeout: &str| {
        run(&["send", "--to", &to, "--token", token, "--nonce", "beef01", "--bytes", "8000", "--timeout-ms", timeout])
    };
    let (code, lost) = send(WRONG, "50");
    assert_eq!(code, 0);
    assert_all(&lost, &[r#""acked":false"#, r#""hash_ok":false"#, r#""rtt_ms":null"#]);
    let (code, sent) = send(TOKEN, "3000");
    assert_eq!(code, 0);
    assert_all(&sent, &[r#""acked":true"#, r#""hash_ok":true"#, r#""df_clear":true"#]);
    let mut recorded = String::new();
    lines.read_line(&mut recorded).unwrap();
    assert_all(&recorded, &[r#""event":"packet""#, r#""nonce":"beef01""#, r#""bytes":8000"#]);
    let hash = sent.split(r#""sha256":""#).nth(1).and_then(|s| s.get(..64)).unwrap();
    assert_all(&recorded, &[hash]);
}

#[test]
fn a_watch_tells_which_reflector_stopped_answering() {
    let hosts = [Ipv4Addr::new(127, 0, 0, 7), Ipv4Addr::new(127, 0, 0, 8)];
    let (mut running, ports) = reflectors(hosts);
    let port = ports.split(',').next().unwrap();
    let [one, two] = hosts.map(|h| format!("{h}:{port}"));
    let args = ["watch", "--to", &one, "--to", &two, "--token", TOKEN, "--seconds", "30", "--interval-ms", "20"];
    let (mut watch, mut lines) = Running::start(&args);
    std::thread::sleep(Duration::from_millis(300));
    drop(running.pop());
    std::thread::sleep(Duration::from_millis(300));
    drop(watch.0.stdin.take());
    let (mut first, mut second) = (String::new(), String::new());
    lines.read_line(&mut first).unwrap();
    lines.read_line(&mut second).unwrap();
    assert_all(&first, &[&format!(r#""to":"{one}""#), r#""lost":0"#, r#""gaps":[]"#]);
    assert_all(&second, &[&format!(r#""to":"{two}""#), r#""gaps":[["#]);
    assert!(number(&second, "lost") > 2 && number(&second, "sent") > number(&second, "lost"), "{second}");
    assert!(watch.0.wait().unwrap().success());
}

#[test]
fn usage_errors_exit_2() {
    for args in [&[][..], &["nope"], &["classify"], &["reflect", "--ports", "1"], &["send", "--x"]] {
        assert_eq!(run(args).0, 2, "{args:?}");
    }
    assert_eq!(run(&["--help"]).0, 0);
}

fn number(text: &str, field: &str) -> u64 {
    let at = text.find(&format!("\"{field}\":")).unwrap_or_else(|| panic!("no {field} in {text}")) + field.len() + 3;
    text[at..].chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// Both ways of opening the path: 150 KB at 4 Mbit/s take 0.3 s, fit into a socket's buffer, and are counted.
#[test]
fn a_link_is_asked_what_it_carries_from_either_end() {
    let held = UdpSocket::bind("127.0.0.1:0").unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let [a, b] = [&held, &other].map(|s| s.local_addr().unwrap().port());
    drop((held, other));
    let rate = ["--token", TOKEN, "--kbps", "4000", "--bytes", "150000"];
    let drained = |mut lines: BufReader<std::process::ChildStdout>| {
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        let (bytes, micros) = (number(&rest, "bytes"), number(&rest, "micros"));
        assert!(bytes > 140_000 && micros > 200_000, "{rest}");
        assert!(bytes * 8 / micros <= 6, "faster than it was sent: {rest}");
    };

    let port = a.to_string();
    let (_drain, lines) = Running::start(&["drain", "--port", &port, "--token", TOKEN, "--seconds", "20"]);
    let (code, _) = run(&[&["pour", "--to", &format!("127.0.0.1:{a}")], &rate[..]].concat());
    assert_eq!(code, 0);
    drained(lines);

    let (port, call) = (b.to_string(), format!("127.0.0.1:{a}"));
    let (mut pour, _ready) =
        Running::start(&[&["pour", "--answer", "--port", a.to_string().as_str()], &rate[..]].concat());
    let (_drain, lines) =
        Running::start(&["drain", "--port", &port, "--call", &call, "--token", TOKEN, "--seconds", "20"]);
    assert!(pour.0.wait().unwrap().success());
    drained(lines);

    let (code, said) =
        run(&["pour", "--answer", "--wait-seconds", "1", "--token", WRONG, "--kbps", "1", "--bytes", "1200"]);
    assert_eq!((code, said.contains("nobody knocked")), (1, true));
}

/// Needs CAP_NET_RAW, as on a node: without it, that is what is told.
#[test]
fn a_capture_tells_headers_of_the_named_hosts_alone() {
    let open = std::fs::read_to_string("/proc/self/status").unwrap();
    let rights = open.lines().find_map(|l| l.strip_prefix("CapEff:")).map(|hex| u64::from_str_radix(hex.trim(), 16));
    assert!(matches!(rights, Some(Ok(mask)) if mask & (1 << 13) != 0), "this test needs root: no CAP_NET_RAW");
    let receiver = UdpSocket::bind("127.0.0.31:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let args = ["capture", "--host", "127.0.0.31", "--seconds", "60", "--packets", "3"];
    let (mut capture, mut lines) = Running::start(&args);
    let sender = UdpSocket::bind("127.0.0.32:0").unwrap();
    let stranger = UdpSocket::bind("127.0.0.33:0").unwrap();
    stranger.send_to(b"not of that host", "127.0.0.32:9").unwrap();
    for _ in 0..4 {
        sender.send_to(b"secret payload", ("127.0.0.31", port)).unwrap();
        receiver.recv(&mut [0; 64]).unwrap();
    }
    drop(capture.0.stdin.take());
    let mut text = String::new();
    lines.read_to_string(&mut text).unwrap();
    assert!(capture.0.wait().unwrap().success());
    let told: Vec<&str> = text.lines().filter(|l| l.contains(r#""event":"packet""#)).collect();
    // Loopback shows each packet as it leaves and as it comes.
    assert_eq!(told.len(), 3, "{text}");
    let from = sender.local_addr().unwrap().port().to_string();
    assert_all(told[0], &[r#""way":"out""#, r#""dev":"lo""#, r#""ip":4,"proto":17"#, r#""src":"127.0.0.32""#]);
    assert_all(told[0], &[&format!(r#""sport":{from},"dport":{port}"#), r#""bytes":42"#]);
    assert_all(told[1], &[r#""way":"in""#]);
    let end = text.lines().last().unwrap();
    assert_all(end, &[r#""event":"captured","told":3,"beyond":5"#, r#""dropped":0"#]);
    assert!(!text.contains("127.0.0.33") && !text.contains("secret"), "{text}");
}

#[test]
fn a_capture_ends_by_itself() {
    let (code, text) = run(&["capture", "--host", "127.0.0.41", "--seconds", "1", "--packets", "1"]);
    assert_eq!(code, 0, "this test needs root: {text}");
    assert_all(text.lines().last().unwrap(), &[r#""event":"captured","told":0,"beyond":0"#]);
    assert_eq!(run(&["capture", "--seconds", "1", "--packets", "1"]).0, 2);
    assert_eq!(run(&["capture", "--host", "nobody", "--seconds", "1", "--packets", "1"]).0, 2);
}
