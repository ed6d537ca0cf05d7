//! The prober's command line: reflect, classify, punch, receive, send, drain, pour, reach, watch, capture, confine, confined.

use vps_probe::args::Failure;
use vps_probe::confine::{self, tries};
use vps_probe::json::Object;
use vps_probe::{capture, classify, link, reach, receive, reflect, send, watch};

const HELP: &str = "vps-probe: independent NAT prober and control datagrams; JSON lines on standard output

  vps-probe reflect  --ports P1,P2 --peer IP --token HEX --seconds N [--bind IP] [--until-eof]
  vps-probe classify --primary IP --secondary IP --ports P1,P2 --token HEX
                     [--local-ip IP] [--wait-ms 600] [--tries 3]
  vps-probe punch    --primary IP --secondary IP --ports P1,P2 --token HEX --seconds N [--wait-ms 600]
  vps-probe receive  --port P --token HEX --seconds N [--bind IP] [--until-eof] [--echo]
  vps-probe send     --to IP:P --token HEX --nonce HEX --bytes N [--bind-port P]
                     [--count 5] [--interval-ms 200] [--timeout-ms 3000]
  vps-probe drain    --port P --token HEX --seconds N [--call IP:P] [--until-eof]
  vps-probe pour     --to IP:P | --answer --port P
                     --token HEX --kbps N --bytes N [--wait-seconds 10]
  vps-probe reach    --to IP:P --token HEX --nonce HEX [--sizes N,N] [--whole-sizes N,N]
                     [--bind-port P] [--mark IP:P --mark-bytes N] [--timeout-ms 2500]
  vps-probe watch    --to IP:P [--to IP:P ...] --token HEX --seconds N [--interval-ms 200]
  vps-probe capture  --host IP [--host IP ...] --seconds N --packets N [--except-port P ...]
  vps-probe confine  --uid N --exec PATH... -- PROGRAM ARGS
  vps-probe confined [--pid N --exec PATH...]

The token (16 to 128 hex digits) seals every datagram; without it there is silence.
Exit: 0 done (the lines say what was found), 1 could not run, 2 usage.
";

fn main() {
    let words: Vec<String> = std::env::args_os().skip(1).map(|w| w.to_string_lossy().into_owned()).collect();
    // What stands after its own words is another program's.
    let confine = words.first().map_or(false, |w| w == "confine");
    if words.iter().take(if confine { 2 } else { words.len() }).any(|w| w == "--help" || w == "-h" || w == "help") {
        use std::io::Write;
        let _ = std::io::stdout().write_all(HELP.as_bytes());
        return;
    }
    let rest = words.get(1..).unwrap_or(&[]);
    let outcome = match words.first().map(String::as_str) {
        Some("reflect") => reflect::run(rest),
        Some("classify") => classify::run(rest),
        Some("punch") => classify::punch::run(rest),
        Some("receive") => receive::run(rest),
        Some("send") => send::run(rest),
        Some("drain") => link::drain(rest),
        Some("pour") => link::pour(rest),
        Some("reach") => reach::run(rest),
        Some("watch") => watch::run(rest),
        Some("capture") => capture::run(rest),
        Some("confine") => confine::run(rest),
        Some("confined") => tries::run(rest),
        // By a script, whose one word ends where its path begins.
        Some("confined-ran") => tries::ran(),
        _ => Err(Failure::Usage(
            "name one of reflect, classify, punch, receive, send, drain, pour, reach, watch, capture, confine, confined (see --help)".into(),
        )),
    };
    let (message, code) = match outcome {
        Ok(()) => return,
        Err(Failure::Runtime(message)) => (message, 1),
        Err(Failure::Usage(message)) => (message, 2),
    };
    Object::event("error").text("message", message).emit();
    std::process::exit(code);
}
