//! Who is mentioned by a text, as measured on real servers.

use super::*;

const MEASURED: &str = include_str!("mentions.tsv");
const NAMES: [(char, &str); 8] = [
    ('A', "annq"),
    ('B', "bo.bq"),
    ('C', "c-dq"),
    ('E', "e_fq"),
    ('F', "firq"),
    ('K', "keyq"),
    ('M', "muteq"),
    ('Z', "zedq"),
];

#[test]
fn mentions_are_those_of_real_servers() {
    for version in ["11.6.0", "5.37.0"] {
        let mut builder = TestServer::builder().version(version).user("posterq");
        for (_, name) in NAMES {
            builder = builder.user(name);
        }
        let server = builder.start().unwrap();
        let notify = |user: &str, body: &Value| {
            let got = Http::new(&server, user).put("/users/me/patch", body);
            assert_eq!(got.status, 200, "{}", got.json());
        };
        notify(
            "keyq",
            &json!({"notify_props": {"mention_keys": "deploy,日本,Rel-ease,two words", "channel": "true"}}),
        );
        notify(
            "firq",
            &json!({"first_name": "Zoë", "notify_props": {"first_name": "true", "channel": "true"}}),
        );
        notify("muteq", &json!({"notify_props": {"channel": "false"}}));
        for (name, status) in NAMES.map(|(letter, name)| (name, if letter < 'C' { "online" } else { "away" }))
        {
            let body = json!({"user_id": server.user_id(name), "status": status});
            assert_eq!(Http::new(&server, name).put("/users/me/status", &body).status, 200);
        }
        let members: Vec<&str> = NAMES.iter().map(|(_, name)| *name).chain(["posterq"]).collect();
        server.add_private_channel("awesome-chat", "measured", "Measured", &members);
        let channel = server.channel_id("measured");
        let admin = Http::new(&server, "admin");
        let counts = || {
            let got = admin.get(&format!("/channels/{channel}/members?per_page=100"));
            let rows = got.json();
            let count = |id: String| {
                let row = rows.as_array().unwrap().iter().find(|row| row["user_id"] == id);
                row.unwrap()["mention_count"].as_i64().unwrap()
            };
            NAMES.map(|(letter, name)| (letter, count(server.user_id(name))))
        };
        let mut rows = 0;
        for line in MEASURED.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let mut text: String = serde_json::from_str(cells[0]).unwrap();
            let old = version.starts_with('5') && cells[2] != "=";
            let wanted = cells[if old { 2 } else { 1 }];
            for (letter, name) in NAMES {
                text = text.replace(&format!("{{{letter}}}"), name);
            }
            let before = counts();
            server.post_as("posterq", "measured", &text);
            let grown = before.into_iter().zip(counts()).filter(|((_, before), (_, after))| before < after);
            let seen: String = grown.map(|((letter, _), _)| letter).collect();
            // The administrator of the measured servers was in the channel too.
            assert_eq!(seen, wanted.replace('?', ""), "{version}: {text:?}");
            rows += 1;
        }
        assert!(rows > 190, "{rows}");
    }
}
