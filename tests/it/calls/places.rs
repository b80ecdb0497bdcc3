//! Channels, teams, groups.

use mattermost::{ChannelType, SchemeRoles, Secret, TeamType};

use super::Table;
use super::inputs::{
    channel_draft, channel_member_draft, channel_moderation_patch, channel_page, channel_patch,
    channel_search, group_draft, group_page, group_patch, group_syncable_patch, guest_invite, id, map, page,
    sidebar_category_draft, syncable_group_page, team_draft, team_invite, team_member_page, team_page,
    team_patch, team_search, time, upload, whole,
};

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn rows(t: &mut Table) {
    t.all("channels.get", |c| c.channels().get(&id()));
    t.all("channels.get_by_name", |c| c.channels().get_by_name(&id(), "name"));
    t.all("channels.get_by_name_with_archived", |c| c.channels().get_by_name_with_archived(&id(), "name"));
    t.all("channels.get_by_names", |c| c.channels().get_by_names("name", "name"));
    t.all("channels.get_by_names_with_archived", |c| c.channels().get_by_names_with_archived("name", "name"));
    t.all("channels.create", |c| c.channels().create(&channel_draft()));
    t.all("channels.create_direct", |c| c.channels().create_direct(&id(), &id()));
    t.all("channels.create_group", |c| c.channels().create_group(&[id()]));
    t.all("channels.update", |c| c.channels().update(&whole()));
    t.all("channels.patch", |c| c.channels().patch(&id(), &channel_patch()));
    t.all("channels.set_privacy", |c| c.channels().set_privacy(&id(), &ChannelType::Private));
    t.done("channels.archive", |c| c.channels().archive(&id()));
    t.done("channels.delete_permanently", |c| c.channels().delete_permanently(&id()));
    t.all("channels.restore", |c| c.channels().restore(&id()));
    t.all("channels.move_to_team", |c| c.channels().move_to_team(&id(), &id()));
    t.all("channels.move_to_team_by_force", |c| c.channels().move_to_team_by_force(&id(), &id()));
    t.all("channels.convert_to_private", |c| c.channels().convert_to_private(&id(), &channel_draft()));
    t.list("channels.common_teams", |c| c.channels().common_teams(&id()));
    t.all("channels.stats", |c| c.channels().stats(&id()));
    t.list("channels.timezones", |c| c.channels().timezones(&id()));
    t.all("channels.pinned", |c| c.channels().pinned(&id()));
    t.done("channels.set_scheme", |c| c.channels().set_scheme(&id(), &id()));
    t.list("channels.moderations", |c| c.channels().moderations(&id()));
    t.list("channels.patch_moderations", |c| {
        c.channels().patch_moderations(&id(), &[channel_moderation_patch()])
    });
    t.all("channels.list_categories", |c| c.channels().list_categories(&id(), &id()));
    t.all("channels.get_category", |c| c.channels().get_category(&id(), &id(), &id()));
    t.all("channels.create_category", |c| c.channels().create_category(&sidebar_category_draft()));
    t.all("channels.update_category", |c| c.channels().update_category(&whole()));
    t.list("channels.update_categories", |c| c.channels().update_categories(&id(), &id(), &[whole()]));
    t.done("channels.delete_category", |c| c.channels().delete_category(&id(), &id(), &id()));
    t.list("channels.category_order", |c| c.channels().category_order(&id(), &id()));
    t.list("channels.set_category_order", |c| c.channels().set_category_order(&id(), &id(), &[id()]));
    t.list("channels.list_for_user", |c| c.channels().list_for_user(&id(), &id()));
    t.list("channels.list_for_user_since", |c| c.channels().list_for_user_since(&id(), &id(), time()));
    t.list("channels.list_all_for_user", |c| c.channels().list_all_for_user(&id()));
    t.list("channels.list_all_for_user_since", |c| c.channels().list_all_for_user_since(&id(), time()));
    t.list("channels.list_public", |c| c.channels().list_public(&id(), &page()));
    t.list("channels.list_private", |c| c.channels().list_private(&id(), &page()));
    t.list("channels.list_archived", |c| c.channels().list_archived(&id(), &page()));
    t.list("channels.list_public_by_ids", |c| c.channels().list_public_by_ids(&id(), &[id()]));
    t.list("channels.list", |c| c.channels().list(&channel_page()));
    t.all("channels.list_counted", |c| c.channels().list_counted(&channel_page()));
    t.list("channels.search_all", |c| c.channels().search_all(&channel_search()));
    t.all("channels.search_all_counted", |c| c.channels().search_all_counted(&channel_search(), &page()));
    t.list("channels.search_group", |c| c.channels().search_group("name"));
    t.list("channels.search", |c| c.channels().search(&id(), "name"));
    t.list("channels.autocomplete", |c| c.channels().autocomplete(&id(), "name"));
    t.list("channels.autocomplete_for_search", |c| c.channels().autocomplete_for_search(&id(), "name"));
    t.list("channels.list_members", |c| c.channels().list_members(&id(), &page()));
    t.all("channels.get_member", |c| c.channels().get_member(&id(), &id()));
    t.list("channels.list_members_by_ids", |c| c.channels().list_members_by_ids(&id(), &[id()]));
    t.list("channels.list_memberships", |c| c.channels().list_memberships(&id(), &id()));
    t.all("channels.add_member", |c| c.channels().add_member(&id(), &id()));
    t.list("channels.add_members", |c| c.channels().add_members(&id(), &channel_member_draft()));
    t.done("channels.remove_member", |c| c.channels().remove_member(&id(), &id()));
    t.done("channels.set_member_roles", |c| c.channels().set_member_roles(&id(), &id(), &["a"]));
    t.done("channels.set_member_scheme_roles", |c| {
        c.channels().set_member_scheme_roles(
            &id(),
            &id(),
            &SchemeRoles::new().scheme_guest(true).scheme_user(true).scheme_admin(true),
        )
    });
    t.done("channels.set_notify_props", |c| c.channels().set_notify_props(&id(), &id(), &map()));
    t.done("channels.disable_autotranslation", |c| c.channels().disable_autotranslation(&id(), &id()));
    t.done("channels.enable_autotranslation", |c| c.channels().enable_autotranslation(&id(), &id()));
    t.list("channels.member_counts_by_group", |c| c.channels().member_counts_by_group(&id()));
    t.all("channels.members_minus_groups", |c| c.channels().members_minus_groups(&id(), &[id()], &page()));
    t.map("channels.member_counts", |c| c.channels().member_counts(&[id()]));
    t.all("channels.unread", |c| c.channels().unread(&id(), &id()));
    t.all("channels.view", |c| c.channels().view(&id()));
    t.all("channels.mark_read", |c| c.channels().mark_read(&[id()]));
    t.list("groups.list", |c| c.groups().list(&group_page()));
    t.all("groups.list_counted", |c| c.groups().list_counted(&group_page()));
    t.all("groups.get", |c| c.groups().get(&id()));
    t.list("groups.list_by_names", |c| c.groups().list_by_names(&["a"]));
    t.list("groups.list_for_user", |c| c.groups().list_for_user(&id()));
    t.all("groups.create", |c| c.groups().create(&group_draft()));
    t.all("groups.patch", |c| c.groups().patch(&id(), &group_patch()));
    t.all("groups.delete", |c| c.groups().delete(&id()));
    t.all("groups.restore", |c| c.groups().restore(&id()));
    t.all("groups.stats", |c| c.groups().stats(&id()));
    t.all("groups.list_members", |c| c.groups().list_members(&id(), &page()));
    t.list("groups.add_members", |c| c.groups().add_members(&id(), &[id()]));
    t.list("groups.remove_members", |c| c.groups().remove_members(&id(), &[id()]));
    t.done("groups.unlink_ldap", |c| c.groups().unlink_ldap("name"));
    t.part("groups.list_for_team", |c| c.groups().list_for_team(&id(), &syncable_group_page()));
    t.part("groups.list_for_channel", |c| c.groups().list_for_channel(&id(), &syncable_group_page()));
    t.part("groups.list_by_channels", |c| c.groups().list_by_channels(&id(), &syncable_group_page()));
    t.list("groups.list_teams", |c| c.groups().list_teams(&id()));
    t.list("groups.list_channels", |c| c.groups().list_channels(&id()));
    t.all("groups.get_team", |c| c.groups().get_team(&id(), &id()));
    t.all("groups.get_channel", |c| c.groups().get_channel(&id(), &id()));
    t.all("groups.link_team", |c| c.groups().link_team(&id(), &id(), &group_syncable_patch()));
    t.all("groups.link_channel", |c| c.groups().link_channel(&id(), &id(), &group_syncable_patch()));
    t.all("groups.patch_team", |c| c.groups().patch_team(&id(), &id(), &group_syncable_patch()));
    t.all("groups.patch_channel", |c| c.groups().patch_channel(&id(), &id(), &group_syncable_patch()));
    t.done("groups.unlink_team", |c| c.groups().unlink_team(&id(), &id()));
    t.done("groups.unlink_channel", |c| c.groups().unlink_channel(&id(), &id()));
    t.all("teams.get", |c| c.teams().get(&id()));
    t.all("teams.get_by_name", |c| c.teams().get_by_name("name"));
    t.part("teams.exists", |c| c.teams().exists("name"));
    t.all("teams.get_by_invite", |c| c.teams().get_by_invite("name"));
    t.list("teams.list_for_user", |c| c.teams().list_for_user(&id()));
    t.list("teams.list", |c| c.teams().list(&team_page()));
    t.all("teams.list_counted", |c| c.teams().list_counted(&team_page()));
    t.list("teams.search", |c| c.teams().search(&team_search()));
    t.all("teams.search_counted", |c| c.teams().search_counted(&team_search(), &page()));
    t.all("teams.create", |c| c.teams().create(&team_draft()));
    t.all("teams.update", |c| c.teams().update(&whole()));
    t.all("teams.patch", |c| c.teams().patch(&id(), &team_patch()));
    t.all("teams.set_privacy", |c| c.teams().set_privacy(&id(), &TeamType::Invite));
    t.done("teams.archive", |c| c.teams().archive(&id()));
    t.done("teams.delete_permanently", |c| c.teams().delete_permanently(&id()));
    t.all("teams.restore", |c| c.teams().restore(&id()));
    t.all("teams.stats", |c| c.teams().stats(&id()));
    t.raw("teams.image", |c| c.teams().image(&id()));
    t.done("teams.set_image", |c| c.teams().set_image(&id(), upload()));
    t.done("teams.delete_image", |c| c.teams().delete_image(&id()));
    t.done("teams.set_scheme", |c| c.teams().set_scheme(&id(), &id()));
    t.list("teams.list_unread", |c| c.teams().list_unread(&id()));
    t.all("teams.unread", |c| c.teams().unread(&id(), &id()));
    t.map("teams.import_slack", |c| c.teams().import_slack(&id(), upload(), 1));
    t.list("teams.list_members", |c| c.teams().list_members(&id(), &team_member_page()));
    t.all("teams.get_member", |c| c.teams().get_member(&id(), &id()));
    t.list("teams.list_members_by_ids", |c| c.teams().list_members_by_ids(&id(), &[id()]));
    t.list("teams.list_memberships", |c| c.teams().list_memberships(&id()));
    t.all("teams.add_member", |c| c.teams().add_member(&id(), &id()));
    t.list("teams.add_members", |c| c.teams().add_members(&id(), &[id()]));
    t.list("teams.try_add_members", |c| c.teams().try_add_members(&id(), &[id()]));
    t.done("teams.remove_member", |c| c.teams().remove_member(&id(), &id()));
    t.done("teams.set_member_roles", |c| c.teams().set_member_roles(&id(), &id(), &["a"]));
    t.done("teams.set_member_scheme_roles", |c| {
        c.teams().set_member_scheme_roles(
            &id(),
            &id(),
            &SchemeRoles::new().scheme_guest(true).scheme_user(true).scheme_admin(true),
        )
    });
    t.all("teams.members_minus_groups", |c| c.teams().members_minus_groups(&id(), &[id()], &page()));
    t.all("teams.join_by_invite", |c| c.teams().join_by_invite("name"));
    t.all("teams.join_by_token", |c| c.teams().join_by_token(&Secret::new("s")));
    t.done("teams.invite", |c| c.teams().invite(&id(), &team_invite()));
    t.list("teams.try_invite", |c| c.teams().try_invite(&id(), &team_invite()));
    t.done("teams.invite_guests", |c| c.teams().invite_guests(&id(), &guest_invite()));
    t.list("teams.try_invite_guests", |c| c.teams().try_invite_guests(&id(), &guest_invite()));
    t.done("teams.invalidate_email_invites", |c| c.teams().invalidate_email_invites());
    t.all("teams.regenerate_invite_id", |c| c.teams().regenerate_invite_id(&id()));
}
