//! A guide from a first bot to one that runs for years.
//!
//! Each page can be read on its own. All programs on these pages are compiled with the tests of the crate, and those
//! that need no real server are also run, against `testing::TestServer`.
//!
//! | page | explains how to |
//! |---|---|
//! | [`first_bot`] | write a bot and start it |
//! | [`conversations`] | understand commands, ask questions and follow threads |
//! | [`buttons_and_dialogs`] | offer slash commands, buttons, menus and dialogs |
//! | [`posts`] | post long texts and cards, avoid mentions, and post exactly once |
//! | [`files`] | upload and download files of any size |
//! | [`schedules`] | run tasks every night or every ten minutes |
#![cfg_attr(feature = "testing", doc = "| [`testing_bots`] | test a bot without a server |")]
//! | [`running`] | run a bot as a service, with systemd, restarts and a stored position |
//! | [`several_machines`] | keep a bot running when a machine fails |
//! | [`limits_and_permissions`] | stay within rate limits and use the right permissions |
//! | [`moving`] | move from `AnyEvent::Mattermost`, `mmpy_bot`, `mattermost_api` or curl |

#[doc = include_str!("guide/first_bot.md")]
pub mod first_bot {}

#[doc = include_str!("guide/conversations.md")]
pub mod conversations {}

#[doc = include_str!("guide/buttons_and_dialogs.md")]
pub mod buttons_and_dialogs {}

#[doc = include_str!("guide/posts.md")]
pub mod posts {}

#[doc = include_str!("guide/files.md")]
pub mod files {}

#[doc = include_str!("guide/schedules.md")]
#[doc = include_str!("../docs/report.md")]
pub mod schedules {}

#[cfg(feature = "testing")]
#[doc = include_str!("guide/testing_bots.md")]
pub mod testing_bots {}

#[doc = include_str!("guide/running.md")]
pub mod running {}

#[doc = include_str!("guide/several_machines.md")]
pub mod several_machines {}

#[doc = include_str!("guide/limits_and_permissions.md")]
pub mod limits_and_permissions {}

#[doc = include_str!("guide/moving.md")]
pub mod moving {}
