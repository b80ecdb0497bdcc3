//! A model test of outcomes: what a call reports against what a server carried out.
//!
//! The server is scripted attempt by attempt, over real sockets. Time is driven: a wait of the client passes at once, and
//! the machine may sleep. Each run counts what the server carried out and compares that with the result.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::base_url::BaseUrl;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::http::agent::HttpAgent;
use crate::http::clock::CallClock;
use crate::http::clock::driven::DrivenClock;
use crate::http::rate_limit::RateLimitGate;
use crate::http::{HttpClient, LoginSession, Method};
use crate::proxy::ProxySetting;
use crate::secret::Secret;

/// The real time that a client waits for a response.
const RESPONSE_WAIT: Duration = Duration::from_millis(40);
/// The time for which the server knows a key.
const KEY_MEMORY: Duration = Duration::from_secs(30);
const SHORT_RUNS: u64 = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Route {
    Get,
    Put,
    Delete,
    Post,
    PutOnce,
    KeyedPost,
}

const ROUTES: [Route; 6] =
    [Route::Get, Route::Put, Route::Delete, Route::Post, Route::PutOnce, Route::KeyedPost];

/// What one attempt meets.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Refused,
    /// Closed before the request was read.
    Unread,
    /// Closed before the head of the response.
    BeforeHead {
        carried_out: bool,
    },
    InHead,
    InBody,
    /// A page of something before the server, which may have carried it out.
    Page {
        status: u16,
        carried_out: bool,
        retry_after: Option<u64>,
    },
    /// The server's own error, which says that nothing was done.
    AppError(u16),
    TooLarge,
    RateLimit(u64),
    /// No response for this many seconds.
    Slow {
        seconds: u64,
        carried_out: bool,
    },
}

/// xorshift64
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn fault(&mut self) -> Fault {
        const GATEWAY: [u16; 10] = [408, 500, 502, 503, 504, 520, 521, 522, 524, 530];
        match self.below(100) {
            0..24 => Fault::None,
            24..34 => Fault::Refused,
            34..40 => Fault::Unread,
            40..50 => Fault::BeforeHead { carried_out: self.coin() },
            50..56 => Fault::InHead,
            56..62 => Fault::InBody,
            62..80 => {
                let status = GATEWAY[usize::try_from(self.below(10)).unwrap()];
                let retry_after = (self.below(4) == 0).then(|| 1 + self.below(20));
                Fault::Page { status, carried_out: self.coin(), retry_after }
            }
            80..84 => Fault::AppError([400, 403, 500, 503][usize::try_from(self.below(4)).unwrap()]),
            84..87 => Fault::TooLarge,
            87..97 => Fault::RateLimit(1 + self.below(40)),
            _ => Fault::Slow { seconds: 1 + self.below(40), carried_out: self.coin() },
        }
    }
}

/// What happened to the object of one run.
#[derive(Default)]
struct Ledger {
    carried_out: u32,
    /// When the key was seen first, by the time of the server.
    key_seen: Option<Duration>,
    deleted: bool,
}

enum ClientEvent {
    Waits,
    Done(Result<()>),
}

struct Server {
    listener: Option<TcpListener>,
    port: u16,
}

impl Server {
    fn listen(&mut self) -> &TcpListener {
        let port = self.port;
        self.listener.get_or_insert_with(|| {
            let listener = loop {
                match TcpListener::bind(("127.0.0.1", port)) {
                    Ok(listener) => break listener,
                    Err(_) => std::thread::yield_now(),
                }
            };
            listener.set_nonblocking(true).unwrap();
            listener
        })
    }
}

fn read_request(stream: &mut TcpStream) -> bool {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        if let Some((head_text, body)) = text.split_once("\r\n\r\n") {
            let length = head_text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= length {
                return true;
            }
        }
        match stream.read(&mut chunk) {
            Ok(count @ 1..) => head.extend_from_slice(&chunk[..count]),
            _ => return false,
        }
    }
}

fn respond(stream: &mut TcpStream, status: u16, extra: &str, body: &str) {
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n{extra}\r\n{body}"
    );
}

