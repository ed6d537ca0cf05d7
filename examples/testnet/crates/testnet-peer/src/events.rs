//! The dialer's events: one JSON object per line on stdout, each with its kind and its time.

use std::io::Write;

use crate::bytes::unix_ms;
use crate::json::Json;

pub fn emit<const N: usize>(event: &str, fields: [(&str, Json); N]) {
    let mut all = vec![("event".to_string(), event.into()), ("t_ms".to_string(), unix_ms().into())];
    all.extend(fields.into_iter().map(|(name, value)| (name.to_string(), value)));
    let mut out = std::io::stdout().lock();
    // Nobody listening is no reason to fail: the exit code still tells.
    let _ = out.write_all((Json::Object(all).write() + "\n").as_bytes()).and_then(|()| out.flush());
}
