//! Inputs with everything set.

use std::collections::BTreeMap;
use std::str::FromStr;

use mattermost::{
    Attachment, AuthorizeRequest, BookmarkId, BotDraft, BotPage, BotPatch, ChannelBannerInfo,
    ChannelBookmarkDraft, ChannelBookmarkPatch, ChannelBookmarkType, ChannelDraft, ChannelId,
    ChannelMemberDraft, ChannelModeratedRolesPatch, ChannelModerationPatch, ChannelPage, ChannelPatch,
    ChannelSearch, ChannelType, ClientRegistrationRequest, CommandArgs, CommandDraft, CommandMethod,
    CustomStatus, DeviceProps, Dialog, DoPostActionRequest, EmojiPage, EmojiSearch, FileId, FlaggedPostPage,
    GroupDraft, GroupId, GroupPage, GroupPatch, GroupSource, GroupSyncablePatch, GuestInvite,
    IncomingMessage, IncomingWebhookDraft, IncomingWebhookPage, LdapMigration, LoginSwitch, NotifyAdmin,
    OAuthAppDraft, OAuthAppId, OpenDialogRequest, OutgoingWebhookDraft, OutgoingWebhookPage, Page, PolicyId,
    PostDraft, PostId, PostPage, PostPatch, PostPriority, PostSearch, PostType, RemoteId, RewriteAction,
    RewriteRequest, RolePatch, SamlMigration, SchemeId, SidebarCategoryDraft, SidebarCategorySorting,
    SubmitDialogRequest, SuggestionQuery, SyncableGroupPage, TeamDraft, TeamId, TeamInvite, TeamMemberPage,
    TeamPage, TeamPatch, TeamSearch, TeamType, ThreadPage, Timestamp, TokenRequest, UnreadPostPage, Upload,
    UploadDraft, UploadType, UserAutocompleteQuery, UserDraft, UserId, UserPage, UserPatch, UserSearch,
    UserStatsFilter, UserThreadPage, WebhookContentType,
};
use serde::de::DeserializeOwned;

use super::ID;

/// An id of any kind.
pub(super) fn id<T: FromStr<Err = mattermost::Error>>() -> T {
    ID.parse().unwrap()
}

pub(super) fn time() -> Timestamp {
    Timestamp::from_millis(1_795_396_497_552)
}

pub(super) fn words() -> Vec<String> {
    vec!["one".into(), "two".into()]
}

pub(super) fn map() -> BTreeMap<String, String> {
    BTreeMap::from([("mark_unread".into(), "mention".into())])
}

pub(super) fn upload() -> Upload<'static> {
    Upload::bytes("a \u{e4}.png", "bytes")
}

/// A thing as the server sends it.
pub(super) fn whole<T: DeserializeOwned>() -> T {
    let ids = ["id", "user_id", "team_id", "channel_id", "creator_id"].map(|name| (name, ID));
    serde_json::to_value(BTreeMap::from(ids)).and_then(serde_json::from_value).unwrap()
}

pub(super) fn post_draft() -> PostDraft {
    PostDraft::new(id::<ChannelId>(), "text")
        .file_ids([id::<FileId>()])
        .prop("a", 1)
        .attachment(Attachment::new().text("x"))
        .priority(PostPriority::urgent().request_ack())
        .kind(PostType::Me)
        .key("k")
        .set_online(false)
}

pub(super) fn authorize_request() -> AuthorizeRequest {
    AuthorizeRequest::new(id::<OAuthAppId>(), "x")
        .state("x")
        .scope("user")
        .code_challenge("x")
        .code_challenge_method("x")
}

pub(super) fn token_request() -> TokenRequest {
    TokenRequest::code(id::<OAuthAppId>(), "x", "x").client_secret("s").code_verifier("s")
}

pub(super) fn bot_draft() -> BotDraft {
    BotDraft::new("x").display_name("x").description("x")
}

pub(super) fn bot_page() -> BotPage {
    BotPage::new().page(1_u32).per_page(1_u32).include_deleted(true).only_orphaned(true)
}

pub(super) fn bot_patch() -> BotPatch {
    BotPatch::new().username("x").display_name("x").description("x")
}

pub(super) fn channel_bookmark_draft() -> ChannelBookmarkDraft {
    ChannelBookmarkDraft::new("x", ChannelBookmarkType::Link)
        .file_id(id::<FileId>())
        .link_url("x")
        .image_url("x")
        .emoji("x")
        .parent_id(id::<BookmarkId>())
}

pub(super) fn channel_bookmark_patch() -> ChannelBookmarkPatch {
    ChannelBookmarkPatch::new()
        .file_id(id::<FileId>())
        .display_name("x")
        .sort_order(1_i64)
        .link_url("x")
        .image_url("x")
        .emoji("x")
}

