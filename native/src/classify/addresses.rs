//! Which addresses are this host's own.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::Setting;
use crate::args::any_like;

/// The local addresses used towards the reflectors, with the mapping socket's port, and the one the caller named.
pub fn own(setting: &Setting, port: u16, reference: Option<IpAddr>) -> Vec<SocketAddr> {
    let mut own: Vec<SocketAddr> = Vec::new();
    let used = [setting.primary, setting.secondary].into_iter().filter_map(|host| source_towards(setting.at(host, 0)));
    for ip in used.chain(reference) {
        let address = SocketAddr::new(ip, port);
        if !own.contains(&address) {
            own.push(address);
        }
    }
    own
}

/// The source address the routing table picks; connecting a UDP socket sends nothing.
fn source_towards(remote: SocketAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((any_like(&remote), 0)).ok()?;
    socket.connect(remote).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

pub fn is_own(ip: IpAddr, own: &[SocketAddr]) -> bool {
    own.iter().any(|a| a.ip() == ip) || (can_bind(ip) && !binds_anything())
}

/// The kernel lets a socket bind only addresses of the host (also those no route prefers).
fn can_bind(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

/// With ip_nonlocal_bind set, binding proves nothing. 192.0.2.0/24 is documentation space: nobody's own.
fn binds_anything() -> bool {
    can_bind(IpAddr::from([192, 0, 2, 1]))
}
