//! Teams, their members and invitations; groups.

use mattermost::rest::Upload;
use mattermost::{
    Client, Group, GroupDraft, GroupPatch, GroupSyncablePatch, GuestInvite, Page, SchemeRoles, Team,
    TeamDraft, TeamInvite, TeamPatch, TeamSearch, TeamType,
};

use super::{GIF, Writes, nobodys};

/// An archive with nothing in it.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A team of the administrator.
pub(super) fn team(admin: &Client, run: &str, name: &str) -> Team {
    let draft = TeamDraft::new(format!("{name}-{run}"), format!("{name} {run}"), TeamType::Open);
    admin.teams().create(&draft).unwrap()
}

/// The end of a team, as far as the server's settings let it.
pub(super) fn drop_team(admin: &Client, team: &Team) {
    if admin.teams().delete_permanently(&team.id).is_err() {
        admin.teams().archive(&team.id).unwrap();
    }
}

pub(super) fn teams(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let teams = admin.teams();
    let name = format!("team-{}", world.run);
    let draft =
        TeamDraft::new(&*name, "A team", TeamType::Open).description("drafted").allow_open_invite(true);
    let team = w.call("POST /teams", teams.create(&draft))?;
    w.check("POST /teams", team.name == name && team.display_name == "A team", "as drafted");
    let found = w.call("POST /teams/search", teams.search(&TeamSearch::new(&*name)));
    w.check("POST /teams/search", found.is_some_and(|all| all.iter().any(|one| one.id == team.id)), "found");
    if !w.old && world.is_real() {
        let found =
            w.call("POST /teams/search", teams.search_counted(&TeamSearch::new(&*name), &Page::new()))?;
        w.check("POST /teams/search", found.total_count == 1 && found.teams.len() == 1, "counted");
    }
    let patch = TeamPatch::new().description("patched");
    let patched = w.call("PUT /teams/{team_id}/patch", teams.patch(&team.id, &patch))?;
    w.check(
        "PUT /teams/{team_id}/patch",
        patched.description == "patched" && patched.name == name,
        "patched",
    );
    let mut whole = w.look("PUT /teams/{team_id}", teams.get(&team.id))?;
    whole.display_name = "Another".into();
    let updated = w.call("PUT /teams/{team_id}", teams.update(&whole))?;
    let kept = updated.display_name == "Another" && updated.description == "patched";
    w.check("PUT /teams/{team_id}", kept, "changed, and the rest kept");
    if let Some(closed) =
        w.call("PUT /teams/{team_id}/privacy", teams.set_privacy(&team.id, &TeamType::Invite))
    {
        let there = w.look("PUT /teams/{team_id}/privacy", teams.get(&team.id))?;
        w.check("PUT /teams/{team_id}/privacy", closed.id == team.id && !there.allow_open_invite, "closed");
    }
    let picture = Upload::bytes("a.gif", GIF);
    if w.call("POST /teams/{team_id}/image", teams.set_image(&team.id, picture)).is_some() {
        let image = w.look("POST /teams/{team_id}/image", teams.image(&team.id))?;
        w.check("POST /teams/{team_id}/image", !image.is_empty(), "a picture");
        w.call("DELETE /teams/{team_id}/image", teams.delete_image(&team.id));
        let without = w.look("DELETE /teams/{team_id}/image", teams.get(&team.id))?;
        let none = without.last_team_icon_update.as_millis() == 0;
        w.check("DELETE /teams/{team_id}/image", none, "no picture");
    }
    let route = "POST /teams/{team_id}/regenerate_invite_id";
    if let Some(fresh) = w.call(route, teams.regenerate_invite_id(&team.id)) {
        w.check(route, !fresh.invite_id.is_empty() && fresh.invite_id != updated.invite_id, "another id");
    }
    let export = Upload::bytes("export.zip", EMPTY_ZIP);
    let imported = teams.import_slack(&team.id, export, EMPTY_ZIP.len() as u64);
    if let Some(log) = w.call("POST /teams/{team_id}/import", imported) {
        w.check(
            "POST /teams/{team_id}/import",
            log.starts_with("TWF0dGVybW9zdCBTbGFjay"),
            "a log in base 64",
        );
    }
    w.call("PUT /teams/{team_id}/scheme", teams.set_scheme(&team.id, &nobodys()));
    w.call("DELETE /teams/{team_id}", teams.archive(&team.id));
    let there = w.look("DELETE /teams/{team_id}", teams.get(&team.id))?;
    w.check("DELETE /teams/{team_id}", there.delete_at.as_millis() > 0, "archived");
    if let Some(back) = w.call("POST /teams/{team_id}/restore", teams.restore(&team.id)) {
        w.check("POST /teams/{team_id}/restore", back.delete_at.as_millis() == 0, "back");
    }
    if world.is_real() {
        w.call("DELETE /teams/{team_id}", teams.delete_permanently(&team.id));
        w.check(
            "DELETE /teams/{team_id}",
            teams.get(&team.id).is_err_and(|e| e.is_not_found()),
            "gone for good",
        );
    }
    Some(())
}

