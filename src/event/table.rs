//! The one table of events: name on the wire, variant, payload, members that hold JSON as a string, members that only
//! `broadcast` tells. The rest of this file is what is made of it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::notice::{CaughtUp, Connected, Disconnected, Missed, SessionExpired};
use super::{Broadcast, channels, posts, server, teams, threads, users};
use crate::error::Result;
use crate::model::Json;
use crate::model::json::decode_event;

macro_rules! events {
    (
        server { $(
            $(#[doc = $doc:literal])+
            $name:literal => $variant:ident($payload:ty)
                $(, strings [$($string:literal),+])? $(, from broadcast [$($context:ident),+])?;
        )+ }
        notices { $(
            $(#[doc = $notice_doc:literal])+
            $notice_name:literal => $notice:ident($notice_payload:ty);
        )+ }
    ) => {
        /// Which event it is. What the server does not name here is [`EventKind::Custom`] (plugins) or
        /// [`EventKind::Other`]; [`Event::name`](super::Event::name) has the name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[doc = $doc])+ #[doc = concat!("\n\nOn the wire: `", $name, "`.")] $variant,)+
            /// An event of a plugin.
            ///
            /// On the wire: `custom_*`.
            Custom,
            /// An event that this version does not know.
            Other,
            $($(#[doc = $notice_doc])+ #[doc = concat!("\n\nA notice: `", $notice_name, "`.")] $notice,)+
            /// The last event of a stream that ended for good; its [`payload`](super::Event::payload) is the cause.
            ///
            /// A notice: `_ended`.
            Ended,
        }

        impl EventKind {
            /// All kinds, notices too.
            pub const ALL: &[Self] =
                &[$(Self::$variant,)+ Self::Custom, Self::Other, $(Self::$notice,)+ Self::Ended];

            /// The name: that on the wire, `custom_*` for all of plugins, `*` for unknown ones.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Custom => "custom_*",
                    Self::Other => "*",
                    $(Self::$notice => $notice_name,)+
                    Self::Ended => "_ended",
                }
            }

            /// The kind of what a server sent: never a notice.
            pub(crate) fn of_server(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)+
                    _ if name.starts_with("custom_") => Self::Custom,
                    _ => Self::Other,
                }
            }

            fn of_notice(name: &str) -> Option<Self> {
                match name {
                    $($notice_name => Some(Self::$notice),)+
                    "_ended" => Some(Self::Ended),
                    _ => None,
                }
            }

            /// The members of `data` that hold JSON as a string.
            pub(crate) const fn strings(self) -> &'static [&'static str] {
                match self {
                    $($(Self::$variant => &[$($string),+],)?)+
                    _ => &[],
                }
            }
        }

        /// An event's data, typed. Large ones are boxed.
        ///
        /// The variants show what a server really sends; where the sample says `taken from the source`, nobody has seen
        /// one yet.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum Payload {
            $(
                $(#[doc = $doc])+
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
            /// An event that this version has no type for; or one whose data does not fit its type, then
            /// [`Event::decode_error`](super::Event::decode_error) says why.
            Other(Box<server::Other>),
            $($(#[doc = $notice_doc])+ $notice($notice_payload),)+
        }

        impl Payload {
            /// Which event it is. [`EventKind::Other`] for data that does not fit its type.
            pub fn kind(&self) -> EventKind {
                match self {
                    $(Self::$variant(_) => EventKind::$variant,)+
                    Self::Custom(_) => EventKind::Custom,
                    Self::Other(_) => EventKind::Other,
                    $(Self::$notice(_) => EventKind::$notice,)+
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
                    $(EventKind::$notice => Self::$notice(decode_event(data)?),)+
                    EventKind::Other | EventKind::Ended => Self::other(name, decode_event(data)?),
                })
            }

            pub(super) fn other(name: &str, data: Json) -> Self {
                Self::Other(Box::new(server::Other { name: name.to_owned(), data }))
            }
        }
    };
}

