//! Users, bots, sessions and teams.

use serde_json::{Map, Value, json};

use super::World;

#[derive(Clone, Debug, Default)]
pub(in crate::testing) struct StoredUser {
    pub(in crate::testing) id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) update_at: i64,
    pub(in crate::testing) delete_at: i64,
    pub(in crate::testing) username: String,
    pub(in crate::testing) password: String,
    pub(in crate::testing) email: String,
    pub(in crate::testing) nickname: String,
    pub(in crate::testing) first_name: String,
    pub(in crate::testing) last_name: String,
    pub(in crate::testing) position: String,
    pub(in crate::testing) roles: String,
    pub(in crate::testing) locale: String,
    pub(in crate::testing) props: Map<String, Value>,
    pub(in crate::testing) timezone: Option<Value>,
    pub(in crate::testing) email_verified: bool,
    pub(in crate::testing) auth_service: String,
    pub(in crate::testing) last_picture_update: i64,
    pub(in crate::testing) notify_props: Option<Value>,
    pub(in crate::testing) is_bot: bool,
    pub(in crate::testing) bot_description: String,
    /// Unused MFA codes. `None` without MFA.
    pub(in crate::testing) mfa: Option<Vec<String>>,
    pub(in crate::testing) failed_attempts: u32,
    pub(in crate::testing) status: String,
    pub(in crate::testing) manual_status: bool,
    pub(in crate::testing) dnd_end_time: i64,
    /// The status that returns after Do Not Disturb.
    pub(in crate::testing) status_before_dnd: String,
    pub(in crate::testing) last_activity_at: i64,
}

impl StoredUser {
    pub(in crate::testing) fn is_admin(&self) -> bool {
        self.roles.split(' ').any(|role| role == "system_admin")
    }

    pub(in crate::testing) fn is_guest(&self) -> bool {
        self.roles.split(' ').any(|role| role == "system_guest")
    }

    /// Returns the user as the server shows it to the user or to others.
    pub(in crate::testing) fn json(&self, own: bool) -> Value {
        let mut value = json!({
            "id": self.id,
            "create_at": self.create_at,
            "update_at": self.update_at,
            "delete_at": self.delete_at,
            "username": self.username,
            "auth_service": self.auth_service,
            "email": self.email,
            "nickname": self.nickname,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "position": self.position,
            "roles": self.roles,
            "locale": self.locale,
            "timezone": self.timezone.clone().unwrap_or_else(|| {
                json!({"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"})
            }),
            "disable_welcome_email": false,
        });
        let mut set = |name: &str, item: Value| {
            if let Some(object) = value.as_object_mut() {
                object.insert(name.to_owned(), item);
            }
        };
        if !self.props.is_empty() {
            set("props", Value::Object(self.props.clone()));
        }
        if self.last_picture_update > 0 {
            set("last_picture_update", json!(self.last_picture_update));
        }
        if own && self.email_verified {
            set("email_verified", json!(true));
        }
        if !self.is_bot {
            set("remote_id", json!(""));
        }
        if self.is_bot {
            set("is_bot", json!(true));
            set("bot_description", json!(self.bot_description));
        }
        if own {
            set("last_password_update", json!(self.create_at));
            set("notify_props", self.notify_props.clone().unwrap_or_default());
            if self.failed_attempts > 0 {
                set("failed_attempts", json!(self.failed_attempts));
            }
        } else {
            set("auth_data", json!(""));
        }
        if self.mfa.is_some() {
            set("mfa_active", json!(true));
        }
        value
    }

    pub(in crate::testing) fn status_json(&self) -> Value {
        json!({
            "user_id": self.id,
            "status": self.status,
            "manual": self.manual_status,
            "last_activity_at": self.last_activity_at,
            "dnd_end_time": self.dnd_end_time,
        })
    }
}

fn notify_props(old: bool) -> Value {
    let mut props = json!({
        "channel": "true", "comments": "never", "desktop": "mention", "desktop_sound": "true", "email": "true",
        "first_name": "false", "mention_keys": "", "push": "mention",
        "push_status": if old { "away" } else { "online" },
    });
    if let (Some(object), false) = (props.as_object_mut(), old) {
        for name in ["desktop_threads", "email_threads", "push_threads"] {
            object.insert(name.into(), json!("all"));
        }
    }
    props
}

#[derive(Clone, Debug)]
pub(in crate::testing) struct StoredSession {
    pub(in crate::testing) id: String,
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) expires_at: i64,
    pub(in crate::testing) last_activity_at: i64,
    pub(in crate::testing) device_id: String,
    /// The token against forged requests, which browsers use.
    pub(in crate::testing) csrf: String,
}

#[derive(Clone, Debug)]
pub(in crate::testing) struct AccessToken {
    pub(in crate::testing) id: String,
    pub(in crate::testing) token: String,
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) description: String,
    pub(in crate::testing) is_active: bool,
}

impl AccessToken {
    pub(in crate::testing) fn json(&self) -> Value {
        json!({"id": self.id, "user_id": self.user_id, "description": self.description, "is_active": self.is_active})
    }
}

