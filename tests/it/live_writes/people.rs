//! Accounts, their sessions, statuses and settings; bots; roles.

use mattermost::rest::Upload;
use mattermost::{
    BotDraft, BotPage, BotPatch, Client, CustomStatus, DeviceProps, LdapMigration, LoginSwitch, NotifyAdmin,
    Preference, RolePatch, SamlMigration, Secret, StatusKind, Timestamp, UserAuth, UserDraft, UserId,
    UserPatch, UserSearch,
};

use super::{GIF, Writes, is_logged_out, nobodys, wait_for};
use crate::live::mfa::code_now;

pub(super) fn accounts(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let name = format!("ann{}", world.run);
    let (email, password) = (format!("{name}@example.com"), "Passw0rd-of-a-test");
    let draft = UserDraft::new(&*email, &*name, password).first_name("Ann").locale("de");
    let user = w.call("POST /users", admin.users().create(&draft))?;
    w.check(
        "POST /users",
        user.username == name && user.first_name == "Ann" && user.locale == "de",
        "as drafted",
    );
    w.look("POST /users", admin.teams().add_member(&world.team.id, &user.id))?;

    let found = w.call("POST /users/ids", admin.users().list_by_ids(std::slice::from_ref(&user.id)))?;
    w.check("POST /users/ids", found.len() == 1 && found[0].username == name, "the one asked for");
    let found = w.call("POST /users/usernames", admin.users().list_by_usernames(&[&name]))?;
    w.check("POST /users/usernames", found.len() == 1 && found[0].id == user.id, "the one asked for");
    let found = w.call("POST /users/search", admin.users().search(&UserSearch::new(&*name)))?;
    w.check("POST /users/search", found.len() == 1 && found[0].id == user.id, "the one searched");

    let ann = w.call("POST /users/login", Client::builder(&world.url).login(&*email, password).connect())?;
    w.check("POST /users/login", ann.me().id == user.id, "who logged in");
    let patch = UserPatch::new().nickname("Annie").position("Tester");
    let patched = w.call("PUT /users/{user_id}/patch", ann.users().patch(&user.id, &patch))?;
    w.check(
        "PUT /users/{user_id}/patch",
        patched.nickname == "Annie" && patched.first_name == "Ann",
        "patched",
    );
    let mut whole = w.look("PUT /users/{user_id}", ann.users().get(&user.id))?;
    whole.last_name = "Other".into();
    let updated = w.call("PUT /users/{user_id}", ann.users().update(&whole));
    if let Some(updated) = updated {
        let kept = updated.last_name == "Other" && updated.nickname == "Annie" && updated.locale == "de";
        w.check("PUT /users/{user_id}", kept, "changed, and the rest kept");
    }

    w.call("PUT /users/{user_id}/roles", admin.users().set_roles(&user.id, &["system_user", "system_admin"]));
    let roles = w.look("PUT /users/{user_id}/roles", admin.users().get(&user.id))?.roles;
    w.check("PUT /users/{user_id}/roles", roles.contains("system_admin"), "an administrator");
    w.look("PUT /users/{user_id}/roles", admin.users().set_roles(&user.id, &["system_user"]));

    let picture = || Upload::bytes("a.gif", GIF);
    if w.call("POST /users/{user_id}/image", ann.users().set_image(&user.id, picture())).is_some() {
        let changed = w.look("POST /users/{user_id}/image", ann.users().get(&user.id))?;
        w.check("POST /users/{user_id}/image", changed.last_picture_update.as_millis() > 0, "a new picture");
        w.call("DELETE /users/{user_id}/image", ann.users().delete_image(&user.id));
        let (now, plain) = (ann.users().image(&user.id), ann.users().default_image(&user.id));
        w.check("DELETE /users/{user_id}/image", now.ok() == plain.ok(), "the default picture");
    }

    let channel = world.channel("typing", &[]);
    w.look("POST /users/{user_id}/typing", admin.channels().add_member(&channel.id, &user.id));
    w.call("POST /users/{user_id}/typing", ann.users().typing(&channel.id));
    let others = [user.id.clone(), world.account("gina").id, world.account("gus").id];
    let group = w.look("POST /users/group_channels", ann.channels().create_group(&others))?;
    let people = w.call(
        "POST /users/group_channels",
        ann.users().list_by_group_channels(std::slice::from_ref(&group.id)),
    )?;
    let people = people.get(&group.id).map_or(0, Vec::len);
    w.check("POST /users/group_channels", people >= 2, "who is in the group");

    let fresh = Secret::new("Another-passw0rd");
    w.call("PUT /users/{user_id}/password", ann.users().change_password(&Secret::new(password), &fresh));
    let again = Client::builder(&world.url).login(&*name, fresh).connect();
    w.check("PUT /users/{user_id}/password", again.is_ok(), "one's own new password");
    w.call(
        "PUT /users/{user_id}/password",
        admin.users().set_password(&user.id, &Secret::new("The-3rd-password")),
    );
    let again = Client::builder(&world.url).login(&*name, "The-3rd-password").connect();
    w.check("PUT /users/{user_id}/password", again.is_ok(), "the password that an administrator set");

    w.call("PUT /users/{user_id}/active", admin.users().deactivate(&user.id));
    let there = w.look("PUT /users/{user_id}/active", admin.users().get(&user.id))?;
    w.check("PUT /users/{user_id}/active", there.delete_at.as_millis() > 0, "deactivated");
    w.call("PUT /users/{user_id}/active", admin.users().activate(&user.id));
    let there = w.look("PUT /users/{user_id}/active", admin.users().get(&user.id))?;
    w.check("PUT /users/{user_id}/active", there.delete_at.as_millis() == 0, "active again");
    w.look("POST /users", admin.users().deactivate(&user.id))
}