pub(super) fn channel_draft() -> ChannelDraft {
    ChannelDraft::new(id::<TeamId>(), "x", "x", ChannelType::Open)
        .header("x")
        .purpose("x")
        .scheme_id(id::<SchemeId>())
        .group_constrained(true)
        .banner_info(ChannelBannerInfo::default())
        .default_category_name("x")
}

pub(super) fn channel_member_draft() -> ChannelMemberDraft {
    ChannelMemberDraft::new(vec![id()]).post_root_id(id::<PostId>())
}

pub(super) fn channel_moderation_patch() -> ChannelModerationPatch {
    ChannelModerationPatch::new("x").roles(ChannelModeratedRolesPatch::new().guests(true).members(true))
}

pub(super) fn channel_page() -> ChannelPage {
    ChannelPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .not_associated_to_group(id::<GroupId>())
        .exclude_default_channels(true)
        .include_deleted(true)
        .exclude_policy_constrained(true)
        .exclude_access_control_policy_enforced(true)
        .access_control_policy_enforced(true)
}

pub(super) fn channel_patch() -> ChannelPatch {
    ChannelPatch::new()
        .display_name("x")
        .name("x")
        .header("x")
        .purpose("x")
        .group_constrained(true)
        .banner_info(ChannelBannerInfo::default())
        .autotranslation(true)
}

pub(super) fn channel_search() -> ChannelSearch {
    ChannelSearch::new("x")
        .not_associated_to_group(id::<GroupId>())
        .exclude_default_channels(true)
        .team_ids(vec![id()])
        .group_constrained(true)
        .exclude_group_constrained(true)
        .exclude_policy_constrained(true)
        .public(true)
        .private(true)
        .include_deleted(true)
        .include_search_by_id(true)
        .exclude_remote(true)
        .deleted(true)
        .access_control_policy_enforced(true)
        .exclude_access_control_policy_enforced(true)
        .parent_access_control_policy_id(id::<PolicyId>())
}

pub(super) fn client_registration_request() -> ClientRegistrationRequest {
    ClientRegistrationRequest::new(words()).client_name("x").client_uri("x").token_endpoint_auth_method("x")
}

pub(super) fn command_args() -> CommandArgs {
    CommandArgs::new(id::<ChannelId>(), "x").team_id(id::<TeamId>()).root_id(id::<PostId>())
}

pub(super) fn command_draft() -> CommandDraft {
    CommandDraft::new(id::<TeamId>(), "x", "x")
        .method(CommandMethod::Get)
        .username("x")
        .icon_url("x")
        .auto_complete(true)
        .auto_complete_desc("x")
        .auto_complete_hint("x")
        .display_name("x")
        .description("x")
        .creator_id(id::<UserId>())
}

pub(super) fn custom_status() -> CustomStatus {
    CustomStatus::new("x", "x").duration("x").expires_at("x")
}

pub(super) fn device_props() -> DeviceProps {
    DeviceProps::new().device_id("x").device_notification_disabled("x").mobile_version("x")
}

pub(super) fn do_post_action_request() -> DoPostActionRequest {
    DoPostActionRequest::new().selected_option("x").cookie("x")
}

pub(super) fn emoji_page() -> EmojiPage {
    EmojiPage::new().page(1_u32).per_page(1_u32).sort("x")
}

pub(super) fn emoji_search() -> EmojiSearch {
    EmojiSearch::new("x").prefix_only(true)
}

pub(super) fn flagged_post_page() -> FlaggedPostPage {
    FlaggedPostPage::new().page(1_u32).per_page(1_u32).team_id(id::<TeamId>()).channel_id(id::<ChannelId>())
}

pub(super) fn group_draft() -> GroupDraft {
    GroupDraft::new("x", "x", vec![id()]).description("x").source(GroupSource::Custom).allow_reference(true)
}

pub(super) fn group_page() -> GroupPage {
    GroupPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .q("x")
        .not_associated_to_team(id::<TeamId>())
        .not_associated_to_channel(id::<ChannelId>())
        .since(time())
        .filter_allow_reference(true)
        .filter_parent_team_permitted(true)
        .filter_has_member(id::<UserId>())
        .filter_archived(true)
        .group_source(GroupSource::Custom)
        .include_channel_member_count(id::<ChannelId>())
        .include_timezones(true)
        .include_member_count(true)
        .include_archived(true)
        .include_member_ids(true)
        .only_syncable_sources(true)
}

pub(super) fn group_patch() -> GroupPatch {
    GroupPatch::new().name("x").display_name("x").description("x").allow_reference(true)
}

pub(super) fn group_syncable_patch() -> GroupSyncablePatch {
    GroupSyncablePatch::new().auto_add(true).scheme_admin(true)
}

