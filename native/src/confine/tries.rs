//! Tries what may be executed here beside ourselves, and reads what holds for a process that runs already.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs;
use std::os::raw::{c_char, c_int, c_uint};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::args::{Args, Outcome};
use crate::json::{array, quoted, Object};

extern "C" {
    fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;
    fn unshare(flags: c_int) -> c_int;
}

const CLONE_NEWUSER: c_int = 0x1000_0000;
const RAN: i32 = 42;
const MOST_PLACES: usize = 100;

/// We were executed from somewhere else.
pub fn ran() -> ! {
    std::process::exit(RAN)
}

/// `--pid N --exec PATH …`: what holds for that process; else tries.
pub fn run(words: &[String]) -> Outcome<()> {
    let args = Args::parse(words, &["pid", "exec"], &[])?;
    match args.optional::<u32>("pid")? {
        Some(pid) => held(pid, args.all("exec")),
        None => tried(),
    }
    Ok(())
}

fn tried() {
    let (mut ran, mut refused) = (Vec::new(), Vec::new());
    let mut note = |what: &str, did: Option<bool>| match did {
        Some(true) => ran.push(quoted(what)),
        Some(false) => refused.push(quoted(what)),
        None => {}
    };
    for place in places() {
        note(&place, from_folder(&place));
    }
    note("a memfd", from_memfd());
    note("/bin/true", runs("/bin/true").map(|code| code == Some(0)));
    // Within one of its own a program could mount what it likes, without noexec. The last: it changes who we are.
    // SAFETY: a flag only.
    note("a user namespace", Some(unsafe { unshare(CLONE_NEWUSER) } == 0));
    Object::event("confined").raw("ran", array(ran)).raw("refused", array(refused)).emit();
}

/// Where a file could be left: what is mounted, the usual folders, and where we are.
fn places() -> BTreeSet<String> {
    let usual = ["/tmp", "/var/tmp", "/dev/shm", "/run", "."].iter().map(|p| p.to_string());
    let own = std::env::var("STATE_DIRECTORY").into_iter();
    usual
        .chain(own)
        .chain(mounts("self").into_iter().map(|m| m.0))
        .filter(|p| Path::new(p).is_dir())
        .take(MOST_PLACES)
        .collect()
}

/// None: nothing could be written there.
fn from_folder(folder: &str) -> Option<bool> {
    let path = format!("{folder}/.vps-probe-{}", std::process::id());
    let wrote = fs::write(&path, script()?).and_then(|_| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
    let did = wrote.is_ok().then(|| runs(&path) == Some(Some(RAN)));
    let _ = fs::remove_file(&path);
    did
}

fn from_memfd() -> Option<bool> {
    let name = CString::new("vps-probe").ok()?;
    // SAFETY: the name is a live C string. Without MFD_CLOEXEC: whoever runs the script reads it by this descriptor.
    let fd = unsafe { memfd_create(name.as_ptr(), 0) };
    if fd < 0 {
        return Some(false);
    }
    let path = format!("/proc/self/fd/{fd}");
    fs::write(&path, script()?).ok()?;
    Some(runs(&path) == Some(Some(RAN)))
}

/// A file of a few bytes that runs us: whether it may be executed is asked of the file first.
fn script() -> Option<String> {
    Some(format!("#!{} confined-ran\n", fs::read_link("/proc/self/exe").ok()?.to_str()?))
}

/// None: there is no such file. Some(None): it was not executed, or a signal ended it.
fn runs(program: &str) -> Option<Option<i32>> {
    let mut command = Command::new(program);
    match command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) => Some(status.code()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(_) => Some(None),
    }
}

/// Folders that are mounted, and whether they are noexec.
fn mounts(process: &str) -> Vec<(String, bool)> {
    let text = fs::read_to_string(format!("/proc/{process}/mountinfo")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(4);
            let (at, options) = (words.next()?, words.next()?);
            Some((at.replace("\\040", " "), options.split(',').any(|o| o == "noexec")))
        })
        .collect()
}

/// Folders from which the process may execute what is no path of `allowed`; a later mount hides an earlier one.
fn held(pid: u32, allowed: &[String]) {
    let real: Vec<String> =
        allowed.iter().filter_map(|p| fs::canonicalize(p).ok()?.to_str().map(String::from)).collect();
    let all = mounts(&pid.to_string());
    let open = all.iter().enumerate().filter(|(i, (at, noexec))| {
        !noexec
            && all.iter().skip(i + 1).all(|(later, _)| later != at)
            && real.iter().all(|r| at != r && !at.starts_with(&format!("{r}/")))
            && Path::new(&format!("/proc/{pid}/root{at}")).is_dir()
    });
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let value = |key: &str| {
        let found = status.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix(':')?.trim().parse::<u32>().ok());
        found.map_or("null".to_string(), |n| n.to_string())
    };
    Object::event("held")
        .number("pid", pid)
        .raw("no_new_privs", value("NoNewPrivs"))
        .raw("seccomp", value("Seccomp"))
        .number("mounts", all.len())
        .raw("open", array(open.map(|(_, (at, _))| quoted(at)).take(MOST_PLACES)))
        .emit();
}
