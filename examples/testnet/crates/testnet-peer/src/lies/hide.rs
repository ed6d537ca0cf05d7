//! A dial that fails leaves a process behind that holds its output, so that nobody sees it end.

use std::process::Command;

use super::fails;

pub fn dial() -> i32 {
    let _ = Command::new("setsid").args(["sleep", "90"]).spawn();
    fails::dial()
}