pub(super) fn ways_in(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let ann = world.account("ways");
    let users = ann.client.users();
    let way = users.login_type(&ann.name);
    let known = way.as_ref().is_ok_and(|way| way.auth_service.is_empty() && !way.is_deactivated);
    w.check("POST /users/login/type", known || way.as_ref().is_err_and(|e| e.is_not_found()), "a password");
    // 404 without a word unless guests may log in by a link.
    w.refusal("POST /users/login/type", &[], way);
    let switch = LoginSwitch::new("email", "gitlab").email(&*ann.email).password(&*ann.password);
    if let Some(link) = w.call("POST /users/login/switch", users.switch_login(&switch)) {
        w.check("POST /users/login/switch", link.contains("/oauth/gitlab/"), "an address to go on at");
    }
    let code = users.exchange_sso_code("code", &Secret::new("verifier"), "state");
    w.refusal(
        "POST /users/login/sso/code-exchange",
        &["api.user.login_sso_code_exchange.deprecated.app_error"],
        code,
    );
    w.call("POST /users/email/verify/send", users.send_verification_email(&ann.email));
    let verified = users.verify_email(&Secret::new("x".repeat(64)));
    w.refusal("POST /users/email/verify", &["api.user.verify_email.bad_link.app_error"], verified);
    let unsent = ["api.user.send_password_reset.send.app_error"];
    w.refusal("POST /users/password/reset/send", &unsent, users.send_password_reset(&ann.email));
    w.check(
        "POST /users/password/reset/send",
        !world.is_real() || users.send_password_reset("no@example.com").is_ok(),
        "tells nobody",
    );
    let reset = users.reset_password(&Secret::new("x".repeat(64)), &Secret::new("Some-passw0rd"));
    w.refusal("POST /users/password/reset", &["api.user.reset_password.invalid_link.app_error"], reset);
    let route = "POST /users/{user_id}/email/verify/member";
    if let Some(user) = w.call(route, admin.users().verify_email_of(&ann.id)) {
        let now = w.look(route, ann.client.users().me())?;
        w.check(route, user.id == ann.id && now.email_verified, "verified");
    }
    let wrong = Client::builder(&world.url).login(&*ann.name, "wrong").connect();
    w.check("POST /users/login", wrong.is_err_and(|e| e.is_unauthorized()), "a wrong password is none");
    let route = "POST /users/{user_id}/reset_failed_attempts";
    w.call(route, admin.users().reset_failed_attempts(&ann.id));
    let terms = users.accept_terms(&nobodys());
    let unknown = [
        "app.terms_of_service.get.no_rows.app_error",
        "store.sql_terms_of_service_store.get.no_rows.app_error",
    ];
    w.refusal("POST /users/{user_id}/terms_of_service", &unknown, terms);
    w.call("POST /users/{user_id}/demote", admin.users().demote(&ann.id));
    w.call("POST /users/{user_id}/promote", admin.users().promote(&ann.id));
    let mut auth = UserAuth::default();
    (auth.auth_data, auth.auth_service) = (world.run.clone(), "gitlab".into());
    if let Some(auth) = w.call("PUT /users/{user_id}/auth", admin.users().set_auth(&ann.id, &auth)) {
        w.check(
            "PUT /users/{user_id}/auth",
            auth.auth_service == "gitlab" && auth.auth_data == world.run,
            "set",
        );
        let user = w.look("PUT /users/{user_id}/auth", admin.users().get(&ann.id))?;
        // Old servers (5.37) show it from their cache.
        w.check("PUT /users/{user_id}/auth", w.old || user.auth_service == "gitlab", "logs in by GitLab");
    }
    let ldap = LdapMigration::new("email", "email", false);
    w.call("POST /users/migrate_auth/ldap", admin.users().migrate_auth_to_ldap(&ldap));
    let saml = SamlMigration::new("email", false, std::collections::BTreeMap::new());
    w.call("POST /users/migrate_auth/saml", admin.users().migrate_auth_to_saml(&saml));
    let notice = NotifyAdmin::new("professional", "mattermost.feature.guest_accounts");
    let zoe = world.account("wish");
    w.call("POST /users/notify-admin", zoe.client.users().notify_admin(&notice));
    w.refusal(
        "POST /users/trigger-notify-admin-posts",
        &["api.cloud.app_error"],
        admin.users().trigger_notify_admin(&notice),
    );
    Some(())
}

