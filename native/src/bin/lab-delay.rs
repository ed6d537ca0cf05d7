//! The lab's delay queue, for kernels without netem.

use vps_probe::args::Failure;
use vps_probe::delay::run::run;
use vps_probe::json::Object;

const HELP: &str = "lab-delay: delays and loses packets of a NFQUEUE, per link; JSON lines on standard output

  lab-delay [--queue 0] --link NAME=MILLISECONDS[,LOSS_PERCENT] … [--seed N] [--longest 100000]

A packet waits the delay of the link it came in by plus that of the link it goes out by (one way).
Needs CAP_NET_ADMIN in the namespace, and a rule such as
  iptables -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass
Ends on SIGTERM; packets that still wait are let through. Exit: 0 ended, 1 could not run, 2 usage.
";

fn main() {
    let words: Vec<String> = std::env::args_os().skip(1).map(|w| w.to_string_lossy().into_owned()).collect();
    if words.iter().any(|w| w == "--help" || w == "-h") {
        use std::io::Write;
        let _ = std::io::stdout().write_all(HELP.as_bytes());
        return;
    }
    let (message, code) = match run(&words) {
        Ok(()) => return,
        Err(Failure::Runtime(message)) => (message, 1),
        Err(Failure::Usage(message)) => (message, 2),
    };
    Object::event("error").text("message", message).emit();
    std::process::exit(code);
}
