//! Logging in and out.

use std::io::{Read, Write};
use std::time::Duration;

use mattermost::{BotDraft, Client, ErrorKind, EventKind, Events, Origin, Payload, PostDraft, Probe, UserId};

use super::world::{World, next};

pub(super) fn log_in_three_ways(world: &World) {
    let jane = world.account("jane");
    let by = |login: &str| Client::builder(&world.url).login(login, &*jane.password).connect().unwrap();
    assert_eq!(by(&jane.name).me().id, jane.id);
    assert_eq!(by(&jane.email).me().id, jane.id);
    world.admin.users().set_roles(&jane.id, &["system_user", "system_user_access_token"]).unwrap();
    let token = jane.client.users().create_token(&jane.id, "for a test").unwrap();
    let with_token = Client::builder(&world.url).token(token.token.expose()).connect().unwrap();
    assert_eq!(with_token.me().username, jane.name);
    assert!(!format!("{token:?}").contains(token.token.expose()));
}

pub(super) fn wrong_password(world: &World) {
    let jane = world.account("jane");
    let error = Client::builder(&world.url).login(&jane.name, "not hers").connect().unwrap_err();
    assert!(error.is_unauthorized() && error.kind() == ErrorKind::Api, "{error:?}");
    assert_eq!(error.route(), Some("POST /users/login"));
    assert!(error.hint().is_some() && !format!("{error:?}").contains("not hers"));
    let error = Client::builder(&world.url).token("abcdefghijklmnopqrstuvwxyz").connect().unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
}

/// A token cannot be renewed: its end is the stream's end, and says why.
pub(super) fn logout_is_seen_by_the_stream(world: &World) {
    let jane = world.account("jane");
    let token = session_token(world, &jane);
    let second = Client::builder(&world.url).token(&token).connect().unwrap();
    let events = Events::builder(&second).ping_every(Duration::from_millis(500)).open().unwrap();
    second.logout().unwrap();
    let error = loop {
        match events.recv_timeout(Duration::from_secs(20)).and_then(|event| event.into_payload()) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.is_unauthorized(), "{error:?}");
    assert!(!format!("{error:?}").contains(&token), "{error:?}");
    assert!(events.receiver().recv().is_err(), "the end is the last");
    assert!(events.error().is_some());
}

/// Credentials are used again: the stream goes on.
pub(super) fn an_ended_session_is_renewed(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("renewed", &[&jane, &bob]);
    let events = Events::builder(&jane.client).ping_every(Duration::from_millis(500)).open().unwrap();
    world.admin.users().revoke_sessions(&jane.id).unwrap();
    next(&events, "session expired", |_, payload| {
        matches!(payload, Payload::SessionExpired(_)).then_some(())
    });
    next(&events, "connected", |_, payload| matches!(payload, Payload::Connected(_)).then_some(()));
    bob.client.posts().create(&PostDraft::new(&channel.id, "are you back?")).unwrap();
    next(&events, "the post", |_, payload| match payload {
        Payload::Posted(posted) => (posted.post.message == "are you back?").then_some(()),
        _ => None,
    });
    assert_eq!(jane.client.users().me().unwrap().id, jane.id);
}

/// The server leaves the link of a bot that was disabled open and deaf, also when it is enabled again: its pings fail,
/// its token is good. Nothing is lost, and the probes do no harm on a link that hears.
pub(super) fn a_bot_disabled_and_enabled_again_is_back(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("bots", &[&jane]);
    let bot = world.admin.bots().create(&BotDraft::new(format!("robot{}", world.run))).unwrap();
    let id = UserId::from(&bot);
    world.admin.teams().add_member(&world.team.id, &id).unwrap();
    world.admin.channels().add_member(&channel.id, &id).unwrap();
    let token = world.admin.users().create_token(&id, "for a test").unwrap();
    let client = Client::builder(&world.url).token(token.token.expose()).connect().unwrap();
    for probe in [Probe::Preference, Probe::Account] {
        let builder = Events::builder(&client).liveness(probe);
        // A probe comes every second, and has half a second.
        let events = builder.time_scale(0.02).ping_every(Duration::from_secs(60)).open().unwrap();
        events.ping().unwrap();
        let say = |text: &str| jane.client.posts().create(&PostDraft::new(&channel.id, text)).unwrap();
        let hear = |text: &str| {
            next(&events, text, |event, payload| {
                let post = payload.post()?;
                (post.message == text && event.kind() == EventKind::Posted).then(|| event.origin())
            })
        };
        say("live");
        assert_eq!(hear("live"), Origin::Live);
        std::thread::sleep(Duration::from_secs(4));
        assert_eq!(events.stats().connections, 1, "{probe:?} on a link that hears");
        world.admin.bots().disable(&bot.user_id).unwrap();
        say("while it was disabled");
        world.admin.bots().enable(&bot.user_id).unwrap();
        say("while it was deaf");
        assert_eq!(hear("while it was disabled"), Origin::CaughtUp);
        assert_eq!(hear("while it was deaf"), Origin::CaughtUp);
        say("now");
        hear("now");
        println!("{probe:?}: {:?}", events.stats());
    }
}

/// The token of another session of this account, as another program would get it.
fn session_token(world: &World, account: &super::world::Account) -> String {
    let body = serde_json::json!({ "login_id": account.name, "password": account.password }).to_string();
    // By hand: the HTTP crate logs what it is sent, and this suite also runs to see that we do not.
    let (scheme, authority) = world.url.split_once("://").unwrap();
    let host = authority.split('/').next().unwrap();
    let path = &authority[host.len()..];
    let tcp = std::net::TcpStream::connect(host).unwrap();
    let head = format!("POST {path}/api/v4/users/login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let answer = if scheme == "https" { over_tls(host, tcp, &request) } else { exchange(tcp, &request) };
    let token =
        answer.lines().find_map(|line| line.to_lowercase().strip_prefix("token: ").map(str::to_owned));
    token.unwrap()
}

fn exchange(mut stream: impl Read + Write, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server may end TLS without a goodbye; the head is enough.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[cfg(feature = "native-tls")]
fn over_tls(host: &str, tcp: std::net::TcpStream, request: &str) -> String {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    exchange(native_tls::TlsConnector::new().unwrap().connect(name, tcp).unwrap(), request)
}

#[cfg(not(feature = "native-tls"))]
fn over_tls(_: &str, _: std::net::TcpStream, _: &str) -> String {
    panic!("https in a build without TLS");
}