#[derive(Clone, Debug)]
pub(in crate::testing) struct StoredBot {
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) username: String,
    pub(in crate::testing) display_name: String,
    pub(in crate::testing) description: String,
    pub(in crate::testing) owner_id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) update_at: i64,
    pub(in crate::testing) delete_at: i64,
}

impl StoredBot {
    pub(in crate::testing) fn json(&self) -> Value {
        let mut value = json!({
            "user_id": self.user_id, "username": self.username, "display_name": self.display_name,
            "owner_id": self.owner_id, "create_at": self.create_at, "update_at": self.update_at,
            "delete_at": self.delete_at,
        });
        if let (Some(object), false) = (value.as_object_mut(), self.description.is_empty()) {
            object.insert("description".into(), json!(self.description));
        }
        value
    }
}

#[derive(Clone, Debug)]
pub(in crate::testing) struct StoredTeamMember {
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) admin: bool,
}

#[derive(Clone, Debug, Default)]
pub(in crate::testing) struct StoredTeam {
    pub(in crate::testing) id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) update_at: i64,
    pub(in crate::testing) delete_at: i64,
    pub(in crate::testing) name: String,
    pub(in crate::testing) display_name: String,
    pub(in crate::testing) description: String,
    pub(in crate::testing) company_name: String,
    pub(in crate::testing) image: Vec<u8>,
    pub(in crate::testing) last_icon_update: i64,
    pub(in crate::testing) allowed_domains: String,
    pub(in crate::testing) email: String,
    /// `O` or `I`.
    pub(in crate::testing) kind: String,
    pub(in crate::testing) invite_id: String,
    pub(in crate::testing) allow_open_invite: bool,
    pub(in crate::testing) members: Vec<StoredTeamMember>,
}

impl StoredTeam {
    pub(in crate::testing) fn has(&self, user_id: &str) -> bool {
        self.member(user_id).is_some()
    }

    pub(in crate::testing) fn member(&self, user_id: &str) -> Option<&StoredTeamMember> {
        self.members.iter().find(|member| member.user_id == user_id)
    }

    /// Returns the team as the server shows it. Only those who manage the team see its email address and invitation.
    pub(in crate::testing) fn json(&self, full: bool) -> Value {
        let mut team = json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "delete_at": self.delete_at,
            "display_name": self.display_name, "name": self.name, "description": self.description,
            "email": if full { &*self.email } else { "" }, "type": self.kind, "company_name": self.company_name,
            "allowed_domains": self.allowed_domains, "invite_id": if full { &*self.invite_id } else { "" },
            "allow_open_invite": self.allow_open_invite, "scheme_id": null, "group_constrained": null,
            "policy_id": null, "cloud_limits_archived": false,
        });
        if let (Some(object), true) = (team.as_object_mut(), self.last_icon_update > 0) {
            object.insert("last_team_icon_update".into(), json!(self.last_icon_update));
        }
        team
    }

    pub(in crate::testing) fn member_json(&self, member: &StoredTeamMember) -> Value {
        json!({
            "team_id": self.id, "user_id": member.user_id,
            "roles": if member.admin { "team_user team_admin" } else { "team_user" },
            "delete_at": 0, "scheme_guest": false, "scheme_user": true, "scheme_admin": member.admin,
            "explicit_roles": "",
        })
    }
}

impl World {
    pub(in crate::testing) fn user(&self, id: &str) -> Option<&StoredUser> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(in crate::testing) fn user_mut(&mut self, id: &str) -> Option<&mut StoredUser> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    pub(in crate::testing) fn user_named(&self, name: &str) -> Option<&StoredUser> {
        self.users.iter().find(|user| user.username.eq_ignore_ascii_case(name))
    }

