//! A part of a generated payload as it is sent: a JSON object that holds its bytes as numbers, and their hash.

use std::fmt::Write;

use crate::bytes::{to_hex, unix_ms};
use crate::sha256::sha256;

/// How long each part's payload is: the last one is the rest.
pub fn lengths(bytes: u64, chunk: u64) -> Vec<u64> {
    (0..(bytes + chunk - 1) / chunk).map(|n| chunk.min(bytes - n * chunk)).collect()
}

/// Byte `i` of part `n` is `n + i`, modulo 256.
pub fn message(sequence: usize, length: u64) -> Vec<u8> {
    let data: Vec<u8> = (0..length).map(|i| (sequence as u64 + i) as u8).collect();
    let mut numbers = String::with_capacity(data.len() * 4);
    for byte in &data {
        let _ = write!(numbers, "{byte},");
    }
    numbers.pop();
    let (checksum, now) = (to_hex(&sha256(&[&data])), unix_ms() / 1000);
    format!(r#"{{"sequence":{sequence},"data":[{numbers}],"checksum":"{checksum}","timestamp":{now}}}"#).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_the_documented_form() {
        assert_eq!(lengths(10, 4), [4, 4, 2]);
        assert_eq!(lengths(8, 4), [4, 4]);
        let text = String::from_utf8(message(254, 4)).unwrap();
        assert!(text.starts_with(r#"{"sequence":254,"data":[254,255,0,1],"checksum":"#), "{text}");
    }
}
