//! One dial: find the peer, find a path, send the payload, hear what the receiver says it got.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::address::{ipv4_first, resolve};
use crate::args::DialOptions;
use crate::bytes::{from_hex, random, to_hex};
use crate::connect::{Connector, Path};
use crate::events::emit;
use crate::http_client::{request, Url};
use crate::json::{object, Json};
use crate::payload::{Source, MAX_GIVEN};
use crate::sender::Sender;
use crate::wire::{Header, PeerId, Token};

const MAX_ADDRESSES: usize = 6;
const REPORT_TIME: Duration = Duration::from_millis(500);

struct Found {
    addresses: Vec<SocketAddr>,
    relays: Vec<(PeerId, SocketAddr)>,
}

/// The exit code: 0 if the receiver confirmed our hash, 1 otherwise. A result is printed in any case.
pub fn run(options: &DialOptions) -> i32 {
    #[cfg(feature = "lies")]
    if let Some(code) = crate::lies::instead(options) {
        return code;
    }
    let start = Instant::now();
    let mut path = None;
    let outcome = dial(options, start, &mut path);
    #[cfg(feature = "lies")]
    let outcome = crate::lies::outcome(&options.nonce, outcome);
    let since_start = |at: Instant| at.duration_since(start).as_millis() as u64;
    emit(
        "result",
        [
            ("success", outcome.is_ok().into()),
            ("method", path.map(|(p, _): (Path, Instant)| p.method).into()),
            ("connect_ms", path.map(|(_, at)| since_start(at)).into()),
            ("total_ms", since_start(Instant::now()).into()),
            ("error", outcome.as_ref().err().map(String::as_str).into()),
        ],
    );
    match (outcome, path) {
        (Ok(()), Some((path, _))) => {
            report(options, &path);
            0
        }
        _ => 1,
    }
}

fn dial(options: &DialOptions, start: Instant, connected: &mut Option<(Path, Instant)>) -> Result<(), String> {
    let deadline = start + options.timeout;
    let (source, bytes) = payload(options)?;
    let bind = (Ipv4Addr::UNSPECIFIED, options.bind_port);
    let socket = UdpSocket::bind(bind).map_err(|e| format!("UDP port {}: {e}", options.bind_port))?;
    let local_port = socket.local_addr().map_err(|e| e.to_string())?.port();
    emit(
        "start",
        [
            ("to", to_hex(&options.to).into()),
            ("nonce", to_hex(&options.nonce).into()),
            ("bytes", bytes.into()),
            ("local_port", u64::from(local_port).into()),
        ],
    );
    let (path, token, me) = meet(options, &socket, deadline, Some(&source))?;
    let now = Instant::now();
    *connected = Some((path, now));
    emit(
        "connected",
        [
            ("method", path.method.into()),
            ("remote", path.remote.to_string().into()),
            ("relay", path.relay.map(|a| a.to_string()).into()),
            ("connect_ms", (now.duration_since(start).as_millis() as u64).into()),
            ("peer_reflexive", path.peer_reflexive.into()),
        ],
    );

    let header = Header { nonce: options.nonce, total: bytes, from: me, given: options.bytes.is_none() };
    #[cfg(feature = "lies")]
    let (header, source) = crate::lies::transfer(header, source);
    let sender = Sender::new(&socket, path.remote, token, header, source, path.rtt_guess);
    let (sent, confirmation) = sender.run(deadline);
    emit(
        "sent",
        [
            ("bytes", sent.bytes.into()),
            ("packets", u64::from(sent.packets).into()),
            ("retransmits", sent.retransmits.into()),
            ("sha256", to_hex(&sent.sha256).into()),
        ],
    );
    let heard = confirmation.ok_or("timeout: the receiver did not confirm")?;
    emit(
        "confirmed",
        [
            ("nonce", to_hex(&heard.nonce).into()),
            ("bytes", heard.bytes.into()),
            ("sha256", to_hex(&heard.sha256).into()),
            ("remote", heard.remote.to_string().into()),
        ],
    );
    let same = heard.nonce == options.nonce && heard.bytes == bytes && heard.sha256 == sent.sha256;
    same.then_some(()).ok_or_else(|| "the receiver confirmed something else than was sent".to_string())
}

/// For a connection that is to stay.
pub fn connect(options: &DialOptions, socket: &UdpSocket, deadline: Instant) -> Result<(Path, Token, PeerId), String> {
    meet(options, socket, deadline, None)
}

