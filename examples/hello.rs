//! The synopsis of AnyEvent::Mattermost: log in, post a message, respond to messages of others.
//!
//! Needs no server: a `TestServer` in this process takes its place. For a real server, pass its URL, team, login and
//! password to `Mattermost::new`, and remove the lines with `server`.

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Mattermost, Payload};

fn main() -> mattermost::Result<()> {
    let server = TestServer::start()?;
    let mm = Mattermost::new(server.url(), "awesome-chat", "janedoe", PASSWORD)?;
    mm.on("posted", |mm, event| {
        let Payload::Posted(posted) = event.payload()? else { return Ok(()) };
        println!("<{}> {}", posted.sender(), posted.post.message);
        let client = mm.client()?;
        if posted.post.user_id != client.me().id && !posted.post.is_system() {
            let answer = client.posts().answer(&posted.post, format!("Hello, {}!", posted.sender()))?;
            println!("   answered: {}", answer.message);
            mm.stop(); // ends `run`
        }
        Ok(())
    });
    mm.start()?; // connects, logs in, loads user, team and channels
    mm.send("Town Square", "Hey everybody!")?; // a display name, a short name, or `~` and a short name
    server.post_as("bob", "town-square", "Hey Jane!");
    mm.run() // calls back on this thread until `stop` is called or the stream ends permanently
}
