//! What a call costs over bare ureq: the same exchange with one server on 127.0.0.1, in alternating rounds of one run.
//!
//! `cargo bench --bench rest_call --no-default-features`

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use mattermost::{Client, Method, User};

const ME: &str = r#"{"id":"8k7ktpqaaidztx87g5zqd8j3ry","create_at":1795396670761,"update_at":1795396670893,"delete_at":0,"username":"admin","auth_service":"","email":"admin@example.com","nickname":"","first_name":"","last_name":"","position":"","roles":"system_admin system_user","locale":"en","disable_welcome_email":false}"#;

fn serve(mut stream: TcpStream) {
    stream.set_nodelay(true).ok();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{ME}",
        ME.len()
    );
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) | Err(_) => return,
            Ok(n) => filled += n,
        }
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            filled = 0;
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn measure(rounds: u32, mut call: impl FnMut()) -> Duration {
    let began = Instant::now();
    for _ in 0..rounds {
        call();
    }
    began.elapsed() / rounds
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    let client = Client::builder(&url).token("token").no_proxy().connect().expect("a client");
    // As a careful user would set it up: phase deadlines and small buffers, and the address looked up once.
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .timeout_per_write(Some(Duration::from_secs(30)))
        .input_buffer_size(16 << 10)
        .output_buffer_size(16 << 10)
        .build();
    let agent = ureq::Agent::new_with_config(config);
    let path = format!("{url}/api/v4/users/me");
    let bare = || {
        let mut answer = agent.get(&path).header("authorization", "Bearer token").call().expect("an answer");
        let body = answer.body_mut().read_to_vec().expect("a body");
        let user: User = serde_json::from_slice(&body).expect("a user");
        assert_eq!(user.username, "admin");
    };
    let ours = || {
        let user: User = client.call(Method::Get, "/users/me", &[]).fetch().expect("a user");
        assert_eq!(user.username, "admin");
    };
    let (mut bare_best, mut ours_best) = (Duration::MAX, Duration::MAX);
    measure(200, bare);
    measure(200, ours);
    for _ in 0..40 {
        bare_best = bare_best.min(measure(250, bare));
        ours_best = ours_best.min(measure(250, ours));
    }
    let ratio = ours_best.as_secs_f64() / bare_best.as_secs_f64();
    println!("bare ureq {bare_best:?} a call, this crate {ours_best:?}: ratio {ratio:.3}");
}
