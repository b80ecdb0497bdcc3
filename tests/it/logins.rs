//! Calls and logins against peers that fail in odd ways.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mattermost::{Client, ErrorKind, Method, Secret};

const ME: &str = r#"{"id":"mmmmmmmmmmmmmmmmmmmmmmmmmm","username":"bob"}"#;
const EXPIRED: &str =
    r#"{"id":"api.context.session_expired.app_error","message":"expired","status_code":401}"#;

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        text.push(byte[0]);
    }
    let mut text = String::from_utf8(text).unwrap();
    let head = text.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    text.push_str(std::str::from_utf8(&body).unwrap());
    Some(text)
}

/// Serves until the process ends. The handler closes the connection by returning `false`.
fn serve(handle: impl Fn(&str, &mut TcpStream) -> bool + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    serve_on(listener, handle);
    url
}

fn serve_on(listener: TcpListener, handle: impl Fn(&str, &mut TcpStream) -> bool + Send + Sync + 'static) {
    let handle = Arc::new(handle);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let handle = Arc::clone(&handle);
            std::thread::spawn(move || {
                while let Some(request) = read_request(&mut stream) {
                    if !handle(&request, &mut stream) {
                        return;
                    }
                }
            });
        }
    });
}

fn respond(stream: &mut TcpStream, status: u16, extra: &str, body: &str) -> bool {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{extra}\r\n"
    );
    // In one write: the part of several that waits for an acknowledgement is lost if the socket is closed with unread data.
    stream.write_all((head + body).as_bytes()).is_ok()
}

fn logged_in(stream: &mut TcpStream, number: usize) -> bool {
    respond(stream, 200, &format!("Token: t0k3n{number}\r\n"), ME)
}

fn with_login(url: &str) -> mattermost::ClientBuilder {
    Client::builder(url).no_proxy().login("bob", "pw").backoff_scale(0.01)
}

#[test]
fn a_refused_code_is_not_the_end_of_a_session() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let url = serve(move |request, stream| {
        seen.lock().unwrap().push(request.lines().next().unwrap().to_owned());
        if request.starts_with("POST /api/v4/users/login ") {
            return logged_in(stream, 1);
        }
        respond(stream, 401, "", r#"{"id":"api.user.check_user_mfa.bad_code.app_error","status_code":401}"#)
    });
    let client = with_login(&url).connect().unwrap();
    let error = client.users().activate_mfa(&client.me().id, "123456").unwrap_err();
    assert!(error.is_mfa(), "{error:?}");
    assert_eq!(requests.lock().unwrap().len(), 2, "one login, one call: {:?}", requests.lock().unwrap());
}

#[test]
fn a_read_only_clone_renews_the_session_for_all() {
    let logins = AtomicUsize::new(0);
    let url = serve(move |request, stream| {
        if request.starts_with("POST /api/v4/users/login ") {
            return logged_in(stream, logins.fetch_add(1, Ordering::SeqCst));
        }
        if request.contains("t0k3n0") {
            respond(stream, 401, "", EXPIRED)
        } else {
            respond(stream, 200, "", "[]")
        }
    });
    let client = with_login(&url).connect().unwrap();
    for client in [client.read_only(), client] {
        client.call(Method::Get, "/users/me/teams", &[]).send().unwrap();
    }
}

#[test]
fn a_slow_prompt_holds_no_call_past_its_deadline() {
    let logins = AtomicUsize::new(0);
    let url = serve(move |request, stream| {
        if request.starts_with("POST /api/v4/users/login ") {
            let id = "mfa.validate_token.authenticate.app_error";
            if !request.contains("\"token\"") {
                return respond(stream, 401, "", &format!(r#"{{"id":"{id}","status_code":401}}"#));
            }
            return logged_in(stream, logins.fetch_add(1, Ordering::SeqCst));
        }
        respond(stream, 401, "", EXPIRED)
    });
    let (prompts, (unblock, blocked)) = (AtomicUsize::new(0), std::sync::mpsc::channel::<()>());
    let blocked = Mutex::new(blocked);
    let client = with_login(&url)
        .mfa_with(move || {
            if prompts.fetch_add(1, Ordering::SeqCst) > 0 {
                let _ = blocked.lock().unwrap().recv();
            }
            Ok("123456".to_owned())
        })
        .connect()
        .unwrap();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let call =
                    client.call(Method::Get, "/users/me/teams", &[]).timeout(Duration::from_millis(300));
                let error = call.send().unwrap_err();
                assert!(error.is_timeout() && error.to_string().contains("was not sent"), "{error:?}");
            });
        }
    });
    assert!(began.elapsed() < Duration::from_secs(20), "the prompt is still open");
    drop(unblock);
}

