//! The REST API, in groups as in the API reference.
//!
//! A group is a method of the client, for example `client.posts()`. Its methods take IDs: `&channel.id`, `&user.id`.
//! Each method names its route (without `/api/v4`), as in the API reference and the server's log. The operation IDs
//! of the reference are search aliases in this documentation. Permissions and versions are taken from the server's
//! documentation or code. The permissions of a role may differ from server to server.
//!
//! | group | contents |
//! |---|---|
//! | [`Bookmarks`] | channel bookmarks |
//! | [`Bots`] | bots: accounts used by programs |
//! | [`Channels`] | channels, their members, sidebar categories |
//! | [`Commands`] | slash commands |
//! | [`Dialogs`] | interactive dialogs |
//! | [`Drafts`] | unsent messages |
//! | [`Emojis`] | custom emoji |
//! | [`Files`] | files: upload, download, search |
//! | [`Groups`] | user groups |
//! | [`OAuth`] | OAuth 2.0 applications |
//! | [`Posts`] | posts: writing, reading, searching, marking as read |
//! | [`Preferences`] | settings of an account that are stored on the server |
//! | [`Reactions`] | reactions |
//! | [`Roles`] | roles and permissions |
//! | [`ScheduledPosts`] | posts that the server creates later |
//! | [`Statuses`] | statuses of users: online, away, offline, Do Not Disturb |
//! | [`System`] | health, client configuration |
//! | [`Teams`] | teams and their members |
//! | [`Threads`] | followed threads |
//! | [`Uploads`] | resumable uploads of large files |
//! | [`Users`] | accounts, their sessions and tokens |
//! | [`Webhooks`] | incoming and outgoing webhooks |
//!
#![cfg_attr(feature = "admin", doc = include_str!("rest/admin.md"))]
//!
//! # Lists
//!
//! `list(..)` gets one page. `all(..)` returns an iterator over all entries, which are requested in pages of 200.
//! Routes without a page parameter return the whole list.
//!
//! # Coverage
//!
//! All routes of Mattermost 11.6 are supported. A test compares them with an inventory. The exceptions are routes
//! that are documented but not served, the login (see [`ClientBuilder`](crate::ClientBuilder)), and the WebSocket
//! (see [`Events`](crate::Events)).
//!
#![doc = include_str!("rest/coverage.md")]

mod bookmarks;
mod bots;
mod channels;
mod commands;
mod drafts;
mod emoji;
mod files;
mod groups;
mod integration_actions;
mod json_lines;
mod names;
mod oauth;
mod posts;
mod preferences;
mod reactions;
mod roles;
mod scheduled_posts;
mod status;
mod system;
mod teams;
mod threads;
mod uploads;
mod users;
mod webhooks;

#[cfg(feature = "admin")]
mod access_control;
#[cfg(feature = "admin")]
mod agents;
#[cfg(feature = "admin")]
mod audit_logs;
#[cfg(feature = "admin")]
mod brand;
#[cfg(feature = "admin")]
mod cloud;
#[cfg(feature = "admin")]
mod cluster;
#[cfg(feature = "admin")]
mod compliance;
#[cfg(feature = "admin")]
mod content_flagging;
#[cfg(feature = "admin")]
mod custom_profile_attributes;
#[cfg(feature = "admin")]
mod data_retention;
#[cfg(feature = "admin")]
mod elasticsearch;
#[cfg(feature = "admin")]
mod exports;
#[cfg(feature = "admin")]
mod hosted_customer;
#[cfg(feature = "admin")]
mod imports;
#[cfg(feature = "admin")]
mod ip_filtering;
#[cfg(feature = "admin")]
mod jobs;
#[cfg(feature = "admin")]
mod ldap;
#[cfg(feature = "admin")]
mod limits;
#[cfg(feature = "admin")]
mod logs;
#[cfg(feature = "admin")]
mod metrics;
#[cfg(feature = "admin")]
mod outgoing_oauth_connections;
#[cfg(feature = "admin")]
mod permissions;
#[cfg(feature = "admin")]
mod plugins;
#[cfg(feature = "admin")]
mod recaps;
#[cfg(feature = "admin")]
mod remote_clusters;
#[cfg(feature = "admin")]
mod reports;
#[cfg(feature = "admin")]
mod saml;
#[cfg(feature = "admin")]
mod schemes;
#[cfg(feature = "admin")]
mod shared_channels;
#[cfg(feature = "admin")]
mod terms_of_service;
#[cfg(feature = "admin")]
mod usage;

use serde::Serialize;

