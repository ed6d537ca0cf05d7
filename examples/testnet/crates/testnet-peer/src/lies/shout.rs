//! A dial that fails prints more than anybody reads.

use std::io::Write;

use super::fails;

pub fn dial() -> i32 {
    let mut out = std::io::stdout().lock();
    for _ in 0..2000 {
        let _ = out.write_all(&[b'x'; 10_000]).and_then(|()| out.write_all(b"\n"));
    }
    drop(out);
    fails::dial()
}
