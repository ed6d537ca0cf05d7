//! The few C library calls that std does not offer; all other `unsafe` of the crate is in `delay`, `confine` and `capture`.

use std::net::UdpSocket;
use std::os::raw::{c_int, c_ulong, c_void};
use std::os::unix::io::AsRawFd;

extern "C" {
    pub fn prctl(option: c_int, value: c_ulong, ...) -> c_int;
    pub fn setsockopt(fd: c_int, level: c_int, name: c_int, value: *const c_void, length: u32) -> c_int;
}

pub fn set_option(fd: c_int, level: c_int, name: c_int, value: c_int) -> bool {
    let size = std::mem::size_of::<c_int>() as u32;
    // SAFETY: the pointer is to a live c_int of the length given; a bad fd is an error, not undefined.
    unsafe { setsockopt(fd, level, name, &value as *const c_int as *const c_void, size) == 0 }
}

const IPPROTO_IP: c_int = 0;
const IP_MTU_DISCOVER: c_int = 10;
const IP_PMTUDISC_DONT: c_int = 0;

const IP_PMTUDISC_PROBE: c_int = 3;

/// `true`: DF on every datagram, whatever is known of the path, and too large ones are refused or lost.
pub fn set_dont_fragment(socket: &UdpSocket, on: bool) -> bool {
    set_option(socket.as_raw_fd(), IPPROTO_IP, IP_MTU_DISCOVER, if on { IP_PMTUDISC_PROBE } else { IP_PMTUDISC_DONT })
}

/// Without this Linux sets DF on datagrams that fit the first link, and a smaller link further on would drop them.
pub fn clear_dont_fragment(socket: &UdpSocket) -> bool {
    set_option(socket.as_raw_fd(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
}
