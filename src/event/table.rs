//! The table of events: wire name, variant, payload, members that contain JSON as a string, and members that only
//! `broadcast` has. The rest of this file is generated from it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Broadcast, channels, notification, posts, server, teams, threads, users, write_envelope};
use crate::error::Result;
use crate::model::Json;
use crate::model::json::{FromKey, decode_event};

macro_rules! events {
    (
        server { $(
            $(#[$doc:meta])+
            $name:literal => $variant:ident($payload:ty)
                $(, strings [$($string:literal),+])? $(, from broadcast [$($context:ident),+])?;
        )+ }
        notifications { $(
            $(#[doc = $notification_doc:literal])+
            $notification_name:literal => $notification:ident($notification_payload:ty);
        )+ }
    ) => {
        /// Type of an event. Unknown server events are [`EventKind::Custom`] (plugins) or
        /// [`EventKind::Other`]; [`Event::name`](super::Event::name) returns the name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])+ #[doc = concat!("\n\nOn the wire: `", $name, "`.")] $variant,)+
            /// An event of a plugin.
            ///
            /// Wire name: `custom_*`.
            Custom,
            /// An event that this version does not support.
            Other,
            $($(#[doc = $notification_doc])+ #[doc = concat!("\n\nNotification name: `", $notification_name, "`.")] $notification,)+
            /// The last event of a stream that ended permanently. Its [`payload`](super::Event::payload) is
            /// the error.
            ///
            /// Notification name: `_ended`.
            Ended,
        }

        impl EventKind {
            /// All kinds, including notifications.
            pub const ALL: &[Self] =
                &[$(Self::$variant,)+ Self::Custom, Self::Other, $(Self::$notification,)+ Self::Ended];

            /// Returns the wire name; `custom_*` for plugin events, `*` for unknown events.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Custom => "custom_*",
                    Self::Other => "*",
                    $(Self::$notification => $notification_name,)+
                    Self::Ended => "_ended",
                }
            }

            /// Returns the kind of a server event, which is never a notification.
            pub(crate) fn of_server(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)+
                    _ if name.starts_with("custom_") => Self::Custom,
                    _ => Self::Other,
                }
            }

            fn of_notification(name: &str) -> Option<Self> {
                match name {
                    $($notification_name => Some(Self::$notification),)+
                    "_ended" => Some(Self::Ended),
                    _ => None,
                }
            }

            /// Members of `data` that contain JSON encoded as a string.
            pub(crate) const fn strings(self) -> &'static [&'static str] {
                match self {
                    $($(Self::$variant => &[$($string),+],)?)+
                    _ => &[],
                }
            }
        }

        /// The typed data of an event. Large payloads are boxed.
        ///
        /// The variants are based on recordings of real servers. A sample marked as `taken from the source` was
        /// derived from the server's source code, since no recording exists yet.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum Payload {
            $(
                $(#[$doc])+
                #[doc = "\n\n```json"]
                #[doc = include_str!(concat!("../../tests/data/events/", $name, ".json"))]
                #[doc = "```"]
                $variant($payload),
            )+
            /// An event of a plugin.
            ///
            /// ```json
            #[doc = include_str!("../../tests/data/events/custom.json")]
            /// ```
            Custom(Box<server::Custom>),
            /// An event without a type in this version, or with data that does not match its type; in that
            /// case [`Event::decode_error`](super::Event::decode_error) returns the reason.
            Other(Box<server::Other>),
            $($(#[doc = $notification_doc])+ $notification($notification_payload),)+
        }

        impl Payload {
            /// Returns the kind of the event. [`EventKind::Other`] for data that does not match its type.
            pub fn kind(&self) -> EventKind {
                match self {
                    $(Self::$variant(_) => EventKind::$variant,)+
                    Self::Custom(_) => EventKind::Custom,
                    Self::Other(_) => EventKind::Other,
                    $(Self::$notification(_) => EventKind::$notification,)+
                }
            }

            pub(super) fn decode<'b>(
                kind: EventKind,
                name: &str,
                data: &str,
                broadcast: impl FnOnce() -> &'b Broadcast,
            ) -> Result<Self> {
                Ok(match kind {
                    $(EventKind::$variant => {
                        let payload: $payload = decode_event(data)?;
                        $(let (mut payload, broadcast) = (payload, broadcast());
                        $(if payload.$context.is_empty() {
                            payload.$context = broadcast.$context.clone();
                        })+)?
                        Self::$variant(payload)
                    })+
                    EventKind::Custom => {
                        Self::Custom(Box::new(server::Custom { name: name.to_owned(), data: decode_event(data)? }))
                    }
                    $(EventKind::$notification => Self::$notification(decode_event(data)?),)+
                    EventKind::Other | EventKind::Ended => Self::other(name, decode_event(data)?),
                })
            }

            /// Returns the envelope of a notification.
            // One type at a time: serializing the whole enum would include the code of all server events.
            pub(super) fn notification_envelope(&self) -> Box<str> {
                let (name, none) = (self.kind().name(), Broadcast::default());
                match self {
                    $(Self::$notification(payload) => write_envelope(name, payload, &none, None),)+
                    Self::Custom(_) | Self::Other(_) $(| Self::$variant(_))+ => write_envelope(name, &(), &none, None),
                }
            }

            pub(super) fn other(name: &str, data: Json) -> Self {
                Self::Other(Box::new(server::Other { name: name.to_owned(), data }))
            }
        }
    };
}

