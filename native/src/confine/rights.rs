//! Another user, no capability, no new privileges: what runs afterwards can change nothing of ours.

use std::os::raw::{c_int, c_ulong};

use crate::args::{runtime, Outcome};
use crate::sys::prctl;

extern "C" {
    fn setgroups(count: usize, list: *const u32) -> c_int;
    fn setresgid(real: u32, effective: u32, saved: u32) -> c_int;
    fn setresuid(real: u32, effective: u32, saved: u32) -> c_int;
}

const PR_CAPBSET_DROP: c_int = 24;
const PR_SET_NO_NEW_PRIVS: c_int = 38;
const PR_CAP_AMBIENT: c_int = 47;
const PR_CAP_AMBIENT_CLEAR_ALL: c_ulong = 4;
/// What is not used must be zero, in full width.
const NONE: c_ulong = 0;
const MOST_CAPABILITIES: c_ulong = 63;

/// Refuses to go on with any right that it could not drop.
pub fn drop_all(uid: u32) -> Outcome<()> {
    // SAFETY: numbers, and one null pointer for an empty list.
    let done = unsafe {
        // Beyond the kernel's last capability there is nothing to drop.
        (0..=MOST_CAPABILITIES).take_while(|c| prctl(PR_CAPBSET_DROP, *c, NONE, NONE, NONE) == 0).count() > 0
            && setgroups(0, std::ptr::null()) == 0
            && setresgid(uid, uid, uid) == 0
            && setresuid(uid, uid, uid) == 0
            && prctl(PR_SET_NO_NEW_PRIVS, 1, NONE, NONE, NONE) == 0
    };
    if !done {
        return runtime(format!("cannot become user {uid}: {}", std::io::Error::last_os_error()));
    }
    // SAFETY: numbers. An older kernel has no ambient capabilities.
    unsafe { prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, NONE, NONE, NONE) };
    Ok(())
}
