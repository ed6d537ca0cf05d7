//! From observations to RFC 4787 words; pure. What was not seen is "unknown", never guessed.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use super::asker::Provoked;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    Eim,
    Adm,
    Apdm,
    Blocked,
    Unknown,
}

impl Mapping {
    pub fn name(self) -> &'static str {
        match self {
            Mapping::Eim => "EIM",
            Mapping::Adm => "ADM",
            Mapping::Apdm => "APDM",
            Mapping::Blocked => "blocked",
            Mapping::Unknown => "unknown",
        }
    }
}

/// The test with a packet that came before we spoke to its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsolicited {
    Kept,
    Changed,
    Unanswered,
    Untested,
}

pub fn mapping(seen: &[(SocketAddr, SocketAddr)]) -> Mapping {
    let hosts: HashSet<IpAddr> = seen.iter().map(|(to, _)| to.ip()).collect();
    let different: HashSet<SocketAddr> = seen.iter().map(|(_, mapped)| *mapped).collect();
    let varies_within_a_host = hosts.iter().any(|host| {
        let of_host: HashSet<SocketAddr> = seen.iter().filter(|(to, _)| to.ip() == *host).map(|(_, m)| *m).collect();
        of_host.len() > 1
    });
    match (seen.len(), different.len()) {
        (0, _) => Mapping::Blocked,
        _ if varies_within_a_host => Mapping::Apdm,
        // Fewer than three destinations leave two kinds possible.
        (1 | 2, _) => Mapping::Unknown,
        (_, 1) => Mapping::Eim,
        _ => Mapping::Adm,
    }
}

/// A silence counts as filtered only when the reflector confirmed that the answer had left.
pub fn filtering(both: &Provoked, port: &Provoked) -> &'static str {
    match (both.delivered, port.delivered) {
        (true, _) => "EIF",
        (false, _) if both.confirmed == 0 => "unknown",
        (false, true) => "ADF",
        (false, false) if port.confirmed == 0 => "unknown",
        (false, false) => "APDF",
    }
}

/// Only an endpoint-independent mapping can be called stable or not. `reachable`: the stranger answered another socket.
pub fn stable(mapping: Mapping, seen: Unsolicited, reachable: bool) -> Option<bool> {
    match (mapping, seen) {
        (Mapping::Eim, Unsolicited::Kept) => Some(true),
        (Mapping::Eim, Unsolicited::Changed) => Some(false),
        (Mapping::Eim, Unsolicited::Unanswered) if reachable => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(ports: &[u16]) -> Vec<(SocketAddr, SocketAddr)> {
        let to = ["198.18.1.1:1", "198.18.1.1:2", "198.18.2.1:1", "198.18.2.1:2"];
        let address = |port| SocketAddr::new(IpAddr::from([198, 18, 9, 9]), port);
        to.iter().zip(ports).filter(|(_, p)| **p != 0).map(|(to, p)| (to.parse().unwrap(), address(*p))).collect()
    }

    #[test]
    fn mapping_by_what_varies() {
        let cases: [(&[u16], Mapping); 11] = [
            (&[7, 7, 7, 7], Mapping::Eim),
            (&[7, 7, 7, 0], Mapping::Eim),
            (&[7, 7, 8, 8], Mapping::Adm),
            (&[7, 0, 8, 8], Mapping::Adm),
            (&[7, 8, 9, 10], Mapping::Apdm),
            (&[7, 7, 8, 9], Mapping::Apdm),
            (&[7, 8, 0, 0], Mapping::Apdm),
            (&[7, 7, 0, 0], Mapping::Unknown),
            (&[7, 0, 7, 0], Mapping::Unknown),
            (&[7, 0, 0, 0], Mapping::Unknown),
            (&[0, 0, 0, 0], Mapping::Blocked),
        ];
        for (ports, expected) in cases {
            assert_eq!(mapping(&seen(ports)), expected, "{ports:?}");
        }
    }

    #[test]
    fn silence_without_confirmation_is_unknown() {
        let got = Provoked { delivered: true, confirmed: 0 };
        let filtered = Provoked { delivered: false, confirmed: 3 };
        let lost = Provoked { delivered: false, confirmed: 0 };
        assert_eq!(filtering(&got, &lost), "EIF");
        assert_eq!(filtering(&filtered, &got), "ADF");
        assert_eq!(filtering(&filtered, &filtered), "APDF");
        assert_eq!(filtering(&lost, &filtered), "unknown");
        assert_eq!(filtering(&lost, &got), "unknown");
        assert_eq!(filtering(&filtered, &lost), "unknown");
    }

    #[test]
    fn stability_is_a_property_of_eim() {
        assert_eq!(stable(Mapping::Eim, Unsolicited::Kept, true), Some(true));
        assert_eq!(stable(Mapping::Eim, Unsolicited::Changed, true), Some(false));
        assert_eq!(stable(Mapping::Eim, Unsolicited::Unanswered, true), Some(false));
        assert_eq!(stable(Mapping::Eim, Unsolicited::Unanswered, false), None);
        assert_eq!(stable(Mapping::Eim, Unsolicited::Untested, true), None);
        assert_eq!(stable(Mapping::Apdm, Unsolicited::Changed, true), None);
        assert_eq!(stable(Mapping::Adm, Unsolicited::Changed, true), None);
    }
}
