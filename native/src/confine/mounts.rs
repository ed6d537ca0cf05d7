//! A mount namespace in which every file system is noexec but for the paths that are named.

use std::ffi::{CStr, CString};
use std::mem::size_of;
use std::os::raw::{c_char, c_long, c_ulong, c_void};

extern "C" {
    fn unshare(flags: i32) -> i32;
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> i32;
    fn syscall(number: c_long, ...) -> c_long;
    fn access(path: *const c_char, mode: i32) -> i32;
}

const CLONE_NEWNS: i32 = 0x0002_0000;
const MS_BIND: c_ulong = 4096;
const MS_REC: c_ulong = 16_384;
const MS_PRIVATE: c_ulong = 1 << 18;
/// The same number on every architecture; Linux 5.12.
const SYS_MOUNT_SETATTR: c_long = 442;
const AT_FDCWD: c_long = -100;
const AT_RECURSIVE: c_long = 0x8000;
const NOEXEC: u64 = 8;
const X_OK: i32 = 1;

#[repr(C)]
#[derive(Default)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    userns_fd: u64,
}

/// False: this kernel or these rights do not allow it, and nothing is confined.
pub fn confine(paths: &[CString]) -> bool {
    let root = CStr::from_bytes_with_nul(b"/\0").expect("a C string");
    // SAFETY: flags only.
    if unsafe { unshare(CLONE_NEWNS) } != 0 || !mounted(root, MS_REC | MS_PRIVATE) {
        return false;
    }
    // What may not be executed now, on a file system without exec for one, may not be afterwards either.
    let allowed: Vec<&CString> = paths.iter().filter(|p| executable(p) && mounted(p, MS_BIND | MS_REC)).collect();
    changed(root, AT_RECURSIVE, Attributes { set: NOEXEC, ..Attributes::default() })
        && allowed.iter().all(|p| changed(p, 0, Attributes { clear: NOEXEC, ..Attributes::default() }))
}

/// A folder is where it can be entered.
fn executable(path: &CStr) -> bool {
    // SAFETY: the path is a live C string.
    unsafe { access(path.as_ptr(), X_OK) == 0 }
}

/// A path onto itself.
fn mounted(path: &CStr, flags: c_ulong) -> bool {
    // SAFETY: both paths are live C strings; no type and no data are needed for these flags.
    unsafe { mount(path.as_ptr(), path.as_ptr(), std::ptr::null(), flags, std::ptr::null()) == 0 }
}

fn changed(path: &CStr, flags: c_long, attributes: Attributes) -> bool {
    // SAFETY: the structure is live and of the size told.
    unsafe {
        syscall(
            SYS_MOUNT_SETATTR,
            AT_FDCWD,
            path.as_ptr(),
            flags,
            &attributes as *const Attributes,
            size_of::<Attributes>(),
        ) == 0
    }
}
