//! The synopsis of AnyEvent::Mattermost: log in, say something, hear what others say.
//!
//! With a server of your own: `hello URL TEAM LOGIN PASSWORD`, or the environment as for the other examples.

mod demo;

use mattermost::{Mattermost, Payload, Secret};

fn main() -> mattermost::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (team, channel) = demo::place(5);
    let mm = match args.as_slice() {
        [] => Mattermost::with_client(&demo::client()?, team)?,
        [url, team, login, password] => Mattermost::new(url, team, login, Secret::from(password))?,
        _ => {
            eprintln!("usage: hello [URL TEAM LOGIN PASSWORD]");
            std::process::exit(2);
        }
    };
    mm.on("posted", |mm, event| {
        let Payload::Posted(posted) = event.payload()? else { return Ok(()) };
        println!("<{}> {}", posted.sender(), posted.post.message);
        let client = mm.client()?;
        if posted.post.user_id != client.me().id && !posted.post.is_system() {
            let answer = client.posts().answer(&posted.post, format!("Hello, {}!", posted.sender()))?;
            println!("   answered: {}", answer.message);
        }
        Ok(())
    });
    mm.start()?; // connects, logs in, loads user, team and channels
    mm.send(&channel, "Hey everybody!")?; // a display name, a short name, or `~` and a short name
    demo::conversation(&["Hey Jane!"], true);
    mm.run() // calls back on this thread until `stop` is called or the stream ends for good
}
