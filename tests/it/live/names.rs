//! From names to channels.

use mattermost::{ChannelDraft, ErrorKind, Payload};

use super::world::{World, next};

pub(super) fn all_kinds_of_names(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("names", &[&jane]);
    let find = |name: &str| jane.client.channel(&world.team.name, name);
    assert_eq!(find(&channel.name).unwrap().id, channel.id);
    assert_eq!(find(&channel.display_name).unwrap().id, channel.id);
    assert_eq!(find(&format!("~{}", channel.name)).unwrap().id, channel.id);
    assert_eq!(find("~town-square").unwrap().name, "town-square");
    assert!(find(&format!("~{}", channel.display_name)).is_err());
    // A public channel that she is not in.
    let other = world.channel("not-in", &[]);
    assert_eq!(find(&other.name).unwrap().id, other.id);
    assert_eq!(find(&other.display_name).unwrap().id, other.id);
    for unknown in ["no-such-channel", "No Such Channel", "~no-such-channel"] {
        let error = find(unknown).unwrap_err();
        assert!(error.is_not_found(), "{unknown}: {error:?}");
    }
    let error = jane.client.channel("no-such-team", "~town-square").unwrap_err();
    assert!(error.is_not_found() || error.is_forbidden(), "{error:?}");
    for empty in ["", "  "] {
        assert_eq!(find(empty).unwrap_err().kind(), ErrorKind::Input);
    }
}

/// A member makes a channel whose display name is another's short name.
pub(super) fn an_ambiguous_name_is_refused(world: &World) {
    let (jane, mallory) = (world.account("jane"), world.account("mallory"));
    let real = world.channel("ops", &[&jane]);
    let decoy = ChannelDraft::private(&world.team.id, format!("decoy-{}", world.run), &real.name);
    let decoy = mallory.client.channels().create(&decoy).unwrap();
    mallory.client.channels().add_member(&decoy.id, &jane.id).unwrap();
    let error = jane.client.channel(&world.team.name, &real.name).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
    assert!(
        error.to_string().contains(real.id.as_str()) && error.to_string().contains(decoy.id.as_str()),
        "{error}"
    );
    let error = jane.client.send(&world.team.name, &real.name, "secret").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(jane.client.channel(&world.team.name, &format!("~{}", real.name)).unwrap().id, real.id);
    // Also where she is in the decoy only.
    let hidden = world.channel("hidden", &[]);
    let trap = ChannelDraft::private(&world.team.id, format!("trap-{}", world.run), &hidden.name);
    let trap = mallory.client.channels().create(&trap).unwrap();
    mallory.client.channels().add_member(&trap.id, &jane.id).unwrap();
    assert_eq!(jane.client.channel(&world.team.name, &hidden.name).unwrap_err().kind(), ErrorKind::Input);
}

pub(super) fn direct_messages(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let events = bob.client.events().unwrap();
    let sent = jane.client.dm(&bob.name, "psst").unwrap();
    let posted = next(&events, "the direct message", |_, payload| match payload {
        Payload::Posted(posted) if posted.post.id == sent.id => Some(posted.clone()),
        _ => None,
    });
    assert!(posted.is_direct());
    assert_eq!((posted.post.message.as_str(), posted.sender()), ("psst", jane.name.as_str()));
    // The same channel the other way round, and by its name.
    assert_eq!(bob.client.dm(&format!("@{}", jane.name), "yes?").unwrap().channel_id, sent.channel_id);
    let channel = jane.client.channel(&world.team.name, &format!("@{}", bob.name)).unwrap();
    assert_eq!(channel.id, sent.channel_id);
    assert!(jane.client.dm("no-such-user-at-all", "x").unwrap_err().is_not_found());
}
