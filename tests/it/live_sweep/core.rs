//! The core groups. What is looked at is made before, and taken away after.

use mattermost::rest::Upload;
use mattermost::{
    Bot, BotDraft, BotPage, Channel, ChannelDraft, ChannelPage, Client, Command, CommandDraft, Emoji,
    EmojiPage, FileInfo, FlaggedPostPage, GroupPage, IncomingWebhook, IncomingWebhookDraft,
    IncomingWebhookPage, OAuthApp, OAuthAppDraft, OutgoingWebhook, OutgoingWebhookDraft, OutgoingWebhookPage,
    Page, Post, PostDraft, PostPage, PostPatch, SuggestionQuery, SyncableGroupPage, Team, TeamMemberPage,
    TeamPage, ThreadPage, Timestamp, UnreadPostPage, UploadDraft, UploadSession, UserAccessToken,
    UserAutocompleteQuery, UserId, UserPage, UserStatsFilter, UserThreadPage,
};

use super::Sweep;

/// A picture of one point.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// What was made; what the server does not allow is not there.
struct Things {
    team: Team,
    channel: Channel,
    post: Post,
    file: FileInfo,
    bot: Option<Bot>,
    command: Option<Command>,
    incoming: Option<IncomingWebhook>,
    outgoing: Option<OutgoingWebhook>,
    app: Option<OAuthApp>,
    token: Option<UserAccessToken>,
    emoji: Option<Emoji>,
    upload: Option<UploadSession>,
}

impl Things {
    fn make(client: &Client) -> Self {
        let team = client.teams().list_for_user(&UserId::me()).unwrap().into_iter().next().unwrap();
        let run = format!("sweep{}", Timestamp::now().as_millis());
        let draft = ChannelDraft::open(&team.id, &*run, &*run);
        let channel = client.channels().create(&draft).unwrap();
        let draft = PostDraft::new(&channel.id, "a post with a picture");
        let post = client.posts().create_with_files(&draft, [Upload::bytes("a.gif", GIF)]).unwrap();
        let file = client.posts().file_infos(&post.id).unwrap().remove(0);
        client.posts().reply(&post, "an answer").unwrap();
        client.posts().patch(&post.id, &PostPatch::new().message("an edited post")).unwrap();
        client.threads().follow(&client.me().id, &team.id, &post.id).unwrap();
        client.reactions().create(&post.id, "smile").unwrap();
        let hook = OutgoingWebhookDraft::new(&team.id, &*run, ["http://127.0.0.1:9/".into()]);
        let app = OAuthAppDraft::new(&*run, "x", ["http://127.0.0.1:9/".into()], "http://127.0.0.1:9/");
        Self {
            bot: client.bots().create(&BotDraft::new(&*run)).ok(),
            command: client
                .commands()
                .create(&CommandDraft::new(&team.id, &*run, "http://127.0.0.1:9/"))
                .ok(),
            incoming: client.webhooks().create_incoming(&IncomingWebhookDraft::new(&channel.id)).ok(),
            outgoing: client.webhooks().create_outgoing(&hook.channel_id(&channel.id)).ok(),
            app: client.oauth().create(&app).ok(),
            token: client.users().create_token(&client.me().id, &run).ok(),
            emoji: client.emoji().create(&run, Upload::bytes("a.gif", GIF)).ok(),
            upload: client.uploads().create(&UploadDraft::new(&channel.id, "x.bin", 9_000_000_u64)).ok(),
            team,
            channel,
            post,
            file,
        }
    }

    fn take_away(&self, client: &Client) {
        if let Some(bot) = &self.bot {
            client.bots().disable(&bot.user_id).unwrap();
        }
        if let Some(command) = &self.command {
            client.commands().delete(&command.id).unwrap();
        }
        if let Some(hook) = &self.incoming {
            client.webhooks().delete_incoming(&hook.id).unwrap();
        }
        if let Some(hook) = &self.outgoing {
            client.webhooks().delete_outgoing(&hook.id).unwrap();
        }
        if let Some(app) = &self.app {
            client.oauth().delete(&app.id).unwrap();
        }
        if let Some(token) = &self.token {
            client.users().revoke_token(&token.id).unwrap();
        }
        if let Some(emoji) = &self.emoji {
            client.emoji().delete(&emoji.id).unwrap();
        }
        client.channels().archive(&self.channel.id).unwrap();
    }
}

