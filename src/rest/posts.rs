//! Posts: creation, lookup, search and flags.

pub use self::changes::PostChanges;
pub use self::history::History;
use crate::error::{Error, Result};
use crate::http::HttpClient;
use crate::model::PostDraft;

/// Posts. Returned by [`Client::posts`](crate::Client::posts).
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
/// use mattermost::PostDraft;
/// let town = client.channel("awesome-chat", "~town-square")?;
/// let post = client.posts().create(&PostDraft::new(&town, "hello"))?;
/// client.posts().reply(&post, "and in its thread")?;
/// for post in client.posts().history(&town.id).take(100) {
///     println!("{}", post?.message);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Posts<'c>(pub(crate) &'c HttpClient);

// rustdoc lists methods in the order of these lines.
mod basics;

mod history;

mod keys;

mod changes;

mod lists;

mod marks;

fn validate(draft: &PostDraft) -> Result<()> {
    if draft.channel_id.is_empty() {
        return Err(
            Error::input("the post has no channel").with_hint("create the draft with `PostDraft::new`")
        );
    }
    draft.check()
}
