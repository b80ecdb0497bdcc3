//! Checks of the credentials and permissions.

use std::time::Duration;

use serde_json::Value;

use super::{Check, Outcome, Report, compare_clocks};
use crate::client::Client;
use crate::client::builder::connect_client;
use crate::error::{Error, ErrorKind};
use crate::http::HttpClient;
use crate::model::{Channel, ChannelMember, Role, Team, User, UserId};
use crate::ws::{CatchUp, Events};

pub(super) fn check_account(
    report: &mut Report,
    http: &HttpClient,
    client: Option<&Client>,
    place: Option<(&str, &str)>,
) {
    let credentials = http.current_token().0.is_none();
    let user = match client {
        Some(client) => http.get("/users/me", &[]).send().map(|()| client.with_timeout(super::PROBE_TIMEOUT)),
        None => connect_client(http.clone()),
    };
    let client = match user {
        Ok(client) => client,
        Err(error) => {
            login_failed(report, &error, credentials);
            report.skip_checks(&["teams", "stream"], "there is no session");
            return;
        }
    };
    check_login(report, client.me(), credentials);
    let settings = client.http().get("/config/client", &[]).param("format", "old").decode::<Value>();
    let settings = settings.unwrap_or_default();
    check_teams(report, &client);
    check_stream(report, &client, &settings);
    if let Some((team, channel)) = place {
        check_posting(report, &client, team, channel);
    }
    if credentials {
        // The session was created for this diagnosis only.
        let _ = client.logout();
    }
}

fn check_login(report: &mut Report, me: &User, credentials: bool) {
    if me.is_bot {
        report.add_success("login", format!("{} is a bot, with a token", me.username));
    } else if credentials {
        report.add_warning(
            "login",
            format!("{} logs in with a password", me.username),
            "by default, a session that only reads ends after 30 days: use a bot's token, which does not expire",
        );
    } else {
        report.add_success("login", format!("{}, with a token", me.username));
    }
    if !me.mfa_active {
        report.add_success("MFA", "the account has no MFA");
    } else if credentials {
        let remedy = "use `mfa_with`, since each code works once, or a token, which needs no code";
        report.add_warning("MFA", "the account has MFA and logs in with a password", remedy);
    } else {
        report.add_success("MFA", "the account has MFA, which is not needed with a token");
    }
}

fn login_failed(report: &mut Report, error: &Error, credentials: bool) {
    let enforced = error.api_id().is_some_and(|id| id.starts_with("api.context.mfa_required"));
    if error.is_mfa() || enforced {
        report.skip_checks(&["login"], "see MFA");
        report.add_error("MFA", error);
    } else {
        report.add_error("login", error);
        report.skip_checks(&["MFA"], "there is no session");
        if error.is_unauthorized() && !credentials {
            if let Some(check) = report.checks.iter_mut().rev().find(|check| check.name == "login") {
                check.remedy = Some(
                    "check the token: it is wrong, expired or revoked, or personal access tokens are disabled \
                     (EnableUserAccessTokens); or the account is deactivated"
                        .into(),
                );
            }
        }
    }
}

fn check_teams(report: &mut Report, client: &Client) {
    let list = client.http().get("/users/{user_id}/teams", &[&UserId::me()]);
    match list.decode::<Vec<Team>>() {
        Ok(teams) if teams.is_empty() => {
            report.add_failure(
                "teams",
                "the account is not a member of any team",
                "add it to a team, since it cannot see any channel otherwise",
            );
        }
        Ok(teams) => {
            let names: Vec<&str> = teams.iter().take(8).map(|team| &*team.name).collect();
            report.add_success("teams", format!("{}: {}", teams.len(), names.join(", ")));
        }
        Err(error) => report.add_error("teams", &error),
    }
}

