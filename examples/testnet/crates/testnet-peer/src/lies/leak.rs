//! A node that can be made to leak while it runs: as long as a file `leak` lies in its data directory, each second it
//! keeps a quarter of a megabyte and one open file more.

use std::fs::File;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

const EACH: usize = 1 << 18;

pub fn when_asked(data_dir: PathBuf) {
    thread::spawn(move || {
        let mut kept: Vec<(Vec<u8>, Option<File>)> = Vec::new();
        loop {
            thread::sleep(Duration::from_secs(1));
            if data_dir.join("leak").exists() {
                // Written to, or the kernel would not give the pages.
                kept.push((vec![1; EACH], File::open("/proc/self/exe").ok()));
            }
        }
    });
}
