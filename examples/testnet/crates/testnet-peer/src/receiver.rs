//! Receiving a transfer: every packet is checked, put in order, hashed; what is complete is recorded.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::bytes::{from_hex, to_hex, unix_ms};
use crate::json::{object, Json};
use crate::payload::{chunk, chunk_length, packet_count, Nonce, MAX_BYTES, MAX_GIVEN};
use crate::sha256::Sha256;
use crate::window::AHEAD;
use crate::wire::{Header, Message, Token};

/// Payloads that were given to the dialer are kept, so that anybody can look at what arrived: these many.
const KEPT: usize = 64;

/// One transfer from one address. What is in order is hashed at once, so a transfer of any size
/// holds no more than the few packets that came too early; one of given bytes holds them all.
pub struct Transfer {
    header: Header,
    token: Token,
    source: SocketAddr,
    relayed: bool,
    started_ms: u64,
    completed_ms: u64,
    next: u32,
    early: BTreeMap<u32, Vec<u8>>,
    bytes: u64,
    hasher: Sha256,
    digest: Option<[u8; 32]>,
    given: Vec<u8>,
    pub recorded: bool,
}

impl Transfer {
    pub fn start(header: Header, token: Token, source: SocketAddr, relayed: bool) -> Option<Transfer> {
        (header.total <= if header.given { MAX_GIVEN } else { MAX_BYTES }).then(|| Transfer {
            header,
            token,
            source,
            relayed,
            started_ms: unix_ms(),
            completed_ms: 0,
            next: 0,
            early: BTreeMap::new(),
            bytes: 0,
            hasher: Sha256::new(),
            digest: None,
            given: Vec::new(),
            recorded: false,
        })
    }

    /// False if the packet is not part of this transfer, or its bytes cannot be: not what the nonce
    /// says, or of given ones not as many.
    pub fn accept(&mut self, header: &Header, source: SocketAddr, sequence: u32, bytes: Vec<u8>) -> bool {
        let count = packet_count(self.header.total);
        if *header != self.header || source != self.source || sequence >= count {
            return false;
        }
        if sequence < self.next || self.early.contains_key(&sequence) {
            return true; // a repetition: our acknowledgement was lost
        }
        let fits = match self.header.given {
            true => bytes.len() == chunk_length(self.header.total, sequence),
            false => bytes == chunk(&self.header.nonce, self.header.total, sequence),
        };
        if sequence - self.next > AHEAD || !fits {
            return false;
        }
        self.early.insert(sequence, bytes);
        while let Some(bytes) = self.early.remove(&self.next) {
            self.hasher.update(&bytes);
            self.bytes += bytes.len() as u64;
            self.next += 1;
            if self.header.given {
                self.given.extend_from_slice(&bytes);
            }
        }
        if self.next == count {
            self.completed_ms = unix_ms();
            self.digest = Some(self.hasher.clone().finish());
        }
        true
    }

    /// Whether it is another transfer than this one: on a kept connection one follows the other.
    pub fn is_other(&self, header: &Header) -> bool {
        *header != self.header
    }

    pub fn is_complete(&self) -> bool {
        self.digest.is_some()
    }

    /// For the packet `sequence`, which it must not be larger than.
    pub fn ack(&self, sequence: u32) -> Message {
        let room = chunk_length(self.header.total, sequence).max(8);
        let mut later = Vec::new();
        for bit in self.early.keys().map(|s| (s - self.next - 1) as usize).take_while(|bit| bit / 8 < room) {
            later.resize(bit / 8 + 1, 0);
            later[bit / 8] |= 1 << (bit % 8);
        }
        Message::Ack { token: self.token, next: self.next, later }
    }

    /// Our own numbers, never the dialer's.
    pub fn confirm(&self) -> Option<Message> {
        let sha256 = self.digest?;
        Some(Message::Confirm { token: self.token, nonce: self.header.nonce, bytes: self.bytes, sha256 })
    }

