//! The registry's HTTP interface: where peers say that they exist, and others learn of them.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::args::RegistryOptions;
use crate::bytes::{to_hex, unix_ms};
use crate::http::{serve, Request, Response};
use crate::json::{object, Json};
use crate::store::{Report, Store, METHODS, TTL};
use crate::{page, rendezvous};

pub type Shared = Arc<Mutex<Store>>;

/// A panic elsewhere must not take the store away from everybody.
pub fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

pub fn run(options: &RegistryOptions) -> io::Result<()> {
    let store: Shared = Arc::new(Mutex::new(Store::new(unix_ms() / 1000, options.keep_private)));
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, options.port))?;
    rendezvous::start(options.rendezvous_port, store.clone())?;
    say!("registry: http on {}", listener.local_addr()?);
    serve(listener, Arc::new(move |request| answer(&request, &mut lock(&store), unix_ms() / 1000)));
    Ok(())
}

fn answer(request: &Request, store: &mut Store, now: u64) -> Response {
    let body = || Json::parse(&request.body);
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/api/register") => match body().and_then(|b| store.register(&b, now)) {
            Ok(id) => {
                let others = store.list(now, false).into_iter();
                let me = to_hex(&id);
                let others = others.filter(|p| p.get("peer_id").and_then(Json::as_str) != Some(&me));
                json(200, registered(true, Json::Null, others.collect(), TTL))
            }
            Err(fault) => json(400, registered(false, fault.into(), Vec::new(), 0)),
        },
        ("POST", "/api/heartbeat") => match body().and_then(|b| store.heartbeat(&b, now)) {
            Ok(true) => json(200, object([("success", true.into())])),
            Ok(false) => json(404, failure("Unknown peer")),
            Err(fault) => json(400, failure(&fault)),
        },
        ("POST", "/api/connection") => match body().and_then(|b| store.report(&b, now)) {
            Ok(()) => json(200, object([("success", true.into())])),
            Err(fault) => json(400, failure(&fault)),
        },
        ("GET", "/api/peers") => json(200, store.list(now, false).into()),
        ("GET", "/api/peers/all") => json(200, store.list(now, true).into()),
        ("GET", "/api/stats") => json(200, stats(store, now)),
        ("GET", "/api/results") => json(200, results(store, now)),
        ("GET", "/health") => json(200, object([("status", "ok".into())])),
        ("GET", "/metrics") => text("text/plain; version=0.0.4", page::metrics(store, now)),
        ("GET", "/") => text("text/html; charset=utf-8", page::dashboard(store, now)),
        ("GET", path) if path.starts_with("/api/node/") => json(200, node(store, &path["/api/node/".len()..], now)),
        (method, _) if method != "GET" && method != "POST" => json(405, failure("method not allowed")),
        _ => json(404, failure("no such route")),
    }
}

fn json(status: u16, body: Json) -> Response {
    Response { status, content_type: "application/json", body: body.write() }
}

fn text(content_type: &'static str, body: String) -> Response {
    Response { status: 200, content_type, body }
}

fn failure(reason: &str) -> Json {
    object([("success", false.into()), ("error", reason.into())])
}

fn registered(success: bool, error: Json, peers: Vec<Json>, expires: u64) -> Json {
    object([
        ("success", success.into()),
        ("error", error),
        ("peers", Json::List(peers)),
        ("expires_in_secs", expires.into()),
    ])
}

/// One peer by its id or the beginning of it. Unknown is an answer (200), as in the original.
fn node(store: &Store, prefix: &str, now: u64) -> Json {
    let wanted = prefix.to_ascii_lowercase();
    let found = store.peers.iter().find(|(id, _)| !wanted.is_empty() && to_hex(*id).starts_with(&wanted));
    match found {
        None => object([("error", "Node not found".into()), ("peer_id", prefix.into())]),
        Some((id, peer)) => match store.info(id, peer, now) {
            Json::Object(mut fields) => {
                fields.push(("nat_stats".to_string(), store.nat_stats(Some(peer))));
                Json::Object(fields)
            }
            other => other,
        },
    }
}

fn breakdown(store: &Store) -> Json {
    Json::Object(METHODS.iter().zip(store.by_method).map(|(m, n)| (m.to_string(), n.into())).collect())
}

