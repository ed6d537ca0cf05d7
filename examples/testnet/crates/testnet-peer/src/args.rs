//! The command line: `--flag value` only. Anything not understood is a usage error, never ignored.

use crate::ask::{self, AskOptions};
use crate::bytes::from_hex;
use crate::known_peers::options as known_peers;
use crate::payload::{Nonce, MAX_BYTES};
use crate::wire::PeerId;
use std::path::PathBuf;
use std::time::Duration;

pub const HELP: &str = "\
testnet-peer: a small honest peer-to-peer program

  testnet-peer --registry [--port 8080] [--rendezvous-port 3478] [--keep-private]
      Run the registry (HTTP) and the rendezvous (UDP, on this port and the next one).
      Port 0 picks a free one. --keep-private lists private addresses too (for loopback).

  testnet-peer --registry-url http://HOST:8080 --bind-port 9000 --data-dir DIR
               [--quiet] [--relay] [--keepalive-ms 3000] [--rendezvous HOST:3478]
      Run a node: register, keep the NAT mapping alive, answer, punch, receive;
      with --relay also forward between two peers that have no other path.
      With --mesh instead connect to every other such node, by itself: nobody can make it dial.

  testnet-peer dial --registry-url http://HOST:8080 --to PEER_ID --bind-port PORT
               (--bytes N | --payload-stdin) --nonce HEX32 [--timeout-ms 10000] [--direct-ms 700]
               [--punch-ms 2500] [--rendezvous HOST:3478] [--from-peer PEER_ID]
      Connect to one peer and send it N bytes that follow from the nonce, or all of
      standard input, 16 MiB at most; JSON lines on stdout.
      A phase of 0 ms is skipped. Exit 0: the receiver confirmed our hash. Exit 1: it did not.

  testnet-peer keep --registry-url http://HOST:8080 --to PEER_ID --bind-port PORT [as for dial]
      Connect to one peer and stay connected; whenever this machine asks on that port,
      deliver a payload over this connection. It is never dialed again: exit 1 when it is gone.

  testnet-peer broadcast --port PORT --id HEX32 [--channel WORD]       payload on standard input
  testnet-peer set --port PORT --key WORD --value WORD [--at MILLIS]   a write to the map of all nodes
  testnet-peer members --port PORT                                     who is heard, one id a line
  testnet-peer deliver --port PORT --nonce HEX32                       payload on standard input
      Ask the node (deliver: the kept connection) that has this UDP port on this machine.
      Exit 0: it was done.

  testnet-peer --listen [::]:PORT --known-peers HOST:PORT,… [--stats [--stats-interval 5]]
               [--send-to PEER_ID [--connect ADDRESS | --connect-peer-id PEER_ID] [--send-to-timeout 30]
                --generate-data N --chunk-size N --duration SECONDS]
      A node without a registry that tells events in the words of the plain ant-quic program,
      or with --send-to one dial of it; its other options are in the README. SIGINT ends it.

  testnet-peer --help | --version
";

#[derive(Debug)]
pub enum Command {
    Help,
    Version,
    Registry(RegistryOptions),
    Node(NodeOptions),
    Dial(DialOptions),
    Keep(DialOptions),
    Ask(AskOptions),
    KnownPeers(known_peers::Options),
}

#[derive(Debug)]
pub struct RegistryOptions {
    pub port: u16,
    pub rendezvous_port: u16,
    pub keep_private: bool,
}

#[derive(Debug)]
pub struct NodeOptions {
    pub registry_url: String,
    pub bind_port: u16,
    pub data_dir: PathBuf,
    pub quiet: bool,
    pub relay: bool,
    pub mesh: bool,
    pub keepalive: Duration,
    pub rendezvous: Option<String>,
}

#[derive(Debug)]
pub struct DialOptions {
    pub registry_url: String,
    pub to: PeerId,
    pub bind_port: u16,
    /// How many bytes of the nonce's stream; `None`: what standard input holds.
    pub bytes: Option<u64>,
    pub nonce: Nonce,
    pub timeout: Duration,
    pub direct: Duration,
    pub punch: Duration,
    pub rendezvous: Option<String>,
    pub from_peer: Option<PeerId>,
}

const SWITCHES: [&str; 8] =
    ["--registry", "--keep-private", "--quiet", "--relay", "--mesh", "--help", "--version", "--payload-stdin"];

