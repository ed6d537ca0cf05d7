//! A filter of system calls: no anonymous file that could be executed, no namespace in which noexec could be undone.

use std::os::raw::{c_int, c_ulong};

use crate::sys::prctl;

const PR_SET_SECCOMP: c_int = 22;
const FILTER: c_ulong = 2;

const LOAD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_AT_LEAST: u16 = 0x35;
const JUMP_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7fff_0000;
const REFUSE: u32 = 0x0005_0000;
const EPERM: u32 = 1;
/// The C library then takes the older call, whose flags can be seen.
const ENOSYS: u32 = 38;

const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;
/// Every CLONE_NEW… flag; CLONE_NEWTIME is of unshare alone.
const NAMESPACES: u32 = 0x7e02_0000 | 0x80;

#[repr(C)]
#[derive(Clone, Copy)]
struct Step {
    code: u16,
    yes: u8,
    no: u8,
    value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    steps: *const Step,
}

struct Calls {
    architecture: u32,
    /// From here on calls are of another ABI.
    foreign: u32,
    refused: [u32; 4],
    clone3: u32,
    unshare: u32,
    clone: u32,
}

/// memfd_create, memfd_secret, execveat, setns.
#[cfg(target_arch = "x86_64")]
const CALLS: Option<Calls> = Some(Calls {
    architecture: 0xc000_003e,
    foreign: 0x4000_0000,
    refused: [319, 447, 322, 308],
    clone3: 435,
    unshare: 272,
    clone: 56,
});
#[cfg(target_arch = "aarch64")]
const CALLS: Option<Calls> = Some(Calls {
    architecture: 0xc000_00b7,
    foreign: u32::MAX,
    refused: [279, 447, 281, 268],
    clone3: 435,
    unshare: 97,
    clone: 220,
});
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const CALLS: Option<Calls> = None;

/// False: this kernel takes no filter, and nothing is refused.
pub fn install() -> bool {
    let steps = match CALLS {
        Some(calls) => filter(&calls),
        None => return false,
    };
    let program = Program { length: steps.len() as u16, steps: steps.as_ptr() };
    // SAFETY: the program and its steps live through the call; the kernel checks them.
    unsafe { prctl(PR_SET_SECCOMP, FILTER, &program as *const Program) == 0 }
}

fn filter(calls: &Calls) -> Vec<Step> {
    let step = |code, value| Step { code, yes: 0, no: 0, value };
    let when = |code, value, answer| [Step { code, yes: 0, no: 1, value }, step(RETURN, answer)];
    let mut all = vec![step(LOAD, ARCHITECTURE)];
    all.push(Step { code: JUMP_EQUAL, yes: 1, no: 0, value: calls.architecture });
    all.push(step(RETURN, REFUSE | EPERM));
    all.push(step(LOAD, NUMBER));
    all.extend(when(JUMP_AT_LEAST, calls.foreign, REFUSE | EPERM));
    calls.refused.iter().for_each(|number| all.extend(when(JUMP_EQUAL, *number, REFUSE | EPERM)));
    all.extend(when(JUMP_EQUAL, calls.clone3, REFUSE | ENOSYS));
    all.push(Step { code: JUMP_EQUAL, yes: 1, no: 0, value: calls.unshare });
    all.extend([Step { code: JUMP_EQUAL, yes: 0, no: 3, value: calls.clone }, step(LOAD, FIRST_ARGUMENT)]);
    all.extend(when(JUMP_ANY_BIT, NAMESPACES, REFUSE | EPERM));
    all.push(step(RETURN, ALLOW));
    all
}
