//! Gossip: messages to everybody and writes to the map, passed on by hubs, each hop until it is acknowledged.
//!
//! Every node beats to the hubs (the nodes that also relay), which opens its NAT for their answers. A hub passes on
//! what is new to everybody it hears. Who is heard is a member; who is silent for some seconds is none. What was told
//! or passed on a short while ago is sent to whoever is heard for the first time, or from elsewhere.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::bytes::{random, to_hex, unix_ms};
use crate::item::Item;
use crate::json::object;
use crate::map::Map;
use crate::wire::{Mark, Message, PeerId, MAX_MEMBERS};

const BEAT_EVERY: Duration = Duration::from_secs(2);
const SILENT: Duration = Duration::from_secs(6);
const AGAIN_AFTER: Duration = Duration::from_millis(250);
const GIVE_UP_AFTER: u32 = 40;
const MAX_SEEN: usize = 8192;
const MAX_PENDING: usize = 4096;
/// So long, and so many, items are kept for whoever is heard later.
const RECENT: Duration = Duration::from_secs(30);
const MAX_RECENT: usize = 512;
/// Entries of the map for somebody whose map is another one, at each of its beats.
const SOME: usize = 16;

struct Link {
    address: SocketAddr,
    heard: Instant,
    /// Whom a hub hears.
    members: Vec<Mark>,
    cursor: usize,
}

struct Pending {
    to: SocketAddr,
    hop: Mark,
    item: Vec<u8>,
    next: Instant,
    tries: u32,
}

pub struct Gossip {
    me: PeerId,
    hub: bool,
    links: HashMap<PeerId, Link>,
    pending: Vec<Pending>,
    recent: VecDeque<(Instant, Vec<u8>)>,
    seen: HashSet<[u8; 16]>,
    order: VecDeque<[u8; 16]>,
    map: Map,
    record: File,
    next_beat: Instant,
}

type Out = Vec<(Message, SocketAddr)>;

impl Gossip {
    pub fn open(dir: &Path, me: PeerId, hub: bool, now: Instant) -> io::Result<Gossip> {
        let record = OpenOptions::new().append(true).create(true).open(dir.join("gossip.jsonl"))?;
        let (links, pending, recent) = (HashMap::new(), Vec::new(), VecDeque::new());
        let (seen, order, map) = (HashSet::new(), VecDeque::new(), Map::open(dir, me)?);
        Ok(Gossip { me, hub, links, pending, recent, seen, order, map, record, next_beat: now })
    }

    pub fn wake(&self) -> Instant {
        self.pending.iter().map(|p| p.next).fold(self.next_beat, Instant::min)
    }

    /// What is due now: beats to the hubs and to everybody a hub hears, and what was not acknowledged yet.
    pub fn due(&mut self, hubs: &[SocketAddr], now: Instant) -> Out {
        let mut out = Vec::new();
        if now >= self.next_beat {
            self.next_beat = now + BEAT_EVERY;
            self.links.retain(|_, l| now.duration_since(l.heard) < SILENT || remembers_the_dead());
            let members: Vec<Mark> = match self.hub {
                true => self.links.keys().take(MAX_MEMBERS).map(mark_of).collect(),
                false => Vec::new(),
            };
            let mut to: Vec<SocketAddr> = hubs.to_vec();
            if self.hub {
                to.extend(self.links.values().map(|l| l.address));
            }
            to.sort();
            to.dedup();
            let beat = Message::Beat { peer: self.me, map: self.map.mark(), members };
            out.extend(to.into_iter().map(|address| (beat.clone(), address)));
        }
        self.pending.retain(|p| p.tries < GIVE_UP_AFTER);
        for p in self.pending.iter_mut().filter(|p| now >= p.next) {
            p.tries += 1;
            p.next = now + AGAIN_AFTER;
            out.push((Message::Pass { hop: p.hop, item: p.item.clone() }, p.to));
        }
        out
    }

    pub fn hear(&mut self, message: &Message, source: SocketAddr, now: Instant) -> Out {
        match message {
            Message::Beat { peer, map, members } if *peer != self.me => self.beaten(*peer, *map, members, source, now),
            Message::Passed { hop } => self.pending.retain(|p| p.hop != *hop || p.to != source),
            Message::Pass { hop, item } => {
                let news = Item::decode(item).map_or(false, |item| self.take(&item));
                if news {
                    self.pass_on(item, Some(source), now);
                }
                return vec![(Message::Passed { hop: *hop }, source)];
            }
            _ => {}
        }
        Vec::new()
    }

