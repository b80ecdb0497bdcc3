//! Channels by name.

use super::Client;
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::model::{Channel, ChannelId, Post, PostDraft, Team, UserId};
use crate::rest::{HASH_HINT, is_short_name};

impl Client {
    /// Gets a channel by name, in the team with the short name `team`, as in its URL.
    ///
    /// - `~town-square` is a short name, as in the URL of the channel. Takes one request.
    /// - `@bob` is the direct channel with a user, which is created if necessary. The team may be empty. Takes two
    ///   requests.
    /// - `Town Square` is a display name or a short name. Takes three requests, or four for a channel that the
    ///   account is not a member of.
    ///
    /// Any member can create a channel whose display name is the short name of another channel, and so divert
    /// messages. A name that matches several channels is therefore an error whose message lists them. To be safe, use
    /// `~name`, and look up the channel once instead of for each post.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] or 404 if no such channel is visible to the account. [`ErrorKind::Input`] if the name
    /// matches several channels.
    pub fn channel(&self, team: &str, name: &str) -> Result<Channel> {
        let (team, name) = (team.trim(), name.trim());
        if team.is_empty() && !name.starts_with('@') {
            return Err(Error::input("the team's name is empty")
                .with_hint("use the short name, as in the URL of the team"));
        }
        if name.is_empty() {
            return Err(Error::input("the channel's name is empty").with_hint(
                "use a display name, ~town-square for a short name, or @jane for a direct channel",
            ));
        }
        if let Some(user) = name.strip_prefix('@') {
            return self.direct_by_name(user);
        }
        if let Some(short_name) = name.strip_prefix('~') {
            return self.channels().get_by_names(team, short_name);
        }
        let team: Team = self.teams().get_by_name(team)?;
        let own = self.http.get("/users/{user_id}/teams/{team_id}/channels", &[&UserId::me(), &team.id]);
        let mut fits: Vec<Channel> = own.decode::<Vec<Channel>>()?;
        fits.retain(|channel| {
            !channel.is_direct() && (channel.name == name || channel.display_name.trim() == name)
        });
        if is_short_name(name) && !fits.iter().any(|channel| channel.name == name) {
            // A display name must not hide a public channel that the account is not a member of.
            let asked = self.http.get("/teams/{team_id}/channels/name/{channel_name}", &[&team.id, &name]);
            match asked.decode::<Channel>() {
                Ok(channel) => fits.push(channel),
                Err(error) if error.is_not_found() || error.is_forbidden() || error.status() == Some(400) => {
                }
                Err(error) => return Err(error),
            }
        }
        if fits.is_empty() {
            let search = self.http.post("/teams/{team_id}/channels/search", &[&team.id]).safe();
            fits = search.json(&serde_json::json!({ "term": name })).decode()?;
            fits.retain(|channel| channel.display_name.trim() == name && channel.delete_at.is_never());
        }
        one_of(name, &team.name, fits)
    }

    /// Posts `message`, in Markdown, to a channel given by name.
    ///
    /// Each call takes one more request than [`channel`](Self::channel). Keep the [`Channel`] if you post often.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] before any I/O if the message is empty or too long. Otherwise, the errors of
    /// [`channel`](Self::channel) and of [`posts().create(..)`](crate::rest::Posts::create).
    pub fn send(&self, team: &str, channel: &str, message: impl Into<String>) -> Result<Post> {
        let draft = check_message(message.into())?;
        let channel = self.channel(team, channel)?;
        self.send_draft(&channel, draft)
    }

    /// Posts to a channel that was found by name. An error says which one it was.
    pub(crate) fn send_draft(&self, channel: &Channel, draft: PostDraft) -> Result<Post> {
        self.posts().create(&PostDraft { channel_id: channel.id.clone(), ..draft }).map_err(|error| {
            if error.is_forbidden() && !channel.is_direct() {
                let name = shorten_text(&channel.name, 80);
                return error.with_message(format!("cannot post to the channel ~{name}"));
            }
            error
        })
    }

    /// Sends `message` as a direct message to a user. `username` may begin with `@`. Takes three requests.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] before any I/O if the message is empty or too long. 404 if there is no such user.
    pub fn dm(&self, username: &str, message: impl Into<String>) -> Result<Post> {
        let draft = check_message(message.into())?;
        let channel = self.direct_by_name(username.trim().strip_prefix('@').unwrap_or(username.trim()))?.id;
        self.posts().create(&PostDraft { channel_id: channel, ..draft })
    }

    /// Gets the direct channel with a user. Creates it if necessary. Takes one request.
    pub fn direct(&self, user: &UserId) -> Result<Channel> {
        self.http.post("/channels/direct", &[]).idempotent().json(&[&self.me.id, user]).decode()
    }

    fn direct_by_name(&self, username: &str) -> Result<Channel> {
        let user = self.users().get_by_username(username)?;
        // Repeating the call is safe: the server returns the existing channel.
        self.http.post("/channels/direct", &[]).idempotent().json(&[&self.me.id, &user.id]).decode()
    }
}

/// Checks a message before any request is sent.
pub(crate) fn check_message(message: String) -> Result<PostDraft> {
    let draft = PostDraft::new(ChannelId::default(), message);
    draft.check().map(|()| draft)
}

fn one_of(name: &str, team: &str, mut fits: Vec<Channel>) -> Result<Channel> {
    let shown = shorten_text(name, 80).into_owned();
    match (fits.pop(), fits.is_empty()) {
        (Some(channel), true) => Ok(channel),
        (None, _) => {
            let hint = if name.starts_with('#') {
                HASH_HINT
            } else {
                "check that the account is a member; only members see private channels"
            };
            Err(Error::new(ErrorKind::NotFound, format!("no channel {shown:?} in the team {team:?}"))
                .with_hint(hint))
        }
        (Some(last), false) => {
            fits.push(last);
            let all: Vec<String> = fits
                .iter()
                .map(|c| format!("~{} ({:?}, {})", c.name, shorten_text(&c.display_name, 64), c.id))
                .collect();
            Err(Error::input(format!("the name {shown:?} matches several channels: {}", all.join(", ")))
                .with_hint("use the short name with a tilde, for example ~town-square"))
        }
    }
}