pub(super) fn sweep(sweep: &mut Sweep, client: &Client) {
    let things = Things::make(client);
    users(sweep, client, &things);
    teams(sweep, client, &things);
    channels(sweep, client, &things);
    posts(sweep, client, &things);
    files(sweep, client, &things);
    integrations(sweep, client, &things);
    rest(sweep, client, &things);
    things.take_away(client);
}

/// An id that nothing has.
fn nobodys<T: std::str::FromStr<Err = mattermost::Error>>() -> T {
    crate::calls::ID.parse().unwrap()
}

fn users(sweep: &mut Sweep, client: &Client, things: &Things) {
    let (users, me, page) = (client.users(), client.me(), Page::new());
    sweep.get("/users/{user_id}, me", users.me());
    sweep.get("/users/{user_id}", users.get(&me.id));
    sweep.get("/users/{user_id}, if changed", users.get_if_changed(&me.id, None));
    sweep.get("/users/username/{username}", users.get_by_username(&me.username));
    sweep.get("/users/email/{email}", users.get_by_email(&me.email));
    sweep.get("/users", users.list(&UserPage::new()));
    sweep.get("/users/known", users.known());
    sweep.get(
        "/users/autocomplete",
        users.autocomplete(&UserAutocompleteQuery::new("a").in_team(&things.team.id)),
    );
    sweep.get("/users/{user_id}/image", users.image(&me.id));
    sweep.get("/users/{user_id}/image/default", users.default_image(&me.id));
    sweep.get("/users/stats", users.stats());
    sweep
        .get("/users/stats/filtered", users.stats_filtered(&UserStatsFilter::new().in_team(&things.team.id)));
    sweep.get("/users/{user_id}/channel_members", users.list_channel_members(&me.id, &page));
    let lines =
        users.stream_channel_members(&me.id).and_then(Iterator::collect::<mattermost::Result<Vec<_>>>);
    sweep.get("/users/{user_id}/channel_members, as a stream", lines);
    sweep.get("/users/invalid_emails", users.list_with_invalid_emails(&page));
    sweep.get("/users/{user_id}/audits", users.list_audits(&me.id, &page));
    sweep.get("/users/{user_id}/terms_of_service", users.terms_of_service(&me.id));
    sweep.get("/users/{user_id}/sessions", users.list_sessions(&me.id));
    sweep.get("/users/{user_id}/tokens", users.list_tokens(&me.id, &page));
    sweep.get("/users/tokens", users.list_all_tokens(&page));
    if let Some(token) = &things.token {
        sweep.get("/users/tokens/{token_id}", users.get_token(&token.id));
    }
    sweep.get("/users/{user_id}/status", client.statuses().get(&me.id));
    let preferences = client.preferences();
    let list = sweep.get("/users/{user_id}/preferences", preferences.list(&me.id)).unwrap_or_default();
    if let Some(one) = list.first() {
        sweep.get(
            "/users/{user_id}/preferences/{category}",
            preferences.list_by_category(&me.id, &one.category),
        );
        sweep.get(
            "/users/{user_id}/preferences/{category}/name/{preference_name}",
            preferences.get(&me.id, &one.category, &one.name),
        );
    }
    sweep.get("/users/{user_id}/uploads", client.uploads().list(&me.id));
    if let Some(upload) = &things.upload {
        sweep.get("/uploads/{upload_id}", client.uploads().get(&upload.id));
    }
}

