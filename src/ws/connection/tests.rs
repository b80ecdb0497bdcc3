use std::net::{TcpListener, TcpStream};

use super::*;

#[cfg(feature = "native-tls")]
const MAX_FAILURE_DURATION: Duration = Duration::from_secs(30);
const FRAME: [u8; 4000] = [0; 4000];

fn pair() -> (Arc<TcpSocket>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (Arc::new(TcpSocket::new(ours).unwrap()), listener.accept().unwrap().0)
}

/// Hands frames over, and plays the timer, until the socket takes nothing more; the most that waited.
fn stuff(wire: &WriteHalf, batch: &mut WriteBatch) -> usize {
    let mut most = 0;
    loop {
        wire.queue_frame(&FRAME).unwrap();
        wire.take_batch(batch).unwrap();
        while !batch.is_empty() {
            most = most.max(wire.waiting_bytes());
            let before = batch.written;
            wire.write_some(batch).unwrap();
            if batch.written == before {
                return most;
            }
        }
    }
}

/// The same, and on until a frame is refused.
fn fill(wire: &WriteHalf) -> usize {
    let mut most = stuff(wire, &mut WriteBatch::default());
    loop {
        match wire.queue_frame(&FRAME) {
            Ok(()) => most = most.max(wire.waiting_bytes()),
            Err(refused) => {
                assert_eq!(refused, SendError::Full);
                return most;
            }
        }
    }
}

#[test]
fn a_peer_that_takes_nothing_is_dropped_at_256_kib() {
    let (ours, _theirs) = pair();
    let wire = WriteHalf::over_tcp(ours, Box::new(|| {}));
    let most = fill(&wire);
    println!("plain: {most} bytes waited at most");
    assert!(most <= MAX_SEND_BUFFER_SIZE && most > MAX_SEND_BUFFER_SIZE - 4000, "{most}");
    assert!(wire.is_dead());
    assert_eq!(wire.queue_frame(b"x"), Err(SendError::Dead));
}

#[test]
fn pings_replace_each_other() {
    let (ours, _theirs) = pair();
    let wire = WriteHalf::over_tcp(ours, Box::new(|| {}));
    for _ in 0..100_000 {
        wire.queue_pong(&[b'x'; 125]);
    }
    let mut batch = WriteBatch::default();
    wire.take_batch(&mut batch).unwrap();
    assert_eq!((wire.waiting_bytes(), batch.bytes.len()), (131, 131));
}

#[cfg(feature = "native-tls")]
mod over_tls {
    use std::io::BufRead as _;
    use std::process::{Child, Command, Stdio};
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;
    use crate::TlsConfig;
    use crate::net::TimedSocket;
    use crate::net::tls_pipe::MemoryPipe;

    const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/cases/");

    fn handshake(socket: Arc<TcpSocket>, wake: Box<dyn Fn() + Send + Sync>) -> WriteHalf {
        let ca = std::fs::read(format!("{CASES}ca.pem")).unwrap();
        let tls = crate::tls::TlsSettings::new(TlsConfig::new().add_root(&ca).unwrap());
        let deadline = Instant::now() + Duration::from_secs(10);
        let pipe = MemoryPipe::new(TimedSocket::new(Arc::clone(&socket), deadline));
        WriteHalf::over_tls(tls.connect_tls("localhost", pipe).unwrap(), socket, wake)
    }

    /// A link whose other end has shaken hands and does nothing any more.
    fn idle() -> (WriteHalf, native_tls::TlsStream<TcpStream>) {
        let (ours, theirs) = pair();
        let peer = thread::spawn(move || {
            let pem = std::fs::read(format!("{CASES}good.pem")).unwrap();
            let identity = native_tls::Identity::from_pkcs8(&pem, &pem).unwrap();
            native_tls::TlsAcceptor::new(identity).unwrap().accept(theirs).unwrap()
        });
        let wire = handshake(ours, Box::new(|| {}));
        (wire, peer.join().unwrap())
    }

    #[test]
    fn the_same_over_tls() {
        let (wire, _theirs) = idle();
        let most = fill(&wire);
        println!("TLS: {most} bytes waited at most");
        assert!(most <= MAX_SEND_BUFFER_SIZE && most > MAX_SEND_BUFFER_SIZE - 5000, "{most}");
        assert!(wire.is_dead());
    }

    /// A TLS library may answer while it reads, as often as it is asked: what it answered counts, to the byte.
    #[test]
    fn answers_of_the_tls_library_end_the_link_at_256_kib() {
        for (length, fits) in [(MAX_SEND_BUFFER_SIZE, true), (MAX_SEND_BUFFER_SIZE + 1, false)] {
            let (wire, _theirs) = idle();
            wire.lock_buffer().tls.as_mut().unwrap().get_mut().output = vec![0; length];
            let result = wire.decrypt_bytes(Some(&[]), &mut [0; 100]);
            println!("{length} bytes of answers wait: {result:?}");
            match result {
                Ok(None) => assert!(fits),
                Err(e) => assert!(!fits && e.to_string() == "the peer does not read", "{e}"),
                Ok(got) => panic!("{got:?}"),
            }
        }
    }

