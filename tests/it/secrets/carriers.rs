//! Every call that carries a secret, through something that repeats what it is sent.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mattermost::{
    Client, Error, IncomingMessage, LoginSwitch, Method, OAuthApp, OutgoingWebhook, Secret, TokenRequest,
    Upload, User, UserDraft, UserId, UserPatch, Webhook,
};
use serde_json::json;

use crate::peer::{Peer, me};

const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";
/// The most secrets that the calls below use.
const MAX_SECRETS: usize = 64;

/// The secret of this number. No two share eight characters in a row.
pub(super) fn numbered(number: usize) -> String {
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("q{mixed:016x}'<{number}>&z")
}

/// All of them, for the search in the log of the traced process.
pub(super) fn all_numbered() -> impl Iterator<Item = String> {
    (0..MAX_SECRETS).map(numbered)
}

/// Reads a request with its body.
fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    if let Some(length) = length {
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        request.extend_from_slice(&body);
    } else if head.contains("transfer-encoding: chunked") {
        while !request.ends_with(b"0\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            request.push(byte[0]);
        }
    }
    Some(request)
}

/// The ways in which gateways, debug pages and firewalls repeat a request.
fn repeated(request: &[u8], way: usize) -> String {
    let text = String::from_utf8_lossy(request).into_owned();
    let body = text.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
    let html = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let app_error = |message: String| {
        json!({"id": "plugin.blocked", "message": message, "detailed_error": text, "status_code": 403})
            .to_string()
    };
    match way {
        0 => text,
        1 => format!("blocked: {body}"),
        2 => app_error(text.clone()),
        3 => app_error(body),
        4 => html(&text),
        5 => app_error(html(&body)),
        6 => format!("{}...", body.chars().take(body.chars().count() * 2 / 3).collect::<String>()),
        _ => {
            // What stands between quotes, in base64: of a logger that is careful in the wrong place.
            let parts = body.split('"').filter(|part| part.len() > 8);
            parts.map(|part| BASE64_STANDARD.encode(part)).collect::<Vec<_>>().join(" ")
        }
    }
}

