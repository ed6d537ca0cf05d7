//! A registry and nodes on loopback, and how to talk to them; each test file uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::thread;
use std::time::{Duration, Instant};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_testnet-peer");

/// A running testnet-peer; its stderr comes line by line, and it dies with the test.
pub struct Running {
    child: Child,
    pub lines: Receiver<String>,
    /// Of a node.
    pub port: String,
}

impl Running {
    pub fn start(args: &[&str]) -> Running {
        let mut child = Command::new(PROGRAM).args(args).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        Running { child, lines, port: String::new() }
    }

    /// Waits for the line that contains `wanted`, and returns what follows it.
    pub fn line(&self, wanted: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no line with {wanted:?}"));
            if let Some((_, after)) = line.split_once(wanted) {
                return after.to_string();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Lab {
    pub dir: PathBuf,
    pub url: String,
    pub rendezvous: String,
    pub registry: Running,
}

impl Lab {
    pub fn start(name: &str) -> Lab {
        let dir = std::env::temp_dir().join(format!("testnet-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let registry = Running::start(&["--registry", "--port", "0", "--rendezvous-port", "0", "--keep-private"]);
        let ports = registry.line("rendezvous on 0.0.0.0:");
        let rendezvous = format!("127.0.0.1:{}", ports.split(',').next().unwrap());
        let url = format!("http://127.0.0.1:{}", registry.line("http on 0.0.0.0:"));
        Lab { dir, url, rendezvous, registry }
    }

    pub fn node(&self, name: &str, more: &[&str]) -> Running {
        let data = self.dir.join(name);
        let mut args = vec!["--registry-url", &self.url, "--rendezvous", &self.rendezvous, "--bind-port", "0"];
        args.extend(["--data-dir", data.to_str().unwrap()]);
        args.extend(more);
        let mut node = Running::start(&args);
        node.port = node.line("listening on UDP port ");
        node.line("registered with");
        node
    }

    pub fn peer_id(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(name).join("peer_id")).unwrap().trim().to_string()
    }

    pub fn dial(&self, to: &str, nonce: &str, more: &[&str]) -> (Output, String) {
        let mut args = vec!["dial", "--registry-url", &self.url, "--rendezvous", &self.rendezvous, "--to", to];
        args.extend(["--bind-port", "0", "--bytes", "100001", "--nonce", nonce]);
        args.extend(more);
        let output = Command::new(PROGRAM).args(&args).output().unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        (output, text)
    }

    /// Given bytes on standard input, with no length told.
    pub fn give(&self, to: &str, nonce: &str, bytes: &[u8]) -> String {
        let mut args = vec!["dial", "--registry-url", &self.url, "--rendezvous", &self.rendezvous, "--to", to];
        args.extend(["--bind-port", "0", "--payload-stdin", "--nonce", nonce]);
        let mut child =
            Command::new(PROGRAM).args(&args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    }

    pub fn received(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.dir.join(name).join("received.jsonl")).unwrap();
        text.lines().map(String::from).collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// The value of a field of the first event of this kind, as written.
pub fn field<'a>(text: &'a str, event: &str, name: &str) -> &'a str {
    let line = text.lines().find(|l| l.contains(&format!("\"event\":\"{event}\""))).unwrap_or_else(|| panic!("{text}"));
    let after = line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{line}")).1;
    after.split([',', '}'].as_ref()).next().unwrap().trim_matches('"')
}