    fn beaten(&mut self, peer: PeerId, map: Mark, members: &[Mark], source: SocketAddr, now: Instant) {
        let unheard = !self.links.contains_key(&peer);
        let fresh = || Link { address: source, heard: now, members: Vec::new(), cursor: 0 };
        let link = self.links.entry(peer).or_insert_with(fresh);
        let from_elsewhere = link.address != source;
        link.address = source;
        link.heard = now;
        link.members = members.to_vec();
        if map != self.map.mark() && !self.pending.iter().any(|p| p.to == source) {
            let items = self.map.some(link.cursor, SOME);
            link.cursor += items.len();
            for item in items {
                self.send(item.encode(), source, now);
            }
        }
        if unheard || from_elsewhere {
            self.recent.retain(|(at, _)| now.duration_since(*at) < RECENT);
            for item in self.recent.iter().map(|(_, item)| item.clone()).collect::<Vec<_>>() {
                self.send(item, source, now);
            }
        }
    }

    /// What somebody on this machine asks for; the answer is one text.
    pub fn say(&mut self, item: Item, now: Instant) -> bool {
        let news = self.take(&item);
        if news {
            self.pass_on(&item.encode(), None, now);
        }
        news
    }

    /// Everybody who is heard, here or by a hub that is heard: whole ids where they are known, else their beginnings.
    pub fn members(&self, now: Instant) -> Vec<String> {
        let alive = self.links.iter().filter(|(_, l)| now.duration_since(l.heard) < SILENT || remembers_the_dead());
        let mut ids = vec![to_hex(&self.me)];
        let mut told: Vec<&Mark> = Vec::new();
        for (peer, link) in alive {
            ids.push(to_hex(peer));
            told.extend(&link.members);
        }
        for mark in told.into_iter().map(|m| to_hex(m)) {
            if !ids.iter().any(|id| id.starts_with(&mark)) {
                ids.push(mark);
            }
        }
        ids
    }

    /// True if it is news. A message is written down once, ever; a write counts if it is the newest of its key.
    fn take(&mut self, item: &Item) -> bool {
        let (id, origin, channel, payload) = match item {
            Item::Write { key, value, at, origin } => return self.map.write(key, value, *at, *origin),
            Item::Message { id, origin, channel, payload } => (id, origin, channel, payload),
        };
        if !self.seen.insert(*id) {
            return false;
        }
        self.order.push_back(*id);
        if self.order.len() > MAX_SEEN {
            self.order.pop_front().map(|old| self.seen.remove(&old));
        }
        #[cfg(feature = "lies")]
        if crate::lies::loses(id) && *origin != self.me {
            return false;
        }
        #[cfg(feature = "lies")]
        let channel = &crate::lies::channel(channel);
        let line = object([
            ("event", "message".into()),
            ("id", to_hex(id).into()),
            ("channel", channel.as_str().into()),
            ("payload", payload.as_str().into()),
            ("origin", to_hex(origin).into()),
            ("at_ms", unix_ms().into()),
        ]);
        if let Err(fault) = self.record.write_all((line.write() + "\n").as_bytes()) {
            say!("node: cannot write a message down: {fault}");
        }
        true
    }

    /// The origin tells the hubs; a hub tells everybody else that it hears.
    fn pass_on(&mut self, item: &[u8], from: Option<SocketAddr>, now: Instant) {
        if from.is_some() && !self.hub {
            return;
        }
        self.recent.push_back((now, item.to_vec()));
        if self.recent.len() > MAX_RECENT {
            self.recent.pop_front();
        }
        let to: Vec<SocketAddr> = self.links.values().map(|l| l.address).filter(|a| Some(*a) != from).collect();
        for address in to {
            self.send(item.to_vec(), address, now);
        }
    }

    fn send(&mut self, item: Vec<u8>, to: SocketAddr, now: Instant) {
        if let (true, Ok(hop)) = (self.pending.len() < MAX_PENDING, random()) {
            self.pending.push(Pending { to, hop, item, next: now, tries: 0 });
        }
    }
}

fn mark_of(peer: &PeerId) -> Mark {
    let mut mark = Mark::default();
    mark.copy_from_slice(&peer[..8]);
    mark
}

#[cfg(feature = "lies")]
fn remembers_the_dead() -> bool {
    crate::lies::remembers_the_dead()
}

#[cfg(not(feature = "lies"))]
fn remembers_the_dead() -> bool {
    false
}
