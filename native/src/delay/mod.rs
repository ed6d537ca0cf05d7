//! Delay and loss for the lab's links on kernels without netem: a NFQUEUE whose verdicts come late.

pub mod links;
pub mod netlink;
pub mod parse;
pub mod run;
pub mod schedule;
