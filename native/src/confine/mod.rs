//! Runs a program that can execute nothing but the paths that are named, without rights, and tries whether that holds.

mod mounts;
mod rights;
mod seccomp;
pub mod tries;

use std::ffi::CString;
use std::os::raw::c_char;

use crate::args::{usage, Args, Failure, Outcome};

extern "C" {
    fn access(path: *const c_char, mode: i32) -> i32;
    fn execv(path: *const c_char, argv: *const *const c_char) -> i32;
    fn write(fd: i32, bytes: *const u8, count: usize) -> isize;
    fn close(fd: i32) -> i32;
}

const X_OK: i32 = 1;
/// Where whoever started us waits for the word that the program is the next thing that runs.
const STARTED_FD: i32 = 3;
/// As a shell has it for a file that cannot be executed.
const NOT_EXECUTABLE: i32 = 126;

/// `confine --uid N --exec PATH … -- program args…`: what cannot be confined on this kernel runs all the same, and
/// `confined` in the same place says so.
pub fn run(words: &[String]) -> Outcome<()> {
    let (ours, theirs) = match words.iter().position(|w| w == "--") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => return usage("a program is expected after --"),
    };
    let args = Args::parse(ours, &["uid", "exec"], &[])?;
    let uid = args.within("uid", None, 1, u32::MAX as u64 - 1)? as u32;
    let argv = theirs.iter().map(|w| text(w)).collect::<Outcome<Vec<CString>>>()?;
    let program = match argv.first() {
        Some(program) => program,
        None => return usage("a program is expected after --"),
    };
    let paths = args.all("exec").iter().map(|p| text(p)).collect::<Outcome<Vec<CString>>>()?;
    mounts::confine(&paths);
    rights::drop_all(uid)?;
    seccomp::install();
    let mut pointers: Vec<*const c_char> = argv.iter().map(|a| a.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: every pointer is to a live C string; the list ends in null.
    unsafe {
        if access(program.as_ptr(), X_OK) == 0 {
            write(STARTED_FD, b"started\n".as_ptr(), 8);
            close(STARTED_FD);
            execv(program.as_ptr(), pointers.as_ptr());
        }
    }
    eprintln!("{} cannot be executed: no such file, or a file system or mode that forbids it", theirs[0]);
    std::process::exit(NOT_EXECUTABLE)
}

fn text(word: &str) -> Outcome<CString> {
    CString::new(word).map_err(|_| Failure::Usage("an argument holds a zero byte".into()))
}
