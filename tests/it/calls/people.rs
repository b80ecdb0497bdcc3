//! Accounts, statuses, preferences, bots, roles.

use mattermost::{Preference, Secret, StatusKind, UserId};

use super::Table;
use super::inputs::{
    bot_draft, bot_page, bot_patch, custom_status, device_props, id, ldap_migration, login_switch,
    notify_admin, page, role_patch, saml_migration, time, upload, user_autocomplete_query, user_draft,
    user_page, user_patch, user_search, user_stats_filter, whole,
};

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn rows(t: &mut Table) {
    t.list("bots.list", |c| c.bots().list(&bot_page()));
    t.all("bots.get", |c| c.bots().get(&id()));
    t.all("bots.get_with_disabled", |c| c.bots().get_with_disabled(&id()));
    t.all("bots.create", |c| c.bots().create(&bot_draft()));
    t.all("bots.patch", |c| c.bots().patch(&id(), &bot_patch()));
    t.all("bots.disable", |c| c.bots().disable(&id()));
    t.all("bots.enable", |c| c.bots().enable(&id()));
    t.all("bots.assign", |c| c.bots().assign(&id(), &id()));
    t.all("bots.convert_to_user", |c| c.bots().convert_to_user(&id(), &user_patch()));
    t.all("bots.convert_to_admin", |c| c.bots().convert_to_admin(&id(), &user_patch()));
    t.all("bots.convert_from_user", |c| c.bots().convert_from_user(&id()));
    t.list("preferences.list", |c| c.preferences().list(&id()));
    t.list("preferences.list_by_category", |c| c.preferences().list_by_category(&id(), "name"));
    t.all("preferences.get", |c| c.preferences().get(&id(), "name", "name"));
    t.done("preferences.set", |c| {
        c.preferences().set(&id(), &[Preference::new(id::<UserId>(), "c", "n", "v")])
    });
    t.done("preferences.delete", |c| {
        c.preferences().delete(&id(), &[Preference::new(id::<UserId>(), "c", "n", "v")])
    });
    t.list("roles.list", |c| c.roles().list());
    t.all("roles.get", |c| c.roles().get(&id()));
    t.all("roles.get_by_name", |c| c.roles().get_by_name("name"));
    t.list("roles.list_by_names", |c| c.roles().list_by_names(&["a"]));
    t.all("roles.patch", |c| c.roles().patch(&id(), &role_patch()));
    t.all("status.get", |c| c.statuses().get(&id()));
    t.list("status.list_by_ids", |c| c.statuses().list_by_ids(&[id()]));
    t.all("status.set", |c| c.statuses().set(&id(), &StatusKind::Away));
    t.all("status.set_dnd_until", |c| c.statuses().set_dnd_until(&id(), time()));
    t.done("status.set_custom", |c| c.statuses().set_custom(&id(), &custom_status()));
    t.done("status.unset_custom", |c| c.statuses().unset_custom(&id()));
    t.done("status.delete_recent_custom", |c| c.statuses().delete_recent_custom(&id(), &custom_status()));
    t.done("status.remove_recent_custom", |c| c.statuses().remove_recent_custom(&id(), &custom_status()));
    t.all("users.me", |c| c.users().me());
    t.all("users.get", |c| c.users().get(&id()));
    t.part("users.get_if_changed", |c| c.users().get_if_changed(&id(), Some("etag")));
    t.all("users.get_by_username", |c| c.users().get_by_username("name"));
    t.all("users.get_by_email", |c| c.users().get_by_email("name"));
    t.list("users.list", |c| c.users().list(&user_page()));
    t.list("users.list_by_ids", |c| c.users().list_by_ids(&[id()]));
    t.list("users.list_by_ids_since", |c| c.users().list_by_ids_since(&[id()], time()));
    t.list("users.list_by_usernames", |c| c.users().list_by_usernames(&["a"]));
    t.map("users.list_by_group_channels", |c| c.users().list_by_group_channels(&[id()]));
    t.list("users.known", |c| c.users().known());
    t.list("users.search", |c| c.users().search(&user_search()));
    t.all("users.autocomplete", |c| c.users().autocomplete(&user_autocomplete_query()));
    t.all("users.create", |c| c.users().create(&user_draft()));
    t.all("users.create_by_invite", |c| c.users().create_by_invite(&user_draft(), "name"));
    t.all("users.create_by_token", |c| c.users().create_by_token(&user_draft(), &Secret::new("s")));
    t.all("users.update", |c| c.users().update(&whole()));
    t.all("users.patch", |c| c.users().patch(&id(), &user_patch()));
    t.done("users.activate", |c| c.users().activate(&id()));
    t.done("users.deactivate", |c| c.users().deactivate(&id()));
    t.done("users.delete", |c| c.users().delete(&id()));
    t.done("users.delete_permanently", |c| c.users().delete_permanently(&id()));
    t.done("users.set_roles", |c| c.users().set_roles(&id(), &["a"]));
    t.done("users.set_password", |c| c.users().set_password(&id(), &Secret::new("s")));
    t.done("users.change_password", |c| c.users().change_password(&Secret::new("s"), &Secret::new("s")));
    t.raw("users.image", |c| c.users().image(&id()));
    t.raw("users.default_image", |c| c.users().default_image(&id()));
    t.done("users.set_image", |c| c.users().set_image(&id(), upload()));
    t.done("users.delete_image", |c| c.users().delete_image(&id()));
    t.all("users.stats", |c| c.users().stats());
    t.all("users.stats_filtered", |c| c.users().stats_filtered(&user_stats_filter()));
    t.done("users.typing", |c| c.users().typing(&id()));
    t.done("users.typing_in", |c| c.users().typing_in(&id(), &id()));
    t.raw("users.stream_channel_members", |c| c.users().stream_channel_members(&id()));
    t.list("users.list_channel_members", |c| c.users().list_channel_members(&id(), &page()));
    t.list("users.list_with_invalid_emails", |c| c.users().list_with_invalid_emails(&page()));
    t.list("users.list_audits", |c| c.users().list_audits(&id(), &page()));
    t.done("users.promote", |c| c.users().promote(&id()));
    t.done("users.demote", |c| c.users().demote(&id()));
    t.done("users.reset_failed_attempts", |c| c.users().reset_failed_attempts(&id()));
    t.all("users.set_auth", |c| c.users().set_auth(&id(), &whole()));
    t.all("users.verify_email_of", |c| c.users().verify_email_of(&id()));
    t.done("users.migrate_auth_to_ldap", |c| c.users().migrate_auth_to_ldap(&ldap_migration()));
    t.done("users.migrate_auth_to_saml", |c| c.users().migrate_auth_to_saml(&saml_migration()));
    t.done("users.notify_admin", |c| c.users().notify_admin(&notify_admin()));
    t.done("users.trigger_notify_admin", |c| c.users().trigger_notify_admin(&notify_admin()));
    t.all("users.login_type", |c| c.users().login_type("name"));
    t.part("users.switch_login", |c| c.users().switch_login(&login_switch()));
    t.part("users.exchange_sso_code", |c| c.users().exchange_sso_code("name", &Secret::new("s"), "name"));
    t.done("users.verify_email", |c| c.users().verify_email(&Secret::new("s")));
    t.done("users.send_verification_email", |c| c.users().send_verification_email("name"));
    t.done("users.reset_password", |c| c.users().reset_password(&Secret::new("s"), &Secret::new("s")));
    t.done("users.send_password_reset", |c| c.users().send_password_reset("name"));
    t.all("users.terms_of_service", |c| c.users().terms_of_service(&id()));
    t.done("users.accept_terms", |c| c.users().accept_terms(&id()));
    t.done("users.decline_terms", |c| c.users().decline_terms(&id()));
    t.all("users.generate_mfa_secret", |c| c.users().generate_mfa_secret(&id()));
    t.done("users.activate_mfa", |c| c.users().activate_mfa(&id(), "name"));
    t.done("users.deactivate_mfa", |c| c.users().deactivate_mfa(&id()));
    t.list("users.list_sessions", |c| c.users().list_sessions(&id()));
    t.done("users.revoke_session", |c| c.users().revoke_session(&id(), &id()));
    t.done("users.revoke_sessions", |c| c.users().revoke_sessions(&id()));
    t.done("users.revoke_everybodys_sessions", |c| c.users().revoke_everybodys_sessions());
    t.done("users.set_device", |c| c.users().set_device(&device_props()));
    t.all("users.create_token", |c| c.users().create_token(&id(), "name"));
    t.list("users.list_tokens", |c| c.users().list_tokens(&id(), &page()));
    t.list("users.list_all_tokens", |c| c.users().list_all_tokens(&page()));
    t.all("users.get_token", |c| c.users().get_token(&id()));
    t.list("users.search_tokens", |c| c.users().search_tokens("name"));
    t.done("users.revoke_token", |c| c.users().revoke_token(&id()));
    t.done("users.disable_token", |c| c.users().disable_token(&id()));
    t.done("users.enable_token", |c| c.users().enable_token(&id()));
}