pub use self::bookmarks::Bookmarks;
pub use self::bots::Bots;
pub use self::channels::Channels;
pub use self::commands::Commands;
pub use self::drafts::Drafts;
pub use self::emoji::Emojis;
pub use self::files::{FileDownload, Files, Upload};
pub use self::groups::Groups;
pub use self::integration_actions::Dialogs;
pub use self::json_lines::JsonLines;
pub(crate) use self::names::{HASH_HINT, is_short_name};
pub use self::oauth::OAuth;
pub use self::posts::{History, PostChanges, Posts};
pub use self::preferences::Preferences;
pub use self::reactions::Reactions;
pub use self::roles::Roles;
pub use self::scheduled_posts::ScheduledPosts;
pub use self::status::Statuses;
pub use self::system::System;
pub use self::teams::Teams;
pub use self::threads::Threads;
pub use self::uploads::Uploads;
pub use self::users::Users;
pub use self::webhooks::Webhooks;

#[cfg(feature = "admin")]
pub use self::access_control::AccessControl;
#[cfg(feature = "admin")]
pub use self::agents::Agents;
#[cfg(feature = "admin")]
pub use self::audit_logs::AuditLogs;
#[cfg(feature = "admin")]
pub use self::brand::Brand;
#[cfg(feature = "admin")]
pub use self::cloud::Cloud;
#[cfg(feature = "admin")]
pub use self::cluster::Cluster;
#[cfg(feature = "admin")]
pub use self::compliance::Compliance;
#[cfg(feature = "admin")]
pub use self::content_flagging::ContentFlagging;
#[cfg(feature = "admin")]
pub use self::custom_profile_attributes::CustomProfileAttributes;
#[cfg(feature = "admin")]
pub use self::data_retention::DataRetention;
#[cfg(feature = "admin")]
pub use self::elasticsearch::Elasticsearch;
#[cfg(feature = "admin")]
pub use self::exports::Exports;
#[cfg(feature = "admin")]
pub use self::hosted_customer::HostedCustomer;
#[cfg(feature = "admin")]
pub use self::imports::Imports;
#[cfg(feature = "admin")]
pub use self::ip_filtering::IpFiltering;
#[cfg(feature = "admin")]
pub use self::jobs::Jobs;
#[cfg(feature = "admin")]
pub use self::ldap::Ldap;
#[cfg(feature = "admin")]
pub use self::limits::Limits;
#[cfg(feature = "admin")]
pub use self::logs::Logs;
#[cfg(feature = "admin")]
pub use self::metrics::Metrics;
#[cfg(feature = "admin")]
pub use self::outgoing_oauth_connections::OutgoingOAuthConnections;
#[cfg(feature = "admin")]
pub use self::permissions::Permissions;
#[cfg(feature = "admin")]
pub use self::plugins::Plugins;
#[cfg(feature = "admin")]
pub use self::recaps::Recaps;
#[cfg(feature = "admin")]
pub use self::remote_clusters::RemoteClusters;
#[cfg(feature = "admin")]
pub use self::reports::Reports;
#[cfg(feature = "admin")]
pub use self::saml::Saml;
#[cfg(feature = "admin")]
pub use self::schemes::Schemes;
#[cfg(feature = "admin")]
pub use self::shared_channels::SharedChannels;
#[cfg(feature = "admin")]
pub use self::terms_of_service::TermsOfServices;
#[cfg(feature = "admin")]
pub use self::usage::Usage;

use crate::error::Result;
#[cfg(feature = "admin")]
use crate::http::Call;
use crate::http::HttpClient;
use crate::model::{Page, UserId};

/// Number of IDs in one request body, well below the server's limit of 300 kB.
const CHUNK: usize = 200;

/// Gets many items with several requests.
fn in_chunks<A, T>(all: &[A], mut fetch: impl FnMut(&[A]) -> Result<Vec<T>>) -> Result<Vec<T>> {
    let mut found = Vec::with_capacity(all.len());
    for chunk in all.chunks(CHUNK) {
        found.append(&mut fetch(chunk)?);
    }
    Ok(found)
}

/// Request bodies do not support `me`.
fn real_id(http: &HttpClient, user: &UserId) -> Result<UserId> {
    if *user == UserId::me() { http.me() } else { Ok(user.clone()) }
}

/// Sends a file as the only field of a form.
#[cfg(feature = "admin")]
fn with_file<'c>(call: Call<'c>, field: &str, file: Upload<'c>) -> Call<'c> {
    call.with_file_timeout().check_first(file.check()).body(file.into_form(field))
}

/// Joins a list for a query.
fn comma_separated<I: AsRef<str>>(ids: &[I]) -> String {
    ids.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",")
}

/// A search whose response has another format if a page is requested.
#[derive(Serialize)]
struct Paged<'s, S> {
    #[serde(flatten)]
    search: &'s S,
    page: u32,
    per_page: u32,
}

impl<'s, S> Paged<'s, S> {
    fn new(search: &'s S, page: &Page) -> Self {
        Self { search, page: page.page.unwrap_or(0), per_page: page.per_page.unwrap_or(60) }
    }
}
