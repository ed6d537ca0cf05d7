//! The HTTP client of nodes and dialers: one bounded request, one bounded answer.

use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::http::{read_body, read_head};

/// Where the registry is: `http://HOST[:PORT][/]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Url {
    pub host: String,
    pub port: u16,
}

impl Url {
    pub fn parse(text: &str) -> Result<Url, String> {
        let fault = || format!("{text:?} is not http://HOST:PORT");
        let rest = text.strip_prefix("http://").ok_or_else(fault)?.trim_end_matches('/');
        if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b)) {
            return Err(fault());
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| fault())?),
            _ => (rest, 80),
        };
        Ok(Url { host: host.to_string(), port })
    }
}

/// One request. The answer is the status and the body; every failure is a sentence.
pub fn request(url: &Url, method: &str, path: &str, body: &str, time: Duration) -> Result<(u16, String), String> {
    let deadline = Instant::now() + time;
    let mut stream = connect(url, deadline).map_err(|e| format!("{}:{}: {e}", url.host, url.port))?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        url.host, url.port, body.len()
    );
    let sent = stream.set_write_timeout(Some(time)).and_then(|()| stream.write_all(request.as_bytes()));
    sent.map_err(|e| format!("sending: {e}"))?;
    let (head, rest) = read_head(&mut stream, deadline).map_err(|(_, why)| why.to_string())?;
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or("malformed status line")?;
    let length = head
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok());
    let body = read_body(&mut stream, deadline, rest, length).map_err(|(_, why)| why.to_string())?;
    String::from_utf8(body).map(|b| (status, b)).map_err(|_| "answer is not UTF-8".to_string())
}

fn connect(url: &Url, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "no address");
    for address in (url.host.trim_matches(['[', ']'].as_ref()), url.port).to_socket_addrs()? {
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(e) => last = e,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        assert_eq!(Url::parse("http://h.example:81/"), Ok(Url { host: "h.example".into(), port: 81 }));
        assert_eq!(Url::parse("http://[::1]:81"), Ok(Url { host: "[::1]".into(), port: 81 }));
        assert_eq!(Url::parse("http://[::1]"), Ok(Url { host: "[::1]".into(), port: 80 }));
        for bad in ["https://h", "h:80", "http://", "http://h:99999", "http://h/\r\nx: y", "http://a b"] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }
}