events! {
    server {
        /// A post was created by any user, including the current account, a webhook, a bot or the server.
        /// Sent to the members of the channel.
        "posted" => Posted(Box<posts::Posted>), strings ["post", "mentions", "followers"];
        /// A user is typing in a channel or thread. Sent to the other members. The server drops these events first if a
        /// connection is slow.
        "typing" => Typing(users::Typing), from broadcast [channel_id];
        /// A post was updated: its text, its pin state or its acknowledgements changed, or an integration updated it.
        /// The text may be unchanged. Sent to the members of the channel, or to the recipient of an ephemeral post.
        "post_edited" => PostEdited(Box<posts::PostEdited>), strings ["post"];
        /// A post was deleted. Sent to the members of the channel, or to the recipient of an ephemeral post.
        "post_deleted" => PostDeleted(Box<posts::PostDeleted>), strings ["post"];
        /// The current account marked a channel as unread, starting at a post.
        "post_unread" => PostUnread(Box<posts::PostUnread>), from broadcast [channel_id, team_id];
        /// A message visible only to the current account, such as the response to a slash command or a
        /// reminder.
        "ephemeral_message" => EphemeralMessage(Box<posts::EphemeralMessage>), strings ["post"];
        /// A reaction was added to a post. Sent to the members of the channel.
        "reaction_added" => ReactionAdded(Box<posts::ReactionChanged>), strings ["reaction"],
            from broadcast [channel_id];
        /// A reaction was removed from a post. Sent to the members of the channel.
        "reaction_removed" => ReactionRemoved(Box<posts::ReactionChanged>), strings ["reaction"],
            from broadcast [channel_id];
        /// The current account's status changed. The server does not report the status of other users.
        /// Dropped early on slow connections.
        "status_change" => StatusChange(users::StatusChange);
        /// The greeting of the server: the first event of a connection. Not sent after a resume.
        "hello" => Hello(server::Hello);

        /// A channel was converted between public and private. Sent to the team.
        "channel_converted" => ChannelConverted(channels::ChannelConverted), from broadcast [team_id];
        /// The current account created a channel.
        "channel_created" => ChannelCreated(channels::ChannelCreated);
        /// A channel was archived or permanently deleted. Sent to the team if the channel is public,
        /// otherwise to its members.
        "channel_deleted" => ChannelDeleted(channels::ChannelDeleted), from broadcast [team_id];
        /// An archived channel was restored. Sent to the team if the channel is public, otherwise to its
        /// members.
        "channel_restored" => ChannelRestored(channels::ChannelRestored), from broadcast [team_id];
        /// A channel was updated. Sent to its members. If only its sharing with other servers changed, it is
        /// sent to the team without the channel.
        "channel_updated" => ChannelUpdated(Box<channels::ChannelUpdated>), strings ["channel"],
            from broadcast [channel_id];
        /// The current account's channel membership changed: roles, notifications or mute state.
        "channel_member_updated" => ChannelMemberUpdated(Box<channels::ChannelMemberUpdated>),
            strings ["channelMember"];
        /// The permission scheme of a channel was set or removed. Sent to its members. Requires a license.
        "channel_scheme_updated" => ChannelSchemeUpdated(channels::ChannelSchemeUpdated),
            from broadcast [channel_id];
        /// The current account viewed a channel. Only sent by servers before 10; newer servers send
        /// [`MultipleChannelsViewed`](Self::MultipleChannelsViewed).
        "channel_viewed" => ChannelViewed(channels::ChannelViewed);
        /// The current account viewed one or more channels, in this client or another. Dropped early on slow connections.
        "multiple_channels_viewed" => MultipleChannelsViewed(channels::MultipleChannelsViewed);
        /// A direct channel with the current account was created. Not sent if it already existed.
        "direct_added" => DirectAdded(channels::DirectAdded), from broadcast [channel_id];
        /// A group channel with the current account was created.
        "group_added" => GroupAdded(channels::GroupAdded), strings ["teammate_ids"],
            from broadcast [channel_id];
        /// A user was added to a channel. Sent to its members and to the added user.
        "user_added" => UserAdded(channels::UserAdded), from broadcast [channel_id];
        /// A user left a channel or was removed. Sent to its members and to the removed user.
        "user_removed" => UserRemoved(channels::UserRemoved), from broadcast [channel_id, user_id];
        /// A bookmark was added to a channel. Sent to its members. Requires a license.
        "channel_bookmark_created" => ChannelBookmarkCreated(Box<channels::ChannelBookmarkChanged>),
            strings ["bookmark"], from broadcast [channel_id];
        /// A bookmark was updated. Sent to the members of the channel. Requires a license.
        "channel_bookmark_updated" => ChannelBookmarkUpdated(Box<channels::ChannelBookmarkUpdated>),
            strings ["bookmarks"], from broadcast [channel_id];
        /// A bookmark was removed. Sent to the members of the channel. Requires a license.
        "channel_bookmark_deleted" => ChannelBookmarkDeleted(Box<channels::ChannelBookmarkChanged>),
            strings ["bookmark"], from broadcast [channel_id];
        /// The bookmarks of a channel were reordered. Sent to its members. Requires a license.
        "channel_bookmark_sorted" => ChannelBookmarkSorted(channels::ChannelBookmarkSorted),
            strings ["bookmarks"], from broadcast [channel_id];

        /// The current account joined a team. Sent twice if another user added the account.
        "added_to_team" => AddedToTeam(teams::AddedToTeam);
        /// A user left a team or was removed. Sent to the team and to the removed user.
        "leave_team" => LeaveTeam(teams::LeaveTeam);
        /// The name, icon or privacy of a team was updated. Sent to the team.
        "update_team" => UpdateTeam(Box<teams::TeamChanged>), strings ["team"];
        /// A team was archived or permanently deleted. Sent to team members. Older servers send it to all
        /// users.
        "delete_team" => DeleteTeam(Box<teams::TeamChanged>), strings ["team"];
        /// An archived team was restored. Sent to team members. Older servers send it to all users.
        "restore_team" => RestoreTeam(Box<teams::TeamChanged>), strings ["team"];
        /// The permission scheme of a team changed. Sent to the team. Requires an Enterprise license.
        "update_team_scheme" => UpdateTeamScheme(Box<teams::TeamChanged>), strings ["team"];
        /// The current account's roles in a team changed.
        "memberrole_updated" => MemberroleUpdated(Box<teams::MemberroleUpdated>), strings ["member"];

        /// A user was created. Sent to all users, and to guests only if they may see the new user.
        "new_user" => NewUser(users::NewUser);
        /// The profile, picture or role of a user was updated. Sent to all users, with different fields depending on
        /// what the recipient may see. May be sent twice.
        "user_updated" => UserUpdated(Box<users::UserUpdated>);
        /// The current account's system-wide roles changed.
        "user_role_updated" => UserRoleUpdated(users::UserRoleUpdated);
        /// A user was activated or deactivated. The event does not identify the user. Sent to all users.
        "user_activation_status_change" => UserActivationStatusChange(server::NoData);
        /// A preference of the current account was changed by `/expand` or `/collapse`.
        "preference_changed" => PreferenceChanged(users::PreferenceChanged), strings ["preference"];
        /// Preferences of the current account were saved.
        "preferences_changed" => PreferencesChanged(users::PreferencesChanged), strings ["preferences"];
        /// Preferences of the current account were deleted.
        "preferences_deleted" => PreferencesDeleted(users::PreferencesChanged), strings ["preferences"];
        /// A sidebar category of the current account was created.
        "sidebar_category_created" => SidebarCategoryCreated(teams::SidebarCategoryChanged),
            from broadcast [team_id];
        /// Sidebar categories of the current account changed.
        "sidebar_category_updated" => SidebarCategoryUpdated(teams::SidebarCategoryUpdated),
            strings ["updatedCategories"], from broadcast [team_id];
        /// A sidebar category of the current account was deleted.
        "sidebar_category_deleted" => SidebarCategoryDeleted(teams::SidebarCategoryChanged),
            from broadcast [team_id];
        /// The sidebar categories of the current account were reordered.
        "sidebar_category_order_updated" => SidebarCategoryOrderUpdated(teams::SidebarCategoryOrderUpdated),
            from broadcast [team_id];

        /// A thread followed by the current account received a reply, was marked as unread, or lost a
        /// mention. Requires collapsed threads.
        "thread_updated" => ThreadUpdated(Box<threads::ThreadUpdated>), strings ["thread"],
            from broadcast [team_id];
        /// The current account followed or unfollowed a thread.
        "thread_follow_changed" => ThreadFollowChanged(threads::ThreadFollowChanged),
            from broadcast [team_id];
        /// The read state of threads changed for the current account.
        "thread_read_changed" => ThreadReadChanged(Box<threads::ThreadReadChanged>),
            from broadcast [channel_id, team_id];
        /// A draft of the current account was saved, whether new or existing.
        "draft_created" => DraftCreated(Box<posts::DraftChanged>), strings ["draft"];
        /// Not sent by any server: an updated draft is reported as [`DraftCreated`](Self::DraftCreated).
        "draft_updated" => DraftUpdated(Box<posts::DraftChanged>), strings ["draft"];
        /// A draft of the current account was deleted.
        "draft_deleted" => DraftDeleted(Box<posts::DraftChanged>), strings ["draft"];
        /// The current account scheduled a post. Requires a license.
        "scheduled_post_created" => ScheduledPostCreated(Box<posts::ScheduledPostChanged>),
            strings ["scheduledPost"];
        /// A scheduled post of the current account was edited, or its post could not be created. Requires a license.
        "scheduled_post_updated" => ScheduledPostUpdated(Box<posts::ScheduledPostChanged>),
            strings ["scheduledPost"];
        /// A scheduled post of the current account was deleted, or its post was created. Requires a license.
        "scheduled_post_deleted" => ScheduledPostDeleted(Box<posts::ScheduledPostChanged>),
            strings ["scheduledPost"];

        /// A user acknowledged a post. Sent to the members of the channel. Requires a Professional license.
        "post_acknowledgement_added" => PostAcknowledgementAdded(Box<posts::AcknowledgementChanged>),
            strings ["acknowledgement"], from broadcast [channel_id];
        /// A user removed an acknowledgement. Sent to the members of the channel. Requires a Professional
        /// license.
        "post_acknowledgement_removed" => PostAcknowledgementRemoved(Box<posts::AcknowledgementChanged>),
            strings ["acknowledgement"], from broadcast [channel_id];
        /// A repeated notification about an urgent post. Requires a Professional license.
        "persistent_notification_triggered" =>
            PersistentNotificationTriggered(Box<posts::PersistentNotificationTriggered>),
            strings ["post", "mentions"];
        /// A burn-on-read post was revealed. Sent to its author and to the user who revealed it. Requires an
        /// Enterprise Advanced license.
        "post_revealed" => PostRevealed(Box<posts::PostRevealed>), strings ["post"];
        /// A burn-on-read post is no longer available to the current account. Requires an Enterprise Advanced
        /// license.
        "post_burned" => PostBurned(posts::PostBurned), from broadcast [channel_id];
        /// All recipients have revealed a burn-on-read post of the current account. Requires an Enterprise
        /// Advanced license.
        "burn_on_read_all_revealed" => BurnOnReadAllRevealed(posts::BurnOnReadAllRevealed),
            from broadcast [channel_id];
        /// Translations of a post are available. Requires an Enterprise license.
        "post_translation_updated" => PostTranslationUpdated(posts::PostTranslationUpdated),
            from broadcast [channel_id];

        /// A group was created, updated, deleted or restored. Sent to all users. Requires a Professional
        /// license.
        "received_group" => ReceivedGroup(Box<teams::ReceivedGroup>), strings ["group"];
        /// A group was linked to a team. Sent to the team. Requires an Enterprise license.
        "received_group_associated_to_team" => ReceivedGroupAssociatedToTeam(teams::GroupLinkChanged),
            from broadcast [team_id];
        /// A group was unlinked from a team. Sent to the team. Requires an Enterprise license.
        "received_group_not_associated_to_team" => ReceivedGroupNotAssociatedToTeam(teams::GroupLinkChanged),
            from broadcast [team_id];
        /// A group was linked to a channel. Sent to its members. Requires an Enterprise license.
        "received_group_associated_to_channel" => ReceivedGroupAssociatedToChannel(teams::GroupLinkChanged),
            from broadcast [channel_id];
        /// A group was unlinked from a channel. Sent to its members. Requires an Enterprise license.
        "received_group_not_associated_to_channel" => ReceivedGroupNotAssociatedToChannel(teams::GroupLinkChanged),
            from broadcast [channel_id];
        /// The current account was added to a group. Requires a Professional license.
        "group_member_add" => GroupMemberAdd(teams::GroupMemberChanged), strings ["group_member"];
        /// The current account was removed from a group. Requires a Professional license.
        "group_member_deleted" => GroupMemberDeleted(teams::GroupMemberChanged), strings ["group_member"];

        /// A custom emoji was created. Sent to all users.
        "emoji_added" => EmojiAdded(Box<server::EmojiAdded>), strings ["emoji"];
        /// The status of plugins changed. Sent to system administrators.
        "plugin_statuses_changed" => PluginStatusesChanged(Box<server::PluginStatusesChanged>);
        /// A plugin with a web app component was activated. Sent to all users.
        "plugin_enabled" => PluginEnabled(Box<server::PluginChanged>);
        /// A plugin with a web app component was deactivated. Sent to all users.
        "plugin_disabled" => PluginDisabled(Box<server::PluginChanged>);
        /// The permissions of a role changed. Sent to all users, or to the team or channel whose scheme
        /// contains the role.
        "role_updated" => RoleUpdated(Box<server::RoleUpdated>), strings ["role"],
            from broadcast [team_id, channel_id];
        /// The license was added, removed or renewed. Sent to all users.
        "license_changed" => LicenseChanged(server::LicenseChanged);
        /// The configuration changed. Sent to all users. The sample is truncated.
        "config_changed" => ConfigChanged(server::ConfigChanged);
        /// An integration opened a dialog for the current account.
        "open_dialog" => OpenDialog(Box<server::OpenDialog>), strings ["dialog"];
        /// Guest access was disabled and guests were deactivated. Sent to all users. Requires a license.
        "guests_deactivated" => GuestsDeactivated(server::NoData);
        /// The subscription of the hosted edition changed. Sent to all users. Never sent by self-hosted
        /// servers.
        "cloud_subscription_changed" => CloudSubscriptionChanged(Box<server::CloudSubscriptionChanged>);
        /// An administrator visited the marketplace for the first time. Sent to all users.
        "first_admin_visit_marketplace_status_received" =>
            FirstAdminVisitMarketplaceStatusReceived(server::FirstAdminVisitMarketplaceStatusReceived);
        /// A purchase progressed. Not sent by any server.
        "hosted_customer_signup_progress_updated" =>
            HostedCustomerSignupProgressUpdated(server::HostedCustomerSignupProgressUpdated);
        /// A custom profile attribute was created. Sent to all users. Requires an Enterprise license.
        "custom_profile_attributes_field_created" =>
            CustomProfileAttributesFieldCreated(Box<users::CustomProfileAttributesFieldChanged>);
        /// A custom profile attribute was updated. Sent to all users. Requires an Enterprise license.
        "custom_profile_attributes_field_updated" =>
            CustomProfileAttributesFieldUpdated(Box<users::CustomProfileAttributesFieldChanged>);
        /// A custom profile attribute was deleted. Sent to all users. Requires an Enterprise license.
        "custom_profile_attributes_field_deleted" =>
            CustomProfileAttributesFieldDeleted(users::CustomProfileAttributesFieldDeleted);
        /// Custom profile attribute values of a user changed. Sent to all users. Requires an Enterprise
        /// license.
        "custom_profile_attributes_values_updated" =>
            CustomProfileAttributesValuesUpdated(users::CustomProfileAttributesValuesUpdated);
        /// A report about a flagged post changed. Sent to reviewers. Requires an Enterprise Advanced license.
        "content_flagging_report_value_updated" =>
            ContentFlaggingReportValueUpdated(Box<server::ContentFlaggingReportValueUpdated>),
            strings ["property_values"];
        /// A recap of the current account was finished or changed.
        "recap_updated" => RecapUpdated(server::RecapUpdated);
        /// A plugin rejected a download by the current account.
        "file_download_rejected" => FileDownloadRejected(Box<server::FileDownloadRejected>);
        /// A short message from a plugin for the current account.
        "show_toast" => ShowToast(server::ShowToast);

        /// Not sent by any server: the name of an action, reserved as an event name.
        #[doc(hidden)]
        "authentication_challenge" => AuthenticationChallenge(server::NoData);
        /// Not sent by any server: the name that the server uses for replies in its statistics.
        #[doc(hidden)]
        "response" => Response(server::NoData);
        /// Not sent by any server: the name of an action, reserved as an event name.
        #[doc(hidden)]
        "presence" => Presence(server::NoData);
        /// Not sent by any server: the name of an action, reserved as an event name.
        #[doc(hidden)]
        "posted_notify_ack" => PostedNotifyAck(server::NoData);
    }
    notifications {
        /// A connection was established.
        "_connected" => Connected(notification::Connected);
        /// A connection was lost; the stream reconnects.
        "_disconnected" => Disconnected(notification::Disconnected);
        /// Events are missing.
        "_missed" => Missed(Box<notification::Missed>);
        /// A gap was filled as far as possible.
        "_caught_up" => CaughtUp(Box<notification::CaughtUp>);
        /// The session ended.
        "_session_expired" => SessionExpired(notification::SessionExpired);
    }
}

impl EventKind {
    /// Returns `true` for notifications made by the stream itself, which are never filtered or dropped.
    pub fn is_notification(self) -> bool {
        self >= Self::Connected
    }

    /// A number below `EventKind::ALL.len()`, for tables by kind.
    pub(crate) const fn table_index(self) -> usize {
        self as usize
    }
}

/// Never fails: unknown names are [`EventKind::Other`], or [`EventKind::Custom`] if they begin with
/// `custom_`.
impl From<&str> for EventKind {
    fn from(name: &str) -> Self {
        Self::of_notification(name).unwrap_or_else(|| Self::of_server(name))
    }
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::from(&*<std::borrow::Cow<'de, str>>::deserialize(from)?))
    }
}

impl FromKey for EventKind {
    fn from_key(key: &str) -> Self {
        key.into()
    }
}
