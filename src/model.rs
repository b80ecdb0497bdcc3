//! Data types of the API: users, teams, channels, posts and more.
//!
//! All fields are public, times are [`Timestamp`](crate::Timestamp)s in ms, IDs are newtypes, and enums accept values
//! that this version does not know. Fields that the server omits or sends as `null` are read as their default;
//! unknown fields are ignored. Every model is `Default + Deserialize + Serialize`, so that tests can create values.

mod account;
#[cfg(feature = "admin")]
mod admin;
mod attachment;
mod bookmark;
mod bot;
mod channel;
mod channel_member;
mod channel_moderation;
mod command;
mod config;
mod dialog;
mod draft;
mod emoji;
mod file;
mod group;
pub mod id;
pub(crate) mod id_text;
pub(crate) mod json;
mod oauth;
mod page;
mod post;
mod post_draft;
mod post_list;
mod post_metadata;
mod post_split;
mod preference;
mod reaction;
mod rewrite;
mod role;
mod scheduled_post;
mod session;
mod sidebar;
mod status;
mod system;
mod team;
mod thread;
mod upload;
mod user;
mod user_page;
mod webhook;

pub use account::*;
#[cfg(feature = "admin")]
pub use admin::*;
pub(crate) use attachment::ATTACHMENTS;
pub(crate) use attachment::SIGNED_CONTEXT;
pub use attachment::*;
pub use bookmark::*;
pub use bot::*;
pub use channel::*;
pub use channel_member::*;
pub use channel_moderation::*;
pub use command::*;
pub use config::*;
pub use dialog::*;
pub use draft::*;
pub use emoji::*;
pub use file::*;
pub use group::*;
pub use id::*;
pub use json::Json;
pub use oauth::*;
pub use page::*;
pub use post::*;
pub use post_draft::*;
pub(crate) use post_draft::{KEY, POST_CHARACTERS};
pub use post_list::*;
pub use post_metadata::*;
pub use preference::*;
pub use reaction::*;
pub use rewrite::*;
pub use role::*;
pub use scheduled_post::*;
pub use session::*;
pub use sidebar::*;
pub use status::*;
pub use system::*;
pub use team::*;
pub use thread::*;
pub use upload::*;
pub use user::*;
pub use user_page::*;
pub use webhook::*;

ids_of! {
    Bot.user_id => BotUserId,
    Channel.id => ChannelId,
    ChannelBookmark.id => BookmarkId,
    ChannelWithTeamData.channel.id => ChannelId,
    Command.id => CommandId,
    Emoji.id => EmojiId,
    FileInfo.id => FileId,
    Group.id => GroupId,
    IncomingWebhook.id => HookId,
    OAuthApp.id => OAuthAppId,
    OutgoingWebhook.id => HookId,
    Post.id => PostId,
    Role.id => RoleId,
    ScheduledPost.id => ScheduledPostId,
    Session.id => SessionId,
    SidebarCategory.id => CategoryId,
    Team.id => TeamId,
    UploadSession.id => UploadId,
    User.id => UserId,
    UserAccessToken.id => TokenId,
    UserThread.id => PostId,
}
