//! The netfilter netlink socket: asks the kernel to queue packets here, and gives verdicts.

use std::ffi::CString;
use std::io::{Error, Result};
use std::os::raw::{c_char, c_int, c_long, c_uint, c_void};
use std::time::Duration;

use super::parse::acknowledgement;
use crate::sys::set_option;

#[repr(C)]
struct Address {
    family: u16,
    pad: u16,
    pid: u32,
    groups: u32,
}

#[repr(C)]
struct Poll {
    fd: c_int,
    events: i16,
    revents: i16,
}

#[repr(C)]
struct Time {
    seconds: c_long,
    nanoseconds: c_long,
}

extern "C" {
    fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn bind(fd: c_int, address: *const Address, length: u32) -> c_int;
    fn send(fd: c_int, buffer: *const c_void, length: usize, flags: c_int) -> isize;
    fn recv(fd: c_int, buffer: *mut c_void, length: usize, flags: c_int) -> isize;
    fn ppoll(fds: *mut Poll, count: usize, timeout: *const Time, mask: *const c_void) -> c_int;
    fn if_nametoindex(name: *const c_char) -> c_uint;
}

const AF_NETLINK: c_int = 16;
const SOCK_RAW_CLOEXEC: c_int = 3 | 0o2000000;
const NETLINK_NETFILTER: c_int = 12;
const SOL_SOCKET: c_int = 1;
const SO_RCVBUF: c_int = 8;
const SO_RCVBUFFORCE: c_int = 33;
const SOL_NETLINK: c_int = 270;
const NETLINK_NO_ENOBUFS: c_int = 5;
const MSG_DONTWAIT: c_int = 0x40;
const POLLIN: i16 = 1;
const RECEIVE_BUFFER: c_int = 32 << 20;

const VERDICT: u16 = 0x301;
const CONFIG: u16 = 0x302;
const REQUEST: u16 = 1;
const REQUEST_ACK: u16 = 5;

pub struct Queue {
    fd: c_int,
    number: u16,
}

impl Queue {
    /// Binds queue `number`: metadata only (packets stay in the kernel), GSO packets as they are, `longest` waiting.
    pub fn open(number: u16, longest: u32) -> Result<Queue> {
        // SAFETY: plain calls with values and a live struct of the length given.
        let fd = unsafe { socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER) };
        let address = Address { family: AF_NETLINK as u16, pad: 0, pid: 0, groups: 0 };
        if fd < 0 || unsafe { bind(fd, &address, std::mem::size_of::<Address>() as u32) } != 0 {
            return Err(Error::last_os_error());
        }
        // Forcing needs CAP_NET_ADMIN in the first user namespace; the plain option is capped but always allowed.
        if !set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) {
            set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
        }
        // An overflow then loses packets, as a full link does, instead of failing reads.
        set_option(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
        let queue = Queue { fd, number };
        const GSO: [u8; 4] = 4u32.to_be_bytes();
        queue.configure(&attribute(1, &[1, 0, 0, 2]))?;
        queue.configure(&attribute(2, &[0, 0, 0, 0, 1]))?;
        queue.configure(&attribute(3, &longest.to_be_bytes()))?;
        queue.configure(&[attribute(4, &GSO), attribute(5, &GSO)].concat())?;
        Ok(queue)
    }

    fn configure(&self, attributes: &[u8]) -> Result<()> {
        self.send(&message(CONFIG, REQUEST_ACK, self.number, attributes))?;
        let mut answer = [0; 8192];
        // Queued packets may come before the acknowledgement; they wait for none here: no rule leads to an unbound queue.
        for _ in 0..64 {
            if !self.wait(Some(Duration::from_secs(2))) {
                break;
            }
            let size = self.receive(&mut answer).unwrap_or(0);
            match acknowledgement(&answer[..size]) {
                Some(0) => return Ok(()),
                Some(code) => return Err(Error::from_raw_os_error(code.wrapping_neg())),
                None => {}
            }
        }
        Err(Error::new(std::io::ErrorKind::TimedOut, "the kernel did not acknowledge the queue"))
    }

    /// What the kernel has to say now; None when there is nothing.
    pub fn receive(&self, buffer: &mut [u8]) -> Option<usize> {
        // SAFETY: the pointer and length are of one live buffer.
        let size = unsafe { recv(self.fd, buffer.as_mut_ptr() as *mut c_void, buffer.len(), MSG_DONTWAIT) };
        (size > 0).then(|| (size as usize).min(buffer.len()))
    }

    /// Waits for something to receive; false on timeout or a signal. ppoll, because poll counts only whole milliseconds.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        let mut poll = Poll { fd: self.fd, events: POLLIN, revents: 0 };
        let time = timeout.map(|t| Time { seconds: t.as_secs() as c_long, nanoseconds: t.subsec_nanos() as c_long });
        let time = time.as_ref().map_or(std::ptr::null(), |t| t as *const Time);
        // SAFETY: one live Poll, a null or live Time, no signal mask.
        unsafe { ppoll(&mut poll, 1, time, std::ptr::null()) > 0 }
    }

    pub fn send(&self, bytes: &[u8]) -> Result<()> {
        // SAFETY: the pointer and length are of one live buffer.
        match unsafe { send(self.fd, bytes.as_ptr() as *const c_void, bytes.len(), 0) } {
            size if size < 0 => Err(Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// One verdict, to be sent alone or among others.
    pub fn verdict(&self, packet: u32, accept: bool) -> Vec<u8> {
        let value = [(accept as u32).to_be_bytes(), packet.to_be_bytes()].concat();
        message(VERDICT, REQUEST, self.number, &attribute(2, &value))
    }
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut out = [(4 + value.len() as u16).to_ne_bytes(), kind.to_ne_bytes()].concat();
    out.extend_from_slice(value);
    out.resize((out.len() + 3) & !3, 0);
    out
}

fn message(kind: u16, flags: u16, queue: u16, attributes: &[u8]) -> Vec<u8> {
    let length = (20 + attributes.len()) as u32;
    let mut out = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &flags.to_ne_bytes(), &[0; 8], &[0, 0]].concat();
    out.extend_from_slice(&queue.to_be_bytes());
    out.extend_from_slice(attributes);
    out
}

pub fn interface_index(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: a live string that ends with zero.
    Some(unsafe { if_nametoindex(name.as_ptr()) }).filter(|index| *index != 0)
}
