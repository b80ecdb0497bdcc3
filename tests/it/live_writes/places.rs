//! Channels, their members, and the side bar.

use std::collections::BTreeMap;

use mattermost::{
    ChannelDraft, ChannelMemberDraft, ChannelModeratedRolesPatch, ChannelModerationPatch, ChannelPatch,
    ChannelSearch, ChannelType, Page, SchemeRoles, SidebarCategoryDraft,
};

use super::teams::{drop_team, team};
use super::{Writes, nobodys};

pub(super) fn channels(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let channels = admin.channels();
    let name = format!("chan-{}", world.run);
    let draft = ChannelDraft::open(&world.team.id, &*name, &*name).purpose("drafted").header("h");
    let channel = w.call("POST /channels", channels.create(&draft))?;
    w.check("POST /channels", channel.name == name && channel.purpose == "drafted", "as drafted");
    let id = &channel.id;
    let route = "PUT /channels/{channel_id}/patch";
    let patched = w.call(route, channels.patch(id, &ChannelPatch::new().header("patched \u{8d28}")))?;
    w.check(route, patched.header == "patched \u{8d28}" && patched.purpose == "drafted", "patched");
    let mut whole = w.look("PUT /channels/{channel_id}", channels.get(id))?;
    whole.display_name = format!("Renamed {}", world.run);
    let updated = w.call("PUT /channels/{channel_id}", channels.update(&whole))?;
    let kept = updated.display_name == whole.display_name && updated.header == "patched \u{8d28}";
    w.check("PUT /channels/{channel_id}", kept, "changed, and the rest kept");

    let route = "POST /teams/{team_id}/channels/ids";
    let found = w.call(route, channels.list_public_by_ids(&world.team.id, std::slice::from_ref(id)));
    w.check(route, found.is_some_and(|all| all.len() == 1 && all[0].id == *id), "the one asked for");
    let route = "POST /teams/{team_id}/channels/search";
    let found = w.call(route, channels.search(&world.team.id, &name));
    w.check(route, found.is_some_and(|all| all.iter().any(|one| one.id == *id)), "found");
    let search = ChannelSearch::new(&*name);
    if let Some(found) = w.call("POST /channels/search", channels.search_all(&search)) {
        w.check("POST /channels/search", found.iter().any(|one| one.channel.id == *id), "found");
        let counted = w.call("POST /channels/search", channels.search_all_counted(&search, &Page::new()))?;
        w.check("POST /channels/search", counted.total_count == 1, "counted");
    }

    let route = "PUT /channels/{channel_id}/moderations/patch";
    let roles = ChannelModeratedRolesPatch::new().members(false);
    w.call(route, channels.patch_moderations(id, &[ChannelModerationPatch::new("create_post").roles(roles)]));
    w.call("PUT /channels/{channel_id}/scheme", channels.set_scheme(id, &nobodys()));

    let route = "PUT /channels/{channel_id}/privacy";
    if let Some(closed) = w.call(route, channels.set_privacy(id, &ChannelType::Private)) {
        w.check(route, closed.kind == ChannelType::Private, "private");
    }
    w.call("DELETE /channels/{channel_id}", channels.archive(id));
    let there = w.look("DELETE /channels/{channel_id}", channels.get(id))?;
    w.check("DELETE /channels/{channel_id}", there.delete_at.as_millis() > 0, "archived");
    let back = w.call("POST /channels/{channel_id}/restore", channels.restore(id))?;
    w.check("POST /channels/{channel_id}/restore", back.delete_at.as_millis() == 0 && back.id == *id, "back");
    if world.is_real() && w.call("DELETE /channels/{channel_id}", channels.delete_permanently(id)).is_some() {
        w.check(
            "DELETE /channels/{channel_id}",
            channels.get(id).is_err_and(|e| e.is_not_found()),
            "gone for good",
        );
    }

    let (ann, bob) = (world.account("cha"), world.account("chb"));
    let direct = w.call("POST /channels/direct", ann.client.channels().create_direct(&ann.id, &bob.id))?;
    w.check("POST /channels/direct", direct.kind == ChannelType::Direct, "a direct channel");
    let all = [ann.id.clone(), bob.id.clone(), admin.me().id.clone()];
    let group = w.call("POST /channels/group", ann.client.channels().create_group(&all))?;
    w.check("POST /channels/group", group.kind == ChannelType::Group, "a group channel");
    if let Some(found) = w.call("POST /channels/group/search", ann.client.channels().search_group(&bob.name))
    {
        w.check("POST /channels/group/search", found.iter().any(|one| one.id == group.id), "found");
    }
    Some(())
}

