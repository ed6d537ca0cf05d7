//! JSON lines on standard output: the only output that callers read.

use std::io::Write;

/// Builds one object, field by field.
#[derive(Default)]
pub struct Object(String);

impl Object {
    pub fn new() -> Object {
        Object::default()
    }

    pub fn event(name: &str) -> Object {
        Object::new().text("event", name)
    }

    pub fn raw(mut self, name: &str, value: impl AsRef<str>) -> Object {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(value.as_ref());
        self
    }

    pub fn text(self, name: &str, value: impl ToString) -> Object {
        self.raw(name, quoted(&value.to_string()))
    }

    pub fn number(self, name: &str, value: impl ToString) -> Object {
        self.raw(name, value.to_string())
    }

    pub fn flag(self, name: &str, value: bool) -> Object {
        self.raw(name, if value { "true" } else { "false" })
    }

    pub fn maybe_flag(self, name: &str, value: Option<bool>) -> Object {
        match value {
            Some(value) => self.flag(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// Milliseconds with three decimals, or null.
    pub fn millis(self, name: &str, value: Option<std::time::Duration>) -> Object {
        match value {
            Some(value) => self.raw(name, format!("{:.3}", value.as_secs_f64() * 1000.0)),
            None => self.raw(name, "null"),
        }
    }

    pub fn close(self) -> String {
        format!("{{{}}}", self.0)
    }

    /// Prints the line. A reader that is gone ends the program: nobody is left to work for.
    pub fn emit(self) {
        let line = self.close() + "\n";
        let mut out = std::io::stdout().lock();
        if out.write_all(line.as_bytes()).and_then(|_| out.flush()).is_err() {
            std::process::exit(1);
        }
    }
}

pub fn array(values: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", values.into_iter().collect::<Vec<_>>().join(","))
}

pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_hostile_text() {
        assert_eq!(quoted("a\"b\\\n\u{1b}"), r#""a\"b\\\u000a\u001b""#);
    }

    #[test]
    fn builds_an_object() {
        let line = Object::event("x").number("n", 3).maybe_flag("s", None).raw("l", array(["1".to_string()])).close();
        assert_eq!(line, r#"{"event":"x","n":3,"s":null,"l":[1]}"#);
    }
}
