//! Emoji, bookmarks, webhooks, commands, dialogs, the server.

use super::Table;
use super::inputs::{
    authorize_request, channel_bookmark_draft, channel_bookmark_patch, client_registration_request,
    command_args, command_draft, emoji_page, emoji_search, id, incoming_message, incoming_webhook_draft,
    incoming_webhook_page, o_auth_app_draft, open_dialog_request, outgoing_webhook_draft,
    outgoing_webhook_page, page, submit_dialog_request, suggestion_query, time, token_request, upload, whole,
};

pub(super) fn rows(t: &mut Table) {
    t.list("bookmarks.list", |c| c.bookmarks().list(&id()));
    t.list("bookmarks.list_since", |c| c.bookmarks().list_since(&id(), time()));
    t.all("bookmarks.create", |c| c.bookmarks().create(&id(), &channel_bookmark_draft()));
    t.all("bookmarks.patch", |c| c.bookmarks().patch(&id(), &id(), &channel_bookmark_patch()));
    t.list("bookmarks.set_sort_order", |c| c.bookmarks().set_sort_order(&id(), &id(), 1));
    t.all("bookmarks.delete", |c| c.bookmarks().delete(&id(), &id()));
    t.all("commands.execute", |c| c.commands().execute(&command_args()));
    t.list("commands.list", |c| c.commands().list(&id()));
    t.list("commands.list_custom", |c| c.commands().list_custom(&id()));
    t.all("commands.get", |c| c.commands().get(&id()));
    t.all("commands.create", |c| c.commands().create(&command_draft()));
    t.all("commands.update", |c| c.commands().update(&whole()));
    t.done("commands.move_to_team", |c| c.commands().move_to_team(&id(), &id()));
    t.done("commands.delete", |c| c.commands().delete(&id()));
    t.part("commands.regenerate_token", |c| c.commands().regenerate_token(&id()));
    t.list("commands.autocomplete", |c| c.commands().autocomplete(&id()));
    t.list("commands.suggestions", |c| c.commands().suggestions(&id(), &suggestion_query()));
    t.list("emoji.list", |c| c.emoji().list(&emoji_page()));
    t.all("emoji.get", |c| c.emoji().get(&id()));
    t.all("emoji.get_by_name", |c| c.emoji().get_by_name("name"));
    t.list("emoji.list_by_names", |c| c.emoji().list_by_names(&["a"]));
    t.list("emoji.search", |c| c.emoji().search(&emoji_search()));
    t.list("emoji.autocomplete", |c| c.emoji().autocomplete("name"));
    t.all("emoji.create", |c| c.emoji().create("name", upload()));
    t.done("emoji.delete", |c| c.emoji().delete(&id()));
    t.raw("emoji.image", |c| c.emoji().image(&id()));
    t.done("integration_actions.open", |c| c.dialogs().open(&open_dialog_request()));
    t.all("integration_actions.submit", |c| c.dialogs().submit(&submit_dialog_request()));
    t.all("integration_actions.lookup", |c| c.dialogs().lookup(&submit_dialog_request()));
    t.list("oauth.list", |c| c.oauth().list(&page()));
    t.all("oauth.get", |c| c.oauth().get(&id()));
    t.all("oauth.info", |c| c.oauth().info(&id()));
    t.all("oauth.create", |c| c.oauth().create(&o_auth_app_draft()));
    t.all("oauth.update", |c| c.oauth().update(&whole()));
    t.done("oauth.delete", |c| c.oauth().delete(&id()));
    t.all("oauth.regenerate_secret", |c| c.oauth().regenerate_secret(&id()));
    t.list("oauth.list_authorized", |c| c.oauth().list_authorized(&id(), &page()));
    t.all("oauth.register", |c| c.oauth().register(&client_registration_request()));
    t.part("oauth.authorize", |c| c.oauth().authorize(&authorize_request()));
    t.done("oauth.deauthorize", |c| c.oauth().deauthorize(&id()));
    t.all("oauth.token", |c| c.oauth().token(&token_request()));
    t.all("oauth.metadata", |c| c.oauth().metadata());
    t.all("system.ping", |c| c.system().ping());
    t.all("system.ping_thoroughly", |c| c.system().ping_thoroughly());
    t.map("system.client_config", |c| c.system().client_config());
    t.map("system.client_license", |c| c.system().client_license());
    t.all("webhooks.create_incoming", |c| c.webhooks().create_incoming(&incoming_webhook_draft()));
    t.list("webhooks.list_incoming", |c| c.webhooks().list_incoming(&incoming_webhook_page()));
    t.all("webhooks.list_incoming_counted", |c| c.webhooks().list_incoming_counted(&incoming_webhook_page()));
    t.all("webhooks.get_incoming", |c| c.webhooks().get_incoming(&id()));
    t.all("webhooks.update_incoming", |c| c.webhooks().update_incoming(&whole()));
    t.done("webhooks.delete_incoming", |c| c.webhooks().delete_incoming(&id()));
    t.all("webhooks.create_outgoing", |c| c.webhooks().create_outgoing(&outgoing_webhook_draft()));
    t.list("webhooks.list_outgoing", |c| c.webhooks().list_outgoing(&outgoing_webhook_page()));
    t.all("webhooks.get_outgoing", |c| c.webhooks().get_outgoing(&id()));
    t.all("webhooks.update_outgoing", |c| c.webhooks().update_outgoing(&whole()));
    t.done("webhooks.delete_outgoing", |c| c.webhooks().delete_outgoing(&id()));
    t.all("webhooks.regenerate_outgoing_token", |c| c.webhooks().regenerate_outgoing_token(&id()));
    t.done("webhooks.send", |c| c.webhooks().send(&id(), &incoming_message()));
    t.done("webhooks.send_delayed", |c| c.webhooks().send_delayed("name", &whole()));
}