pub(super) fn members(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let (ann, bob) = (world.account("cma"), world.account("cmb"));
    let (channels, channel) = (admin.channels(), world.channel("chm", &[]));
    let id = &channel.id;
    let route = "POST /channels/{channel_id}/members";
    let member = w.call(route, channels.add_member(id, &ann.id))?;
    w.check(route, member.user_id == ann.id && member.channel_id == *id, "a member");
    // Servers of old (5.37) take one at a time.
    if !w.old && world.is_real() {
        let both = ChannelMemberDraft::new(vec![ann.id.clone(), bob.id.clone()]);
        let members = w.call(route, channels.add_members(id, &both))?;
        w.check(route, members.iter().any(|one| one.user_id == bob.id), "many at once");
    }
    let route = "POST /channels/{channel_id}/members/ids";
    let found = w.call(route, channels.list_members_by_ids(id, std::slice::from_ref(&ann.id)))?;
    w.check(route, found.len() == 1 && found[0].user_id == ann.id, "the one asked for");
    let route = "PUT /channels/{channel_id}/members/{user_id}/roles";
    w.call(route, channels.set_member_roles(id, &ann.id, &["channel_user", "channel_admin"]));
    let now = w.look(route, channels.get_member(id, &ann.id))?;
    w.check(route, now.scheme_admin || now.roles.contains("channel_admin"), "an administrator");
    let route = "PUT /channels/{channel_id}/members/{user_id}/schemeRoles";
    let roles = SchemeRoles::new().scheme_user(true).scheme_admin(false);
    w.call(route, channels.set_member_scheme_roles(id, &ann.id, &roles));
    let now = w.look(route, channels.get_member(id, &ann.id))?;
    w.check(route, now.scheme_user && !now.scheme_admin, "a member again");
    let route = "PUT /channels/{channel_id}/members/{user_id}/notify_props";
    let props = BTreeMap::from([("desktop".to_owned(), "all".to_owned())]);
    w.call(route, ann.client.channels().set_notify_props(id, &ann.id, &props));
    let now = w.look(route, channels.get_member(id, &ann.id))?;
    w.check(route, now.notify_props.get("desktop").is_some_and(|value| value == "all"), "as set");
    let route = "PUT /channels/{channel_id}/members/{user_id}/autotranslation";
    let off = ["api.channel.update_channel_member_autotranslation.feature_not_available.app_error"];
    w.refusal(route, &off, ann.client.channels().disable_autotranslation(id, &ann.id));
    let route = "POST /channels/stats/member_count";
    if let Some(counts) = w.call(route, channels.member_counts(std::slice::from_ref(id))) {
        w.check(route, counts.get(id).is_some_and(|count| *count >= 2), "how many");
    }

    w.look("POST /posts", admin.posts().create(&mattermost::PostDraft::new(id, "unread")));
    let route = "POST /channels/members/{user_id}/view";
    let viewed = w.call(route, ann.client.channels().view(id))?;
    w.check(route, viewed.last_viewed_at_times.contains_key(id), "the time of the channel");
    let unread = w.look(route, ann.client.channels().unread(&ann.id, id))?;
    w.check(route, unread.msg_count == 0, "nothing unread");
    w.look("POST /posts", admin.posts().create(&mattermost::PostDraft::new(id, "unread again")));
    let route = "POST /channels/members/{user_id}/mark_read";
    if w.call(route, ann.client.channels().mark_read(std::slice::from_ref(id))).is_some() {
        let unread = w.look(route, ann.client.channels().unread(&ann.id, id))?;
        w.check(route, unread.msg_count == 0, "nothing unread");
    }
    let route = "DELETE /channels/{channel_id}/members/{user_id}";
    w.call(route, channels.remove_member(id, &ann.id));
    w.check(route, channels.get_member(id, &ann.id).is_err_and(|e| e.is_not_found()), "not in it");
    w.look(route, channels.archive(id))
}

