//! Threads and the lists of a channel, as measured on real servers.

use super::*;

/// A channel with two posts and a thread of three replies: A B r1 r2 C r3.
struct Thread {
    server: TestServer,
    admin: String,
    names: Vec<(String, &'static str)>,
}

impl Thread {
    fn new(version: &str) -> Self {
        let server = TestServer::builder().version(version).start().unwrap();
        server.add_private_channel("awesome-chat", "threads", "Threads", &["admin"]);
        let mut names = Vec::new();
        let root = server.post_as("admin", "threads", "A");
        names.push((root.clone(), "A"));
        for name in ["B", "r1", "r2", "C", "r3"] {
            let id = if name.starts_with('r') {
                server.reply_as("admin", &root, name)
            } else {
                server.post_as("admin", "threads", name)
            };
            names.push((id, name));
        }
        Self { admin: server.token("admin"), names, server }
    }

    fn get(&self, path: &str) -> Value {
        Http { server: &self.server, token: self.admin.clone() }.get(path).json()
    }

    fn id(&self, name: &str) -> &str {
        &self.names.iter().find(|(_, known)| *known == name).unwrap().0
    }

    fn name(&self, id: &str) -> &str {
        self.names.iter().find(|(known, _)| known == id).unwrap().1
    }

    /// Returns the order, and the posts that are there.
    fn shown(&self, list: &Value) -> (String, String) {
        let order = list["order"].as_array().unwrap().iter();
        let order: Vec<&str> = order.map(|id| self.name(id.as_str().unwrap())).collect();
        let mut posts: Vec<&str> =
            list["posts"].as_object().unwrap().keys().map(|id| self.name(id)).collect();
        posts.sort_unstable();
        (order.join(" "), posts.join(" "))
    }

    fn thread(&self, query: &str) -> (String, Value) {
        let list = self.get(&format!("/posts/{}/thread{query}", self.id("A")));
        (self.shown(&list).0, list["has_next"].clone())
    }

    fn list(&self, query: &str) -> Value {
        self.get(&format!("/channels/{}/posts{query}", self.server.channel_id("threads")))
    }
}

#[test]
fn a_thread_has_the_order_of_its_version() {
    let new = Thread::new("11.6.0");
    for (query, order, has_next) in [
        ("", "A r1 r2 r3", false),
        ("?perPage=2", "A r1 r2", true),
        ("?perPage=2&direction=down", "A r1", true),
        ("?perPage=2&direction=up", "A r3 r2", true),
        ("?direction=up", "A r3 r2 r1", false),
        ("?direction=down", "A r1 r2 r3", false),
    ] {
        assert_eq!(new.thread(query), (order.to_owned(), json!(has_next)), "{query}");
    }
    let old = Thread::new("5.37.0");
    for query in ["", "?perPage=2", "?perPage=2&direction=up"] {
        assert_eq!(old.thread(query), ("A r1 r2 r3 A".to_owned(), Value::Null), "{query}");
    }
    assert_eq!(old.thread("?collapsedThreads=true").0, "A r1 r2 r3");
    assert_eq!(new.thread("?skipFetchThreads=true"), ("A".to_owned(), Value::Null));
}

#[test]
fn lists_of_a_channel_show_threads_as_they_are_asked_for() {
    for version in ["11.6.0", "5.37.0"] {
        let thread = Thread::new(version);
        let shown = |query: &str| thread.shown(&thread.list(query));
        let counts =
            |query: &str, name: &str| thread.list(query)["posts"][thread.id(name)]["reply_count"].clone();
        let all = ("r3 C r2 r1 B A".to_owned(), "A B C r1 r2 r3".to_owned());
        assert_eq!((shown(""), shown("?since=1")), (all.clone(), all.clone()));
        assert_eq!(counts("", "A"), 0);
        // Whole threads come with their posts.
        assert_eq!(shown("?per_page=2"), ("r3 C".to_owned(), "A C r1 r2 r3".to_owned()));
        assert_eq!(shown("?per_page=2&skipFetchThreads=true"), ("r3 C".to_owned(), "C r3".to_owned()));
        assert_eq!(counts("?skipFetchThreads=true", "r3"), 3);
        assert_eq!(shown("?collapsedThreads=true"), ("C B A".to_owned(), "A B C".to_owned()));
        let root = &thread.list("?collapsedThreads=true")["posts"][thread.id("A")];
        assert_eq!((&root["reply_count"], &root["is_following"]), (&json!(3), &json!(true)));
        assert_eq!(root["participants"][0]["username"], "");
        let extended = thread.list("?collapsedThreads=true&collapsedThreadsExtended=true");
        assert_eq!(extended["posts"][thread.id("A")]["participants"][0]["username"], "admin");
        assert_eq!(thread.list("?page=1")["next_post_id"], "");
        let single = &thread.get(&format!("/posts/{}", thread.id("A")))["reply_count"];
        assert_eq!(*single, if version.starts_with("11") { 3 } else { 0 });
    }
}

#[test]
fn followers_are_told_of_replies_if_their_threads_are_collapsed() {
    for (setting, told) in [("default_off", false), ("always_on", true)] {
        let server = TestServer::start().unwrap();
        server.set_setting("ServiceSettings.CollapsedThreads", setting);
        let root = server.post_as("janedoe", "town-square", "root");
        let mut jane = Ws::user(&server, "janedoe");
        jane.event("hello");
        server.reply_as("bob", &root, "reply");
        let posted = jane.event("posted");
        assert_eq!(posted["data"].get("followers").is_some(), told);
        let next = jane.reply("ping", &json!({}));
        assert_eq!(next["data"]["text"], "pong");
        if told {
            server.reply_as("bob", &root, "again");
            assert_eq!(jane.event("thread_updated")["event"], "thread_updated");
        }
    }
}

#[test]
fn participants_have_ids_only_unless_more_is_asked_for() {
    for version in ["11.6.0", "5.37.0"] {
        let server = TestServer::builder().version(version).start().unwrap();
        let root = server.post_as("bob", "town-square", "root");
        server.as_user("zoe").reply(&root, "reply");
        let (bob, team) = (Http::new(&server, "bob"), server.team_id("awesome-chat"));
        let of = |path: &str| bob.get(path).json()["participants"][0].clone();
        let path = format!("/users/me/teams/{team}/threads/{root}");
        let short = of(&format!("{path}?extended=false"));
        assert_eq!(
            (&short["id"], &short["username"]),
            (&json!(server.user_id("zoe")), &json!("")),
            "{short}"
        );
        assert_eq!(of(&format!("{path}?extended=true"))["username"], "zoe");
    }
}
