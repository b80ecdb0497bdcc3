//! A Mattermost with a bot and users, made for one run.

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{
    BotDraft, ChannelDraft, ChannelId, Client, PostDraft, TeamDraft, TeamType, Timestamp, UserDraft, UserId,
};

pub(crate) struct Chat {
    pub(crate) url: String,
    pub(crate) token: String,
    /// The account of relays and workers.
    pub(crate) bot: Client,
    /// Another bot, in the same channels.
    pub(crate) other_token: String,
    pub(crate) user: Client,
    pub(crate) channels: Vec<ChannelId>,
    _server: Option<TestServer>,
}

impl Chat {
    pub(crate) fn start(channel_count: usize) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (url, login, password, server) = match variable("MATTERMOST_URL") {
            Some(url) => {
                let [login, password] = ["LOGIN", "PASSWORD"]
                    .map(|name| variable(&format!("MATTERMOST_ADMIN_{name}")).expect("an administrator"));
                (url, login, password, None)
            }
            None => {
                let server = TestServer::start().unwrap();
                (server.url(), "admin".to_owned(), PASSWORD.to_owned(), Some(server))
            }
        };
        let admin = Client::builder(&url).login(&*login, &*password).connect().unwrap();
        let run = format!("{:x}{:x}", Timestamp::now().as_millis(), std::process::id());
        let draft = TeamDraft::new(format!("relay-{run}"), format!("Relay {run}"), TeamType::Open);
        let team = admin.teams().create(&draft).unwrap();
        let bot = |name: &str| {
            let bot = admin.bots().create(&BotDraft::new(format!("{name}{run}"))).unwrap();
            let id: UserId = bot.user_id.as_str().parse().unwrap();
            admin.teams().add_member(&team.id, &id).unwrap();
            let token = admin.users().create_token(&id, "relay").unwrap().token;
            (id, token.expose().to_owned())
        };
        let ((bot_id, token), (other_id, other_token)) = (bot("relaybot"), bot("otherbot"));
        let (name, secret) = (format!("poster{run}"), "Passw0rd-of-a-test");
        let draft = UserDraft::new(format!("{name}@example.com"), &*name, secret);
        let user = admin.users().create(&draft).unwrap();
        admin.teams().add_member(&team.id, &user.id).unwrap();
        let channel = |n: usize| {
            let draft = ChannelDraft::open(&team.id, format!("relay{n}-{run}"), format!("Relay {n} {run}"));
            let channel = admin.channels().create(&draft).unwrap().id;
            for member in [&bot_id, &other_id, &user.id] {
                admin.channels().add_member(&channel, member).unwrap();
            }
            channel
        };
        Self {
            channels: (0..channel_count).map(channel).collect(),
            bot: Client::builder(&url).token(&*token).connect().unwrap(),
            user: Client::builder(&url).login(&*name, secret).connect().unwrap(),
            url,
            token,
            other_token,
            _server: server,
        }
    }

    pub(crate) fn post(&self, channel: usize, text: String) -> mattermost::Post {
        self.user.posts().create(&PostDraft::new(&self.channels[channel], text)).unwrap()
    }
}
