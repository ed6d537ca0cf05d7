//! Text for people and scrapers: the registry's one page, and its Prometheus lines.

use crate::json::Json;
use crate::store::{Store, METHODS, TTL};

pub fn dashboard(store: &Store, now: u64) -> String {
    let mut rows = String::new();
    for peer in store.list(now, true) {
        rows.push_str("<tr>");
        for field in ["peer_id", "status", "addresses", "nat_type", "version", "last_seen"] {
            let text = match peer.get(field) {
                Some(Json::Text(text)) => text.clone(),
                Some(other) => other.write(),
                None => String::new(),
            };
            rows.push_str(&format!("<td>{}</td>", escape(&text)));
        }
        rows.push_str("</tr>\n");
    }
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>testnet registry</title>\n\
         <style>body{{font:14px sans-serif;margin:2em}}td,th{{text-align:left;padding:.2em 1em .2em 0}}</style>\n\
         <h1>testnet registry</h1>\n<p>{} peers, {} connection reports</p>\n<table>\n\
         <tr><th>peer<th>status<th>addresses<th>NAT (as reported)<th>version<th>last seen</tr>\n{}</table>\n",
        store.alive(now, TTL),
        store.by_method.iter().sum::<u64>(),
        rows
    )
}

pub fn metrics(store: &Store, now: u64) -> String {
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, value: u64| {
        out.push_str(&format!("# HELP testnet_{name} {help}\n# TYPE testnet_{name} gauge\ntestnet_{name} {value}\n"));
    };
    gauge("active_nodes", "Peers with a heartbeat in the last 60 seconds.", store.alive(now, 60) as u64);
    gauge("total_nodes", "Peers with a heartbeat in the last 120 seconds.", store.alive(now, TTL) as u64);
    gauge("uptime_seconds", "Age of this registry process.", now.saturating_sub(store.started));
    gauge("reported_bytes", "Sum of the byte counters that peers reported last.", store.total_bytes());
    out.push_str("# HELP testnet_reported_connections_total Connection reports received.\n");
    out.push_str("# TYPE testnet_reported_connections_total counter\n");
    for (method, count) in METHODS.iter().zip(store.by_method) {
        out.push_str(&format!("testnet_reported_connections_total{{method=\"{method}\"}} {count}\n"));
    }
    out
}

/// Everything on the page was written by strangers.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_hostile_text_as_text() {
        let mut store = Store::new(0, false);
        let body = format!(
            r#"{{"peer_id":"{}","listen_addresses":[],"external_addresses":[],"version":"<script>'&\""}}"#,
            "ab".repeat(32)
        );
        store.register(&Json::parse(&body).unwrap(), 1).unwrap();
        let page = dashboard(&store, 1);
        assert!(page.contains("&lt;script&gt;&#39;&amp;&quot;") && !page.contains("<script>"), "{page}");
        assert!(metrics(&store, 1).contains("testnet_total_nodes 1\n"));
    }
}