pub(super) fn moves(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let channel = world.channel("mover", &[]);
    let team = team(admin, &world.run, "other");
    let route = "POST /channels/{channel_id}/move";
    if let Some(moved) = w.call(route, admin.channels().move_to_team(&channel.id, &team.id)) {
        w.check(route, moved.team_id == team.id && moved.id == channel.id, "in the other team");
        let back = w.call(route, admin.channels().move_to_team_by_force(&channel.id, &world.team.id))?;
        w.check(route, back.team_id == world.team.id, "back by force");
    }
    w.look(route, admin.channels().archive(&channel.id));
    drop_team(admin, &team);

    let (ann, bob) = (world.account("gma"), world.account("gmb"));
    let all = [ann.id.clone(), bob.id.clone(), admin.me().id.clone()];
    let group = w.look("POST /channels/group", ann.client.channels().create_group(&all))?;
    let route = "POST /channels/{channel_id}/convert_to_channel";
    let name = format!("converted-{}", world.run);
    let draft = ChannelDraft::private(&world.team.id, &*name, &*name);
    let converted = w.call(route, ann.client.channels().convert_to_private(&group.id, &draft))?;
    w.check(
        route,
        converted.kind == ChannelType::Private && converted.id == group.id,
        "the same, and private",
    );
    w.look(route, admin.channels().archive(&group.id))
}

pub(super) fn categories(w: &mut Writes<'_>) -> Option<()> {
    let ann = w.world.account("cat");
    let (channels, team) = (ann.client.channels(), &w.world.team.id);
    let route = "POST /users/{user_id}/teams/{team_id}/channels/categories";
    let made = w.call(route, channels.create_category(&SidebarCategoryDraft::new(&ann.id, team, "Mine")))?;
    w.check(route, made.display_name == "Mine" && made.user_id == ann.id, "as drafted");
    let route = "PUT /users/{user_id}/teams/{team_id}/channels/categories/{category_id}";
    let mut category = made.clone();
    category.display_name = "Renamed".into();
    category.muted = true;
    let renamed = w.call(route, channels.update_category(&category))?;
    w.check(route, renamed.display_name == "Renamed" && renamed.muted && renamed.id == made.id, "changed");
    let route = "PUT /users/{user_id}/teams/{team_id}/channels/categories";
    category.collapsed = true;
    let all = w.call(route, channels.update_categories(&ann.id, team, &[category]))?;
    w.check(route, all.iter().any(|one| one.id == made.id && one.collapsed), "changed");
    let route = "PUT /users/{user_id}/teams/{team_id}/channels/categories/order";
    let mut order = w.look(route, channels.category_order(&ann.id, team))?;
    order.reverse();
    let now = w.call(route, channels.set_category_order(&ann.id, team, &order))?;
    w.check(route, now == order, "the other way round");
    let there = w.look(route, channels.category_order(&ann.id, team))?;
    w.check(route, there == order, "and it stays so");
    let route = "DELETE /users/{user_id}/teams/{team_id}/channels/categories/{category_id}";
    w.call(route, channels.delete_category(&ann.id, team, &made.id));
    let left = w.look(route, channels.list_categories(&ann.id, team))?;
    w.check(route, left.categories.iter().all(|one| one.id != made.id), "gone");
    Some(())
}
