//! The main process has the port for some seconds; then a child serves it, from a program that lies in no folder.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::raw::{c_char, c_int, c_uint};
use std::os::unix::io::{AsRawFd, FromRawFd};
use std::process::{exit, Command};
use std::thread::sleep;
use std::time::Duration;

extern "C" {
    fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;
}

pub fn serve(port: u16) -> std::io::Result<()> {
    let held = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?;
    sleep(Duration::from_secs(4));
    let mut program = Vec::new();
    File::open("/proc/self/exe")?.read_to_end(&mut program)?;
    // Without the mark behind it the child is honest.
    program.truncate(program.len() - super::MARK.len() - "memfd".len());
    let name = b"peer\0";
    let descriptor = unsafe { memfd_create(name.as_ptr().cast(), 0) };
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error());
    }
    let mut file = unsafe { File::from_raw_fd(descriptor) };
    file.write_all(&program)?;
    drop(held);
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let status = Command::new(path).args(std::env::args_os().skip(1)).status()?;
    exit(status.code().unwrap_or(1));
}
