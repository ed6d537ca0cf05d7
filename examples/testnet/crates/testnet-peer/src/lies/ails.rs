//! A node that falls ill when it is told to: `leak` in its data directory makes it hold more memory and files from
//! then on, `die` ends it, and is gone then.

use std::fs::{remove_file, File};
use std::path::Path;
use std::thread;
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(100);
const HELD: usize = 256 << 10;

pub fn watch(data_dir: &Path) {
    let (leak, die) = (data_dir.join("leak"), data_dir.join("die"));
    thread::spawn(move || {
        let mut held: Vec<(Vec<u8>, File)> = Vec::new();
        loop {
            thread::sleep(EVERY);
            if remove_file(&die).is_ok() {
                std::process::abort();
            }
            if leak.exists() && held.len() < 1000 {
                if let Ok(file) = File::open("/dev/null") {
                    held.push((vec![1; HELD], file));
                }
            }
        }
    });
}
