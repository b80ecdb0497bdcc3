//! Where a stream stands, for the next run of the program.

use serde::{Deserialize, Serialize};

use crate::model::PostId;
use crate::time::Timestamp;

/// Where a stream stands behind the last event that the program took. Write it to a file, and give it to
/// [`EventsBuilder::from`](crate::EventsBuilder::from) in the next run.
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use mattermost::{Events, Position};
/// let mut builder = Events::builder(client);
/// if let Ok(text) = std::fs::read_to_string("position.json") {
///     builder = builder.from(serde_json::from_str::<Position>(&text)?);
/// }
/// let events = builder.open()?;
/// for event in &events {
///     println!("{}", event.name());
///     std::fs::write("position.json", serde_json::to_string(&events.position())?)?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Position {
    /// All that happened up to then was delivered, by the server's clock; 0 if not known.
    pub server_time: Timestamp,
    /// The server's name for the connection, if it can be gone on with.
    pub connection_id: Option<String>,
    /// Number of the next event on it.
    pub seq: u64,
    /// Posts that were delivered after `server_time`, each with its `edit_at`: they are not delivered again.
    pub overlap: Vec<(PostId, Timestamp)>,
}
