//! Accounts that end and come back, links that are deaf, servers that refuse.

use mattermost::event::{DisconnectReason, MissedReason};
use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, Event, EventKind, Events, EventsBuilder, Method, Origin, Payload, Probe};
use serde_json::json;

use super::{changes, shown, until};

/// A stream of a bot with an access token. A ping comes every 0.6 s, a probe every 1.2 s.
fn robot(server: &TestServer, set: impl FnOnce(EventsBuilder) -> EventsBuilder) -> (Client, Events) {
    server.add_bot("robot");
    let client = server.client_builder().token(server.access_token("robot")).backoff_scale(0.02);
    let client = client.connect().unwrap();
    let events = set(Events::builder(&client).time_scale(0.02)).open().unwrap();
    events.ping().unwrap();
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    (client, events)
}

fn reason(events: &[Event]) -> DisconnectReason {
    match events.last().unwrap().payload().unwrap() {
        Payload::Disconnected(notice) => notice.reason.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_deactivated_account_is_the_end() {
    let server = TestServer::start().unwrap();
    let (_client, events) = robot(&server, |builder| builder);
    server.set_active("robot", false);
    assert_eq!(reason(&until(&events, EventKind::Disconnected)), DisconnectReason::SessionExpired);
    let notice = events.recv_timeout(super::PATIENCE).unwrap();
    assert!(
        matches!(notice.payload().unwrap(), Payload::SessionExpired(notice) if !notice.login_again),
        "{notice:?}"
    );
    let error = events.recv_timeout(super::PATIENCE).unwrap_err();
    assert!(error.is_unauthorized() && error.hint().is_some(), "{error:?}");
    assert!(events.receiver().recv().is_err());
}

/// The server leaves the link open and deaf; the token is good again.
#[test]
fn a_bot_disabled_and_enabled_again_hears_everything() {
    let server = TestServer::start().unwrap();
    let (_client, events) = robot(&server, |builder| builder);
    server.set_active("robot", false);
    server.post_as("bob", "town-square", "while it was disabled");
    server.set_active("robot", true);
    server.post_as("bob", "town-square", "while it was deaf");
    assert_eq!(reason(&until(&events, EventKind::Disconnected)), DisconnectReason::SessionExpired);
    let back = until(&events, EventKind::CaughtUp);
    assert_eq!(changes(&back, Origin::CaughtUp), ["+ while it was disabled", "+ while it was deaf"]);
    assert!(!back.iter().any(|event| event.kind() == EventKind::SessionExpired), "{:#?}", shown(&back));
    server.post_as("bob", "town-square", "now");
    assert_eq!(changes(&until(&events, EventKind::Posted), Origin::Live), ["+ now"]);
}

/// A REST call noticed the end of the session first and logged in again: going on with the connection, which heard
/// nothing since, would lose what was said without a word.
#[test]
fn a_login_by_somebody_else_hides_no_gap() {
    let server = TestServer::start().unwrap();
    let client = server.client_builder().login("janedoe", PASSWORD).backoff_scale(0.02).connect().unwrap();
    let events = client.events().unwrap();
    events.ping().unwrap();
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    server.expire_sessions();
    server.post_as("bob", "town-square", "unheard");
    client.users().me().unwrap();
    server.cut_connections();
    server.post_as("bob", "town-square", "behind it");
    let back = until(&events, EventKind::CaughtUp);
    let caught_up = changes(&back, Origin::CaughtUp);
    assert_eq!(caught_up.first().map(String::as_str), Some("+ unheard"), "{:#?}", shown(&back));
}

/// Pings are answered, and no events come: either probe finds it, and nothing is lost.
#[test]
fn a_deaf_link_is_found_and_given_up() {
    for probe in [Probe::Preference, Probe::Account] {
        let server = TestServer::start().unwrap();
        let (client, events) = robot(&server, |builder| builder.liveness(probe));
        // A quiet link is asked about more than once, and lives.
        let asked = |server: &TestServer| {
            let probes = server.requests().into_iter().filter(|request| match probe {
                Probe::Preference => request.path.ends_with("/preferences"),
                _ => request.path.ends_with("/users/me"),
            });
            probes.count()
        };
        let before = asked(&server);
        super::wait_for(|| asked(&server) >= before + 2);
        assert_eq!(events.stats().connections, 1);
        server.deafen();
        server.post_as("bob", "town-square", "unheard");
        // Resuming does not help.
        server.cut_connections();
        server.post_as("bob", "town-square", "unheard, too");
        if probe == Probe::Account {
            // A bot may not do that itself.
            let admin = server.client("admin").unwrap();
            let patch = admin.call(Method::Put, "/users/{user_id}/patch", &[&client.me().id]);
            patch.json(&json!({"nickname": "R"})).send().unwrap();
        }
        let mut taken = until(&events, EventKind::Disconnected);
        if reason(&taken) != DisconnectReason::Deaf {
            taken.extend(until(&events, EventKind::Disconnected));
        }
        assert_eq!(reason(&taken), DisconnectReason::Deaf, "{probe:?}: {:#?}", shown(&taken));
        let back = until(&events, EventKind::CaughtUp);
        assert_eq!(changes(&back, Origin::CaughtUp), ["+ unheard", "+ unheard, too"], "{probe:?}");
        let missed = back.iter().find(|event| event.kind() == EventKind::Missed).unwrap();
        assert!(
            matches!(missed.payload().unwrap(), Payload::Missed(m) if m.reason == MissedReason::NewConnection)
        );
        server.post_as("bob", "town-square", "now");
        taken.extend(back);
        taken.extend(until(&events, EventKind::Posted));
        assert_eq!(changes(&taken, Origin::Live), ["+ now"], "{probe:?}");
        // The stream's own echoes are nobody's business.
        assert!(!taken.iter().any(|event| event.kind() == EventKind::PreferencesChanged));
    }
}

#[test]
fn upgrades_that_are_refused_are_tried_again() {
    type Refusal = fn(mattermost::testing::Fault<'_>);
    let refusals: [Refusal; 10] = [
        |fault| fault.http(401, "<html>Log in</html>"),
        |fault| fault.http(403, "no"),
        |fault| fault.http(404, "<html>Not Found</html>"),
        |fault| fault.http(502, "<html>Bad Gateway</html>"),
        |fault| fault.http(200, "<html>Welcome</html>"),
        |fault| fault.rate_limit(0),
        |fault| fault.redirect("https://login.example.com/?token=x"),
        |fault| fault.close(),
        |fault| fault.reset(),
        |fault| fault.raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
    ];
    let server = TestServer::start().unwrap();
    let client = server.client_builder().token(server.token("janedoe")).backoff_scale(0.0005);
    let events = client.connect().unwrap().events().unwrap();
    for (n, refuse) in refusals.into_iter().enumerate() {
        let dials = events.stats().connect_attempts;
        refuse(server.on("/websocket").times(2));
        server.cut_connections();
        server.post_as("bob", "town-square", &n.to_string());
        let taken = until(&events, EventKind::Posted);
        assert_eq!(changes(&taken, Origin::Resumed), [format!("+ {n}")], "{:#?}", shown(&taken));
        assert!(events.stats().connect_attempts >= dials + 3);
    }
    // The server's own word is final.
    server.on("/websocket").api_error(403, "api.context.permissions.app_error");
    server.cut_connections();
    let error = loop {
        match events.recv_timeout(super::PATIENCE) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.is_forbidden(), "{error:?}");
}

/// Before, in and after the upgrade, inside frames and inside TLS records.
#[test]
fn a_link_may_end_at_any_byte() {
    for tls in [false, cfg!(feature = "native-tls")] {
        let server = TestServer::builder();
        #[cfg(feature = "native-tls")]
        let server = if tls { server.tls() } else { server };
        let server = server.start().unwrap();
        let client = server.client_builder().token(server.token("janedoe")).backoff_scale(0.0005);
        let events = Events::builder(&client.connect().unwrap()).open().unwrap();
        events.ping().unwrap();
        let (mut made, mut came) = (0, Vec::new());
        let mut post = |came: &mut Vec<String>| {
            made += 1;
            server.post_as("bob", "town-square", &made.to_string());
            let taken = until(&events, EventKind::Posted);
            came.extend(
                taken.iter().filter_map(|event| event.payload().ok()?.post().cloned()).map(|p| p.message),
            );
        };
        let step = if tls { 11 } else { 3 };
        for bytes in (0..300).step_by(step) {
            server.cut_next_after(bytes);
            server.cut_connections();
            post(&mut came);
            server.cut_after(bytes);
            post(&mut came);
        }
        for bytes in (0..3000).step_by(if tls { 97 } else { 1000 }) {
            server.cut_accepted_after(bytes);
            server.cut_connections();
            post(&mut came);
        }
        let all: Vec<String> = (1..=came.len()).map(|n| n.to_string()).collect();
        super::same(&came, &all);
    }
}