/// Looks the peer up and finds a path to it; the token is the connection's, and the id is ours.
fn meet(
    options: &DialOptions,
    socket: &UdpSocket,
    deadline: Instant,
    _source: Option<&Source>,
) -> Result<(Path, Token, PeerId), String> {
    let registry = Url::parse(&options.registry_url)?;
    let me = options.from_peer.map_or_else(|| random().map_err(|e| format!("/dev/urandom: {e}")), Ok)?;
    let found = look_up(&registry, options, deadline)?;
    let shown = |a: &SocketAddr| a.to_string();
    emit(
        "resolved",
        [
            ("addresses", found.addresses.iter().map(shown).collect::<Vec<_>>().into()),
            ("relays", found.relays.iter().map(|(_, a)| shown(a)).collect::<Vec<_>>().into()),
        ],
    );

    let rendezvous = options.rendezvous.clone().unwrap_or(format!("{}:3478", registry.host));
    let mut connector = Connector {
        socket,
        rendezvous: resolve(&rendezvous),
        token: random().map_err(|e| format!("/dev/urandom: {e}"))?,
        me,
        to: options.to,
        deadline,
        observed: None,
        introduced: None,
        listed: found.addresses.clone(),
    };
    #[cfg(feature = "lies")]
    let lying = _source.and_then(|s| crate::lies::path(&mut connector, &found.relays, &options.nonce, s));
    #[cfg(not(feature = "lies"))]
    let lying = None;
    let path = lying.map_or_else(|| find_path(&mut connector, options, &found), Ok)?;
    #[cfg(feature = "lies")]
    let path = crate::lies::named(&options.nonce, path);
    Ok((path, connector.token, connector.me))
}

/// What is to be sent, and how much it is.
fn payload(options: &DialOptions) -> Result<(Source, u64), String> {
    if let Some(bytes) = options.bytes {
        return Ok((Source::Nonce(options.nonce), bytes));
    }
    let mut given = Vec::new();
    let read = std::io::stdin().lock().take(MAX_GIVEN + 1).read_to_end(&mut given);
    match read {
        Ok(n) if n as u64 > MAX_GIVEN => Err(format!("standard input holds more than {MAX_GIVEN} bytes")),
        Ok(n) => Ok((Source::Given(given), n as u64)),
        Err(e) => Err(format!("standard input: {e}")),
    }
}

fn find_path(connector: &mut Connector, options: &DialOptions, found: &Found) -> Result<Path, String> {
    if !options.direct.is_zero() && !found.addresses.is_empty() {
        if let Some(path) = connector.direct(options.direct) {
            return Ok(path);
        }
    }
    if !options.punch.is_zero() && Instant::now() < connector.deadline {
        if let Some(path) = connector.punch(options.punch) {
            return Ok(path);
        }
    }
    for (peer, address) in &found.relays {
        if Instant::now() >= connector.deadline {
            break;
        }
        if let Some(path) = connector.relay(peer, *address) {
            return Ok(path);
        }
    }
    Err(match (Instant::now() < connector.deadline, found.relays.is_empty()) {
        (false, _) => "timeout: no path to the peer",
        (true, true) => "no path to the peer, and no relay is registered",
        (true, false) => "no path to the peer, not through a relay either",
    }
    .to_string())
}

fn look_up(registry: &Url, options: &DialOptions, deadline: Instant) -> Result<Found, String> {
    let time = deadline.saturating_duration_since(Instant::now()).min(Duration::from_secs(5));
    let (status, body) = request(registry, "GET", "/api/peers", "", time).map_err(|e| format!("registry: {e}"))?;
    if status != 200 {
        return Err(format!("registry: it answered {status}"));
    }
    let list = Json::parse(&body).map_err(|e| format!("registry: {e}"))?;
    let mut peers = list.as_list().unwrap_or(&[]).iter().filter_map(with_id);
    let callee = peers.find(|(id, _)| *id == options.to).ok_or("unknown peer")?;
    let ends = [options.to, options.from_peer.unwrap_or(options.to)];
    Ok(Found { addresses: addresses(callee.1), relays: relays_in(&list, &ends) })
}

/// Peers among these that relay, but for some.
pub fn relays_in(list: &Json, except: &[PeerId]) -> Vec<(PeerId, SocketAddr)> {
    let peers = list.as_list().unwrap_or(&[]).iter().filter_map(with_id);
    let relays = peers.filter(|(id, peer)| !except.contains(id) && is_relay(peer));
    let mut found: Vec<_> = relays.filter_map(|(id, peer)| Some((id, *addresses(peer).first()?))).collect();
    found.sort();
    found
}

fn with_id(peer: &Json) -> Option<(PeerId, &Json)> {
    Some((from_hex(peer.get("peer_id")?.as_str()?)?, peer))
}

fn is_relay(peer: &Json) -> bool {
    let relay = peer.get("capabilities").and_then(|c| c.get("relay"));
    let active = peer.get("is_active").and_then(Json::as_bool);
    relay.and_then(Json::as_bool) == Some(true) && active == Some(true)
}

fn addresses(peer: &Json) -> Vec<SocketAddr> {
    let listed = peer.get("addresses").and_then(Json::as_list).unwrap_or(&[]).iter();
    let parsed = listed.filter_map(|a| a.as_str()?.parse().ok());
    ipv4_first(parsed.take(MAX_ADDRESSES).collect())
}

/// For the registry's statistics only, after the result is out; nobody waits for it or relies on it.
fn report(options: &DialOptions, path: &Path) {
    let (registry, from) = match (Url::parse(&options.registry_url), options.from_peer) {
        (Ok(registry), Some(from)) => (registry, from),
        _ => return,
    };
    let body = object([
        ("from_peer", to_hex(&from).into()),
        ("to_peer", to_hex(&options.to).into()),
        ("method", path.method.into()),
        ("is_ipv6", path.remote.is_ipv6().into()),
        ("rtt_ms", Json::Null),
    ]);
    let _ = request(&registry, "POST", "/api/connection", &body.write(), REPORT_TIME);
}