    /// A peer that asks for new keys without end, and reads nothing. The library answers each request while it reads.
    #[test]
    fn requests_for_new_keys() {
        for (full, words) in
            [(false, "the peer sends TLS records without content"), (true, "the peer does not read")]
        {
            let Some((mut child, port)) = s_server() else {
                println!("not run: there is no `openssl` here");
                return;
            };
            let end = ask_for_keys(&mut child, port, full);
            let _ = child.kill();
            let _ = child.wait();
            assert_eq!(end, words);
        }
    }

    /// `full`: what the system holds of our bytes is used up before.
    fn ask_for_keys(child: &mut Child, port: u16, full: bool) -> String {
        let (ours, near) = pair();
        let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let deaf = Arc::new(AtomicBool::new(false));
        let passed = one_way(near, far, Arc::clone(&deaf));
        let (wake, woken) = crossbeam_channel::bounded(1);
        let wire = Arc::new(handshake(ours, Box::new(move || wake.try_send(()).unwrap_or_default())));
        let (mut keys, mut out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        // What it says shows that it has all of our handshake.
        keys.write_all(b"hello\n").unwrap();
        let mut receiving = ReadHalf::new(Arc::clone(&wire));
        receiving.read_exact(&mut [0; 6]).unwrap();
        deaf.store(true, Ordering::Release);
        let mut batch = WriteBatch::default();
        if full {
            stuff(&wire, &mut batch);
        }
        let before = passed.load(Ordering::Acquire);
        thread::spawn(move || io::copy(&mut out, &mut io::sink()));
        // It looks at the first line of what it reads, and reads 16 KiB at most.
        thread::spawn(move || while keys.write_all(&b"K\n".repeat(1024)).is_ok() {});
        let most = AtomicUsize::new(wire.waiting_bytes());
        let began = Instant::now();
        let (end, answered) = thread::scope(|scope| {
            let timer = scope.spawn(|| {
                let mut answered = 0;
                while !wire.is_dead() {
                    if batch.is_empty() {
                        wire.take_batch(&mut batch).unwrap();
                        answered += batch.bytes.len();
                    }
                    if batch.is_empty() {
                        let _ = woken.recv_timeout(Duration::from_millis(10));
                    } else if wire.write_some(&mut batch).is_err() || began.elapsed() > MAX_FAILURE_DURATION {
                        wire.shut_down();
                    }
                }
                answered
            });
            let end = loop {
                let result = receiving.read(&mut [0; 100]);
                most.fetch_max(wire.waiting_bytes(), Ordering::AcqRel);
                match result {
                    Ok(count) => assert!(count > 0, "it hung up"),
                    Err(e) => break e.to_string(),
                }
            };
            wire.shut_down();
            (end, timer.join().unwrap())
        });
        // Each is a record of 27 bytes.
        let asked = (passed.load(Ordering::Acquire) - before) / 27;
        let (most, took) = (most.into_inner(), began.elapsed().as_millis());
        println!(
            "the socket {}: {asked} requests for new keys in {took} ms, {answered} bytes of answers written, \
             {most} bytes waited at most: {end}",
            if full { "takes nothing" } else { "takes all" }
        );
        assert!(asked > 1000, "too few to tell: {asked}");
        // Noticed behind each piece that was read, and no request is shorter than its answer.
        assert!(most <= MAX_SEND_BUFFER_SIZE + CIPHERTEXT_BUFFER_SIZE, "{most}");
        end
    }

    /// Passes on what comes, and nothing of what is sent to `near` once it is to be deaf. Counts.
    fn one_way(near: TcpStream, far: TcpStream, deaf: Arc<AtomicBool>) -> Arc<AtomicUsize> {
        let passed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&passed);
        let (mut here, mut there) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = here.read(&mut buffer) {
                if deaf.load(Ordering::Acquire) || there.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
        });
        thread::spawn(move || {
            let (mut from, mut to, mut buffer) = (far, near, [0; 32 << 10]);
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                count.fetch_add(length, Ordering::AcqRel);
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
        });
        passed
    }

    fn s_server() -> Option<(Child, u16)> {
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert"])
            .arg(format!("{CASES}good.pem"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let out = child.stdout.as_mut().unwrap();
        let mut out = io::BufReader::with_capacity(1, out);
        let mut line = String::new();
        while !line.starts_with("ACCEPT ") {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "openssl ended");
        }
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Some((child, port))
    }
}
