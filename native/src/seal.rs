//! Datagrams sealed with the token: it never crosses the network, and whoever lacks it gets silence.

use crate::sha256::hmac;

const MAGIC: &[u8; 4] = b"vpp1";
const TAG: usize = 16;
pub const OVERHEAD: usize = MAGIC.len() + TAG;

#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    pub fn from_hex(text: &str) -> Option<Key> {
        let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
        let digits = digits?;
        if digits.len() < 16 || digits.len() > 128 || digits.len() % 2 != 0 {
            return None;
        }
        Some(Key(digits.chunks_exact(2).map(|d| d[0] << 4 | d[1]).collect()))
    }

    pub fn seal(&self, body: &[u8]) -> Vec<u8> {
        let tag = hmac(&self.0, body);
        [MAGIC.as_slice(), &tag[..TAG], body].concat()
    }

    pub fn open<'a>(&self, packet: &'a [u8]) -> Option<&'a [u8]> {
        let rest = packet.strip_prefix(MAGIC.as_slice())?;
        let body = rest.get(TAG..)?;
        let expected = hmac(&self.0, body);
        let difference = rest.iter().zip(&expected[..TAG]).fold(0, |d, (a, b)| d | (a ^ b));
        (difference == 0).then_some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_what_it_sealed() {
        let key = Key::from_hex("00112233445566778899aabbccddeeff").unwrap();
        let other = Key::from_hex("00112233445566778899aabbccddeefe").unwrap();
        let packet = key.seal(b"hello");
        assert_eq!(key.open(&packet), Some(&b"hello"[..]));
        assert_eq!(other.open(&packet), None);
        for i in 0..packet.len() {
            let mut broken = packet.clone();
            broken[i] ^= 1;
            assert_eq!(key.open(&broken), None, "byte {i}");
            assert_eq!(key.open(&packet[..i]), None, "cut at {i}");
        }
    }

    #[test]
    fn refuses_odd_keys() {
        for bad in ["", "zz", "0011", "00112233445566778", "0011223344556677é"] {
            assert!(Key::from_hex(bad).is_none(), "{bad}");
        }
    }
}