pub(super) fn sessions_and_tokens(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let ann = world.account("sess");
    // By their tokens, so that none of them logs in again.
    let login = || {
        let client = Client::builder(&world.url).login(&*ann.name, &*ann.password).connect().unwrap();
        let token = client.users().create_token(&ann.id, "x");
        (client, token)
    };
    w.look(
        "POST /users/{user_id}/tokens",
        admin.users().set_roles(&ann.id, &["system_user", "system_user_access_token"]),
    );
    let (client, token) = login();
    let token = w.call("POST /users/{user_id}/tokens", token)?;
    w.check("POST /users/{user_id}/tokens", token.description == "x" && !token.token.is_empty(), "a token");
    let by_token = Client::builder(&world.url).token(token.token.clone()).connect();
    let by_token = w.look("POST /users/{user_id}/tokens", by_token)?;
    w.call("POST /users/tokens/disable", client.users().disable_token(&token.id));
    w.check("POST /users/tokens/disable", is_logged_out(&by_token), "the token is good for nothing");
    w.call("POST /users/tokens/enable", client.users().enable_token(&token.id));
    w.check("POST /users/tokens/enable", by_token.users().me().is_ok(), "the token is good again");
    if let Some(found) = w.call("POST /users/tokens/search", admin.users().search_tokens(&ann.name)) {
        w.check("POST /users/tokens/search", found.iter().any(|one| one.id == token.id), "found");
    }
    w.call("POST /users/tokens/revoke", client.users().revoke_token(&token.id));
    w.check("POST /users/tokens/revoke", is_logged_out(&by_token), "the token is gone");

    let device = DeviceProps::new().device_id(format!("apple:{}", world.run));
    w.call("PUT /users/sessions/device", client.users().set_device(&device));
    let sessions = w.look("PUT /users/sessions/device", client.users().list_sessions(&ann.id))?;
    if w.world.is_real() {
        let set = sessions.iter().any(|session| session.device_id.ends_with(&world.run));
        w.check("PUT /users/sessions/device", set, "the session has the device");
    }
    let route = "POST /users/{user_id}/sessions/revoke";
    let before = sessions.len();
    let one = sessions.into_iter().find(|session| session.device_id.is_empty()).map(|session| session.id)?;
    w.call(route, admin.users().revoke_session(&ann.id, &one));
    let left = w.look(route, admin.users().list_sessions(&ann.id))?;
    w.check(route, left.len() < before && left.iter().all(|session| session.id != one), "one less");
    let route = "POST /users/{user_id}/sessions/revoke/all";
    w.call(route, admin.users().revoke_sessions(&ann.id));
    let left = w.look(route, admin.users().list_sessions(&ann.id))?;
    w.check(route, left.is_empty(), "none left");

    let (client, _) = login();
    w.call("POST /users/logout", client.logout());
    let left = w.look("POST /users/logout", admin.users().list_sessions(&ann.id))?;
    w.check("POST /users/logout", left.is_empty(), "none left");
    Some(())
}