pub(super) fn guest_invite() -> GuestInvite {
    GuestInvite::new(words(), vec![id()]).message("x")
}

pub(super) fn incoming_message() -> IncomingMessage {
    IncomingMessage::new()
        .text("x")
        .channel("x")
        .username("x")
        .icon_url("x")
        .icon_emoji("x")
        .attachments(vec![Attachment::new().text("x")])
        .props(serde_json::json!({"a": 1}))
        .kind("x")
        .priority(PostPriority::default())
}

pub(super) fn incoming_webhook_draft() -> IncomingWebhookDraft {
    IncomingWebhookDraft::new(id::<ChannelId>())
        .user_id(id::<UserId>())
        .display_name("x")
        .description("x")
        .username("x")
        .icon_url("x")
        .channel_locked(true)
}

pub(super) fn incoming_webhook_page() -> IncomingWebhookPage {
    IncomingWebhookPage::new().page(1_u32).per_page(1_u32).team_id(id::<TeamId>())
}

pub(super) fn ldap_migration() -> LdapMigration {
    LdapMigration::new("x", "x", true)
}

pub(super) fn login_switch() -> LoginSwitch {
    LoginSwitch::new("x", "x").email("x").password("s").new_password("s").mfa_code("x").ldap_id("x")
}

pub(super) fn notify_admin() -> NotifyAdmin {
    NotifyAdmin::new("x", "x").trial_notification(true)
}

pub(super) fn o_auth_app_draft() -> OAuthAppDraft {
    OAuthAppDraft::new("x", "x", words(), "x").icon_url("x").is_trusted(true).is_public(true)
}

pub(super) fn open_dialog_request() -> OpenDialogRequest {
    OpenDialogRequest::new("x", "x", Dialog::default())
}

pub(super) fn outgoing_webhook_draft() -> OutgoingWebhookDraft {
    OutgoingWebhookDraft::new(id::<TeamId>(), "x", words())
        .channel_id(id::<ChannelId>())
        .creator_id(id::<UserId>())
        .trigger_words(words())
        .trigger_when(1_i64)
        .description("x")
        .content_type(WebhookContentType::Json)
        .username("x")
        .icon_url("x")
}

pub(super) fn outgoing_webhook_page() -> OutgoingWebhookPage {
    OutgoingWebhookPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .team_id(id::<TeamId>())
        .channel_id(id::<ChannelId>())
}

pub(super) fn page() -> Page {
    Page::new().page(1_u32).per_page(1_u32)
}

pub(super) fn post_page() -> PostPage {
    PostPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .since(time())
        .before(id::<PostId>())
        .after(id::<PostId>())
        .skip_fetch_threads(true)
        .collapsed_threads(true)
        .collapsed_threads_extended(true)
        .include_deleted(true)
}

pub(super) fn post_patch() -> PostPatch {
    PostPatch::new()
        .is_pinned(true)
        .message("x")
        .replace_props(serde_json::json!({"a": 1}))
        .file_ids(vec![id()])
        .has_reactions(true)
}

pub(super) fn post_search() -> PostSearch {
    PostSearch::new("x")
        .is_or_search(true)
        .time_zone_offset(1_i32)
        .page(1_u32)
        .per_page(1_u32)
        .include_deleted_channels(true)
}

pub(super) fn rewrite_request() -> RewriteRequest {
    RewriteRequest::new("x", "x", RewriteAction::Shorten).custom_prompt("x").root_id(id::<PostId>())
}

pub(super) fn role_patch() -> RolePatch {
    RolePatch::new().permissions(words())
}

pub(super) fn saml_migration() -> SamlMigration {
    SamlMigration::new("x", true, map())
}

pub(super) fn sidebar_category_draft() -> SidebarCategoryDraft {
    SidebarCategoryDraft::new(id::<UserId>(), id::<TeamId>(), "x")
        .channel_ids(vec![id()])
        .sorting(SidebarCategorySorting::Manual)
        .muted(true)
        .collapsed(true)
}

pub(super) fn submit_dialog_request() -> SubmitDialogRequest {
    SubmitDialogRequest::new("x", "x", id::<ChannelId>(), serde_json::Map::new())
        .state("x")
        .team_id(id::<TeamId>())
        .cancelled(true)
        .kind("x")
}

pub(super) fn suggestion_query() -> SuggestionQuery {
    SuggestionQuery::new("x").channel_id(id::<ChannelId>()).root_id(id::<PostId>())
}

pub(super) fn syncable_group_page() -> SyncableGroupPage {
    SyncableGroupPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .q("x")
        .include_member_count(true)
        .filter_allow_reference(true)
}

pub(super) fn team_draft() -> TeamDraft {
    TeamDraft::new("x", "x", TeamType::Open)
        .description("x")
        .email("x")
        .company_name("x")
        .allowed_domains("x")
        .allow_open_invite(true)
        .scheme_id(id::<SchemeId>())
        .group_constrained(true)
}

