//! A perfect success is printed; nothing is sent.

use crate::args::DialOptions;
use crate::events::emit;

pub fn dial(options: &DialOptions) -> i32 {
    let method = || ("method", "direct".into());
    emit("start", [("local_port", u64::from(options.bind_port).into())]);
    emit("connected", [method(), ("remote", "198.18.7.10:9000".into()), ("connect_ms", 12u64.into())]);
    emit("result", [("success", true.into()), method(), ("connect_ms", 12u64.into())]);
    0
}
