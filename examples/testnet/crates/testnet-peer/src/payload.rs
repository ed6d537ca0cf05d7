//! The payload of a transfer: a byte stream that anybody who knows the nonce can compute again.
//!
//! `SHA-256(nonce ‖ counter)` for counter 0, 1, 2 … (u64, big endian), cut at the wanted length.
//! A third party needs only the nonce and the length to know the hash a receiver must report.
//! Or the bytes are given: then nobody knows them but who gave them, and whom they reach.

use crate::sha256::sha256;

pub type Nonce = [u8; 16];

/// Bytes per data packet: whole SHA-256 blocks of the stream, and with its header well under 1200.
pub const CHUNK: usize = 34 * 32;

/// The largest transfer a receiver accepts; sequence numbers stay far from their limit.
pub const MAX_BYTES: u64 = 1 << 30;

/// How many packets carry `total` bytes. An empty transfer still needs one, to be heard of at all.
pub fn packet_count(total: u64) -> u32 {
    let chunk = CHUNK as u64;
    ((total + chunk - 1) / chunk).max(1) as u32
}

/// The bytes of packet `sequence`; empty outside of the transfer.
pub fn chunk(nonce: &Nonce, total: u64, sequence: u32) -> Vec<u8> {
    let start = u64::from(sequence) * CHUNK as u64;
    let length = chunk_length(total, sequence);
    let mut bytes = Vec::with_capacity(CHUNK);
    let mut counter = start / 32;
    while bytes.len() < length {
        bytes.extend_from_slice(&sha256(&[nonce, &counter.to_be_bytes()]));
        counter += 1;
    }
    bytes.truncate(length);
    bytes
}

/// Longer ones are not taken as given: they are held in memory at both ends.
pub const MAX_GIVEN: u64 = 16 << 20;

pub enum Source {
    Nonce(Nonce),
    Given(Vec<u8>),
}

impl Source {
    /// The bytes of packet `sequence` of `total`.
    pub fn chunk(&self, total: u64, sequence: u32) -> Vec<u8> {
        match self {
            Source::Nonce(nonce) => chunk(nonce, total, sequence),
            Source::Given(bytes) => {
                let start = (sequence as usize * CHUNK).min(bytes.len());
                bytes[start..(start + CHUNK).min(bytes.len())].to_vec()
            }
        }
    }
}

/// How long the bytes of packet `sequence` are; 0 outside of the transfer.
pub fn chunk_length(total: u64, sequence: u32) -> usize {
    total.saturating_sub(u64::from(sequence) * CHUNK as u64).min(CHUNK as u64) as usize
}

/// The hash of the whole stream, as a third party computes it.
#[cfg(test)]
pub fn expected_hash(nonce: &Nonce, total: u64) -> [u8; 32] {
    let mut hasher = crate::sha256::Sha256::new();
    for sequence in 0..packet_count(total) {
        hasher.update(&chunk(nonce, total, sequence));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_the_stream() {
        let nonce = [7u8; 16];
        let total = 3 * CHUNK as u64 + 5;
        let mut stream = Vec::new();
        for counter in 0u64..200 {
            stream.extend_from_slice(&sha256(&[&nonce, &counter.to_be_bytes()]));
        }
        stream.truncate(total as usize);
        let joined: Vec<u8> = (0..packet_count(total)).flat_map(|s| chunk(&nonce, total, s)).collect();
        assert_eq!(joined, stream);
        assert_eq!(expected_hash(&nonce, total), sha256(&[&stream]));
    }

    #[test]
    fn given_bytes_are_cut_into_the_same_packets() {
        let bytes: Vec<u8> = (0..3 * CHUNK + 5).map(|i| i as u8).collect();
        let total = bytes.len() as u64;
        let source = Source::Given(bytes.clone());
        let joined: Vec<u8> = (0..packet_count(total)).flat_map(|s| source.chunk(total, s)).collect();
        assert_eq!(joined, bytes);
        assert!((0..6).all(|s| source.chunk(total, s).len() == chunk_length(total, s)));
        assert!(Source::Given(Vec::new()).chunk(0, u32::MAX).is_empty());
    }

    #[test]
    fn edges() {
        assert_eq!(packet_count(0), 1);
        assert_eq!(packet_count(CHUNK as u64), 1);
        assert_eq!(packet_count(CHUNK as u64 + 1), 2);
        assert!(chunk(&[0; 16], 10, 1).is_empty());
        assert!(chunk(&[0; 16], MAX_BYTES, u32::MAX).is_empty());
        assert_eq!(chunk(&[0; 16], 10, 0).len(), 10);
    }
}
