//! The built-in slash commands that concern channels and their members.

use serde_json::{Map, json};

use super::RouteCall;
use super::command_place::{BuiltinResponse, CommandPlace, ephemeral, response};
use crate::testing::rules::Permission;
use crate::testing::state::StoredChannel;
use crate::testing::state::channels::direct_name;
use crate::testing::state::posts::NewPost;

/// Number of members of a group channel, including the caller.
const GROUP_SIZES: std::ops::RangeInclusive<usize> = 3..=8;
const MAX_HEADER_LENGTH: usize = 1024;
const MAX_PURPOSE_LENGTH: usize = 250;
const MAX_NAME_LENGTH: usize = 64;

/// Runs a built-in command. `None` if there is none with this name.
pub(super) fn run(
    call: &mut RouteCall<'_>,
    args: &CommandPlace,
    trigger: &str,
    rest: &str,
) -> Option<BuiltinResponse> {
    Some(match trigger {
        "kick" | "remove" => remove(call, args, rest),
        "invite" if call.world.is_old() => ephemeral(invite_one(call, args, rest)),
        "invite" => ephemeral(invite(call, args, rest)),
        "join" | "open" => join(call, args, rest),
        "leave" => leave(call, args),
        "mute" => ephemeral(mute(call, args, rest)),
        "msg" => message(call, args, rest),
        "groupmsg" => group_message(call, args, rest),
        "header" => change_text(call, args, "header", rest),
        "purpose" => change_text(call, args, "purpose", rest),
        "rename" => rename(call, args, rest),
        _ => return None,
    })
}

fn go_to(call: &RouteCall<'_>, args: &CommandPlace, kind: &str, channel: &str) -> BuiltinResponse {
    let team = call.world.team(&args.team_id).map(|team| team.name.clone()).unwrap_or_default();
    let place = format!("{}/{team}/channels/{channel}", call.site());
    response(json!({"goto_location": place, "response_type": kind}))
}

/// Returns the ID of an active user.
fn active_user(call: &RouteCall<'_>, name: &str) -> Option<String> {
    let name = name.strip_prefix('@').unwrap_or(name);
    call.world.user_named(name).filter(|user| user.delete_at == 0).map(|user| user.id.clone())
}

fn open_channel<'a>(call: &'a RouteCall<'_>, team_id: &str, name: &str) -> Option<&'a StoredChannel> {
    let known = call.world.channels.iter();
    known.into_iter().find(|channel| {
        channel.name == name && channel.team_id == team_id && !team_id.is_empty() && channel.delete_at == 0
    })
}

fn is_between_people(channel: &StoredChannel) -> bool {
    channel.kind == "D" || channel.kind == "G"
}

fn not_found(call: &RouteCall<'_>, name: &str) -> String {
    let page = if call.world.is_old() {
        "https://about.mattermost.com/default-channel-handle-documentation"
    } else {
        "https://docs.mattermost.com/messaging/managing-channels.html#naming-a-channel"
    };
    format!(
        "Could not find the channel {name}. Please use the [channel handle]({page}) to identify channels."
    )
}