    fn record(&self) -> Option<Json> {
        let digest = self.digest?;
        #[cfg(feature = "lies")]
        let digest = crate::lies::digest(&self.header, digest);
        Some(object([
            ("event", "received".into()),
            ("nonce", to_hex(&self.header.nonce).into()),
            ("bytes", self.bytes.into()),
            ("sha256", to_hex(&digest).into()),
            ("packets", u64::from(self.next).into()),
            ("missing", u64::from(packet_count(self.header.total) - self.next).into()),
            ("from", self.source.to_string().into()),
            ("via", if self.relayed { "relay" } else { "end_to_end" }.into()),
            ("from_peer", to_hex(&self.header.from).into()),
            ("connection", to_hex(&self.token).into()),
            ("started_ms", self.started_ms.into()),
            ("completed_ms", self.completed_ms.into()),
        ]))
    }
}

/// `received.jsonl`: one line per nonce that really arrived, ever. `payloads/`: the newest given ones.
pub struct Recorder {
    file: File,
    payloads: PathBuf,
    kept: VecDeque<PathBuf>,
    known: HashSet<Nonce>,
    /// The last write broke off somewhere in a line.
    torn: bool,
}

impl Recorder {
    pub fn open(dir: &Path) -> io::Result<Recorder> {
        let path = dir.join("received.jsonl");
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        let earlier = fs::read_to_string(&path)?;
        let payloads = dir.join("payloads");
        fs::create_dir_all(&payloads)?;
        let mut kept: Vec<_> = fs::read_dir(&payloads)?.filter_map(|e| Some(e.ok()?.path())).collect();
        kept.sort_by_key(|path| fs::metadata(path).and_then(|m| m.modified()).ok());
        let nonce = |line: &str| from_hex(Json::parse(line).ok()?.get("nonce")?.as_str()?);
        Ok(Recorder {
            file,
            payloads,
            kept: kept.into(),
            known: earlier.lines().filter_map(nonce).collect(),
            torn: !earlier.is_empty() && !earlier.ends_with('\n'),
        })
    }

    /// Writes the line if the nonce is new, and returns it. An error means: nothing was recorded.
    pub fn record(&mut self, transfer: &mut Transfer) -> io::Result<Option<String>> {
        #[cfg(feature = "lies")]
        if transfer.is_complete() && crate::lies::silent(&transfer.header.nonce) {
            transfer.recorded = true;
            return Ok(None);
        }
        let line = match transfer.record() {
            Some(record) if !self.known.contains(&transfer.header.nonce) => record.write(),
            _ => {
                transfer.recorded = transfer.is_complete();
                return Ok(None);
            }
        };
        self.keep(transfer)?;
        let text = format!("{}{line}\n", if self.torn { "\n" } else { "" });
        self.torn = true;
        self.file.write_all(text.as_bytes())?;
        self.file.flush()?;
        self.torn = false;
        self.known.insert(transfer.header.nonce);
        transfer.recorded = true;
        Ok(Some(line))
    }

