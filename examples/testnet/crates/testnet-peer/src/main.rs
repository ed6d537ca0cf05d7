//! A small peer-to-peer program to learn from and to test against: registry, node and dialer.

#[macro_use]
mod log;
mod address;
mod args;
mod ask;
mod bytes;
mod connect;
mod dialer;
mod events;
mod fields;
mod gossip;
mod http;
mod http_client;
mod identity;
mod item;
mod json;
mod json_read;
mod keep;
mod known_peers;
#[cfg(feature = "lies")]
mod lies;
mod map;
mod membership;
mod mesh;
mod node;
mod page;
mod payload;
mod punch;
mod receiver;
mod registry;
mod relay;
mod rendezvous;
mod round_trip;
mod sender;
mod session;
mod sha256;
mod store;
mod window;
mod wire;
mod wire_bytes;

use std::io::Write;
use std::process::exit;

use args::Command;

fn main() {
    let args: Option<Vec<String>> = std::env::args_os().skip(1).map(|a| a.into_string().ok()).collect();
    let parsed = args.ok_or_else(|| "arguments must be UTF-8".to_string()).and_then(|a| args::parse(&a));
    let outcome = match parsed {
        Err(fault) => {
            say!("testnet-peer: {fault} (see --help)");
            exit(2);
        }
        Ok(Command::Help) => print(args::HELP),
        Ok(Command::Version) => print(concat!("testnet-peer ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Registry(options)) => registry::run(&options).map_err(|e| e.to_string()),
        Ok(Command::Node(options)) if options.mesh => mesh::run(&options),
        Ok(Command::Node(options)) => node::run(&options),
        Ok(Command::Dial(options)) => exit(dialer::run(&options)),
        Ok(Command::Keep(options)) => exit(keep::run(&options)),
        Ok(Command::KnownPeers(options)) => known_peers::run(&options),
        Ok(Command::Ask(options)) => exit(ask::run(&options)),
    };
    if let Err(fault) = outcome {
        say!("testnet-peer: {fault}");
        exit(1);
    }
}

fn print(text: &str) -> Result<(), String> {
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}