impl Ledger {
    /// Carries the request out as a server does. Returns the status of a response.
    fn carry_out(&mut self, route: Route, now: Duration) -> u16 {
        match route {
            Route::Get => {}
            Route::Delete if self.deleted => return 404,
            Route::Delete => {
                self.deleted = true;
                self.carried_out += 1;
            }
            Route::KeyedPost if self.key_seen.is_some_and(|seen| now - seen < KEY_MEMORY) => {}
            Route::KeyedPost => {
                self.key_seen = Some(now);
                self.carried_out += 1;
            }
            Route::Put | Route::Post | Route::PutOnce => self.carried_out += 1,
        }
        200
    }
}

const APP_ERROR: &str = r#"{"id":"api.x.app_error","message":"refused"}"#;

/// Plays one attempt on one connection.
fn play(mut stream: TcpStream, fault: Fault, route: Route, ledger: &mut Ledger, clock: &DrivenClock) {
    let _ = stream.set_nonblocking(false);
    if matches!(fault, Fault::Unread) || !read_request(&mut stream) {
        return;
    }
    let stream = &mut stream;
    let now = clock.wall();
    match fault {
        Fault::None => match ledger.carry_out(route, now) {
            404 => respond(stream, 404, "", APP_ERROR),
            status => respond(stream, status, "", "{}"),
        },
        Fault::BeforeHead { carried_out } => {
            if carried_out {
                ledger.carry_out(route, now);
            }
        }
        Fault::InHead => {
            ledger.carry_out(route, now);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Le");
        }
        Fault::InBody => {
            ledger.carry_out(route, now);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"id\":");
        }
        Fault::Page { status, carried_out, retry_after } => {
            if carried_out {
                ledger.carry_out(route, now);
            }
            let extra = retry_after.map(|wait| format!("Retry-After: {wait}\r\n")).unwrap_or_default();
            respond(stream, status, &extra, "<html>");
        }
        Fault::AppError(status) => respond(stream, status, "", APP_ERROR),
        Fault::TooLarge => respond(stream, 413, "", "too large"),
        Fault::RateLimit(wait) => respond(stream, 429, &format!("Retry-After: {wait}\r\n"), "limit exceeded"),
        Fault::Slow { seconds, carried_out } => {
            if carried_out {
                ledger.carry_out(route, now);
            }
            clock.advance(Duration::from_secs(seconds));
            // Until the client hangs up.
            let _ = stream.read(&mut [0]);
        }
        Fault::Refused | Fault::Unread => {}
    }
}

fn call(client: &HttpClient, route: Route, timeout: Duration) -> Result<()> {
    let call = match route {
        Route::Get => client.get("/x", &[]),
        Route::Put => client.put("/x", &[]).json(&json!({})),
        Route::Delete => client.delete("/x", &[]),
        Route::Post => client.call(Method::Post, "/x", &[]).json(&json!({})),
        Route::PutOnce => client.put("/x", &[]).once().json(&json!({})),
        Route::KeyedPost => client.post("/x", &[]).with_server_key().json(&json!({})),
    };
    call.timeout(timeout).send()
}

/// `true` if the error says that nothing was carried out, as the table in `error` has it.
fn is_certain(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Input | ErrorKind::Tls | ErrorKind::NotFound | ErrorKind::Api => {
            error.status().is_none_or(|status| status < 500) || !error.is_transient()
        }
        ErrorKind::Status => error.status().is_some_and(|status| status < 500 && status != 408),
        _ => false,
    }
}

#[derive(Default)]
struct Tally {
    runs: u64,
    attempts: u64,
    verdicts: BTreeMap<(Route, String), (u64, u64)>,
    done_but_not: u64,
    certain_but_done: u64,
    twice: u64,
    would_be_doubled: u64,
    faults: Vec<String>,
}