    /// The bytes as they came; whole or not there.
    fn keep(&mut self, transfer: &mut Transfer) -> io::Result<()> {
        if !transfer.header.given {
            return Ok(());
        }
        let path = self.payloads.join(to_hex(&transfer.header.nonce));
        let part = path.with_extension("part");
        fs::write(&part, &transfer.given)?;
        fs::rename(&part, &path)?;
        transfer.given = Vec::new();
        self.kept.push_back(path);
        while self.kept.len() > KEPT {
            let _ = self.kept.pop_front().map(fs::remove_file);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::random;
    use crate::payload::{expected_hash, CHUNK};

    const SOURCE: ([u8; 4], u16) = ([203, 0, 113, 1], 7);

    fn header(total: u64) -> Header {
        Header { nonce: [5; 16], total, from: [6; 32], given: false }
    }

    fn start(total: u64) -> Transfer {
        Transfer::start(header(total), [1; 16], SOURCE.into(), false).unwrap()
    }

    fn give(t: &mut Transfer, h: &Header, sequence: u32) -> bool {
        t.accept(h, SOURCE.into(), sequence, chunk(&h.nonce, h.total, sequence))
    }

    #[test]
    fn reassembles_out_of_order_and_says_what_is_missing() {
        let total = 4 * CHUNK as u64 + 1;
        let (mut t, h) = (start(total), header(total));
        for sequence in [2, 0, 0, 4] {
            assert!(give(&mut t, &h, sequence));
        }
        assert_eq!(t.ack(0), Message::Ack { token: [1; 16], next: 1, later: vec![0b101] });
        assert!(give(&mut t, &h, 3) && give(&mut t, &h, 1) && t.is_complete());
        let expected = Message::Confirm {
            token: [1; 16],
            nonce: h.nonce,
            bytes: total,
            sha256: expected_hash(&h.nonce, total),
        };
        assert_eq!(t.confirm(), Some(expected));
    }

    #[test]
    fn refuses_what_does_not_belong() {
        let total = 4000 * CHUNK as u64;
        let (mut t, h) = (start(total), header(total));
        let good = chunk(&h.nonce, total, 0);
        let mut forged = good.clone();
        forged[0] ^= 1;
        assert!(!t.accept(&h, SOURCE.into(), 0, forged), "a byte changed");
        assert!(!t.accept(&h, SOURCE.into(), 0, good[1..].to_vec()), "a byte short");
        assert!(!t.accept(&h, ([203, 0, 113, 2], 7).into(), 0, good.clone()), "another address");
        assert!(!t.accept(&header(5), SOURCE.into(), 0, good), "another transfer");
        assert!(!give(&mut t, &h, 4000) && !give(&mut t, &h, u32::MAX) && !give(&mut t, &h, AHEAD + 1));
        assert!(give(&mut t, &h, AHEAD), "the last one an Ack can name");
        let later = [vec![0; AHEAD as usize / 8 - 1], vec![128]].concat();
        assert_eq!(t.ack(7), Message::Ack { token: [1; 16], next: 0, later });
        assert!(t.confirm().is_none() && t.record().is_none());
        assert!(Transfer::start(header(u64::MAX), [1; 16], SOURCE.into(), false).is_none());
    }

    #[test]
    fn given_bytes_are_kept_as_they_came() {
        let dir = std::env::temp_dir().join(format!("testnet-given-{}", to_hex(&random::<8>().unwrap())));
        fs::create_dir_all(&dir).unwrap();
        let mut recorder = Recorder::open(&dir).unwrap();
        for n in 0..=KEPT as u8 {
            let h = Header { nonce: [n; 16], given: true, ..header(CHUNK as u64 + 2) };
            let mut t = Transfer::start(h, [1; 16], SOURCE.into(), false).unwrap();
            assert!(!t.accept(&h, SOURCE.into(), 1, vec![9; 3]), "a byte too many");
            assert!(t.accept(&h, SOURCE.into(), 1, vec![9; 2]) && t.accept(&h, SOURCE.into(), 0, vec![n; CHUNK]));
            assert!(recorder.record(&mut t).unwrap().is_some());
            let kept = fs::read(dir.join("payloads").join(to_hex(&[n; 16]))).unwrap();
            assert_eq!(kept, [vec![n; CHUNK], vec![9; 2]].concat());
        }
        assert_eq!(fs::read_dir(dir.join("payloads")).unwrap().count(), KEPT);
        assert!(!dir.join("payloads").join(to_hex(&[0; 16])).exists(), "the oldest one went");
        assert!(Transfer::start(Header { given: true, ..header(MAX_GIVEN + 1) }, [1; 16], SOURCE.into(), false).is_none());
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn records_a_nonce_once_also_after_a_restart_and_a_torn_line() {
        let dir = std::env::temp_dir().join(format!("testnet-rx-{}", to_hex(&random::<8>().unwrap())));
        fs::create_dir_all(&dir).unwrap();
        let mut done = start(10);
        let mut recorder = Recorder::open(&dir).unwrap();
        assert!(recorder.record(&mut done).unwrap().is_none() && !done.recorded, "incomplete");
        give(&mut done, &header(10), 0);
        fs::write(dir.join("received.jsonl"), "{\"half").unwrap();
        let mut recorder = Recorder::open(&dir).unwrap();
        let line = recorder.record(&mut done).unwrap().unwrap();
        assert!(line.contains(r#""bytes":10"#) && line.contains(r#""missing":0"#) && done.recorded);
        assert!(recorder.record(&mut done).unwrap().is_none());
        assert!(Recorder::open(&dir).unwrap().record(&mut done).unwrap().is_none());
        let text = fs::read_to_string(dir.join("received.jsonl")).unwrap();
        assert_eq!(text, format!("{{\"half\n{line}\n"));
        fs::remove_dir_all(&dir).unwrap();
    }
}