events! {
    server {
        /// A post was made, also by this account, a webhook, a bot or the server. Sent to the members of its channel.
        "posted" => Posted(Box<posts::Posted>), strings ["post", "mentions", "followers"];
        /// Somebody types in a channel or a thread. Sent to its other members; the first to be left out when a link is
        /// slow.
        "typing" => Typing(users::Typing), from broadcast [channel_id];
        /// A post was changed: its text, its pin, an acknowledgement, an update by an integration; so the text need not
        /// be another. Sent to the members of its channel, or to the one who sees an ephemeral post.
        "post_edited" => PostEdited(Box<posts::PostEdited>), strings ["post"];
        /// A post was deleted. Sent to the members of its channel, or to the one who saw an ephemeral post.
        "post_deleted" => PostDeleted(Box<posts::PostDeleted>), strings ["post"];
        /// This account marked a channel as unread, from a post on.
        "post_unread" => PostUnread(Box<posts::PostUnread>), from broadcast [channel_id, team_id];
        /// A message that only this account sees: the answer to a slash command, a reminder.
        "ephemeral_message" => EphemeralMessage(Box<posts::EphemeralMessage>), strings ["post"];
        /// Somebody reacted to a post. Sent to the members of its channel.
        "reaction_added" => ReactionAdded(Box<posts::ReactionChanged>), strings ["reaction"],
            from broadcast [channel_id];
        /// Somebody took a reaction back. Sent to the members of its channel.
        "reaction_removed" => ReactionRemoved(Box<posts::ReactionChanged>), strings ["reaction"],
            from broadcast [channel_id];
        /// The own status changed: the server tells nobody about others. Among the first to be left out when a link is
        /// slow.
        "status_change" => StatusChange(users::StatusChange);
        /// The server greets: the first event of a connection; not after a resume.
        "hello" => Hello(server::Hello);

        /// A public channel became private, or the reverse. Sent to its team.
        "channel_converted" => ChannelConverted(channels::ChannelConverted), from broadcast [team_id];
        /// This account made a channel.
        "channel_created" => ChannelCreated(channels::ChannelCreated);
        /// A channel was archived, or deleted for good. Sent to the team if it is public, else to its members.
        "channel_deleted" => ChannelDeleted(channels::ChannelDeleted), from broadcast [team_id];
        /// An archived channel was restored. Sent to the team if it is public, else to its members.
        "channel_restored" => ChannelRestored(channels::ChannelRestored), from broadcast [team_id];
        /// A channel changed. Sent to its members; to its team if only its sharing with other servers changed, then
        /// without the channel itself.
        "channel_updated" => ChannelUpdated(Box<channels::ChannelUpdated>), strings ["channel"],
            from broadcast [channel_id];
        /// The own membership in a channel changed: roles, notifications, mute.
        "channel_member_updated" => ChannelMemberUpdated(Box<channels::ChannelMemberUpdated>),
            strings ["channelMember"];
        /// A channel got permissions of its own, or lost them. Sent to its members; needs a licence.
        "channel_scheme_updated" => ChannelSchemeUpdated(channels::ChannelSchemeUpdated),
            from broadcast [channel_id];
        /// This account viewed a channel. Only servers before 10; newer ones send
        /// [`MultipleChannelsViewed`](Self::MultipleChannelsViewed).
        "channel_viewed" => ChannelViewed(channels::ChannelViewed);
        /// This account read channels, with any of its programs. Among the first to be left out when a link is slow.
        "multiple_channels_viewed" => MultipleChannelsViewed(channels::MultipleChannelsViewed);
        /// A direct channel with this account was made; not sent if it was there already.
        "direct_added" => DirectAdded(channels::DirectAdded), from broadcast [channel_id];
        /// A group channel with this account was made.
        "group_added" => GroupAdded(channels::GroupAdded), strings ["teammate_ids"],
            from broadcast [channel_id];
        /// Somebody came into a channel. Sent to its members, and to the one who came.
        "user_added" => UserAdded(channels::UserAdded), from broadcast [channel_id];
        /// Somebody left a channel, or was removed. Sent to its members, and to the one who left.
        "user_removed" => UserRemoved(channels::UserRemoved), from broadcast [channel_id, user_id];
        /// A bookmark was added to a channel. Sent to its members; needs a licence.
        "channel_bookmark_created" => ChannelBookmarkCreated(Box<channels::ChannelBookmarkChanged>),
            strings ["bookmark"], from broadcast [channel_id];
        /// A bookmark was edited. Sent to the members of its channel; needs a licence.
        "channel_bookmark_updated" => ChannelBookmarkUpdated(Box<channels::ChannelBookmarkUpdated>),
            strings ["bookmarks"], from broadcast [channel_id];
        /// A bookmark was removed. Sent to the members of its channel; needs a licence.
        "channel_bookmark_deleted" => ChannelBookmarkDeleted(Box<channels::ChannelBookmarkChanged>),
            strings ["bookmark"], from broadcast [channel_id];
        /// The bookmarks of a channel were put in another order. Sent to its members; needs a licence.
        "channel_bookmark_sorted" => ChannelBookmarkSorted(channels::ChannelBookmarkSorted),
            strings ["bookmarks"], from broadcast [channel_id];

        /// This account came into a team. Being added by somebody comes twice.
        "added_to_team" => AddedToTeam(teams::AddedToTeam);
        /// Somebody left a team, or was removed. Sent to the team, and to the one who left.
        "leave_team" => LeaveTeam(teams::LeaveTeam);
        /// A team changed: name, icon, privacy. Sent to the team.
        "update_team" => UpdateTeam(Box<teams::TeamChanged>), strings ["team"];
        /// A team was archived, or deleted for good. Sent to the team; by old servers to all.
        "delete_team" => DeleteTeam(Box<teams::TeamChanged>), strings ["team"];
        /// An archived team was restored. Sent to the team; by old servers to all.
        "restore_team" => RestoreTeam(Box<teams::TeamChanged>), strings ["team"];
        /// The permission scheme of a team changed. Sent to the team; needs an Enterprise licence.
        "update_team_scheme" => UpdateTeamScheme(Box<teams::TeamChanged>), strings ["team"];
        /// The own roles in a team changed.
        "memberrole_updated" => MemberroleUpdated(Box<teams::MemberroleUpdated>), strings ["member"];

        /// An account was made. Sent to all; to guests only if they may see it.
        "new_user" => NewUser(users::NewUser);
        /// An account changed: profile, picture, role. Sent to all, in versions that differ by what the receiver may
        /// see; may come twice.
        "user_updated" => UserUpdated(Box<users::UserUpdated>);
        /// The own system roles changed.
        "user_role_updated" => UserRoleUpdated(users::UserRoleUpdated);
        /// Some account was activated or deactivated; nobody says which. Sent to all.
        "user_activation_status_change" => UserActivationStatusChange(server::NoData);
        /// `/expand` or `/collapse` changed a preference of this account.
        "preference_changed" => PreferenceChanged(users::PreferenceChanged), strings ["preference"];
        /// Preferences of this account were saved.
        "preferences_changed" => PreferencesChanged(users::PreferencesChanged), strings ["preferences"];
        /// Preferences of this account were deleted.
        "preferences_deleted" => PreferencesDeleted(users::PreferencesChanged), strings ["preferences"];
        /// A category of the own side bar was made.
        "sidebar_category_created" => SidebarCategoryCreated(teams::SidebarCategoryChanged),
            from broadcast [team_id];
        /// Categories of the own side bar changed.
        "sidebar_category_updated" => SidebarCategoryUpdated(teams::SidebarCategoryUpdated),
            strings ["updatedCategories"], from broadcast [team_id];
        /// A category of the own side bar was deleted.
        "sidebar_category_deleted" => SidebarCategoryDeleted(teams::SidebarCategoryChanged),
            from broadcast [team_id];
        /// The categories of the own side bar were put in another order.
        "sidebar_category_order_updated" => SidebarCategoryOrderUpdated(teams::SidebarCategoryOrderUpdated),
            from broadcast [team_id];

        /// A thread that this account follows got a reply, was marked as unread, or lost a mention. Needs collapsed
        /// threads.
        "thread_updated" => ThreadUpdated(Box<threads::ThreadUpdated>), strings ["thread"],
            from broadcast [team_id];
        /// This account follows a thread, or no longer does.
        "thread_follow_changed" => ThreadFollowChanged(threads::ThreadFollowChanged),
            from broadcast [team_id];
        /// What this account has read of threads changed.
        "thread_read_changed" => ThreadReadChanged(Box<threads::ThreadReadChanged>),
            from broadcast [channel_id, team_id];
        /// A draft of this account was saved, whether it is new or not.
        "draft_created" => DraftCreated(Box<posts::DraftChanged>), strings ["draft"];
        /// No server sends it: a changed draft comes as [`DraftCreated`](Self::DraftCreated).
        "draft_updated" => DraftUpdated(Box<posts::DraftChanged>), strings ["draft"];
        /// A draft of this account was deleted.
        "draft_deleted" => DraftDeleted(Box<posts::DraftChanged>), strings ["draft"];
        /// This account scheduled a post. Needs a licence.
        "scheduled_post_created" => ScheduledPostCreated(Box<posts::ScheduledPostChanged>),
            strings ["scheduledPost"];
        /// A scheduled post of this account was edited, or could not be made. Needs a licence.
        "scheduled_post_updated" => ScheduledPostUpdated(Box<posts::ScheduledPostChanged>),
            strings ["scheduledPost"];
        /// A scheduled post of this account was deleted, or made. Needs a licence.
        "scheduled_post_deleted" => ScheduledPostDeleted(Box<posts::ScheduledPostChanged>),
            strings ["scheduledPost"];

        /// Somebody acknowledged a post. Sent to the members of its channel; needs a Professional licence.
        "post_acknowledgement_added" => PostAcknowledgementAdded(Box<posts::AcknowledgementChanged>),
            strings ["acknowledgement"], from broadcast [channel_id];
        /// Somebody took an acknowledgement back. Sent to the members of its channel; needs a Professional licence.
        "post_acknowledgement_removed" => PostAcknowledgementRemoved(Box<posts::AcknowledgementChanged>),
            strings ["acknowledgement"], from broadcast [channel_id];
        /// An urgent post asks this account again for attention. Needs a Professional licence.
        "persistent_notification_triggered" =>
            PersistentNotificationTriggered(Box<posts::PersistentNotificationTriggered>),
            strings ["post", "mentions"];
        /// A post that burns on reading was opened. Sent to its writer, and to the one who opened it; needs an
        /// Enterprise Advanced licence.
        "post_revealed" => PostRevealed(Box<posts::PostRevealed>), strings ["post"];
        /// A post that burns on reading is gone for this account. Needs an Enterprise Advanced licence.
        "post_burned" => PostBurned(posts::PostBurned), from broadcast [channel_id];
        /// All have opened a post of this account that burns on reading. Needs an Enterprise Advanced licence.
        "burn_on_read_all_revealed" => BurnOnReadAllRevealed(posts::BurnOnReadAllRevealed),
            from broadcast [channel_id];
        /// Translations of a post are there. Needs an Enterprise licence.
        "post_translation_updated" => PostTranslationUpdated(posts::PostTranslationUpdated),
            from broadcast [channel_id];

        /// A group was made, changed, deleted or restored. Sent to all; needs a Professional licence.
        "received_group" => ReceivedGroup(Box<teams::ReceivedGroup>), strings ["group"];
        /// A group was linked to a team. Sent to the team; needs an Enterprise licence.
        "received_group_associated_to_team" => ReceivedGroupAssociatedToTeam(teams::GroupLinkChanged),
            from broadcast [team_id];
        /// A group was unlinked from a team. Sent to the team; needs an Enterprise licence.
        "received_group_not_associated_to_team" => ReceivedGroupNotAssociatedToTeam(teams::GroupLinkChanged),
            from broadcast [team_id];
        /// A group was linked to a channel. Sent to its members; needs an Enterprise licence.
        "received_group_associated_to_channel" => ReceivedGroupAssociatedToChannel(teams::GroupLinkChanged),
            from broadcast [channel_id];
        /// A group was unlinked from a channel. Sent to its members; needs an Enterprise licence.
        "received_group_not_associated_to_channel" => ReceivedGroupNotAssociatedToChannel(teams::GroupLinkChanged),
            from broadcast [channel_id];
        /// This account came into a group. Needs a Professional licence.
        "group_member_add" => GroupMemberAdd(teams::GroupMemberChanged), strings ["group_member"];
        /// This account left a group. Needs a Professional licence.
        "group_member_deleted" => GroupMemberDeleted(teams::GroupMemberChanged), strings ["group_member"];

        /// A custom emoji was made. Sent to all.
        "emoji_added" => EmojiAdded(Box<server::EmojiAdded>), strings ["emoji"];
        /// The state of plugins changed. Sent to system administrators.
        "plugin_statuses_changed" => PluginStatusesChanged(Box<server::PluginStatusesChanged>);
        /// A plugin with a part in the browser was turned on. Sent to all.
        "plugin_enabled" => PluginEnabled(Box<server::PluginChanged>);
        /// A plugin with a part in the browser was turned off. Sent to all.
        "plugin_disabled" => PluginDisabled(Box<server::PluginChanged>);
        /// The permissions of a role changed. Sent to all, or to the team or channel whose scheme has the role.
        "role_updated" => RoleUpdated(Box<server::RoleUpdated>), strings ["role"],
            from broadcast [team_id, channel_id];
        /// The licence was added, removed or renewed. Sent to all.
        "license_changed" => LicenseChanged(server::LicenseChanged);
        /// The configuration changed. Sent to all. (The sample is cut.)
        "config_changed" => ConfigChanged(server::ConfigChanged);
        /// An integration opened a dialog for this account.
        "open_dialog" => OpenDialog(Box<server::OpenDialog>), strings ["dialog"];
        /// Guests may no longer log in, and were deactivated. Sent to all; needs a licence.
        "guests_deactivated" => GuestsDeactivated(server::NoData);
        /// The hosted edition changed its subscription. Sent to all; never by a server of one's own.
        "cloud_subscription_changed" => CloudSubscriptionChanged(Box<server::CloudSubscriptionChanged>);
        /// An administrator opened the marketplace for the first time. Sent to all.
        "first_admin_visit_marketplace_status_received" =>
            FirstAdminVisitMarketplaceStatusReceived(server::FirstAdminVisitMarketplaceStatusReceived);
        /// A purchase went on. No server sends it.
        "hosted_customer_signup_progress_updated" =>
            HostedCustomerSignupProgressUpdated(server::HostedCustomerSignupProgressUpdated);
        /// A custom attribute of accounts was made. Sent to all; needs an Enterprise licence.
        "custom_profile_attributes_field_created" =>
            CustomProfileAttributesFieldCreated(Box<users::CustomProfileAttributesFieldChanged>);
        /// A custom attribute of accounts changed. Sent to all; needs an Enterprise licence.
        "custom_profile_attributes_field_updated" =>
            CustomProfileAttributesFieldUpdated(Box<users::CustomProfileAttributesFieldChanged>);
        /// A custom attribute of accounts was deleted. Sent to all; needs an Enterprise licence.
        "custom_profile_attributes_field_deleted" =>
            CustomProfileAttributesFieldDeleted(users::CustomProfileAttributesFieldDeleted);
        /// Custom attributes of an account changed. Sent to all; needs an Enterprise licence.
        "custom_profile_attributes_values_updated" =>
            CustomProfileAttributesValuesUpdated(users::CustomProfileAttributesValuesUpdated);
        /// A report about a post changed. Sent to those who review; needs an Enterprise Advanced licence.
        "content_flagging_report_value_updated" =>
            ContentFlaggingReportValueUpdated(Box<server::ContentFlaggingReportValueUpdated>),
            strings ["property_values"];
        /// A summary for this account was finished, or changed.
        "recap_updated" => RecapUpdated(server::RecapUpdated);
        /// A plugin refused a download of this account.
        "file_download_rejected" => FileDownloadRejected(Box<server::FileDownloadRejected>);
        /// A plugin wants to show this account a short message.
        "show_toast" => ShowToast(server::ShowToast);

        /// No server sends it: the name of an action, and kept as a name.
        "authentication_challenge" => AuthenticationChallenge(server::NoData);
        /// No server sends it: what replies are called in its statistics.
        "response" => Response(server::NoData);
        /// No server sends it: the name of an action, and kept as a name.
        "presence" => Presence(server::NoData);
        /// No server sends it: the name of an action, and kept as a name.
        "posted_notify_ack" => PostedNotifyAck(server::NoData);
    }
    notices {
        /// A link is up.
        "_connected" => Connected(Connected);
        /// A link ended; the stream dials again.
        "_disconnected" => Disconnected(Disconnected);
        /// Events are missing.
        "_missed" => Missed(Box<Missed>);
        /// A gap is filled as far as that can be done.
        "_caught_up" => CaughtUp(Box<CaughtUp>);
        /// The session ended.
        "_session_expired" => SessionExpired(SessionExpired);
    }
}

impl EventKind {
    /// Whether the stream itself makes it: never filtered, never dropped.
    pub fn is_notice(self) -> bool {
        self >= Self::Connected
    }

    /// A number below `EventKind::ALL.len()`, for tables by kind.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Never fails: what is not known is [`EventKind::Other`], or [`EventKind::Custom`] if it begins with `custom_`.
impl From<&str> for EventKind {
    fn from(name: &str) -> Self {
        Self::of_notice(name).unwrap_or_else(|| Self::of_server(name))
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