pub fn parse(args: &[String]) -> Result<Command, String> {
    let verb = args.first().map(String::as_str).filter(|a| !a.starts_with('-')).unwrap_or("");
    if !verb.is_empty() && verb != "dial" && verb != "keep" && !ask::VERBS.contains(&verb) {
        return Err(format!("unexpected argument {verb:?}"));
    }
    let mut given = Given::read(&args[usize::from(!verb.is_empty())..])?;
    let command = if given.switch("--help") {
        return Ok(Command::Help);
    } else if given.switch("--version") {
        return Ok(Command::Version);
    } else if ask::VERBS.contains(&verb) {
        Command::Ask(ask::parse(verb, &mut given)?)
    } else if verb == "dial" || verb == "keep" {
        let options = DialOptions {
            registry_url: given.required("--registry-url")?,
            to: peer_id("--to", &given.required("--to")?)?,
            bind_port: given.number("--bind-port", 0, 65535)? as u16,
            bytes: match verb == "keep" || given.switch("--payload-stdin") {
                true => None,
                false => Some(number("--bytes", &given.required("--bytes")?, MAX_BYTES)?),
            },
            nonce: match verb {
                "keep" => Nonce::default(),
                _ => from_hex(&given.required("--nonce")?).ok_or("--nonce must be 32 hex digits (16 bytes)")?,
            },
            timeout: given.millis("--timeout-ms", 10_000)?,
            direct: given.millis("--direct-ms", 700)?,
            punch: given.millis("--punch-ms", 2500)?,
            rendezvous: given.value("--rendezvous"),
            from_peer: given.value("--from-peer").map(|v| peer_id("--from-peer", &v)).transpose()?,
        };
        if verb == "keep" { Command::Keep(options) } else { Command::Dial(options) }
    } else if given.switch("--registry") {
        Command::Registry(RegistryOptions {
            port: given.number("--port", 8080, 65535)? as u16,
            rendezvous_port: given.number("--rendezvous-port", 3478, 65534)? as u16,
            keep_private: given.switch("--keep-private"),
        })
    } else if let Some(listen) = given.value("--listen") {
        Command::KnownPeers(known_peers::parse(&listen, &mut given)?)
    } else if given.is_empty() {
        return Err("nothing to do".to_string());
    } else {
        Command::Node(NodeOptions {
            registry_url: given.required("--registry-url")?,
            bind_port: given.number("--bind-port", 0, 65535)? as u16,
            data_dir: PathBuf::from(given.required("--data-dir")?),
            quiet: given.switch("--quiet"),
            relay: given.switch("--relay"),
            mesh: given.switch("--mesh"),
            keepalive: given.millis("--keepalive-ms", 3000)?.max(Duration::from_millis(50)),
            rendezvous: given.value("--rendezvous"),
        })
    };
    given.nothing_left()?;
    Ok(command)
}

/// What was written, taken out piece by piece; what remains belongs to no option of the command.
pub struct Given(Vec<(String, Option<String>)>);

impl Given {
    fn read(args: &[String]) -> Result<Given, String> {
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let name = match arg.as_str() {
                "-h" => "--help",
                "-q" => "--quiet",
                "-V" => "--version",
                other => other,
            };
            if !name.starts_with("--") {
                return Err(format!("unexpected argument {name:?}"));
            }
            if found.iter().any(|(n, _)| n == name) {
                return Err(format!("{name} is given twice"));
            }
            let value = match SWITCHES.contains(&name) || known_peers::SWITCHES.contains(&name) {
                true => None,
                // A following flag is not a value: it means that the value was forgotten.
                false => Some(args.next().filter(|v| !v.starts_with("--")).cloned().unwrap_or_default()),
            };
            found.push((name.to_string(), value));
        }
        Ok(Given(found))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, name: &str) -> Option<Option<String>> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    pub fn switch(&mut self, name: &str) -> bool {
        self.take(name).is_some()
    }

    pub fn value(&mut self, name: &str) -> Option<String> {
        self.take(name).flatten()
    }

    pub fn required(&mut self, name: &str) -> Result<String, String> {
        self.value(name).filter(|v| !v.is_empty()).ok_or(format!("{name} needs a value"))
    }

    pub fn number(&mut self, name: &str, default: u64, limit: u64) -> Result<u64, String> {
        self.value(name).map_or(Ok(default), |v| number(name, &v, limit))
    }

    pub fn millis(&mut self, name: &str, default: u64) -> Result<Duration, String> {
        self.number(name, default, 3_600_000).map(Duration::from_millis)
    }

    fn nothing_left(&self) -> Result<(), String> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(format!("unknown argument {name:?} for this command")))
    }
}

fn number(name: &str, text: &str, limit: u64) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|n| digits && *n <= limit)
        .ok_or(format!("{name} must be a number from 0 to {limit}, not {text:?}"))
}

pub fn peer_id(name: &str, text: &str) -> Result<PeerId, String> {
    from_hex(text).ok_or(format!("{name} must be a peer id of 64 hex digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str) -> Result<Command, String> {
        parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn understands_the_three_commands() {
        assert!(matches!(
            run("--registry --port 80"),
            Ok(Command::Registry(RegistryOptions { port: 80, rendezvous_port: 3478, .. }))
        ));
        assert!(matches!(
            run("--registry-url http://h:8080 --bind-port 9000 --data-dir d --relay -q"),
            Ok(Command::Node(NodeOptions { relay: true, quiet: true, bind_port: 9000, .. }))
        ));
        let id = "ab".repeat(32);
        let nonce = "00".repeat(16);
        let dial = format!("dial --registry-url http://h:1 --to {id} --bind-port 0 --bytes 5 --nonce {nonce}");
        assert!(matches!(run(&dial), Ok(Command::Dial(DialOptions { bytes: Some(5), from_peer: None, .. }))));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "",
            "--registry --wat",
            "--registry --port",
            "--registry --port --keep-private",
            "--registry --port 70000",
            "--registry --port +80",
            "--registry --port 1 --port 2",
            "--registry --port=80",
            "--registry --data-dir x",
            "--registry-url http://h",
            "dial --to 12",
            "serve",
            "dial --registry-url http://h:1 --bind-port 0 --bytes 5 --payload-stdin",
            "broadcast --port 1 --id 12",
            "set --port 1 --key two --value",
            "members --port 1 --key k",
        ] {
            assert!(run(line).is_err(), "{line}");
        }
    }
}
