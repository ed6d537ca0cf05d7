//! Shared parts of the two programs: the prober (`vps-probe`) and the delay queue of the lab (`lab-delay`).

pub mod args;
pub mod capture;
pub mod classify;
pub mod confine;
pub mod delay;
pub mod json;
pub mod lifetime;
pub mod link;
pub mod message;
pub mod payload;
pub mod reach;
pub mod receive;
pub mod reflect;
pub mod seal;
pub mod send;
pub mod sha256;
pub mod sys;
pub mod watch;