#[test]
fn a_lost_response_is_an_unknown_outcome_or_is_asked_for_again() {
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let url = serve(move |request, stream| {
        if request.starts_with("GET /api/v4/users/me ") {
            return respond(stream, 200, "", ME);
        }
        let number = seen.fetch_add(1, Ordering::SeqCst);
        if request.starts_with("GET ") && number % 2 == 1 {
            return respond(stream, 200, "", "[]");
        }
        let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"id\":\"pppp");
        false
    });
    let client = Client::builder(&url).no_proxy().token("t0ken").backoff_scale(0.01).connect().unwrap();
    client.call(Method::Get, "/users/me/teams", &[]).send().unwrap();
    assert_eq!(requests.swap(0, Ordering::SeqCst), 2);
    let error = client.call(Method::Post, "/channels", &[]).json(&1).send().unwrap_err();
    assert!(error.is_unknown_outcome() && !error.is_transient(), "{error:?}");
    // The second change of a password would fail because the first succeeded.
    let error = client.users().change_password(&Secret::new("old"), &Secret::new("new")).unwrap_err();
    assert_eq!((error.kind(), requests.load(Ordering::SeqCst)), (ErrorKind::UnknownOutcome, 2));
}

#[test]
fn the_refusal_of_an_upload_is_read_after_the_connection_broke() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let count = stream.read(&mut head).unwrap_or(0);
            if head[..count].starts_with(b"GET ") {
                respond(&mut stream, 200, "Connection: close\r\n", ME);
            } else {
                // The rest is not read.
                respond(
                    &mut stream,
                    413,
                    "Connection: close\r\n",
                    r#"{"id":"api.file.too_large","status_code":413}"#,
                );
            }
        }
    });
    let client = Client::builder(&url).no_proxy().token("t0ken").connect().unwrap();
    let body = mattermost::http::Body::reader(std::io::repeat(7), None, "application/octet-stream");
    let error = client.call(Method::Post, "/files", &[]).body(body).send().unwrap_err();
    if cfg!(target_os = "linux") {
        assert_eq!((error.status(), error.api_id()), (Some(413), Some("api.file.too_large")), "{error:?}");
    }
}

const BAD_CODE: &str = r#"{"id":"api.user.check_user_mfa.bad_code.app_error","status_code":401}"#;

#[test]
fn a_code_is_not_used_up_by_a_login_that_never_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Nothing listens at first.
    drop(listener);
    let codes = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&codes);
    let builder = with_login(&format!("http://{address}")).mfa("123456");
    let client = std::thread::scope(|scope| {
        let connecting = scope.spawn(|| builder.connect_within(Duration::from_secs(60)));
        let refused = Client::builder(format!("http://{address}")).no_proxy().token("t0ken").connect();
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Connect);
        serve_on(TcpListener::bind(address).unwrap(), move |request, stream| {
            if request.starts_with("POST /api/v4/users/login ") {
                let has_code = request.contains(r#""token":"123456""#);
                seen.lock().unwrap().push(has_code);
                return if has_code { logged_in(stream, 1) } else { respond(stream, 401, "", BAD_CODE) };
            }
            respond(stream, 401, "", EXPIRED)
        });
        connecting.join().unwrap().unwrap()
    });
    assert_eq!(*codes.lock().unwrap(), [true]);
    // Once the server has judged it, it is not sent again.
    assert!(client.call(Method::Get, "/users/me/teams", &[]).send().unwrap_err().is_mfa());
    assert_eq!(*codes.lock().unwrap(), [true, false]);
}

#[test]
fn connecting_goes_on_after_a_slow_first_login() {
    for login in [true, false] {
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        let url = serve(move |_, stream| {
            if seen.fetch_add(1, Ordering::SeqCst) == 0 {
                // Until the client hangs up.
                let _ = stream.read(&mut [0]);
                return false;
            }
            logged_in(stream, 1)
        });
        let builder =
            Client::builder(&url).no_proxy().backoff_scale(0.01).timeout(Duration::from_millis(300));
        let builder = if login { builder.login("bob", "pw").mfa("123456") } else { builder.token("t0ken") };
        builder.connect_within(Duration::from_secs(60)).unwrap();
        assert_eq!(requests.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn connecting_ends_in_time_and_respects_an_announced_wait() {
    let silent = serve(|_, stream| {
        // Until the client hangs up, long before the timeout of a call.
        let _ = stream.read(&mut [0]);
        false
    });
    let began = Instant::now();
    let builder = Client::builder(&silent).no_proxy().token("t0ken");
    let error = builder.connect_within(Duration::from_millis(1200)).unwrap_err();
    assert!(error.is_timeout() && began.elapsed() < Duration::from_secs(15), "{error:?}");
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let url = serve(move |_, stream| {
        seen.fetch_add(1, Ordering::SeqCst);
        respond(stream, 503, "Retry-After: 100\r\n", "")
    });
    let builder = Client::builder(&url).no_proxy().backoff_scale(0.001).token("t0ken");
    let error = builder.connect_within(Duration::from_secs(20)).unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(503), Some(Duration::from_secs(100))));
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}
