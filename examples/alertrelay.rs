//! Alert relay: Alertmanager's alerts, one JSON object a line, from standard input to a channel.
//! `alertrelay TEAM CHANNEL < alerts.jsonl`, such as `alertrelay awesome-chat ~town-square`
//!
//! `jq -c '.alerts[]'` makes such lines of the body of a webhook. One alert:
//!
//! ```json
//! {"status": "firing", "fingerprint": "c4f2a6", "startsAt": "2026-11-27T07:00:00Z", "labels": {"alertname": "DiskFull"}, "annotations": {"summary": "90 %"}}
//! ```
//!
//! One thread an alert: the first line posts it, the following ones reply, and `resolved` turns its card green. The posts
//! carry keys, so neither a repeated line nor a restart doubles anything, and an outage is waited out. Environment:
//! `MATTERMOST_URL`, `MATTERMOST_TOKEN` of a member of the channel.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::time::Duration;

use mattermost::{Attachment, Channel, Client, ClientBuilder, Post, PostDraft, Result, Timestamp};
use serde::Deserialize;

const WEEK: Duration = Duration::from_secs(7 * 86_400);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: String,
    fingerprint: String,
    starts_at: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    #[serde(rename = "generatorURL")]
    generator_url: Option<String>,
}

impl Alert {
    fn text(&self) -> &str {
        self.annotations.get("summary").or(self.annotations.get("description")).map_or("", String::as_str)
    }

    fn card(&self) -> Attachment {
        let (color, word) =
            if self.status == "resolved" { ("good", "RESOLVED") } else { ("danger", "FIRING") };
        let name = self.labels.get("alertname").map_or("alert", String::as_str);
        let card = Attachment::new().color(color).title(format!("[{word}] {name}")).text(self.text());
        let card = card.title_link(self.generator_url.as_deref().unwrap_or_default());
        let labels = self.labels.iter().filter(|(name, _)| *name != "alertname");
        labels.fold(card, |card, (name, value)| card.short_field(name, value.as_str()))
    }
}

struct Relay {
    client: Client,
    channel: Channel,
}

impl Relay {
    /// Posts once, whatever happens.
    fn post_once(&self, draft: PostDraft, key: &str) -> Result<Post> {
        let draft = draft.key(key).key_since(Timestamp::now().minus(WEEK));
        self.client.posts().create_once(&draft, Duration::MAX)
    }

    fn relay(&self, alert: &Alert) -> Result<()> {
        // Of one incident: the same alert that fires again a week later is another one.
        let key = format!("alert:{}:{}", alert.fingerprint, alert.starts_at);
        let line = format!("{key}:{}:{}", alert.status, alert.text());
        let draft = PostDraft::new(&self.channel, "").attachment(alert.card()).prop("line", line.as_str());
        let root = self.post_once(draft, &key)?;
        if root.prop("line") == Some(&line) {
            return Ok(()); // just posted, or the same line again
        }
        let text = format!("**{}** {}", alert.status, alert.text());
        let reply = self.post_once(PostDraft::new(&self.channel, text).root_id(&root.id), &line)?;
        if reply.create_at >= root.edit_at {
            // The card is older than this line: a line that is read again changes nothing.
            self.client.posts().set_attachments(&root, [alert.card()])?;
        }
        Ok(())
    }

    fn run(&mut self, lines: impl BufRead) -> Result<(), Box<dyn std::error::Error>> {
        for line in lines.lines() {
            let line = line?;
            match serde_json::from_str::<Alert>(&line) {
                Ok(alert) => self.relay(&alert)?,
                Err(_) if line.trim().is_empty() => {}
                Err(error) => eprintln!("left out: {error}: {line}"),
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel] = args.as_slice() else { return Err("usage: alertrelay TEAM CHANNEL".into()) };
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let channel = client.channel(team, channel)?;
    Relay { client, channel }.run(std::io::stdin().lock())
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;
    use serde_json::json;
    use std::thread::sleep;

    fn relay(server: &TestServer) -> Relay {
        let client = server.client("janedoe").unwrap();
        let channel = client.channel("awesome-chat", "~town-square").unwrap();
        Relay { client, channel }
    }

    fn line(status: &str, fingerprint: &str, summary: &str) -> String {
        json!({"status": status, "fingerprint": fingerprint, "startsAt": "2026-11-27T07:00:00Z",
            "labels": {"alertname": "DiskFull", "host": "db1"}, "annotations": {"summary": summary}})
        .to_string()
            + "\n"
    }

    #[test]
    fn groups_resolves_and_survives_a_restart() {
        let server = TestServer::start().unwrap();
        let lines = line("firing", "a", "90 %")
            + "nonsense\n"
            + &line("firing", "b", "91 %")
            + &line("firing", "a", "95 %");
        relay(&server).run(lines.as_bytes()).unwrap();
        // Another process reads the same lines again, and one more.
        relay(&server).run((lines + &line("resolved", "a", "20 %")).as_bytes()).unwrap();
        let posts = server.posts("town-square");
        assert_eq!(posts.iter().filter(|p| p.root_id.is_empty()).count(), 2, "{posts:#?}");
        let replies: Vec<_> =
            posts.iter().filter(|p| !p.root_id.is_empty()).map(|p| p.message.as_str()).collect();
        assert_eq!(replies, ["**firing** 95 %", "**resolved** 20 %"]);
        let client = server.client("bob").unwrap();
        let root = client.posts().get(&posts[0].id.parse().unwrap()).unwrap();
        assert_eq!(root.attachments()[0].color, "good");
        assert_eq!(root.prop("key"), Some("alert:a:2026-11-27T07:00:00Z"));
    }

    #[test]
    fn an_outage_is_waited_out_and_nothing_doubles() {
        let server = TestServer::start().unwrap();
        let mut relay = relay(&server);
        server.on("POST /posts").lose_answer();
        server.outage(Duration::from_secs(3));
        relay.run((line("firing", "a", "90 %") + &line("resolved", "a", "20 %")).as_bytes()).unwrap();
        server.on("POST /posts").times(4).lose_answer(); // longer than the library's own repeats
        relay.run((line("firing", "b", "90 %") + &line("resolved", "b", "20 %")).as_bytes()).unwrap();
        let posts = server.posts("town-square");
        assert_eq!(posts.len(), 4, "{posts:#?}");
    }

    #[test]
    #[ignore = "takes a minute"]
    fn down_for_a_minute() {
        let server = TestServer::start().unwrap();
        let mut relay = relay(&server);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                server.on("POST /posts").lose_answer();
                sleep(Duration::from_millis(100));
                server.outage(Duration::from_secs(60));
            });
            let lines: String = (0..20)
                .map(|n| line(if n % 2 == 0 { "firing" } else { "resolved" }, &format!("{}", n / 2), "x"))
                .collect();
            for line in lines.lines() {
                relay.run(line.as_bytes()).unwrap();
                sleep(Duration::from_millis(20));
            }
        });
        let posts = server.posts("town-square");
        assert_eq!(posts.len(), 20, "{posts:#?}");
    }
}
