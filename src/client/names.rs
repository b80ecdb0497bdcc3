//! From the names that people use to channels.

use super::Client;
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::model::{Channel, ChannelId, Post, PostDraft, Team, UserId};
use crate::rest::is_short_name;

impl Client {
    /// The channel that people call `name` in the team with the short name `team` (that of the URL).
    ///
    /// - `~town-square` is a short name, that of the channel's URL, and nothing else. One request.
    /// - `@bob` is the direct channel with that user, made if need be; the team may be empty. Two requests.
    /// - `Town Square` is a display name or a short name. Three requests, four for a channel that the account is not
    ///   in.
    ///
    /// Any member can give a channel the display name that is another channel's short name, and so divert what is
    /// meant for that: a name that fits several channels is therefore an error, and its message lists them. A program
    /// that is to be safe from mischief uses `~name`, and looks a channel up once, not for each post.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] or 404 if there is none, or none that the account can see; [`ErrorKind::Input`] if the
    /// name fits several.
    pub fn channel(&self, team: &str, name: &str) -> Result<Channel> {
        let (team, name) = (team.trim(), name.trim());
        if team.is_empty() && !name.starts_with('@') {
            return Err(Error::input("the team's name is empty")
                .with_hint("the short name that stands in the team's URL"));
        }
        if name.is_empty() {
            return Err(Error::input("the channel's name is empty")
                .with_hint("a display name, ~town-square for a short name, or @jane"));
        }
        if let Some(user) = name.strip_prefix('@') {
            return self.direct_by_name(user);
        }
        if let Some(short_name) = name.strip_prefix('~') {
            return self.channels().get_by_names(team, short_name);
        }
        let team: Team = self.teams().get_by_name(team)?;
        let own = self.http.get("/users/{user_id}/teams/{team_id}/channels", &[&UserId::me(), &team.id]);
        let mut fits: Vec<Channel> = own.fetch::<Vec<Channel>>()?;
        fits.retain(|channel| {
            !channel.is_direct() && (channel.name == name || channel.display_name.trim() == name)
        });
        if is_short_name(name) && !fits.iter().any(|channel| channel.name == name) {
            // A public channel that the account is not in must not be hidden by another one's display name.
            let asked = self.http.get("/teams/{team_id}/channels/name/{channel_name}", &[&team.id, &name]);
            match asked.fetch::<Channel>() {
                Ok(channel) => fits.push(channel),
                Err(error) if error.is_not_found() || error.is_forbidden() || error.status() == Some(400) => {
                }
                Err(error) => return Err(error),
            }
        }
        if fits.is_empty() {
            let search = self.http.post("/teams/{team_id}/channels/search", &[&team.id]).safe();
            fits = search.json(&serde_json::json!({ "term": name })).fetch()?;
            fits.retain(|channel| channel.display_name.trim() == name && channel.delete_at.is_never());
        }
        one_of(name, &team.name, fits)
    }

    /// Posts `message`, in Markdown, to the channel that people call `channel`: [`channel`](Self::channel) and one
    /// request more, each time. Keep the [`Channel`] if you post often.
    pub fn send(&self, team: &str, channel: &str, message: impl Into<String>) -> Result<Post> {
        let draft = check_message(message.into())?;
        let channel = self.channel(team, channel)?.id;
        self.posts().create(&PostDraft { channel_id: channel, ..draft })
    }

    /// Sends `message` as a direct message to the user named `username`, with or without `@`. Takes three
    /// requests.
    pub fn dm(&self, username: &str, message: impl Into<String>) -> Result<Post> {
        let draft = check_message(message.into())?;
        let channel = self.direct_by_name(username.trim().strip_prefix('@').unwrap_or(username.trim()))?.id;
        self.posts().create(&PostDraft { channel_id: channel, ..draft })
    }

    /// Gets the direct channel with a user, and creates it if necessary. Takes one request.
    pub fn direct(&self, user: &UserId) -> Result<Channel> {
        self.http.post("/channels/direct", &[]).idempotent().json(&[&self.me.id, user]).fetch()
    }

    fn direct_by_name(&self, username: &str) -> Result<Channel> {
        let user = self.users().get_by_username(username)?;
        // Repeating it makes no second channel: the server answers with the one that is there.
        self.http.post("/channels/direct", &[]).idempotent().json(&[&self.me.id, &user.id]).fetch()
    }
}

/// Refuses a text before anything is asked for.
pub(crate) fn check_message(message: String) -> Result<PostDraft> {
    let draft = PostDraft::new(ChannelId::default(), message);
    draft.check().map(|()| draft)
}

fn one_of(name: &str, team: &str, mut fits: Vec<Channel>) -> Result<Channel> {
    let shown = shorten_text(name, 80).into_owned();
    match (fits.pop(), fits.is_empty()) {
        (Some(channel), true) => Ok(channel),
        (None, _) => {
            Err(Error::new(ErrorKind::NotFound, format!("no channel {shown:?} in the team {team:?}"))
                .with_hint("is the account a member of it? Private channels are visible to members only"))
        }
        (Some(last), false) => {
            fits.push(last);
            let all: Vec<String> = fits
                .iter()
                .map(|c| format!("~{} ({:?}, {})", c.name, shorten_text(&c.display_name, 64), c.id))
                .collect();
            Err(Error::input(format!("the name {shown:?} fits several channels: {}", all.join(", ")))
                .with_hint("use the short name with a tilde, as ~town-square"))
        }
    }
}
