//! Shows a channel live, with names: `tail TEAM CHANNEL`, such as `tail awesome-chat "Town Square"`. Environment:
//! `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

use mattermost::{Client, EventKind, Events, Names, Payload};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel] = args.as_slice() else { return Err("usage: tail TEAM CHANNEL".into()) };
    let client = Client::from_env()?;
    let channel = client.channel(team, channel)?;
    let names = Names::new(&client); // asks for each name once
    let events = Events::builder(&client)
        .kinds([EventKind::Posted, EventKind::PostEdited, EventKind::PostDeleted, EventKind::ReactionAdded])
        .channels([&channel])
        .open()?;
    for event in &events {
        names.observe(&event);
        match event.payload()? {
            Payload::Posted(p) => {
                println!("{} <{}> {}", p.post.create_at, names.fetch(&p.post.user_id)?, p.post.message);
            }
            Payload::PostEdited(p) => {
                println!("{} <{}> * {}", p.post.edit_at, names.fetch(&p.post.user_id)?, p.post.message);
            }
            Payload::PostDeleted(p) => {
                println!("{} <{}> deleted", p.post.delete_at, names.fetch(&p.post.user_id)?);
            }
            Payload::ReactionAdded(r) => {
                println!("<{}> :{}:", names.fetch(&r.reaction.user_id)?, r.reaction.emoji_name);
            }
            Payload::Disconnected(d) => eprintln!("-- {} --", d.reason),
            Payload::Missed(_) => eprintln!("-- something was missed --"),
            _ => {}
        }
    }
    Ok(())
}
