//! A peer that requests new TLS keys without end.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::peers::Gift;
use crate::peer::{frame, hello, switching};

/// Shakes hands by `openssl s_server`, takes a request, and asks for new keys without end. A stream is greeted first. It
/// reads what comes, or nothing any more. The socket is there before TLS is.
pub(super) fn renewing(stream: Gift, streams: bool, deaf: bool) {
    let near = stream.plain().unwrap().try_clone().unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/cases/good.pem");
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert", path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let accept = said(&mut out, "ACCEPT ");
    let far = TcpStream::connect(("127.0.0.1", accept.rsplit(':').next().unwrap().parse().unwrap())).unwrap();
    let (mut here, mut there) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let closed = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&closed);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = here.read(&mut buffer) {
            if stopped.load(Ordering::Acquire) || there.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || relay_one(&far, &near));
    let mut keys = child.stdin.take().unwrap();
    let key = said(&mut out, if streams { "Sec-WebSocket-Key: " } else { "GET /" });
    if streams {
        let mut greeting = switching(&format!("GET / HTTP/1.1\r\n{key}\r\n")).into_bytes();
        greeting.extend(frame(0x81, hello().as_bytes()));
        let _ = keys.write_all(&greeting);
    }
    let mut seen = [0; 4096];
    // The rest of the upgrade, and the first ping: what it reads at once it sends at once.
    let _ = out.read(&mut seen);
    closed.store(deaf, Ordering::Release);
    thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    thread::sleep(Duration::from_millis(100));
    // It looks at the first line of what it reads, and reads 16 KiB at most.
    while keys.write_all(&b"K\n".repeat(1024)).is_ok() {}
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads up to the line that begins so, and gives it.
fn said(out: &mut impl Read, begin: &str) -> String {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while out.read(&mut byte).unwrap() > 0 {
        if byte[0] != b'\n' {
            line.push(byte[0]);
        } else if line.starts_with(begin.as_bytes()) {
            break;
        } else {
            line.clear();
        }
    }
    String::from_utf8_lossy(&line).trim().to_owned()
}

fn relay_one(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = (to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
}
