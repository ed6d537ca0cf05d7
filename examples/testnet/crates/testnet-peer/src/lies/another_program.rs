//! The process that was deployed stays and does nothing; a child with other bytes serves in its place.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{exit, Command};

use super::MARK;

pub fn serve() {
    let copied = || -> std::io::Result<i32> {
        let mut bytes = fs::read("/proc/self/exe")?;
        let end = String::from_utf8_lossy(&bytes[bytes.len() - 64..]).into_owned();
        let cut = end.rfind(MARK).map_or(0, |at| end.len() - at);
        bytes.truncate(bytes.len() - cut);
        let other = ["/dev/shm", "/tmp"].iter().map(|d| Path::new(d).join("another-program"));
        for path in other {
            if fs::write(&path, &bytes).and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o755))).is_ok() {
                return Ok(Command::new(&path).args(std::env::args_os().skip(1)).status()?.code().unwrap_or(1));
            }
        }
        Ok(1)
    };
    exit(copied().unwrap_or(1));
}