pub(super) fn members(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let (ann, bob, eve) = (world.account("tma"), world.account("tmb"), world.account("tme"));
    let (teams, team) = (admin.teams(), team(admin, &world.run, "members"));
    let route = "POST /teams/{team_id}/members";
    let member = w.call(route, teams.add_member(&team.id, &ann.id))?;
    w.check(route, member.user_id == ann.id && member.team_id == team.id && member.scheme_user, "a member");
    let route = "POST /teams/{team_id}/members/batch";
    if let Some(both) = w.call(route, teams.add_members(&team.id, &[bob.id.clone(), eve.id.clone()])) {
        w.check(route, both.len() == 2 && both[0].team_id == team.id, "both");
    }
    if let Some(tried) = w.call(route, teams.try_add_members(&team.id, std::slice::from_ref(&bob.id))) {
        w.check(
            route,
            tried.len() == 1 && tried[0].user_id == bob.id && tried[0].error.is_none(),
            "no error",
        );
        let unknown = teams.try_add_members(&team.id, &[nobodys()]);
        w.check(route, unknown.is_err() || unknown.is_ok_and(|all| all[0].error.is_some()), "an error");
    }
    let route = "POST /teams/{team_id}/members/ids";
    let found = w.call(route, teams.list_members_by_ids(&team.id, std::slice::from_ref(&ann.id)))?;
    w.check(route, found.len() == 1 && found[0].user_id == ann.id, "the one asked for");
    let route = "PUT /teams/{team_id}/members/{user_id}/roles";
    if w.call(route, teams.set_member_roles(&team.id, &ann.id, &["team_user", "team_admin"])).is_some() {
        w.check(
            route,
            teams.get_member(&team.id, &ann.id).is_ok_and(|one| one.scheme_admin),
            "an administrator",
        );
    }
    let route = "PUT /teams/{team_id}/members/{user_id}/schemeRoles";
    let roles = SchemeRoles::new().scheme_user(true).scheme_admin(false);
    if w.call(route, teams.set_member_scheme_roles(&team.id, &ann.id, &roles)).is_some() {
        let now = teams.get_member(&team.id, &ann.id);
        w.check(route, now.is_ok_and(|one| !one.scheme_admin && one.scheme_user), "a member again");
    }
    let route = "DELETE /teams/{team_id}/members/{user_id}";
    w.call(route, teams.remove_member(&team.id, &ann.id));
    let gone = teams.get_member(&team.id, &ann.id);
    w.check(route, gone.is_err() || gone.is_ok_and(|one| one.delete_at.as_millis() > 0), "not in it");
    if let Some(joined) =
        w.call("POST /teams/members/invite", ann.client.teams().join_by_invite(&team.invite_id))
    {
        w.check(
            "POST /teams/members/invite",
            joined.user_id == ann.id && joined.team_id == team.id,
            "joined",
        );
    }
    let route = "POST /teams/{team_id}/invite/email";
    let invite = TeamInvite::new(vec![format!("new-{}@example.com", world.run)]);
    w.call(route, teams.invite(&team.id, &invite));
    if let Some(tried) = w.call(route, teams.try_invite(&team.id, &invite)) {
        w.check(route, tried.len() == 1 && tried[0].email.starts_with("new-"), "one answer an address");
    }
    let channel = w.look(route, admin.channels().get_by_name(&team.id, "town-square"))?;
    let guests = GuestInvite::new(vec!["guest@example.com".to_owned()], vec![channel.id]);
    w.call("POST /teams/{team_id}/invite-guests/email", teams.invite_guests(&team.id, &guests));
    w.call("DELETE /teams/invites/email", teams.invalidate_email_invites());
    drop_team(admin, &team);
    Some(())
}

pub(super) fn groups(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let groups = admin.groups();
    let ann = world.account("grp");
    let name = format!("group-{}", world.run);
    let group =
        w.call("POST /groups", groups.create(&GroupDraft::new(&*name, "A group", vec![ann.id.clone()])));
    if let Some(group) = &group {
        w.check("POST /groups", group.name == name && group.display_name == "A group", "as drafted");
    }
    let listed = w.call("POST /groups/names", groups.list_by_names(&[&name]));
    w.check(
        "POST /groups/names",
        listed.is_none_or(|all| all.len() == usize::from(group.is_some())),
        "found",
    );
    // Without a licence there is none: all of these say so, whichever group it is.
    let id = group.as_ref().map_or_else(nobodys, |group: &Group| group.id.clone());
    let patched =
        w.call("PUT /groups/{group_id}/patch", groups.patch(&id, &GroupPatch::new().description("d")));
    w.check("PUT /groups/{group_id}/patch", patched.is_none_or(|group| group.description == "d"), "patched");
    let me = [admin.me().id.clone()];
    let added = w.call("POST /groups/{group_id}/members", groups.add_members(&id, &me));
    w.check("POST /groups/{group_id}/members", added.is_none_or(|all| all.len() == 1), "one more");
    let removed = w.call("DELETE /groups/{group_id}/members", groups.remove_members(&id, &me));
    w.check("DELETE /groups/{group_id}/members", removed.is_none_or(|all| all.len() == 1), "one less");
    let patch = GroupSyncablePatch::new().auto_add(true);
    let (team, channel) = (&world.team.id, &world.channel("grouped", &[]).id);
    w.call("POST /groups/{group_id}/teams/{team_id}/link", groups.link_team(&id, team, &patch));
    w.call("PUT /groups/{group_id}/teams/{team_id}/patch", groups.patch_team(&id, team, &patch));
    w.call("DELETE /groups/{group_id}/teams/{team_id}/link", groups.unlink_team(&id, team));
    w.call("POST /groups/{group_id}/channels/{channel_id}/link", groups.link_channel(&id, channel, &patch));
    w.call("PUT /groups/{group_id}/channels/{channel_id}/patch", groups.patch_channel(&id, channel, &patch));
    w.call("DELETE /groups/{group_id}/channels/{channel_id}/link", groups.unlink_channel(&id, channel));
    w.call("DELETE /groups/{group_id}", groups.delete(&id));
    w.call("POST /groups/{group_id}/restore", groups.restore(&id));
    w.call("DELETE /ldap/groups/{remote_id}/link", groups.unlink_ldap("cn=developers"));
    Some(())
}