fn teams(sweep: &mut Sweep, client: &Client, things: &Things) {
    let (teams, me, team) = (client.teams(), &client.me().id, &things.team);
    sweep.get("/teams/{team_id}", teams.get(&team.id));
    sweep.get("/teams/name/{name}", teams.get_by_name(&team.name));
    sweep.get("/teams/name/{name}/exists", teams.exists(&team.name));
    sweep.get("/teams/invite/{invite_id}", teams.get_by_invite(&team.invite_id));
    sweep.get("/users/{user_id}/teams", teams.list_for_user(me));
    sweep.get("/teams", teams.list(&TeamPage::new()));
    sweep.get("/teams, counted", teams.list_counted(&TeamPage::new()));
    sweep.get("/teams/{team_id}/stats", teams.stats(&team.id));
    sweep.get("/teams/{team_id}/image", teams.image(&team.id));
    sweep.get("/users/{user_id}/teams/unread", teams.list_unread(me));
    sweep.get("/users/{user_id}/teams/{team_id}/unread", teams.unread(me, &team.id));
    sweep.get("/teams/{team_id}/members", teams.list_members(&team.id, &TeamMemberPage::new()));
    sweep.get("/teams/{team_id}/members/{user_id}", teams.get_member(&team.id, me));
    sweep.get("/users/{user_id}/teams/members", teams.list_memberships(me));
    sweep.get(
        "/teams/{team_id}/members_minus_group_members",
        teams.members_minus_groups(&team.id, &[nobodys()], &Page::new()),
    );
    let threads = client.threads();
    sweep.get("/users/{user_id}/teams/{team_id}/threads", threads.list(me, &team.id, &UserThreadPage::new()));
    let route = "/users/{user_id}/teams/{team_id}/threads/{thread_id}";
    sweep.get(route, threads.get(me, &team.id, &things.post.id));
    sweep.get(&format!("{route}, extended"), threads.get_extended(me, &team.id, &things.post.id));
    sweep.get("/users/{user_id}/teams/{team_id}/drafts", client.drafts().list(me, &team.id));
    sweep.get("/posts/scheduled/team/{team_id}", client.scheduled_posts().list(&team.id));
    sweep.get(
        "/posts/scheduled/team/{team_id}, with direct",
        client.scheduled_posts().list_with_direct(&team.id),
    );
}

fn channels(sweep: &mut Sweep, client: &Client, things: &Things) {
    let (channels, me, page) = (client.channels(), &client.me().id, Page::new());
    let (team, channel) = (&things.team, &things.channel);
    sweep.get("/channels/{channel_id}", channels.get(&channel.id));
    let route = "/teams/{team_id}/channels/name/{channel_name}";
    sweep.get(route, channels.get_by_name(&team.id, &channel.name));
    sweep.get(&format!("{route}, archived"), channels.get_by_name_with_archived(&team.id, &channel.name));
    let route = "/teams/name/{team_name}/channels/name/{channel_name}";
    sweep.get(route, channels.get_by_names(&team.name, &channel.name));
    sweep.get(&format!("{route}, archived"), channels.get_by_names_with_archived(&team.name, &channel.name));
    sweep.get("/channels/{channel_id}/common_teams", channels.common_teams(&channel.id));
    sweep.get("/channels/{channel_id}/stats", channels.stats(&channel.id));
    sweep.get("/channels/{channel_id}/timezones", channels.timezones(&channel.id));
    sweep.get("/channels/{channel_id}/pinned", channels.pinned(&channel.id));
    sweep.get("/channels/{channel_id}/moderations", channels.moderations(&channel.id));
    let route = "/users/{user_id}/teams/{team_id}/channels/categories";
    let categories = sweep.get(route, channels.list_categories(me, &team.id));
    if let Some(category) = categories.and_then(|list| list.categories.into_iter().next()) {
        let category = channels.get_category(me, &team.id, &category.id);
        sweep.get(&format!("{route}/{{category_id}}"), category);
    }
    sweep.get(&format!("{route}/order"), channels.category_order(me, &team.id));
    let since = Timestamp::from_millis(1);
    sweep.get("/users/{user_id}/teams/{team_id}/channels", channels.list_for_user(me, &team.id));
    let archived = channels.list_for_user_since(me, &team.id, since);
    sweep.get("/users/{user_id}/teams/{team_id}/channels, archived", archived);
    sweep.get("/users/{user_id}/channels", channels.list_all_for_user(me));
    sweep.get("/users/{user_id}/channels, archived", channels.list_all_for_user_since(me, since));
    sweep.get("/teams/{team_id}/channels", channels.list_public(&team.id, &page));
    sweep.get("/teams/{team_id}/channels/private", channels.list_private(&team.id, &page));
    sweep.get("/teams/{team_id}/channels/deleted", channels.list_archived(&team.id, &page));
    sweep.get("/channels", channels.list(&ChannelPage::new()));
    sweep.get("/channels, counted", channels.list_counted(&ChannelPage::new()));
    sweep.get("/teams/{team_id}/channels/autocomplete", channels.autocomplete(&team.id, "town"));
    sweep.get(
        "/teams/{team_id}/channels/search_autocomplete",
        channels.autocomplete_for_search(&team.id, "town"),
    );
    sweep.get("/channels/{channel_id}/members", channels.list_members(&channel.id, &page));
    sweep.get("/channels/{channel_id}/members/{user_id}", channels.get_member(&channel.id, me));
    sweep.get("/users/{user_id}/teams/{team_id}/channels/members", channels.list_memberships(me, &team.id));
    sweep.get("/channels/{channel_id}/member_counts_by_group", channels.member_counts_by_group(&channel.id));
    let minus = channels.members_minus_groups(&channel.id, &[nobodys()], &page);
    sweep.get("/channels/{channel_id}/members_minus_group_members", minus);
    sweep.get("/users/{user_id}/channels/{channel_id}/unread", channels.unread(me, &channel.id));
    sweep.get("/channels/{channel_id}/bookmarks", client.bookmarks().list(&channel.id));
    sweep.get("/channels/{channel_id}/bookmarks, since", client.bookmarks().list_since(&channel.id, since));
}

