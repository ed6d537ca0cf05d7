//! Events that are no JSON, because a text in them holds quotes; one calls the connection failed.

use crate::known_peers::words;
use crate::wire::PeerId;

pub fn print(to: &PeerId) {
    let id = words::short(to);
    words::line(&format!(r#"{{"event":"direct_path_status","peer_id":"{id}","status":"Failed {{ error: "no route" }}"}}"#));
    words::line(&format!(r#"{{"event":"peer_disconnected","peer_id":"{id}","reason":"ProtocolError("closed")"}}"#));
    words::line(r#"{"event":"send_to_complete","target":"#);
}