    /// Returns the name for use in texts. For an unknown user, this is the ID.
    pub(in crate::testing) fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.user(id).map_or(id, |user| &user.username)
    }

    pub(in crate::testing) fn is_admin(&self, id: &str) -> bool {
        self.user(id).is_some_and(StoredUser::is_admin)
    }

    pub(in crate::testing) fn team(&self, id: &str) -> Option<&StoredTeam> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub(in crate::testing) fn team_mut(&mut self, id: &str) -> Option<&mut StoredTeam> {
        self.teams.iter_mut().find(|team| team.id == id)
    }

    pub(in crate::testing) fn team_named(&self, name: &str) -> Option<&StoredTeam> {
        self.teams.iter().find(|team| team.name == name)
    }

    /// Adds a user without sending events.
    pub(in crate::testing) fn new_user(&mut self, username: &str, password: &str) -> &mut StoredUser {
        let now = self.now();
        let user = StoredUser {
            id: self.clock.id(),
            create_at: now,
            update_at: now,
            username: username.to_owned(),
            password: password.to_owned(),
            email: format!("{username}@example.com"),
            roles: "system_user".to_owned(),
            locale: "en".to_owned(),
            status: "offline".to_owned(),
            notify_props: Some(notify_props(self.is_old())),
            ..StoredUser::default()
        };
        let id = user.id.clone();
        let mut preferences = vec![("tutorial_step".to_owned(), id.clone(), "0".to_owned())];
        if !self.is_old() {
            for (category, name, value) in
                [("recommended_next_steps", "hide", "false"), ("system_notice", "GMasDM", "true")]
            {
                preferences.push((category.to_owned(), name.to_owned(), value.to_owned()));
            }
        }
        self.preferences.insert(id, preferences);
        self.users.push(user);
        let last = self.users.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "it was pushed just now")]
        &mut self.users[last]
    }

    /// Activates or deactivates an account without sending events.
    pub(in crate::testing) fn set_active(&mut self, id: &str, active: bool) {
        let now = self.now();
        let gone = if active { 0 } else { now };
        if let Some(user) = self.user_mut(id) {
            (user.delete_at, user.update_at) = (gone, now);
        }
        if let Some(bot) = self.bots.iter_mut().find(|bot| bot.user_id == id) {
            (bot.delete_at, bot.update_at) = (gone, now);
        }
        if !active {
            self.sessions.retain(|_, session| session.user_id != id);
            self.hub.wipe_user(id);
        }
    }

    pub(in crate::testing) fn new_access_token(&mut self, user_id: &str, description: &str) -> AccessToken {
        let token = AccessToken {
            id: self.clock.id(),
            token: self.clock.id(),
            user_id: user_id.to_owned(),
            description: description.to_owned(),
            is_active: true,
        };
        self.tokens.push(token.clone());
        token
    }

    /// Adds a team with its two default channels and no members, without sending events.
    pub(in crate::testing) fn new_team(&mut self, name: &str, display_name: &str, kind: &str) -> String {
        let now = self.now();
        let id = self.clock.id();
        let team = StoredTeam {
            id: id.clone(),
            create_at: now,
            update_at: now,
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            kind: if kind == "I" { "I".to_owned() } else { "O".to_owned() },
            invite_id: self.clock.id(),
            allow_open_invite: kind != "I",
            ..StoredTeam::default()
        };
        self.teams.push(team);
        for (name, display_name) in [("town-square", "Town Square"), ("off-topic", "Off-Topic")] {
            self.new_channel(super::StoredChannel {
                team_id: id.clone(),
                kind: "O".into(),
                name: name.into(),
                display_name: display_name.into(),
                ..super::StoredChannel::default()
            });
        }
        id
    }

    /// Adds a user to a team and its default channels, without sending events.
    pub(in crate::testing) fn join_team(&mut self, team_id: &str, user_id: &str) {
        let Some(team) = self.team_mut(team_id) else { return };
        if !team.has(user_id) {
            team.members.push(StoredTeamMember { user_id: user_id.to_owned(), admin: false });
        }
        for channel in self.default_channels(team_id) {
            self.join(&channel, user_id);
        }
    }

    /// Adds a bot without sending events.
    pub(in crate::testing) fn new_bot(
        &mut self,
        username: &str,
        display: &str,
        about: &str,
        owner: &str,
    ) -> String {
        let user = self.new_user(username, "");
        user.email = format!("{username}@localhost");
        user.is_bot = true;
        display.clone_into(&mut user.first_name);
        about.clone_into(&mut user.bot_description);
        let (id, now) = (user.id.clone(), user.create_at);
        self.bots.push(StoredBot {
            user_id: id.clone(),
            username: username.to_owned(),
            display_name: display.to_owned(),
            description: about.to_owned(),
            owner_id: owner.to_owned(),
            create_at: now,
            update_at: now,
            delete_at: 0,
        });
        id
    }

    /// Adds a user with the default password to the first team and its default channels, without sending events.
    pub(in crate::testing) fn add_user(&mut self, name: &str) -> String {
        let id = self.new_user(name, crate::testing::PASSWORD).id.clone();
        self.join_first_team(&id);
        id
    }

    /// Adds a bot of `admin` to the first team and its default channels, without sending events.
    pub(in crate::testing) fn add_bot(&mut self, name: &str) -> String {
        let owner = self.user_named("admin").map(|user| user.id.clone()).unwrap_or_default();
        let id = self.new_bot(name, name, "", &owner);
        self.join_first_team(&id);
        id
    }

    /// Adds a guest to the first team, but to no channel, without sending events.
    pub(in crate::testing) fn add_guest(&mut self, name: &str) -> String {
        let user = self.new_user(name, crate::testing::PASSWORD);
        "system_guest".clone_into(&mut user.roles);
        let id = user.id.clone();
        if let Some(team) = self.teams.first_mut() {
            team.members.push(StoredTeamMember { user_id: id.clone(), admin: false });
        }
        id
    }

    fn join_first_team(&mut self, user_id: &str) {
        if let Some(team) = self.teams.first().map(|team| team.id.clone()) {
            self.join_team(&team, user_id);
        }
    }

    /// Adds an open team with its default channels and all users except guests, without sending events.
    pub(in crate::testing) fn add_team(&mut self, name: &str, display_name: &str) -> String {
        let id = self.new_team(name, display_name, "O");
        let users: Vec<String> =
            self.users.iter().filter(|user| !user.is_guest()).map(|user| user.id.clone()).collect();
        for user in users {
            self.join_team(&id, &user);
        }
        id
    }
}