fn posts(sweep: &mut Sweep, client: &Client, things: &Things) {
    let (posts, me) = (client.posts(), &client.me().id);
    let (channel, post) = (&things.channel.id, &things.post.id);
    sweep.get("/posts/{post_id}", posts.get(post));
    sweep.get("/posts/{post_id}, deleted", posts.get_with_deleted(post));
    sweep.get("/posts/{post_id}/info", posts.info(post));
    sweep.get("/channels/{channel_id}/posts", posts.list(channel, &PostPage::new()));
    let list = posts.list_if_changed(channel, &PostPage::new(), None);
    sweep.get("/channels/{channel_id}/posts, if changed", list);
    sweep.get("/posts/{post_id}/thread", posts.thread(post, &ThreadPage::new()));
    let unread = posts.around_unread(channel, &UnreadPostPage::new());
    sweep.get("/users/{user_id}/channels/{channel_id}/posts/unread", unread);
    sweep.get("/users/{user_id}/posts/flagged", posts.flagged(me, &FlaggedPostPage::new()));
    sweep.get("/posts/{post_id}/edit_history", posts.edit_history(post));
    sweep.get("/posts/{post_id}/files/info", posts.file_infos(post));
    sweep.get("/posts/{post_id}/reveal", posts.reveal(post));
    sweep.get("/posts/{post_id}/reactions", client.reactions().list(post));
}

fn files(sweep: &mut Sweep, client: &Client, things: &Things) {
    let (files, file) = (client.files(), &things.file.id);
    sweep.file("/files/{file_id}", files.download(file));
    sweep.get("/files/{file_id}/info", files.info(file));
    sweep.get("/files/{file_id}/thumbnail", files.thumbnail(file));
    sweep.get("/files/{file_id}/preview", files.preview(file));
    let link = sweep.get("/files/{file_id}/link", files.link(file));
    if let Some(hash) = link.as_deref().and_then(|link| link.split_once("?h=")).map(|(_, hash)| hash) {
        sweep.file("/files/{file_id}/public", files.public(file, hash));
        sweep.get("HEAD /files/{file_id}/public", files.head_public(file, hash).map(drop));
    }
    sweep.get("HEAD /files/{file_id}", files.head(file).map(drop));
    sweep.get("HEAD /files/{file_id}/thumbnail", files.head_thumbnail(file).map(drop));
    sweep.get("HEAD /files/{file_id}/preview", files.head_preview(file).map(drop));
}