fn check_stream(report: &mut Report, client: &Client, settings: &Value) {
    let other = settings.get("WebsocketURL").and_then(Value::as_str).unwrap_or_default();
    let opened = Events::builder(client).catch_up(CatchUp::off()).capacity(64).open();
    match opened {
        Ok(events) => {
            match events.ping() {
                Ok(pong) => {
                    let took = pong.round_trip.as_millis();
                    report.add_success("stream", format!("opened, round trip {took} ms"));
                    let unknown = |check: &Check| check.name == "clock" && check.outcome == Outcome::Skipped;
                    if !pong.server_time.is_never() && report.checks.iter().any(unknown) {
                        report.checks.retain(|check| !unknown(check));
                        compare_clocks(report, pong.server_time);
                    }
                }
                Err(error) => report.add_error("stream", &error),
            }
            events.close(Duration::from_secs(2));
        }
        Err(error) if !other.is_empty() && client.http().config().websocket.is_none() => {
            let remedy = format!("use the address from the server's settings: `.websocket_url({other:?})`");
            report.add_failure("stream", error.to_string(), remedy);
        }
        Err(error) => {
            let blocked = matches!(error.kind(), ErrorKind::Protocol | ErrorKind::Status | ErrorKind::Io);
            report.add_error("stream", &error);
            if let Some(check) = report.checks.last_mut().filter(|_| blocked) {
                check.remedy = Some(
                    "configure the reverse proxy to forward HTTP/1.1 with the headers \
                     `Upgrade` and `Connection: upgrade`, at least for the path /api/v4/websocket"
                        .into(),
                );
            }
        }
    }
}

fn check_posting(report: &mut Report, client: &Client, team: &str, name: &str) {
    let channel = match client.channel(team, name) {
        Ok(channel) => channel,
        Err(error) => {
            report.add_error("channel", &error);
            return report.skip_checks(&["permission"], "the channel was not found");
        }
    };
    if !channel.delete_at.is_never() {
        report.add_failure(
            "channel",
            format!("~{} is archived", channel.name),
            "unarchive it, or use another channel",
        );
        return report.skip_checks(&["permission"], "the channel is archived");
    }
    let member = client
        .http()
        .get("/channels/{channel_id}/members/{user_id}", &[&channel.id, &UserId::me()])
        .decode::<ChannelMember>();
    match member {
        Ok(member) => {
            report.add_success("channel", format!("~{}, and the account is a member", channel.name));
            check_permission(report, client, &channel, &member);
        }
        Err(error) if error.is_not_found() || error.is_forbidden() => {
            let finding = format!("the account is not a member of ~{}", channel.name);
            report.add_failure(
                "channel",
                finding,
                "invite the account: it receives no events of other channels, and usually cannot post there",
            );
            report.skip_checks(&["permission"], "the account is not a member");
        }
        Err(error) => {
            report.add_error("channel", &error);
            report.skip_checks(&["permission"], "the membership could not be checked");
        }
    }
}

fn check_permission(report: &mut Report, client: &Client, channel: &Channel, member: &ChannelMember) {
    let mut names: Vec<String> = Vec::new();
    for roles in [&member.roles, &client.me().roles] {
        names.extend(roles.split(' ').filter(|role| !role.is_empty()).map(str::to_owned));
    }
    if !channel.team_id.is_empty() {
        let template = "/teams/{team_id}/members/{user_id}";
        let member = client.http().get(template, &[&channel.team_id, &UserId::me()]).decode::<Value>();
        let roles = member.ok().and_then(|member| Some(member.get("roles")?.as_str()?.to_owned()));
        names.extend(roles.unwrap_or_default().split(' ').filter(|role| !role.is_empty()).map(str::to_owned));
    }
    let roles = client.http().post("/roles/names", &[]).safe().json(&names).decode::<Vec<Role>>();
    match roles {
        Ok(roles) if roles.iter().all(|role| role.permissions.is_empty()) => {
            report.skip_checks(&["permission"], "the server did not report it");
        }
        Ok(roles) if roles.iter().any(|role| role.permissions.iter().any(|it| it == "create_post")) => {
            report.add_success("permission", "the account may post there");
        }
        Ok(_) => report.add_failure(
            "permission",
            format!("none of the account's roles may post in ~{}: {}", channel.name, names.join(", ")),
            "ask an administrator to add the permission create_post to the role, or to give the account another role",
        ),
        Err(error) => report.add_error("permission", &error),
    }
}
