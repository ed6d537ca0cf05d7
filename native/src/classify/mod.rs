//! Classifies the NAT in front of this host by RFC 4787 behaviour, with the reflectors of two other hosts.

mod addresses;
mod asker;
mod hairpin;
mod judge;
pub mod punch;
mod record;
mod tests_run;

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::args::{usage, Args, Outcome};
use crate::json::{array, quoted, Object};
use crate::seal::Key;
use record::Record;

/// What every test needs to know.
pub struct Setting {
    key: Key,
    primary: IpAddr,
    secondary: IpAddr,
    ports: [u16; 2],
    wait: Duration,
    tries: u32,
    deadline: Instant,
}

impl Setting {
    fn at(&self, host: IpAddr, port: usize) -> SocketAddr {
        SocketAddr::new(host, self.ports[port])
    }
}

pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["primary", "secondary", "ports", "token", "local-ip", "wait-ms", "tries"], &[])?;
    let (primary, secondary): (IpAddr, IpAddr) = (args.required("primary")?, args.required("secondary")?);
    if primary == secondary || primary.is_ipv4() != secondary.is_ipv4() {
        return usage("--primary and --secondary are two different addresses of one family");
    }
    let wait = Duration::from_millis(args.within("wait-ms", Some(600), 20, 10_000)?);
    let tries = args.within("tries", Some(3), 1, 20)? as u32;
    let reference: Option<IpAddr> = args.optional("local-ip")?;
    let began = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
    let record = Record::new();
    let deadline = Instant::now() + wait * tries * 3;
    let setting = Setting { key: args.key()?, primary, secondary, ports: args.ports()?, wait, tries, deadline };
    let found = tests_run::all(&setting, &record)?;

    let mapping = judge::mapping(&found.mapped);
    let own = addresses::own(&setting, found.local_port, reference);
    let stranger = found.mapped.iter().any(|m| m.0 == setting.at(secondary, 1));
    let first = found.mapped.first().map(|m| m.1);
    Object::event("nat")
        .raw("local", array(own.iter().map(|a| quoted(&a.to_string()))))
        .raw("mapped", array(found.mapped.iter().map(|m| Object::new().text("to", m.0).text("addr", m.1).close())))
        .text("mapping", mapping.name())
        .text("filtering", judge::filtering(&found.both, &found.port))
        .maybe_flag("stable", judge::stable(mapping, found.unsolicited, stranger))
        .maybe_flag("port_preserving", first.map(|m| m.port() == found.local_port))
        .maybe_flag("behind_nat", first.map(|m| !addresses::is_own(m.ip(), &own)))
        .text("hairpin", found.hairpin.name())
        .number("began_unix_ms", began)
        .millis("took_ms", Some(record.elapsed()))
        .raw("probes", record.lines())
        .emit();
    Ok(())
}