fn remove(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> BuiltinResponse {
    let id = &args.channel_id;
    if call.world.channel(id).is_none_or(is_between_people) {
        return ephemeral("You can't remove someone from a direct message channel.");
    }
    if !call.world.allows_in_channel(&args.caller, id, Permission::ManageMembers) {
        return ephemeral("You don't have the appropriate permissions to remove the member.");
    }
    if rest.is_empty() {
        return ephemeral("A message must be provided with the /remove or /kick command.");
    }
    let name = rest.split(' ').next().unwrap_or_default();
    let Some(user) = active_user(call, name) else {
        return ephemeral(
            "We couldn't find the user. They may have been deactivated by the System Administrator.",
        );
    };
    if !call.world.channel(id).is_some_and(|channel| channel.has(&user)) {
        return ephemeral(format!("{} is not a member of this channel.", call.world.name_of(&user)));
    }
    match super::members::leave(call, id, &user) {
        Ok(_) => Map::new(),
        Err(error) => ephemeral(error.message),
    }
}

/// The outcome of an invitation of one user to one channel.
#[derive(Debug, PartialEq, Eq)]
enum InviteOutcome {
    Added,
    AlreadyThere,
    NotInTeam,
}

fn add(call: &mut RouteCall<'_>, args: &CommandPlace, user: &str, channel_id: &str) -> InviteOutcome {
    let Some(channel) = call.world.channel(channel_id) else { return InviteOutcome::NotInTeam };
    if channel.has(user) {
        return InviteOutcome::AlreadyThere;
    }
    if !call.world.team(&channel.team_id).is_some_and(|team| team.has(user)) {
        return InviteOutcome::NotInTeam;
    }
    super::members::enter(call, channel_id, &args.caller, user);
    InviteOutcome::Added
}

/// Returns the refusal of an invitation to a channel.
fn refusal(call: &RouteCall<'_>, args: &CommandPlace, user: &str, channel: &StoredChannel) -> Option<String> {
    if is_between_people(channel) {
        return Some("You can't add someone to a direct message channel.".to_owned());
    }
    if call.world.allows_in_channel(&args.caller, &channel.id, Permission::ManageMembers) {
        return None;
    }
    if !channel.is_private() || channel.has(&args.caller) {
        let user = call.world.name_of(user);
        return Some(format!("You don't have enough permissions to add {user} in {}.", channel.name));
    }
    if call.world.is_old() {
        let name = &channel.name;
        return Some(format!(
            "Could not find the channel {name}. Please use the channel handle to identify channels."
        ));
    }
    Some(not_found(call, &channel.name))
}

/// Invites one user to one channel, as servers of version 5 do.
fn invite_one(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> String {
    if rest.is_empty() {
        return "Missing Username and Channel.".to_owned();
    }
    let (name, target) = rest.split_once(' ').unwrap_or((rest, ""));
    let Some(user) = active_user(call, name) else {
        return "We couldn't find the user. They may have been deactivated by the System Administrator."
            .to_owned();
    };
    let channel = if target.is_empty() {
        call.world.channel(&args.channel_id)
    } else {
        let target = target.trim();
        let target = target.strip_prefix('~').unwrap_or(target);
        match open_channel(call, &args.team_id, target) {
            Some(channel) => Some(channel),
            None => return not_found(call, target),
        }
    };
    let Some(channel) = channel.cloned() else { return "Error to retrieve the current channel.".to_owned() };
    if let Some(refusal) = refusal(call, args, &user, &channel) {
        return refusal;
    }
    let outcome = add(call, args, &user, &channel.id);
    let name = call.world.name_of(&user);
    match outcome {
        InviteOutcome::AlreadyThere => format!("{name} is already in the channel."),
        InviteOutcome::NotInTeam => format!("@{name} is not a member of the team."),
        InviteOutcome::Added if channel.id == args.channel_id => String::new(),
        InviteOutcome::Added => format!("{name} added to {} channel.", channel.name),
    }
}

/// Invites users to channels.
fn invite(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> String {
    const MISSING_TEXT: &str = "Missing Username and/or Channel.";
    let (mut users, mut channels, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for (at, word) in rest.split(' ').enumerate().filter(|(_, word)| !word.is_empty()) {
        if word.starts_with('@') || (at == 0 && !word.starts_with('~')) {
            match active_user(call, word) {
                Some(user) => users.push(user),
                None => said.push(format!(
                    "We couldn't find the user {}. They may have been deactivated by the System Administrator.",
                    word.strip_prefix('@').unwrap_or(word),
                )),
            }
        } else {
            let name = word.strip_prefix('~').unwrap_or(word);
            match open_channel(call, &args.team_id, name) {
                Some(channel) => channels.push(channel.clone()),
                None => said.push(not_found(call, name)),
            }
        }
    }
    let Some(first) = users.first().cloned() else {
        return if said.is_empty() { MISSING_TEXT.to_owned() } else { said.join("\n") };
    };
    if channels.is_empty() {
        if !said.is_empty() {
            return said.join("\n");
        }
        channels.extend(call.world.channel(&args.channel_id).cloned());
    }
    channels.retain(|channel| {
        let refusal = refusal(call, args, &first, channel);
        let fine = refusal.is_none();
        said.extend(refusal);
        fine
    });
    let mut there = Vec::new();
    let (mut added, mut outside) = (Vec::new(), Vec::new());
    for channel in &channels {
        let (mut new, mut strangers) = (Vec::new(), Vec::new());
        for user in &users {
            let outcome = add(call, args, user, &channel.id);
            let name = call.world.name_of(user).to_owned();
            match outcome {
                InviteOutcome::AlreadyThere => there.push(name),
                InviteOutcome::NotInTeam => strangers.push(name),
                InviteOutcome::Added if channel.id == args.channel_id => {}
                InviteOutcome::Added => new.push(name),
            }
        }
        let team = call.world.team(&channel.team_id).map(|team| team.display_name.clone());
        added.extend((!new.is_empty()).then(|| (new, channel.name.clone())));
        outside.extend((!strangers.is_empty()).then(|| (strangers, team.unwrap_or_default())));
    }
    if !there.is_empty() {
        let verb = if there.len() == 1 { "is" } else { "are" };
        said.push(format!("{} {verb} already in the channel.", listed(&there, " others")));
    }
    for (names, channel) in added {
        said.push(format!("{} added to {channel} channel.", listed(&names, "")));
    }
    for (names, team) in outside {
        let names = listed(&names, " others");
        said.push(format!(
            "You can add {names} to this channel once they are members of the **{team}** team."
        ));
    }
    said.join("\n")
}

/// Returns the names for use in a text: of more than ten, the first and the number of the others.
fn listed(names: &[String], others: &str) -> String {
    match names {
        [first, rest @ ..] if rest.len() >= 10 => format!("@{first} and {}{others}", rest.len()),
        names => format!("@{}", names.join(", @")),
    }
}

fn join(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> BuiltinResponse {
    let name = rest.strip_prefix('~').map_or_else(|| rest.to_lowercase(), str::to_owned);
    let me = &args.caller;
    let Some(channel) = open_channel(call, &args.team_id, &name) else {
        return ephemeral("An error occurred while listing channels.");
    };
    let id = channel.id.clone();
    let may = if channel.is_private() {
        channel.has(me)
    } else {
        call.world.allows_in_team(me, &args.team_id, Permission::ReadPublicChannel)
    };
    if !may {
        return ephemeral("An error occurred while joining the channel.");
    }
    super::members::enter(call, &id, me, me);
    go_to(call, args, "", &name)
}

fn leave(call: &mut RouteCall<'_>, args: &CommandPlace) -> BuiltinResponse {
    const FAILED_TEXT: &str = "An error occurred while leaving the channel.";
    const DEFAULT_TEXT: &str = "Unable to leave the default channel town-square.";
    let default = call.world.channel(&args.channel_id).is_some_and(|channel| channel.name == "town-square");
    if super::members::leave(call, &args.channel_id, &args.caller).is_err() {
        return ephemeral(if default { DEFAULT_TEXT } else { FAILED_TEXT });
    }
    let guest = call.world.user(&args.caller).is_some_and(crate::testing::state::StoredUser::is_guest);
    if !guest {
        return go_to(call, args, "", "town-square");
    }
    let mut known = call.world.channels.iter();
    let other = known.find(|channel| channel.team_id == args.team_id && channel.has(&args.caller));
    match other.map(|channel| channel.name.clone()) {
        Some(name) => go_to(call, args, "", &name),
        None => ephemeral(FAILED_TEXT),
    }
}

fn mute(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> String {
    let name = rest.split(' ').next().unwrap_or_default();
    let name = name.strip_prefix('~').unwrap_or(name);
    let team = call.world.channel(&args.channel_id).map(|channel| channel.team_id.clone());
    let channel = if name.is_empty() {
        call.world.channel(&args.channel_id)
    } else {
        open_channel(call, &team.unwrap_or_default(), name)
    };
    let Some(channel) = channel.cloned() else { return not_found(call, name) };
    let Some(muted) = super::members::toggle_mute(call, &channel.id, &args.caller) else {
        return if call.world.is_old() {
            format!("Could not mute channel {name} as you are not a member.")
        } else {
            not_found(call, name)
        };
    };
    let between = is_between_people(&channel);
    let shown = if between { "this channel" } else { &channel.display_name };
    match (muted, between) {
        (true, _) => {
            format!("You will not receive notifications for {shown} until channel mute is turned off.")
        }
        (false, true) => "This channel is no longer muted.".to_owned(),
        (false, false) => format!("{shown} is no longer muted."),
    }
}

fn write(call: &mut RouteCall<'_>, args: &CommandPlace, channel_id: String, message: &str) {
    if !message.is_empty() {
        call.world.create_post(NewPost {
            user_id: args.caller.clone(),
            channel_id,
            message: message.to_owned(),
            set_online: true,
            ..NewPost::default()
        });
    }
}

fn message(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> BuiltinResponse {
    let (name, message) = rest.split_once(' ').unwrap_or((rest, ""));
    let me = &args.caller;
    let other = call.world.user_named(name.strip_prefix('@').unwrap_or(name));
    let Some(other) = other.map(|user| user.id.clone()).filter(|other| other != me) else {
        return ephemeral("Unable to find the user.");
    };
    let channel_id = call.world.open_direct(me, &other);
    write(call, args, channel_id, message);
    go_to(call, args, "ephemeral", &direct_name(me, &other))
}

/// Splits the argument of `/groupmsg` into the usernames and the message.
fn usernames(text: &str) -> (Vec<&str>, &str) {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let part = rest.trim_start();
        let part = part.strip_prefix('@').unwrap_or(part).trim_start();
        let end = part.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(part.len());
        let (name, after) = part.split_at(end);
        if !name.is_empty() {
            names.push(name);
        }
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (names, after.trim()),
        }
    }
}

fn group_message(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> BuiltinResponse {
    let (names, message_text) = usernames(rest);
    let mut ids = vec![args.caller.clone()];
    let mut unknown = Vec::new();
    for name in names {
        match call.world.user_named(name) {
            Some(user) if ids.contains(&user.id) => {}
            Some(user) => ids.push(user.id.clone()),
            None => unknown.push(name),
        }
    }
    if !unknown.is_empty() {
        let noun = if unknown.len() == 1 { "user" } else { "users" };
        return ephemeral(format!("Unable to find the {noun}: @{}", unknown.join(", @")));
    }
    if let [_, other] = &*ids {
        let rest = format!("{} {message_text}", call.world.name_of(other));
        return message(call, args, &rest);
    }
    if !GROUP_SIZES.contains(&ids.len()) {
        let few = ids.len() < *GROUP_SIZES.start();
        let (what, count) =
            if few { ("minimum", GROUP_SIZES.start() - 1) } else { ("maximum", GROUP_SIZES.end() - 1) };
        return ephemeral(format!("Group messages are limited to a {what} of {count} users."));
    }
    ids.sort();
    let channel_id = super::channels::open_group(call, &args.caller, &ids);
    let name = call.world.channel(&channel_id).map(|channel| channel.name.clone()).unwrap_or_default();
    write(call, args, channel_id, message_text);
    go_to(call, args, "ephemeral", &name)
}

/// Returns `true` if the caller may change the texts of a channel.
fn may_change(call: &RouteCall<'_>, args: &CommandPlace) -> bool {
    let channel = call.world.channel(&args.channel_id);
    if channel.is_some_and(is_between_people) {
        return channel.is_some_and(|channel| channel.has(&args.caller));
    }
    call.world.allows_in_channel(&args.caller, &args.channel_id, Permission::ManageProperties)
}

fn change_text(
    call: &mut RouteCall<'_>,
    args: &CommandPlace,
    what: &'static str,
    rest: &str,
) -> BuiltinResponse {
    let purpose = what == "purpose";
    if purpose && call.world.channel(&args.channel_id).is_some_and(is_between_people) {
        return ephemeral(
            "Unable to set purpose for direct message channels. Use /header to set the header instead.",
        );
    }
    if !may_change(call, args) {
        let text = format!("You don't have the appropriate permissions to edit the channel {what}.");
        return ephemeral(text);
    }
    if rest.is_empty() {
        let noun = if purpose { "A message" } else { "Text" };
        return ephemeral(format!("{noun} must be provided with the /{what} command."));
    }
    let max = if purpose { MAX_PURPOSE_LENGTH } else { MAX_HEADER_LENGTH };
    if rest.chars().count() > max {
        return ephemeral(format!(
            "The text entered exceeds the character limit. The channel {what} is limited to {max} characters."
        ));
    }
    let fields = Map::from_iter([(what.to_owned(), json!(rest))]);
    match super::channels::change(call, &args.channel_id, &fields) {
        Ok(_) => Map::new(),
        Err(_) => ephemeral(format!("Error updating the channel {what}.")),
    }
}

fn rename(call: &mut RouteCall<'_>, args: &CommandPlace, rest: &str) -> BuiltinResponse {
    if call.world.channel(&args.channel_id).is_some_and(is_between_people) {
        return ephemeral("Unable to rename direct message channels.");
    }
    if !may_change(call, args) {
        return ephemeral("You don't have the appropriate permissions to rename the channel.");
    }
    let old = call.world.is_old();
    if rest.is_empty() {
        return ephemeral("A message must be provided with the /rename command.");
    }
    if rest.len() > MAX_NAME_LENGTH {
        return ephemeral(format!("Channel name must be {MAX_NAME_LENGTH} or fewer characters."));
    }
    if old && rest.len() < 2 {
        return ephemeral("Channel name must be 2 or more characters.");
    }
    let name = if old { rest } else { rest.trim() };
    let fields = Map::from_iter([("display_name".to_owned(), json!(name))]);
    match super::channels::change(call, &args.channel_id, &fields) {
        Ok(_) => Map::new(),
        Err(_) => ephemeral("Error to update the current channel."),
    }
}