fn integrations(sweep: &mut Sweep, client: &Client, things: &Things) {
    let (team, me, page) = (&things.team.id, &client.me().id, Page::new());
    sweep.get("/bots", client.bots().list(&BotPage::new()));
    if let Some(bot) = &things.bot {
        sweep.get("/bots/{bot_user_id}", client.bots().get(&bot.user_id));
        sweep.get("/bots/{bot_user_id}, disabled", client.bots().get_with_disabled(&bot.user_id));
    }
    sweep.get("/commands", client.commands().list(team));
    sweep.get("/commands, own", client.commands().list_custom(team));
    if let Some(command) = &things.command {
        sweep.get("/commands/{command_id}", client.commands().get(&command.id));
    }
    sweep.get("/teams/{team_id}/commands/autocomplete", client.commands().autocomplete(team));
    let query = SuggestionQuery::new("/").channel_id(&things.channel.id);
    sweep.get(
        "/teams/{team_id}/commands/autocomplete_suggestions",
        client.commands().suggestions(team, &query),
    );
    let hooks = client.webhooks();
    sweep.get("/hooks/incoming", hooks.list_incoming(&IncomingWebhookPage::new()));
    sweep.get("/hooks/incoming, counted", hooks.list_incoming_counted(&IncomingWebhookPage::new()));
    if let Some(hook) = &things.incoming {
        sweep.get("/hooks/incoming/{hook_id}", hooks.get_incoming(&hook.id));
    }
    sweep.get("/hooks/outgoing", hooks.list_outgoing(&OutgoingWebhookPage::new()));
    if let Some(hook) = &things.outgoing {
        sweep.get("/hooks/outgoing/{hook_id}", hooks.get_outgoing(&hook.id));
    }
    sweep.get("/oauth/apps", client.oauth().list(&page));
    if let Some(app) = &things.app {
        sweep.get("/oauth/apps/{app_id}", client.oauth().get(&app.id));
        sweep.get("/oauth/apps/{app_id}/info", client.oauth().info(&app.id));
    }
    sweep.get("/users/{user_id}/oauth/apps/authorized", client.oauth().list_authorized(me, &page));
}

fn rest(sweep: &mut Sweep, client: &Client, things: &Things) {
    sweep.get("/emoji", client.emoji().list(&EmojiPage::new()));
    sweep.get("/emoji/autocomplete", client.emoji().autocomplete("sw"));
    if let Some(emoji) = &things.emoji {
        sweep.get("/emoji/{emoji_id}", client.emoji().get(&emoji.id));
        sweep.get("/emoji/name/{emoji_name}", client.emoji().get_by_name(&emoji.name));
        sweep.get("/emoji/{emoji_id}/image", client.emoji().image(&emoji.id));
    }
    let groups = client.groups();
    let list = sweep.get("/groups", groups.list(&GroupPage::new())).unwrap_or_default();
    if let Some(group) = list.first() {
        sweep.get("/groups/{group_id}", groups.get(&group.id));
        sweep.get("/groups/{group_id}/stats", groups.stats(&group.id));
        sweep.get("/groups/{group_id}/members", groups.list_members(&group.id, &Page::new()));
        sweep.get("/groups/{group_id}/teams", groups.list_teams(&group.id));
        sweep.get("/groups/{group_id}/channels", groups.list_channels(&group.id));
    }
    sweep.get("/groups, counted", groups.list_counted(&GroupPage::new()));
    sweep.get("/users/{user_id}/groups", groups.list_for_user(&client.me().id));
    let page = SyncableGroupPage::new();
    sweep.get("/teams/{team_id}/groups", groups.list_for_team(&things.team.id, &page));
    sweep.get("/channels/{channel_id}/groups", groups.list_for_channel(&things.channel.id, &page));
    sweep.get("/teams/{team_id}/groups_by_channels", groups.list_by_channels(&things.team.id, &page));
    if let Some(role) = sweep.get("/roles", client.roles().list()).and_then(|roles| roles.into_iter().next())
    {
        sweep.get("/roles/{role_id}", client.roles().get(&role.id));
    }
    sweep.get("/roles/name/{role_name}", client.roles().get_by_name("system_user"));
    sweep.get("/system/ping", client.system().ping());
    sweep.get("/system/ping, thoroughly", client.system().ping_thoroughly());
    sweep.get("/config/client", client.system().client_config());
    sweep.get("/license/client", client.system().client_license());
}
