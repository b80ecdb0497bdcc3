//! The data that every server begins with.

use super::World;
use crate::testing::PASSWORD;

/// Adds the default team, users and channels.
pub(in crate::testing) fn populate(world: &mut World) {
    let team = world.new_team("awesome-chat", "Awesome Chat", "O");
    for (name, first, last) in
        [("janedoe", "Jane", "Doe"), ("bob", "Bob", "Doe"), ("zoe", "Zoë", "Doe"), ("admin", "", "")]
    {
        let user = world.new_user(name, PASSWORD);
        first.clone_into(&mut user.first_name);
        last.clone_into(&mut user.last_name);
        if name == "admin" {
            "system_admin system_user".clone_into(&mut user.roles);
        }
        let id = user.id.clone();
        world.join_team(&team, &id);
    }
    if let Some(member) = world.teams.first_mut().and_then(|team| team.members.last_mut()) {
        member.admin = true;
    }
}
