//! What each link does to a packet that enters or leaves by it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::netlink::interface_index;
use crate::args::{usage, Outcome};

#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub name: String,
    pub delay: Duration,
    /// Chance of loss per direction, 0 to 1.
    pub loss: f64,
}

impl Link {
    /// `name=milliseconds,loss-percent`, one way.
    pub fn parse(text: &str) -> Outcome<Link> {
        let parsed = (|| -> Option<Link> {
            let (name, values) = text.split_once('=')?;
            let (delay, loss) = values.split_once(',').unwrap_or((values, "0"));
            let (delay, loss): (f64, f64) = (delay.parse().ok()?, loss.parse().ok()?);
            let fits =
                (1..=15).contains(&name.len()) && (0.0..=60_000.0).contains(&delay) && (0.0..=100.0).contains(&loss);
            // Only after the check: a duration from an infinite or negative number panics.
            fits.then(|| Link {
                name: name.to_string(),
                delay: Duration::from_secs_f64(delay / 1000.0),
                loss: loss / 100.0,
            })
        })();
        parsed.map_or_else(|| usage(format!("--link: {text:?} is not name=milliseconds,loss-percent")), Ok)
    }
}

/// Links by interface index; looked up again when an unknown index shows up, since interfaces come and go.
pub struct Links {
    links: Vec<Link>,
    by_index: HashMap<u32, usize>,
    looked_up: Instant,
}

const LOOK_UP_AGAIN: Duration = Duration::from_secs(1);

impl Links {
    pub fn new(links: Vec<Link>) -> Links {
        let mut links = Links { links, by_index: HashMap::new(), looked_up: Instant::now() };
        links.look_up();
        links
    }

    pub fn missing(&self) -> Vec<&str> {
        let present = |i: &usize| self.by_index.values().any(|v| v == i);
        (0..self.links.len()).filter(|i| !present(i)).map(|i| self.links[i].name.as_str()).collect()
    }

    pub fn of(&mut self, index: u32, now: Instant) -> Option<&Link> {
        if index != 0 && !self.by_index.contains_key(&index) && now.duration_since(self.looked_up) > LOOK_UP_AGAIN {
            self.look_up();
        }
        self.by_index.get(&index).map(|i| &self.links[*i])
    }

    fn look_up(&mut self) {
        self.looked_up = Instant::now();
        let found = self.links.iter().enumerate();
        self.by_index = found.filter_map(|(i, link)| Some((interface_index(&link.name)?, i))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_links() {
        let link = Link::parse("w3=75,0.5").unwrap();
        assert_eq!(link, Link { name: "w3".into(), delay: Duration::from_millis(75), loss: 0.005 });
        assert_eq!(Link::parse("lo=12.5").unwrap().delay, Duration::from_micros(12_500));
    }

    #[test]
    fn refuses_odd_links() {
        for bad in
            ["w3", "=1,1", "w3=", "w3=-1,0", "w3=1,101", "w3=nan,0", "w3=inf", "w3=1,2,3", "sixteen-letters-=1,0"]
        {
            assert!(Link::parse(bad).is_err(), "{bad}");
        }
    }
}
