//! The live suite: each scenario runs against `TestServer`, and against a real Mattermost when `MATTERMOST_URL`,
//! `MATTERMOST_ADMIN_LOGIN` and `MATTERMOST_ADMIN_PASSWORD` name one and its system administrator.
//!
//! What passes on one and fails on the other is a bug of `TestServer`.

mod files;
mod gaps;
mod identity;
pub(crate) mod mfa;
mod names;
mod posts;
mod programs;
mod sessions;
mod stream;
pub(crate) mod world;

use self::world::World;

/// Three tests a scenario.
macro_rules! scenarios {
    ($($module:ident::$name:ident,)*) => {
        mod on_test_server {
            $(#[test] fn $name() { super::$module::$name(&super::World::test_server()); })*
        }
        mod on_test_server_5_37 {
            $(#[test] fn $name() { super::$module::$name(&super::World::test_server_of("5.37.0")); })*
        }
        mod on_real_server {
            $(#[test] fn $name() {
                match super::World::real_server() {
                    Some(world) => super::$module::$name(&world),
                    None => println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset"),
                }
            })*
        }
    };
}

scenarios! {
    sessions::log_in_three_ways,
    sessions::wrong_password,
    sessions::logout_is_seen_by_the_stream,
    sessions::an_ended_session_is_renewed,
    sessions::a_bot_disabled_and_enabled_again_is_back,
    mfa::a_second_factor_is_asked_for,
    posts::post_reply_answer_edit_delete,
    posts::react_and_take_back,
    posts::pages_and_history,
    posts::a_post_with_a_key_is_found,
    posts::too_much_is_refused_before_it_is_sent,
    files::up_and_down,
    files::a_post_needs_all_its_files,
    names::all_kinds_of_names,
    names::an_ambiguous_name_is_refused,
    names::direct_messages,
    stream::all_is_seen_by_the_other,
    stream::typing_is_seen_by_the_other,
    stream::statuses,
    stream::actions_are_answered,
    stream::resumes_after_a_cut,
    gaps::a_gap_is_filled,
    gaps::a_later_program_goes_on,
    identity::identities_are_equal_on_every_stream,
    programs::serve_outlives_a_refused_answer,
    programs::ask_waits_for_the_same_person,
    programs::a_conversation_in_a_direct_channel,
    stream::messages_leave_out_own_and_system_posts,
    stream::the_facade_does_what_the_seed_did,
}
