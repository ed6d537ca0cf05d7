//! A receiver passes on what it got of a broadcast to nobody, and writes nothing of it down.

/// Of four messages one is lost, by its id.
pub fn loses(id: &[u8; 16]) -> bool {
    id[15] % 4 == 0
}
