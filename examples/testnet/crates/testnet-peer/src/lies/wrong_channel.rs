//! What was sent on one channel is delivered on another.

pub fn channel() -> String {
    "all".to_string()
}
