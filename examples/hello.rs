//! The synopsis of AnyEvent::Mattermost: log in, say something, hear what others say.
//!
//! With a server of your own: `hello URL TEAM LOGIN PASSWORD`.

mod demo;

use mattermost::{Mattermost, Payload, Secret};

fn main() -> mattermost::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (url, team, login, password) = if let [url, team, login, password] = args.as_slice() {
        (url.clone(), team.clone(), login.clone(), Secret::from(password))
    } else if let Some(server) = demo::server()? {
        (server.url(), "awesome-chat".into(), "janedoe".into(), mattermost::testing::PASSWORD.into())
    } else {
        eprintln!("usage: hello URL TEAM LOGIN PASSWORD");
        return Ok(());
    };

    let mm = Mattermost::new(url, team, login, password)?;
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
    mm.send("Town Square", "Hey everybody!")?; // display name or short name
    demo::conversation(&["Hey Jane!"], true);
    mm.run() // calls back on this thread until `stop` is called or the stream ends for good
}
