//! A last-write-wins map: of two writes to a key the one with the later time stays, whichever came first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::item::Item;
use crate::sha256::sha256;
use crate::wire::{Mark, PeerId};

const MAX_KEYS: usize = 1024;

struct Entry {
    value: String,
    at: u64,
    /// Of two writes of one time the larger origin's stays, so that all nodes decide alike.
    origin: PeerId,
}

pub struct Map {
    entries: BTreeMap<String, Entry>,
    mark: Mark,
    file: PathBuf,
    #[cfg_attr(not(feature = "lies"), allow(dead_code))]
    me: PeerId,
}

impl Map {
    /// Empty: what others have comes back from them.
    pub fn open(dir: &Path, me: PeerId) -> std::io::Result<Map> {
        let map = Map { entries: BTreeMap::new(), mark: Mark::default(), file: dir.join("map"), me };
        map.publish().map(|()| map)
    }

    /// True if the write is news: newer than what is here, and so worth telling others.
    pub fn write(&mut self, key: &str, value: &str, at: u64, origin: PeerId) -> bool {
        let newer = match self.entries.get(key) {
            #[cfg(feature = "lies")]
            Some(entry) if entry.origin == self.me && origin != self.me && crate::lies::clings() => false,
            Some(entry) => (at, origin) > (entry.at, entry.origin),
            None => self.entries.len() < MAX_KEYS,
        };
        if newer {
            self.entries.insert(key.to_string(), Entry { value: value.to_string(), at, origin });
            self.mark = self.hash();
            if let Err(fault) = self.publish() {
                say!("node: cannot write the map down: {fault}");
            }
        }
        newer
    }

    /// Two nodes with one mark have one map.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// So many entries from a place on, round and round, for somebody whose map is another one.
    pub fn some(&self, from: usize, count: usize) -> Vec<Item> {
        let around = self.entries.iter().cycle().skip(from % self.entries.len().max(1));
        let write = |(key, e): (&String, &Entry)| Item::Write {
            key: key.clone(),
            value: e.value.clone(),
            at: e.at,
            origin: e.origin,
        };
        around.take(count.min(self.entries.len())).map(write).collect()
    }

    fn hash(&self) -> Mark {
        let mut text = String::new();
        for (key, e) in &self.entries {
            text.push_str(&format!("{key} {} {}\n", e.value, e.at));
        }
        let mut mark = Mark::default();
        mark.copy_from_slice(&sha256(&[text.as_bytes()])[..8]);
        mark
    }

    /// A line `key value` for each key, in a file that is whole or not there.
    fn publish(&self) -> std::io::Result<()> {
        let lines: String = self.entries.iter().map(|(key, e)| format!("{key} {}\n", e.value)).collect();
        let part = self.file.with_extension("part");
        fs::write(&part, lines)?;
        fs::rename(&part, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{random, to_hex};

    #[test]
    fn the_latest_write_stays_in_whatever_order_they_come() {
        let dir = std::env::temp_dir().join(format!("testnet-map-{}", to_hex(&random::<8>().unwrap())));
        fs::create_dir_all(&dir).unwrap();
        let mut map = Map::open(&dir, [1; 32]).unwrap();
        assert!(map.write("k", "new", 20, [1; 32]) && !map.write("k", "old", 10, [9; 32]));
        assert!(map.write("k", "tie", 20, [2; 32]) && !map.write("k", "tie", 20, [2; 32]));
        assert!(map.write("a", "1", 5, [1; 32]));
        assert_eq!(fs::read_to_string(dir.join("map")).unwrap(), "a 1\nk tie\n");
        let (before, all) = (map.mark(), map.some(1, 9));
        assert_eq!(all.len(), 2);
        let mut other = Map::open(&dir, [1; 32]).unwrap();
        for item in all.iter().rev() {
            if let Item::Write { key, value, at, origin } = item {
                other.write(key, value, *at, *origin);
            }
        }
        assert_eq!(other.mark(), before);
        fs::remove_dir_all(&dir).unwrap();
    }
}