pub(super) fn second_factor(w: &mut Writes<'_>) -> Option<()> {
    let ann = w.world.account("mfa");
    let users = ann.client.users();
    let secret = w.call("POST /users/{user_id}/mfa/generate", users.generate_mfa_secret(&ann.id))?;
    w.check("POST /users/{user_id}/mfa/generate", !secret.qr_code.is_empty(), "a picture");
    if w.world.is_real() {
        w.call("PUT /users/{user_id}/mfa", users.activate_mfa(&ann.id, &code_now(secret.secret.expose())))?;
        let user = w.look("PUT /users/{user_id}/mfa", users.me())?;
        w.check("PUT /users/{user_id}/mfa", user.mfa_active, "on");
        let login = Client::builder(&w.world.url).login(&*ann.name, &*ann.password).connect();
        w.check("PUT /users/{user_id}/mfa", login.is_err_and(|e| e.is_mfa()), "a code is asked for");
    }
    w.call("PUT /users/{user_id}/mfa", w.world.admin.users().deactivate_mfa(&ann.id));
    let user = w.look("PUT /users/{user_id}/mfa", users.me())?;
    w.check("PUT /users/{user_id}/mfa", !user.mfa_active, "off again");
    Some(())
}

pub(super) fn statuses_and_preferences(w: &mut Writes<'_>) -> Option<()> {
    let ann = w.world.account("stat");
    let (statuses, me) = (ann.client.statuses(), &ann.id);
    let status = w.call("PUT /users/{user_id}/status", statuses.set(me, &StatusKind::Away))?;
    w.check(
        "PUT /users/{user_id}/status",
        status.status == StatusKind::Away && status.user_id == *me,
        "away",
    );
    let until = Timestamp::from_millis(Timestamp::now().as_millis() + 3_600_000);
    let status = w.call("PUT /users/{user_id}/status", statuses.set_dnd_until(me, until))?;
    w.check("PUT /users/{user_id}/status", status.status == StatusKind::Dnd, "not to be disturbed");
    let list = w.call("POST /users/status/ids", statuses.list_by_ids(std::slice::from_ref(me)))?;
    w.check("POST /users/status/ids", list.len() == 1 && list[0].status == StatusKind::Dnd, "the same");

    let custom = |word: &str| CustomStatus::new("tada", word);
    let says = |w: &mut Writes<'_>, route| {
        let user = w.look(route, ann.client.users().me())?;
        Some((
            user.props.get("customStatus").cloned().unwrap_or_default(),
            user.props.get("recentCustomStatuses").cloned(),
        ))
    };
    let route = "PUT /users/{user_id}/status/custom";
    w.call(route, statuses.set_custom(me, &custom("first")))?;
    w.look(route, statuses.set_custom(me, &custom("second")))?;
    let (now, _) = says(w, route)?;
    w.check(route, now.contains("second"), "what was said");
    w.call("DELETE /users/{user_id}/status/custom", statuses.unset_custom(me));
    let (now, _) = says(w, "DELETE /users/{user_id}/status/custom")?;
    w.check("DELETE /users/{user_id}/status/custom", !now.contains("second"), "nothing is said");
    // Recent ones are kept with the duration as the server fills it in.
    let recent = |w: &mut Writes<'_>, route, word, done| {
        let recent = || -> Option<String> {
            let preferences = ann.client.preferences().list(me).ok()?;
            let ours = preferences.into_iter().find(|one| one.name == "recent_custom_statuses")?;
            Some(ours.value)
        };
        w.call(route, done)?;
        let left = recent().or(says(w, route)?.1).unwrap_or_default();
        w.check(route, !left.contains(word), "no longer a recent one");
        Some(())
    };
    let first = statuses.delete_recent_custom(me, &custom("first"));
    recent(w, "POST /users/{user_id}/status/custom/recent/delete", "first", first);
    let second = statuses.remove_recent_custom(me, &custom("second"));
    recent(w, "DELETE /users/{user_id}/status/custom/recent", "second", second);

    let preferences = ann.client.preferences();
    let one = [Preference::new(me, "mattermost_rs", "colour", "blue \u{e4}")];
    w.call("PUT /users/{user_id}/preferences", preferences.set(me, &one));
    let found = w.look("PUT /users/{user_id}/preferences", preferences.get(me, "mattermost_rs", "colour"))?;
    w.check("PUT /users/{user_id}/preferences", found == one[0], "as it was set");
    w.call("POST /users/{user_id}/preferences/delete", preferences.delete(me, &one));
    let gone = preferences.get(me, "mattermost_rs", "colour").is_err();
    w.check("POST /users/{user_id}/preferences/delete", gone, "gone");
    Some(())
}

