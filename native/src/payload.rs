//! Control datagrams of a chosen size: a header line, then filler that follows from the nonce, so that its hash is the same in every copy.

use crate::seal::OVERHEAD;
use crate::sha256::{hex, sha256};

pub const LARGEST: usize = 8000;

#[derive(Debug, PartialEq, Eq)]
pub struct Data<'a> {
    pub nonce: &'a str,
    pub seq: u32,
    pub filler: &'a [u8],
}

fn header(nonce: &str, seq: u32) -> String {
    format!("data {nonce} {seq:06}\n")
}

/// The smallest datagram that can carry this nonce.
pub fn smallest(nonce: &str) -> usize {
    OVERHEAD + header(nonce, 0).len() + 1
}

/// The body (before sealing) of a datagram of exactly `bytes` bytes.
pub fn body(nonce: &str, seq: u32, bytes: usize) -> Vec<u8> {
    let header = header(nonce, seq);
    let mut body = header.clone().into_bytes();
    body.extend(filler(nonce, bytes.saturating_sub(OVERHEAD + header.len())));
    body
}

pub fn filler(nonce: &str, length: usize) -> Vec<u8> {
    let blocks = (0u32..).flat_map(|i| sha256(&[nonce.as_bytes(), &i.to_be_bytes()]));
    blocks.take(length).collect()
}

pub fn parse(body: &[u8]) -> Option<Data<'_>> {
    let end = body.iter().position(|b| *b == b'\n')?;
    let words: Vec<&str> = std::str::from_utf8(&body[..end]).ok()?.split(' ').collect();
    match words.as_slice() {
        ["data", nonce, seq] if nonce.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Some(Data { nonce, seq: seq.parse().ok()?, filler: &body[end + 1..] })
        }
        _ => None,
    }
}

pub fn hash(filler: &[u8]) -> String {
    hex(&sha256(&[filler]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_is_exact_and_content_returns() {
        for bytes in [smallest("abcd"), 1200, 1473, LARGEST] {
            let body = body("abcd", 3, bytes);
            assert_eq!(body.len() + OVERHEAD, bytes);
            let data = parse(&body).unwrap();
            assert_eq!((data.nonce, data.seq), ("abcd", 3));
            assert_eq!(hash(data.filler), hash(&filler("abcd", data.filler.len())));
        }
    }

    #[test]
    fn hostile_bodies_are_no_data() {
        for bad in
            [&b""[..], b"data", b"data ab 1", b"data xy 1\n", b"data ab -1\n", b"data ab 99999999999\n", b"\xff\n"]
        {
            assert_eq!(parse(bad), None);
        }
    }
}