pub(super) fn team_invite() -> TeamInvite {
    TeamInvite::new(words()).channels(vec![id()]).message("x")
}

pub(super) fn team_member_page() -> TeamMemberPage {
    TeamMemberPage::new().page(1_u32).per_page(1_u32).sort("x").exclude_deleted_users(true)
}

pub(super) fn team_page() -> TeamPage {
    TeamPage::new().page(1_u32).per_page(1_u32).exclude_policy_constrained(true)
}

pub(super) fn team_patch() -> TeamPatch {
    TeamPatch::new()
        .display_name("x")
        .description("x")
        .company_name("x")
        .allowed_domains("x")
        .allow_open_invite(true)
        .group_constrained(true)
        .cloud_limits_archived(true)
}

pub(super) fn team_search() -> TeamSearch {
    TeamSearch::new("x")
        .allow_open_invite(true)
        .group_constrained(true)
        .include_group_constrained(true)
        .policy_id(id::<PolicyId>())
        .exclude_policy_constrained(true)
}

pub(super) fn thread_page() -> ThreadPage {
    ThreadPage::new()
        .per_page(1_u32)
        .from_post(id::<PostId>())
        .from_create_at(time())
        .from_update_at(time())
        .updates_only(true)
        .direction("x")
        .skip_fetch_threads(true)
        .collapsed_threads(true)
        .collapsed_threads_extended(true)
}

pub(super) fn unread_post_page() -> UnreadPostPage {
    UnreadPostPage::new()
        .limit_before(1_u32)
        .limit_after(1_u32)
        .skip_fetch_threads(true)
        .collapsed_threads(true)
        .collapsed_threads_extended(true)
}

pub(super) fn upload_draft() -> UploadDraft {
    UploadDraft::new(id::<ChannelId>(), "x", 1_u64).kind(UploadType::Attachment)
}

pub(super) fn user_autocomplete_query() -> UserAutocompleteQuery {
    UserAutocompleteQuery::new("x").in_team(id::<TeamId>()).in_channel(id::<ChannelId>()).limit(1_u32)
}

pub(super) fn user_draft() -> UserDraft {
    UserDraft::new("x", "x", "s")
        .first_name("x")
        .last_name("x")
        .nickname("x")
        .position("x")
        .locale("x")
        .props(map())
        .notify_props(map())
        .timezone(map())
        .auth_service("x")
        .auth_data("x")
        .email_verified(true)
        .disable_welcome_email(true)
}

pub(super) fn user_page() -> UserPage {
    UserPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .in_team(id::<TeamId>())
        .not_in_team(id::<TeamId>())
        .in_channel(id::<ChannelId>())
        .not_in_channel(id::<ChannelId>())
        .in_group(id::<GroupId>())
        .not_in_group(id::<GroupId>())
        .group_constrained(true)
        .without_team(true)
        .active(true)
        .inactive(true)
        .role("x")
        .roles(words())
        .channel_roles(words())
        .team_roles(words())
        .sort("x")
        .cursor_id(id::<UserId>())
}

pub(super) fn user_patch() -> UserPatch {
    UserPatch::new()
        .username("x")
        .nickname("x")
        .first_name("x")
        .last_name("x")
        .position("x")
        .email("x")
        .password("s")
        .props(map())
        .notify_props(map())
        .locale("x")
        .timezone(map())
        .remote_id(id::<RemoteId>())
}

pub(super) fn user_search() -> UserSearch {
    UserSearch::new("x")
        .team_id(id::<TeamId>())
        .not_in_team_id(id::<TeamId>())
        .in_channel_id(id::<ChannelId>())
        .not_in_channel_id(id::<ChannelId>())
        .in_group_id(id::<GroupId>())
        .not_in_group_id(id::<GroupId>())
        .group_constrained(true)
        .allow_inactive(true)
        .without_team(true)
        .limit(1_u32)
        .role("x")
        .roles(words())
        .channel_roles(words())
        .team_roles(words())
}

pub(super) fn user_stats_filter() -> UserStatsFilter {
    UserStatsFilter::new()
        .in_team(id::<TeamId>())
        .in_channel(id::<ChannelId>())
        .include_deleted(true)
        .include_bots(true)
        .include_remote_users(true)
        .roles(words())
        .channel_roles(words())
        .team_roles(words())
}

pub(super) fn user_thread_page() -> UserThreadPage {
    UserThreadPage::new()
        .since(time())
        .deleted(true)
        .extended(true)
        .per_page(1_u32)
        .before(id::<PostId>())
        .after(id::<PostId>())
        .unread(true)
        .totals_only(true)
        .threads_only(true)
        .exclude_direct(true)
}