pub(super) fn bots_and_roles(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let bots = admin.bots();
    let name = format!("bot{}", world.run);
    let bot = w.call("POST /bots", bots.create(&BotDraft::new(&*name).display_name("A bot")))?;
    w.check("POST /bots", bot.username == name && bot.owner_id == admin.me().id, "as drafted");
    let patched =
        w.call("PUT /bots/{bot_user_id}", bots.patch(&bot.user_id, &BotPatch::new().description("d")))?;
    w.check("PUT /bots/{bot_user_id}", patched.description == "d" && patched.username == name, "patched");
    let off = w.call("POST /bots/{bot_user_id}/disable", bots.disable(&bot.user_id))?;
    w.check("POST /bots/{bot_user_id}/disable", off.delete_at.as_millis() > 0, "off");
    let on = w.call("POST /bots/{bot_user_id}/enable", bots.enable(&bot.user_id))?;
    w.check("POST /bots/{bot_user_id}/enable", on.delete_at.as_millis() == 0, "on");
    let owner = world.account("owner");
    let route = "POST /bots/{bot_user_id}/assign/{user_id}";
    let given = w.call(route, bots.assign(&bot.user_id, &owner.id))?;
    w.check(route, given.owner_id == owner.id, "another owner");
    let listed = w.look(
        "POST /bots",
        bots.all(&BotPage::new())
            .find(|one| one.as_ref().is_ok_and(|one| one.user_id == bot.user_id))
            .unwrap(),
    );
    w.check("POST /bots", listed.is_some(), "listed");

    let route = "POST /bots/{bot_user_id}/convert_to_user";
    let patch = UserPatch::new().password("Passw0rd-of-a-bot").email(format!("{name}@example.com"));
    if let Some(user) = w.call(route, bots.convert_to_user(&bot.user_id, &patch)) {
        let gone = bots.get_with_disabled(&bot.user_id).is_err_and(|e| e.is_not_found());
        let login = Client::builder(&world.url).login(&*name, "Passw0rd-of-a-bot").connect();
        w.check(route, user.username == name && gone && login.is_ok(), "no bot, and logs in as a user");
    }
    let route = "POST /users/{user_id}/convert_to_bot";
    let user = world.account("tobot").id;
    if let Some(bot) = w.call(route, bots.convert_from_user(&user)) {
        w.check(route, bot.user_id.as_str() == user.as_str(), "the same account");
        w.look(route, bots.assign(&bot.user_id, &admin.me().id));
        w.look(route, bots.disable(&bot.user_id));
    }
    w.look(route, admin.users().deactivate(&UserId::from(&bot.user_id)));

    let roles = w.call("POST /roles/names", admin.roles().list_by_names(&["team_user", "channel_user"]))?;
    w.check("POST /roles/names", roles.len() == 2, "both");
    // As it is: roles are for all of the server.
    let role = roles.into_iter().find(|role| role.name == "team_user")?;
    let same = RolePatch::new().permissions(role.permissions.clone());
    let patched = w.call("PUT /roles/{role_id}/patch", admin.roles().patch(&role.id, &same))?;
    w.check("PUT /roles/{role_id}/patch", patched.id == role.id, "the same role");
    w.check("PUT /roles/{role_id}/patch", patched.permissions.len() == role.permissions.len(), "as it was");
    Some(())
}

pub(super) fn the_end(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let (one, other) = (world.account("end"), world.account("gone"));
    w.call("DELETE /users/{user_id}", admin.users().delete(&one.id));
    let there = w.look("DELETE /users/{user_id}", admin.users().get(&one.id))?;
    w.check("DELETE /users/{user_id}", there.delete_at.as_millis() > 0, "deactivated");
    if world.is_real()
        && w.call("DELETE /users/{user_id}", admin.users().delete_permanently(&other.id)).is_some()
    {
        // The server works on after the answer; old ones (5.37) show the account from their cache.
        let gone = w.old.then_some(()).or_else(|| {
            wait_for(|| admin.users().get(&other.id).is_err_and(|e| e.is_not_found()).then_some(()))
        });
        w.check("DELETE /users/{user_id}", gone.is_some(), "gone for good");
    }
    Some(())
}