fn stats(store: &Store, now: u64) -> Json {
    let (all, listed) = (store.peers.len(), store.alive(now, TTL));
    object([
        ("total_nodes", (listed as u64).into()),
        ("active_nodes", (store.alive(now, 60) as u64).into()),
        ("historical_nodes", ((all - listed) as u64).into()),
        ("total_connections", store.by_method.iter().sum::<u64>().into()),
        ("total_bytes_transferred", store.total_bytes().into()),
        // Only successes are ever reported, so a rate cannot be known here.
        ("connection_success_rate", 0.0.into()),
        ("connection_breakdown", breakdown(store)),
        ("geographic_distribution", object([])),
        ("uptime_secs", now.saturating_sub(store.started).into()),
        ("ipv4_connections", store.by_family[0].into()),
        ("ipv6_connections", store.by_family[1].into()),
    ])
}

fn results(store: &Store, now: u64) -> Json {
    let first_id = store.by_method.iter().sum::<u64>() - store.reports.len() as u64;
    let record = |(i, report): (usize, &Report)| {
        object([
            ("id", (first_id + i as u64).into()),
            ("from_peer", report.from.as_str().into()),
            ("to_peer", report.to.as_str().into()),
            ("method", report.method.as_str().into()),
            ("is_ipv6", report.is_ipv6.into()),
            ("rtt_ms", report.rtt_ms.into()),
            ("timestamp", report.timestamp.into()),
            ("from_country", Json::Null),
            ("to_country", Json::Null),
        ])
    };
    let historical = store.list(now, true).into_iter();
    let historical = historical.filter(|p| p.get("status").and_then(Json::as_str) == Some("historical"));
    object([
        ("start_time", store.started.into()),
        ("duration_secs", now.saturating_sub(store.started).into()),
        ("total_nodes_seen", (store.peers.len() as u64).into()),
        ("connections", Json::List(store.reports.iter().enumerate().map(record).collect())),
        ("nat_stats", store.nat_stats(None)),
        ("connection_breakdown", breakdown(store)),
        ("ipv4_connections", store.by_family[0].into()),
        ("ipv6_connections", store.by_family[1].into()),
        ("historical_nodes", Json::List(historical.collect())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(store: &mut Store, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = Request { method: method.into(), path: path.into(), body: body.into() };
        let response = answer(&request, store, 1000);
        (response.status, response.body)
    }

    #[test]
    fn routes() {
        let (mut store, id) = (Store::new(990, false), "ab".repeat(32));
        let body = format!(r#"{{"peer_id":"{id}","listen_addresses":[],"external_addresses":["1.2.3.4:9000"]}}"#);
        assert_eq!(ask(&mut store, "POST", "/api/heartbeat", &body).0, 404);
        assert_eq!(ask(&mut store, "POST", "/api/register", &body).0, 200);
        assert_eq!(ask(&mut store, "POST", "/api/heartbeat", &body).0, 200);
        assert_eq!(ask(&mut store, "POST", "/api/register", "{").0, 400);
        let report = format!(r#"{{"from_peer":"{id}","to_peer":"{id}","method":"relayed","is_ipv6":false}}"#);
        assert_eq!(ask(&mut store, "POST", "/api/connection", &report).0, 200);
        assert!(ask(&mut store, "GET", "/api/results", "").1.contains(r#""method":"relayed""#));
        assert!(ask(&mut store, "GET", "/api/stats", "").1.contains(r#""total_nodes":1"#));
        assert!(ask(&mut store, "GET", "/api/node/abab", "").1.contains("1.2.3.4:9000"));
        assert!(ask(&mut store, "GET", "/api/node/ff", "").1.contains("Node not found"));
        assert!(ask(&mut store, "GET", "/api/node/", "").1.contains("Node not found"));
        assert!(ask(&mut store, "GET", "/api/node/é", "").1.contains("Node not found"));
        for path in ["/api/peers", "/api/peers/all", "/health", "/metrics", "/"] {
            assert_eq!(ask(&mut store, "GET", path, "").0, 200, "{path}");
        }
        assert_eq!(ask(&mut store, "GET", "/nope", "").0, 404);
        assert_eq!(ask(&mut store, "DELETE", "/api/peers", "").0, 405);
    }
}
