//! HTTP/1.1, as little as the registry needs: one request per connection, every size and time bounded.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const MAX_HEAD: usize = 16 * 1024;
const MAX_BODY: usize = 1024 * 1024;
const READ_TIME: Duration = Duration::from_secs(5);
const MAX_CONNECTIONS: usize = 256;

pub struct Request {
    pub method: String,
    /// Without its query.
    pub path: String,
    pub body: String,
}

pub struct Response {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

/// Serves until the process ends; one thread per connection, and no more of them than the limit.
pub fn serve(listener: TcpListener, handler: Arc<dyn Fn(Request) -> Response + Send + Sync>) {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let stream = match stream {
            Ok(stream) => stream,
            Err(_) => {
                // Out of file descriptors, most likely: wait for some to come back.
                thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        let slot = Slot::take(&open);
        if open.load(Ordering::SeqCst) > MAX_CONNECTIONS {
            continue;
        }
        let handler = handler.clone();
        let _ = thread::Builder::new().stack_size(256 * 1024).spawn(move || {
            let _slot = slot;
            let _ = answer(stream, handler.as_ref());
        });
    }
}

/// Counts one open connection, and gives it back however its thread ends.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(open: &Arc<AtomicUsize>) -> Slot {
        open.fetch_add(1, Ordering::SeqCst);
        Slot(open.clone())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn answer(mut stream: TcpStream, handler: &dyn Fn(Request) -> Response) -> io::Result<()> {
    let deadline = Instant::now() + READ_TIME;
    let response = match read_request(&mut stream, deadline) {
        Ok(request) => handler(request),
        Err((0, _)) => return Ok(()),
        Err((status, reason)) => Response { status, content_type: "text/plain", body: reason.to_string() + "\n" },
    };
    stream.set_write_timeout(Some(READ_TIME))?;
    let head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        response.status,
        reason(response.status),
        response.content_type,
        response.body.len()
    );
    stream.write_all((head + &response.body).as_bytes())?;
    stream.flush()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        _ => "Error",
    }
}

/// Status 0 means that the other side is gone: no answer is owed.
fn read_request(stream: &mut impl TimedRead, deadline: Instant) -> Result<Request, (u16, &'static str)> {
    let (head, rest) = read_head(stream, deadline)?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or("").split(' ');
    let (method, target, version) = (first.next(), first.next(), first.next());
    let (method, target) = match (method, target, version) {
        (Some(m), Some(t), Some(v)) if v.starts_with("HTTP/1.") && t.starts_with('/') => (m, t),
        _ => return Err((400, "malformed request line")),
    };
    let mut length = 0;
    for line in lines {
        let (name, value) = line.split_once(':').ok_or((400, "malformed header"))?;
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err((501, "chunked bodies are not understood"));
        }
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| (400, "malformed Content-Length"))?;
        }
    }
    if length > MAX_BODY {
        return Err((413, "body too large"));
    }
    let body = read_body(stream, deadline, rest, Some(length))?;
    let path = target.split(['?', '#']).next().unwrap_or("/");
    Ok(Request {
        method: method.to_string(),
        path: path.to_string(),
        body: String::from_utf8(body).map_err(|_| (400, "body is not UTF-8"))?,
    })
}

pub fn read_head(stream: &mut impl TimedRead, deadline: Instant) -> Result<(String, Vec<u8>), (u16, &'static str)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            bytes.truncate(end);
            let head = String::from_utf8(bytes).map_err(|_| (400, "header is not UTF-8"))?;
            return Ok((head, rest));
        }
        if bytes.len() > MAX_HEAD {
            return Err((431, "header too large"));
        }
        match stream.read_until(deadline, &mut bytes) {
            Ok(0) | Err(_) => return Err((0, "connection ended")),
            Ok(_) => {}
        }
    }
}

pub fn read_body(
    stream: &mut impl TimedRead,
    deadline: Instant,
    mut body: Vec<u8>,
    length: Option<usize>,
) -> Result<Vec<u8>, (u16, &'static str)> {
    while length.map_or(true, |l| body.len() < l) {
        match stream.read_until(deadline, &mut body) {
            Ok(0) if length.is_none() => break,
            Ok(0) | Err(_) => return Err((0, "connection ended")),
            Ok(_) if body.len() > MAX_HEAD + MAX_BODY => return Err((413, "body too large")),
            Ok(_) => {}
        }
    }
    body.truncate(length.unwrap_or(body.len()));
    Ok(body)
}

/// A read that ends at a moment, not after a pause: a byte every four seconds must not hold a thread.
pub trait TimedRead {
    fn read_until(&mut self, deadline: Instant, into: &mut Vec<u8>) -> io::Result<usize>;
}

impl TimedRead for TcpStream {
    fn read_until(&mut self, deadline: Instant, into: &mut Vec<u8>) -> io::Result<usize> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.set_read_timeout(Some(left))?;
        let mut buffer = [0u8; 8192];
        let count = self.read(&mut buffer)?;
        into.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl TimedRead for &[u8] {
        fn read_until(&mut self, _: Instant, into: &mut Vec<u8>) -> io::Result<usize> {
            let take = self.len().min(7);
            into.extend_from_slice(&self[..take]);
            *self = &self[take..];
            Ok(take)
        }
    }

    fn read(text: &str) -> Result<Request, u16> {
        read_request(&mut text.as_bytes(), Instant::now() + READ_TIME).map_err(|(status, _)| status)
    }

    #[test]
    fn reads_a_request() {
        let r = read("POST /api/x?y=1 HTTP/1.1\r\nhost: h\r\ncontent-LENGTH: 4\r\n\r\nbodymore").ok().unwrap();
        assert_eq!((r.method.as_str(), r.path.as_str(), r.body.as_str()), ("POST", "/api/x", "body"));
    }

    #[test]
    fn refuses_what_is_too_large_or_malformed() {
        let huge = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(MAX_HEAD + 10));
        let cases = [
            (huge.as_str(), 431),
            ("GET / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", 413),
            ("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
            ("GET\r\n\r\n", 400),
            ("\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort", 0),
            ("", 0),
        ];
        for (text, status) in cases {
            assert_eq!(read(text).err(), Some(status), "{text:.40}");
        }
    }
}
