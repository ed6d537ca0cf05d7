//! SIGINT ends the program in good order; every other signal ends it at once.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
const SIGINT: i32 = 2;

extern "C" {
    // Of the C library, which the standard library is linked with anyway.
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}

extern "C" fn note(_: i32) {
    INTERRUPTED.store(true, Ordering::SeqCst);
}

pub fn listen() {
    // A handler may do no more than set a flag.
    unsafe { signal(SIGINT, note) };
}

pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
