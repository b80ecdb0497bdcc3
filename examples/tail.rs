//! Shows a channel live, with names: `tail awesome-chat "Town Square"`.

mod demo;

use std::collections::HashMap;

use mattermost::{Client, EventKind, Events, Payload, UserId};

/// Asks for each name once.
struct Names<'c> {
    client: &'c Client,
    known: HashMap<UserId, String>,
}

impl Names<'_> {
    fn of(&mut self, id: &UserId) -> &str {
        let ask = || self.client.users().get(id).map_or_else(|_| id.to_string(), |user| user.username);
        self.known.entry(id.clone()).or_insert_with(ask)
    }
}

fn main() -> mattermost::Result<()> {
    let (team, channel) = demo::place(1);

    let client = demo::client()?;
    let channel = client.channel(&team, &channel)?;
    let events = Events::builder(&client)
        .kinds([EventKind::Posted, EventKind::PostEdited, EventKind::PostDeleted, EventKind::ReactionAdded])
        .channels([&channel.id])
        .open()?;
    demo::conversation(&["a first line", "and a second one"], false);
    let mut names = Names { client: &client, known: HashMap::new() };
    for event in &events {
        match event.payload()? {
            Payload::Posted(p) => {
                println!("{} <{}> {}", p.post.create_at, names.of(&p.post.user_id), p.post.message);
            }
            Payload::PostEdited(p) => {
                println!("{} <{}> * {}", p.post.edit_at, names.of(&p.post.user_id), p.post.message);
            }
            Payload::PostDeleted(p) => {
                println!("{} <{}> deleted", p.post.delete_at, names.of(&p.post.user_id));
            }
            Payload::ReactionAdded(r) => {
                println!("<{}> :{}:", names.of(&r.reaction.user_id), r.reaction.emoji_name);
            }
            Payload::Disconnected(d) => eprintln!("-- {} --", d.reason),
            Payload::Missed(_) => eprintln!("-- something was missed --"),
            _ => {}
        }
    }
    Ok(())
}