fn run(seed: u64, server: &mut Server, config: &Arc<Config>, agent: &HttpAgent, tally: &mut Tally) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let route = ROUTES[usize::try_from(random.below(6)).unwrap()];
    let timeout = Duration::from_secs(10 + random.below(120));
    let (to_server, events): (Sender<ClientEvent>, Receiver<ClientEvent>) = channel();
    let (go, gate) = channel();
    let gate = Mutex::new(gate);
    let waits = to_server.clone();
    let clock = Arc::new(DrivenClock::new(RESPONSE_WAIT).on_wait(move || {
        let _ = waits.send(ClientEvent::Waits);
        let _ = gate.lock().unwrap().recv();
    }));
    let limit = RateLimitGate::with_clock(CallClock { driven: Some(Arc::clone(&clock)) });
    let login = Arc::new(LoginSession::with_token(Secret::new("t0ken")));
    let client = HttpClient::with_transport(Arc::clone(config), agent.clone(), login, limit);
    let mut ledger = Ledger::default();
    let mut script = vec![random.fault()];
    prepare(server, script[0]);
    let thread = std::thread::spawn(move || {
        let _ = to_server.send(ClientEvent::Done(call(&client, route, timeout)));
    });
    let result = loop {
        let fault = *script.last().unwrap();
        let event = loop {
            if let Ok(event) = events.try_recv() {
                break event;
            }
            let stream = server.listener.as_ref().and_then(|listener| listener.accept().ok());
            match stream {
                Some((stream, _)) => play(stream, fault, route, &mut ledger, &clock),
                None => std::thread::sleep(Duration::from_micros(50)),
            }
        };
        match event {
            ClientEvent::Done(result) => break result,
            ClientEvent::Waits => {
                if random.below(12) == 0 {
                    clock.sleep_of_machine(Duration::from_secs(1 + random.below(60)));
                }
                let next = random.fault();
                script.push(next);
                prepare(server, next);
                let _ = go.send(());
            }
        }
    };
    thread.join().unwrap();
    // A request that the client gave up on may still be waiting to be read.
    while let Some((stream, _)) = server.listener.as_ref().and_then(|listener| listener.accept().ok()) {
        play(stream, *script.last().unwrap(), route, &mut ledger, &clock);
    }
    tally.runs += 1;
    tally.attempts += script.len() as u64;
    judge(seed, route, &script, &result, &ledger, tally);
}

/// Closes the port or opens it, before the client goes on.
fn prepare(server: &mut Server, next: Fault) {
    if matches!(next, Fault::Refused) {
        server.listener = None;
    } else {
        server.listen();
    }
}

fn judge(seed: u64, route: Route, script: &[Fault], result: &Result<()>, ledger: &Ledger, tally: &mut Tally) {
    let done = ledger.carried_out > 0;
    let verdict = match result {
        Ok(()) => "Ok".to_owned(),
        Err(e) => format!("{:?}{}", e.kind(), if e.is_transient() { ", transient" } else { "" }),
    };
    let counts = tally.verdicts.entry((route, verdict.clone())).or_default();
    if done {
        counts.1 += 1
    } else {
        counts.0 += 1
    }
    let changes = route != Route::Get;
    let repeatable = matches!(route, Route::Get | Route::Put | Route::Delete);
    let wrong = [
        (&mut tally.done_but_not, changes && result.is_ok() && !done),
        (&mut tally.certain_but_done, done && result.as_ref().is_err_and(is_certain)),
        (&mut tally.twice, !repeatable && ledger.carried_out > 1),
        (&mut tally.would_be_doubled, !repeatable && done && result.as_ref().is_err_and(Error::is_transient)),
    ];
    let mut any = false;
    for (count, wrong) in wrong {
        *count += u64::from(wrong);
        any |= wrong;
    }
    if any {
        let carried_out = ledger.carried_out;
        tally
            .faults
            .push(format!("seed {seed}: {route:?} {script:?}: {verdict}, carried out {carried_out} times"));
    }
}

#[test]
fn a_call_reports_what_became_of_it() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let runs = number("MATTERMOST_OUTCOME_RUNS").unwrap_or(SHORT_RUNS);
    let first = number("MATTERMOST_OUTCOME_SEED").unwrap_or(1);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut server = Server { listener: None, port };
    let mut config = Config::new(BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap());
    config.proxy = ProxySetting::Off;
    let config = Arc::new(config);
    let agent = HttpAgent::new(&config).unwrap();
    let mut tally = Tally::default();
    for seed in first..first + runs {
        run(seed, &mut server, &config, &agent, &mut tally);
    }
    println!("{} runs, {} attempts", tally.runs, tally.attempts);
    println!("{:<10} {:<26} {:>9} {:>9}", "route", "result", "not done", "done");
    for ((route, verdict), (not_done, done)) in &tally.verdicts {
        println!("{:<10} {verdict:<26} {not_done:>9} {done:>9}", format!("{route:?}"));
    }
    println!(
        "reported as done and not done: {}; failed for certain and done: {}; carried out twice: {}; transient and done: {}",
        tally.done_but_not, tally.certain_but_done, tally.twice, tally.would_be_doubled
    );
    assert!(tally.faults.is_empty(), "{}", tally.faults.join("\n"));
}
