//! Settings and initial data of a server.

use std::time::Duration;

use super::TestServer;
use super::settings::ServerSettings;
use super::shared::ServerShared;
use super::state::{World, initial_data};
use crate::error::{Error, Result};

/// An account, a team or a channel that is added to the default data.
#[derive(Clone, Debug)]
enum Addition {
    Team(String),
    User(String),
    Guest(String, Vec<String>),
    Bot(String),
    Channel(String),
    PrivateChannel(String, Vec<String>),
}

/// A builder of a [`TestServer`].
///
/// Accounts, teams and channels are added to the default data in the order of the calls. Names work as in the methods
/// of [`TestServer`]: a channel is either `name`, in the first team, or `team/name`.
///
/// ```
/// # fn main() -> mattermost::Result<()> {
/// # use mattermost::testing::TestServer;
/// let server = TestServer::builder()
///     .user("ann")
///     .bot("deployer")
///     .channel("deploys")
///     .guest("gil", ["deploys"])
///     .start()?;
/// server.post_as("ann", "deploys", "hello");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing before `start`"]
pub struct TestServerBuilder {
    settings: ServerSettings,
    version: String,
    seed: Option<u64>,
    session_length: Option<Duration>,
    additions: Vec<Addition>,
}

impl TestServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            settings: ServerSettings {
                ping_interval: Duration::from_secs(60),
                pong_wait: Duration::from_secs(100),
                auth_timeout: Duration::from_secs(5),
                idle_timeout: Duration::from_secs(60),
                tls: false,
                port: 0,
                subpath: String::new(),
            },
            version: "11.6.0".to_owned(),
            seed: None,
            session_length: None,
            additions: Vec::new(),
        }
    }

    /// Sets the interval between the Ping frames that the server sends. Defaults to 60 s.
    pub fn ping_interval(mut self, time: Duration) -> Self {
        self.settings.ping_interval = time;
        self
    }

    /// Sets the time after which the server closes a connection that sends no Pong. Defaults to 100 s.
    pub fn pong_wait(mut self, time: Duration) -> Self {
        self.settings.pong_wait = time;
        self
    }

    /// Sets the time within which a WebSocket must authenticate. Defaults to 5 s.
    pub fn auth_timeout(mut self, time: Duration) -> Self {
        self.settings.auth_timeout = time;
        self
    }

    /// Sets the time after which an idle HTTP connection is closed. Defaults to 60 s.
    pub fn idle_timeout(mut self, time: Duration) -> Self {
        self.settings.idle_timeout = time;
        self
    }

    /// Sets the lifetime of a session. Defaults to 180 days.
    pub fn session_length(mut self, time: Duration) -> Self {
        self.session_length = Some(time);
        self
    }

    /// Serves HTTPS and WSS. The certificate is valid for localhost, 127.0.0.1 and `::1`, and issued by the authority
    /// that [`TestServer::authority`] returns.
    #[cfg(feature = "native-tls")]
    pub fn tls(mut self) -> Self {
        self.settings.tls = true;
        self
    }

    /// Sets the port on 127.0.0.1. Defaults to 0, which means any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// Serves everything below a path, for example `/chat`, as a server does whose `SiteURL` has a path. Requests for
    /// other paths are redirected (302). Faults and recorded requests have the path without it.
    pub fn subpath(mut self, path: &str) -> Self {
        let path = path.trim_matches('/');
        self.settings.subpath = if path.is_empty() { String::new() } else { format!("/{path}") };
        self
    }

    /// Sets the server version. Defaults to `11.6.0`. Versions below 6 behave like 5.37.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Makes IDs and tokens reproducible. They are random by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    fn add(mut self, addition: Addition) -> Self {
        self.additions.push(addition);
        self
    }

    /// Adds an open team with its two default channels. All users that were added before are members.
    pub fn team(self, name: impl Into<String>) -> Self {
        self.add(Addition::Team(name.into()))
    }

    /// Adds a user to the first team and its default channels. The password is [`PASSWORD`](super::PASSWORD).
    pub fn user(self, name: impl Into<String>) -> Self {
        self.add(Addition::User(name.into()))
    }

    /// Adds a guest to the first team and to the given channels only.
    pub fn guest<C: Into<String>>(
        self,
        name: impl Into<String>,
        channels: impl IntoIterator<Item = C>,
    ) -> Self {
        self.add(Addition::Guest(name.into(), channels.into_iter().map(Into::into).collect()))
    }

    /// Adds a bot to the first team and its default channels, owned by `admin`.
    pub fn bot(self, name: impl Into<String>) -> Self {
        self.add(Addition::Bot(name.into()))
    }

    /// Adds a public channel. All members of its team are members of the channel.
    pub fn channel(self, name: impl Into<String>) -> Self {
        self.add(Addition::Channel(name.into()))
    }

    /// Adds a private channel with the given users as members.
    pub fn private_channel<U: Into<String>>(
        self,
        name: impl Into<String>,
        members: impl IntoIterator<Item = U>,
    ) -> Self {
        self.add(Addition::PrivateChannel(name.into(), members.into_iter().map(Into::into).collect()))
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`](crate::ErrorKind::Io): the port is in use, or a thread cannot be started.
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input): an addition refers to a user, team or channel that does not
    ///   exist, or creates one that already exists.
    pub fn start(self) -> Result<TestServer> {
        let seed = match self.seed {
            Some(seed) => seed,
            None => getrandom::u64()
                .map_err(|error| Error::io("no random numbers", std::io::Error::other(error.to_string())))?,
        };
        let mut world = World::new(seed, &self.version);
        if let Some(length) = self.session_length {
            world.session_length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX / 4);
        }
        initial_data::populate(&mut world);
        for addition in &self.additions {
            add(&mut world, addition)?;
        }
        let (inner, acceptor) = ServerShared::start(self.settings, world)
            .map_err(|error| Error::io("the test server cannot start", error))?;
        Ok(TestServer { inner, acceptor: Some(acceptor) })
    }
}

/// Returns the team and the short name of a channel. The team defaults to the first one.
fn split_name(world: &World, name: &str) -> Result<(String, String)> {
    let (team, name) = match name.split_once('/') {
        Some((team, name)) => (world.team_named(team).map(|team| team.id.clone()).ok_or(team), name),
        None => (world.teams.first().map(|team| team.id.clone()).ok_or("first"), name),
    };
    let team = team.map_err(|team| Error::input(format!("the test server has no team {team:?}")))?;
    Ok((team, name.to_owned()))
}

fn user_id(world: &World, name: &str) -> Result<String> {
    let user = world.user_named(name).map(|user| user.id.clone());
    user.ok_or_else(|| Error::input(format!("the test server has no user {name:?}")))
}

fn add_channel(world: &mut World, name: &str, kind: &str, members: &[String]) -> Result<()> {
    let (team, short) = split_name(world, name)?;
    if world.channel_named(&team, &short).is_some() {
        return Err(Error::input(format!("the test server has a channel {name:?} already")));
    }
    world.add_channel(&team, &short, &short, kind, members);
    Ok(())
}

fn add(world: &mut World, addition: &Addition) -> Result<()> {
    if let Addition::User(name) | Addition::Guest(name, _) | Addition::Bot(name) = addition {
        if world.user_named(name).is_some() {
            return Err(Error::input(format!("the test server has a user {name:?} already")));
        }
    }
    match addition {
        Addition::Team(name) => {
            if world.team_named(name).is_some() {
                return Err(Error::input(format!("the test server has a team {name:?} already")));
            }
            world.add_team(name, name);
        }
        Addition::User(name) => drop(world.add_user(name)),
        Addition::Bot(name) => drop(world.add_bot(name)),
        Addition::Guest(name, channels) => {
            let channels: Vec<(String, String)> =
                channels.iter().map(|channel| split_name(world, channel)).collect::<Result<_>>()?;
            let guest = world.add_guest(name);
            for (team, short) in channels {
                let channel = world.channel_named(&team, &short).map(|channel| channel.id.clone());
                let channel = channel
                    .ok_or_else(|| Error::input(format!("the test server has no channel {short:?}")))?;
                world.join(&channel, &guest);
            }
        }
        Addition::Channel(name) => {
            let (team, _) = split_name(world, name)?;
            let members = world.team(&team).into_iter().flat_map(|team| &team.members);
            let members: Vec<String> = members.map(|member| member.user_id.clone()).collect();
            add_channel(world, name, "O", &members)?;
        }
        Addition::PrivateChannel(name, members) => {
            let members = members.iter().map(|user| user_id(world, user)).collect::<Result<Vec<_>>>()?;
            add_channel(world, name, "P", &members)?;
        }
    }
    Ok(())
}
