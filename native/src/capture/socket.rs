//! The packet socket: every packet of every interface of this network namespace, from its IP header on.

use std::collections::HashMap;
use std::ffi::CStr;
use std::io::{Error, Result};
use std::os::raw::{c_char, c_int, c_long, c_uint, c_void};
use std::time::Duration;

use crate::sys::{set_option, setsockopt};

/// What precedes each packet (`sockaddr_ll`).
#[repr(C)]
#[derive(Default)]
struct Link {
    family: u16,
    protocol: u16,
    interface: c_int,
    hardware: u16,
    kind: u8,
    length: u8,
    address: [u8; 8],
}

#[repr(C)]
struct Time {
    seconds: c_long,
    microseconds: c_long,
}

extern "C" {
    fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn recvfrom(
        fd: c_int,
        buffer: *mut c_void,
        length: usize,
        flags: c_int,
        address: *mut Link,
        address_length: *mut u32,
    ) -> isize;
    fn getsockopt(fd: c_int, level: c_int, name: c_int, value: *mut c_void, length: *mut u32) -> c_int;
    fn if_indextoname(index: c_uint, name: *mut c_char) -> *mut c_char;
    fn close(fd: c_int) -> c_int;
}

const AF_PACKET: c_int = 17;
const SOCK_DGRAM_CLOEXEC: c_int = 2 | 0o2000000;
const ETH_P_ALL: u16 = 3;
const SOL_SOCKET: c_int = 1;
const SO_RCVBUF: c_int = 8;
const SO_RCVTIMEO: c_int = 20;
const SO_RCVBUFFORCE: c_int = 33;
const SOL_PACKET: c_int = 263;
const PACKET_STATISTICS: c_int = 6;
const MSG_DONTWAIT: c_int = 0x40;
const RECEIVE_BUFFER: c_int = 8 << 20;
/// Headers with options, and as much of the packet that an error is about; no more is ever taken from the kernel.
const HEADER_BYTES: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
    /// Between others.
    Past,
}

pub struct Seen<'a> {
    pub way: Way,
    pub interface: u32,
    pub bytes: &'a [u8],
}

pub struct Packets {
    fd: c_int,
    buffer: [u8; HEADER_BYTES],
    names: HashMap<u32, String>,
}

impl Packets {
    pub fn open() -> Result<Packets> {
        // SAFETY: a plain call with values.
        let fd = unsafe { socket(AF_PACKET, SOCK_DGRAM_CLOEXEC, c_int::from(ETH_P_ALL.to_be())) };
        if fd < 0 {
            return Err(Error::last_os_error());
        }
        // Forcing needs CAP_NET_ADMIN; the plain option is capped but always allowed.
        if !set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) {
            set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
        }
        Ok(Packets { fd, buffer: [0; HEADER_BYTES], names: HashMap::new() })
    }

    /// The longest wait of `next`.
    pub fn wait_at_most(&self, wait: Duration) -> bool {
        let time = Time { seconds: wait.as_secs() as c_long, microseconds: c_long::from(wait.subsec_micros()) };
        let (value, size) = (&time as *const Time as *const c_void, std::mem::size_of::<Time>() as u32);
        // SAFETY: the pointer is to a live struct of the length given.
        unsafe { setsockopt(self.fd, SOL_SOCKET, SO_RCVTIMEO, value, size) == 0 }
    }

    /// `wait`: else only what is there already. None: nothing came.
    pub fn next(&mut self, wait: bool) -> Option<Seen<'_>> {
        let mut link = Link::default();
        let mut size = std::mem::size_of::<Link>() as u32;
        let flags = if wait { 0 } else { MSG_DONTWAIT };
        // SAFETY: both pointers are to live values of the lengths given; the kernel cuts off what is longer.
        let read = unsafe {
            let buffer = self.buffer.as_mut_ptr() as *mut c_void;
            recvfrom(self.fd, buffer, HEADER_BYTES, flags, &mut link, &mut size)
        };
        if read < 0 {
            return None;
        }
        let way = match link.kind {
            4 => Way::Out,
            0..=2 => Way::In,
            _ => Way::Past,
        };
        let bytes = &self.buffer[..(read as usize).min(HEADER_BYTES)];
        Some(Seen { way, interface: link.interface as u32, bytes })
    }

    pub fn name_of(&mut self, interface: u32) -> String {
        self.names
            .entry(interface)
            .or_insert_with(|| {
                let mut name = [0 as c_char; 16];
                // SAFETY: the buffer has IF_NAMESIZE bytes; what is written there ends in a zero byte.
                let found = unsafe { if_indextoname(interface, name.as_mut_ptr()) };
                if found.is_null() {
                    return format!("#{interface}");
                }
                // SAFETY: it was filled by the call above.
                unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned()
            })
            .clone()
    }

    /// Packets that the kernel had no room for, since it was last asked; None: it does not say.
    pub fn dropped(&self) -> Option<u32> {
        let mut counts = [0u32; 2];
        let mut size = 8u32;
        let value = counts.as_mut_ptr() as *mut c_void;
        // SAFETY: the pointer is to eight live bytes.
        let read = unsafe { getsockopt(self.fd, SOL_PACKET, PACKET_STATISTICS, value, &mut size) };
        (read == 0 && size >= 8).then(|| counts[1])
    }
}

impl Drop for Packets {
    fn drop(&mut self) {
        // SAFETY: it is ours, and used no more.
        unsafe { close(self.fd) };
    }
}