pub(super) fn echo(way: usize) -> Peer {
    Peer::start(move |mut stream| {
        while let Some(request) = read_request(&mut stream) {
            let answer = if request.starts_with(b"GET /api/v4/users/me ") && way < 100 {
                me()
            } else {
                let text = repeated(&request, way);
                let line = text.replace(|c: char| c.is_control(), " ");
                format!(
                    "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nX-Request-Id: {}\r\nContent-Length: {}\r\n\r\n{text}",
                    line.get(..200).unwrap_or_default(),
                    text.len()
                )
            };
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

pub(super) type Carried = Vec<(&'static str, Error)>;

pub(super) struct Numbers(pub(super) usize);

impl Numbers {
    fn next(&mut self) -> Secret {
        self.0 += 1;
        assert!(self.0 < MAX_SECRETS);
        Secret::new(numbered(self.0))
    }
}

/// Makes every call that carries a secret. The gate's header is on each.
pub(super) fn carry(client: &Client, url: &str, numbers: &mut Numbers) -> Carried {
    let mut all = Carried::new();
    let mut note = |name, error: Option<Error>| all.push((name, error.expect(name)));
    let user: UserId = ID.parse().unwrap();
    let mut next = || numbers.next();
    let users = client.users();
    note("change_password", users.change_password(&next(), &next()).err());
    note("set_password", users.set_password(&user, &next()).err());
    note("reset_password", users.reset_password(&next(), &next()).err());
    note("verify_email", users.verify_email(&next()).err());
    note("exchange_sso_code", users.exchange_sso_code(next().expose(), &next(), "state").err());
    note("activate_mfa", users.activate_mfa(&user, next().expose()).err());
    let switch = LoginSwitch::new("email", "saml").password(next()).new_password(next()).mfa_code(next());
    note("switch_login", users.switch_login(&switch).err());
    let draft = UserDraft::new("a@b.c", "jane", next());
    note("create", users.create(&draft).err());
    note("create_by_token", users.create_by_token(&draft, &next()).err());
    note("patch", users.patch(&user, &UserPatch::new().password(next())).err());
    let mut full: User = serde_json::from_value(json!({"id": ID})).unwrap();
    full.password = next();
    note("update", users.update(&full).err());
    note("join_by_token", client.teams().join_by_token(&next()).err());
    note(
        "oauth token",
        client
            .oauth()
            .token(
                &TokenRequest::refresh(ID.parse::<mattermost::OAuthAppId>().unwrap(), next())
                    .client_secret(next()),
            )
            .err(),
    );
    let mut app: OAuthApp = serde_json::from_value(json!({"id": ID})).unwrap();
    app.client_secret = next();
    note("oauth update", client.oauth().update(&app).err());
    let mut hook: OutgoingWebhook = serde_json::from_value(json!({"id": ID})).unwrap();
    hook.token = next();
    note("outgoing webhook", client.webhooks().update_outgoing(&hook).err());
    let value = json!({"password": next(), "nested": [{"token": next()}]});
    note("a call of the program", client.call(Method::Post, "/x", &[]).json(&value).send().err());
    note(
        "a login",
        Client::builder(url).no_proxy().backoff_scale(0.0).login("jane", next()).mfa(next()).connect().err(),
    );
    note(
        "a token",
        Client::builder(url.replace("/x", ""))
            .no_proxy()
            .token(format!("t{:016x}", 77))
            .connect()
            .err()
            .or_else(|| {
                Some(
                    client
                        .webhooks()
                        .send(&ID.parse().unwrap(), &IncomingMessage::new().text("x"))
                        .unwrap_err(),
                )
            }),
    );
    let basic = url.replace("http://", &format!("http://jane:{}@", "c0rrect%20h0rse"));
    note(
        "basic",
        Client::builder(basic)
            .no_proxy()
            .token("t0ken-0f-jane")
            .backoff_scale(0.0)
            .connect()
            .and_then(|c| c.call(Method::Get, "/x", &[]).send())
            .err(),
    );
    let chunks = Upload::reader("key.pem", std::io::Cursor::new(b"f1le-s3nt-1n-chunks".repeat(20)), None);
    note("chunks", client.files().upload(&ID.parse().unwrap(), chunks).err());
    note(
        "a webhook",
        Webhook::new(format!("{url}/hooks/{ID}")).unwrap().send(&IncomingMessage::new().text("x")).err(),
    );
    #[cfg(feature = "admin")]
    all.extend(carry_as_admin(client, numbers));
    all
}

#[cfg(feature = "admin")]
fn carry_as_admin(client: &Client, numbers: &mut Numbers) -> Carried {
    use mattermost::{
        CwsWebhookPayload, LdapSettings, OAuthGrantType, OutgoingOAuthConnectionDraft,
        RemoteClusterAcceptInvite, RemoteClusterDraft, RemoteClusterFrame, RemoteClusterMsg,
        RemoteClusterToken,
    };
    let mut all = Carried::new();
    let mut note = |name, error: Option<Error>| all.push((name, error.expect(name)));
    let mut next = || numbers.next();
    let remotes = client.remote_clusters();
    let draft = RemoteClusterDraft::new("far", ID.parse::<mattermost::TeamId>().unwrap()).password(next());
    note("remote create", remotes.create(&draft).err());
    note("generate_invite", remotes.generate_invite(&ID.parse().unwrap(), &next()).err());
    let team: mattermost::TeamId = ID.parse().unwrap();
    let invite = RemoteClusterAcceptInvite::new("far", team, next(), next());
    note("accept_invite", remotes.accept_invite(&invite).err());
    let by = RemoteClusterToken::new(ID.parse::<mattermost::RemoteId>().unwrap(), numbers_token());
    let message = RemoteClusterMsg::new("id", "topic", json!({}));
    let frame = RemoteClusterFrame::new(ID.parse::<mattermost::RemoteId>().unwrap(), message);
    note("remote ping", remotes.ping(&by, &frame).err());
    let settings = LdapSettings::new().bind_password(next());
    note("ldap", client.ldap().test_connection(&settings).err());
    let oauth = OutgoingOAuthConnectionDraft::new(
        "n",
        "id",
        next(),
        "https://h/t",
        OAuthGrantType::ClientCredentials,
        vec![],
    )
    .credentials_password(next());
    note("outgoing oauth", client.outgoing_oauth_connections().create(&oauth).err());
    note(
        "cloud",
        client
            .cloud()
            .send_webhook(
                &Secret::new(numbers_token()),
                &serde_json::from_value::<CwsWebhookPayload>(json!({"event": "x"})).unwrap(),
            )
            .err(),
    );
    all
}

#[cfg(feature = "admin")]
fn numbers_token() -> String {
    "t0ken-0f-an0ther-server".to_owned()
}

/// Texts that a test names by itself.
pub(super) const EXTRA: [&str; 5] = [
    "gate-s3cret-0f-the-c0mpany",
    "c0rrect h0rse",
    "t0ken-0f-jane",
    "t0ken-0f-an0ther-server",
    "f1le-s3nt-1n-chunks",
];

fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?} {:?}", error.api(), error.request_id());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

#[test]
fn what_any_call_carries_is_in_no_error() {
    let (mut calls, mut hits) = (0, Vec::new());
    let mut secrets = 0;
    for way in 0..8 {
        let echo = echo(way);
        let url = super::watched(&echo.url());
        let builder = || Client::builder(&url).no_proxy().backoff_scale(0.0);
        let client = builder().header("X-Gate", EXTRA[0]).token("t0ken-0f-jane").connect().unwrap();
        let mut numbers = Numbers(0);
        let carried = carry(&client, &url, &mut numbers);
        secrets = numbers.0 + EXTRA.len();
        calls += carried.len();
        for (name, error) in &carried {
            let text = shown(error);
            if *name == "chunks" {
                // A file is no secret of its own; it must not be in ureq's log.
                continue;
            }
            log::error!("{name}: {text}");
            let all = all_numbered().chain(EXTRA.iter().map(|text| (*text).to_owned()));
            for secret in all {
                let json = serde_json::to_string(&secret).unwrap();
                let base64 = BASE64_STANDARD.encode(&secret);
                for form in [&secret[..12], json.trim_matches('"'), &base64] {
                    if text.contains(form) {
                        hits.push(format!("way {way}, {name}: {form} in {text}"));
                    }
                }
            }
            if name.contains("webhook") && *name == "a webhook" && text.contains(ID) {
                hits.push(format!("way {way}, {name}: the webhook's ID in {text}"));
            }
        }
    }
    println!("{calls} calls with {secrets} secrets, repeated in 8 ways: {} hits", hits.len());
    assert!(hits.is_empty(), "{}", hits.join("\n"));
}
