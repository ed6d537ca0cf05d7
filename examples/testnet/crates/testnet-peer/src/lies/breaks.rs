//! Services that break: by a signal, a panic, an exit, without file descriptors, or by never listening.

use std::fs::File;
use std::process::exit;
use std::thread::sleep;
use std::time::Duration;

/// Before the service has its port.
pub fn at_start(name: &str) {
    match name {
        "exits" => {
            say!("node: error: no answer that makes sense, giving up");
            exit(3);
        }
        "deaf" => loop {
            sleep(Duration::from_secs(60));
        },
        "out-of-files" => {
            let mut open = Vec::new();
            let fault = loop {
                match File::open("/dev/null") {
                    Ok(file) => open.push(file),
                    Err(fault) => break fault,
                }
            };
            say!("node: error: {fault}");
            // One stays for the port, and none for anything else.
            open.pop();
            std::mem::forget(open);
        }
        _ => {}
    }
}

/// As soon as it has a whole payload.
pub fn on_payload(name: &str) {
    match name {
        "segfault" => unsafe { std::ptr::null_mut::<u8>().write_volatile(1) },
        "panics" => panic!("a payload that nobody expected"),
        _ => {}
    }
}
