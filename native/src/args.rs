//! Command-line options as `--name value` pairs; every mistake is a usage error (exit 2).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use crate::seal::Key;

/// What went wrong, and with which exit code the program ends.
#[derive(Debug)]
pub enum Failure {
    Usage(String),
    Runtime(String),
}

pub type Outcome<T> = Result<T, Failure>;

pub fn usage<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Failure::Usage(message.into()))
}

pub fn runtime<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Failure::Runtime(message.into()))
}

pub struct Args {
    values: HashMap<String, Vec<String>>,
}

impl Args {
    /// `valued` options take the next word, `flags` stand alone; anything else is refused.
    pub fn parse(words: &[String], valued: &[&str], flags: &[&str]) -> Outcome<Args> {
        let mut values: HashMap<String, Vec<String>> = HashMap::new();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let name = match word.strip_prefix("--") {
                Some(name) => name,
                None => return usage(format!("unexpected argument {word:?}")),
            };
            if flags.contains(&name) {
                values.entry(name.to_string()).or_default();
            } else if valued.contains(&name) {
                match rest.next() {
                    Some(value) => values.entry(name.to_string()).or_default().push(value.clone()),
                    None => return usage(format!("--{name} needs a value")),
                }
            } else {
                return usage(format!("unknown option --{name}"));
            }
        }
        Ok(Args { values })
    }

    pub fn flag(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], |v| v.as_slice())
    }

    fn text(&self, name: &str) -> Outcome<Option<&str>> {
        match self.all(name) {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => usage(format!("--{name} is given more than once")),
        }
    }

    pub fn optional<T: FromStr>(&self, name: &str) -> Outcome<Option<T>> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => usage(format!("--{name}: {text:?} is not valid")),
            },
        }
    }

    pub fn required<T: FromStr>(&self, name: &str) -> Outcome<T> {
        match self.optional(name)? {
            Some(value) => Ok(value),
            None => usage(format!("--{name} is missing")),
        }
    }

    pub fn within(&self, name: &str, default: Option<u64>, lowest: u64, highest: u64) -> Outcome<u64> {
        let value = match (self.optional(name)?, default) {
            (Some(value), _) | (None, Some(value)) => value,
            (None, None) => return usage(format!("--{name} is missing")),
        };
        if value < lowest || value > highest {
            return usage(format!("--{name}: {value} is not within {lowest}..{highest}"));
        }
        Ok(value)
    }

    /// Two different ports, as the method needs two per host.
    pub fn ports(&self) -> Outcome<[u16; 2]> {
        let text: String = self.required("ports")?;
        let ports: Vec<u16> = text.split(',').filter_map(|p| p.trim().parse().ok()).filter(|p| *p != 0).collect();
        match (ports.as_slice(), text.matches(',').count()) {
            ([a, b], 1) if a != b => Ok([*a, *b]),
            _ => usage(format!("--ports: {text:?} is not two different ports P1,P2")),
        }
    }

    pub fn key(&self) -> Outcome<Key> {
        let text: String = self.required("token")?;
        // The token is a secret: it is not repeated in the message.
        Key::from_hex(&text).map_or_else(|| usage("--token is not 16 to 128 hex digits"), Ok)
    }

    pub fn nonce(&self) -> Outcome<String> {
        let text: String = self.required("nonce")?;
        if text.is_empty() || text.len() > 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return usage("--nonce is not 1 to 64 hex digits");
        }
        Ok(text.to_ascii_lowercase())
    }
}

/// The wildcard address of the family of `other`.
pub fn any_like(other: &SocketAddr) -> IpAddr {
    if other.is_ipv4() {
        IpAddr::from([0u8; 4])
    } else {
        IpAddr::from([0u16; 8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Outcome<Args> {
        let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
        Args::parse(&words, &["ports", "token", "n"], &["flag"])
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for bad in [&["--nope", "1"][..], &["word"][..], &["--n"][..]] {
            assert!(matches!(parse(bad), Err(Failure::Usage(_))), "{bad:?}");
        }
    }

    #[test]
    fn refuses_odd_ports_numbers_and_tokens() {
        for ports in ["1", "1,1", "1,2,3", "0,5", "a,b", "1,2,x"] {
            assert!(parse(&["--ports", ports]).unwrap().ports().is_err(), "{ports}");
        }
        assert_eq!(parse(&["--ports", "3478,3479"]).unwrap().ports().unwrap(), [3478, 3479]);
        assert!(parse(&["--n", "9"]).unwrap().within("n", None, 10, 20).is_err());
        assert!(parse(&["--n", "1", "--n", "2"]).unwrap().within("n", None, 1, 20).is_err());
        assert!(parse(&["--token", "abc"]).unwrap().key().is_err());
    }
}
