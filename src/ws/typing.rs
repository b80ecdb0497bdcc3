//! Typing indicators that are shown until a guard is dropped.

use std::fmt;
use std::sync::Arc;

use serde_json::json;

use super::frame;
use super::state::{StreamShared, StreamState};
use super::typing_indicators::TYPING_INTERVAL;
use crate::model::{ChannelId, PostId};

/// A guard that shows the current account as typing until it is dropped. Created by
/// [`Message::typing`](crate::Message::typing).
///
/// The stream repeats the indicator every 4 s, without an additional thread. Nothing is sent while there is no
/// connection.
#[must_use = "the indicator disappears when this is dropped"]
pub struct TypingGuard {
    shown: Option<(Arc<StreamShared>, u64)>,
}

impl TypingGuard {
    /// Returns a guard without an indicator.
    pub(super) fn not_shown() -> Self {
        Self { shown: None }
    }

    pub(super) fn new(shared: &Arc<StreamShared>, channel: &ChannelId, parent: Option<&PostId>) -> Self {
        let parent = parent.map(PostId::as_str).unwrap_or_default();
        let data = json!({ "channel_id": channel, "parent_id": parent });
        let mut state = shared.lock_state();
        let id = state.indicators.add_guard(data);
        drop(state);
        shared.to_writer.wake_up();
        Self { shown: id.map(|id| (Arc::clone(shared), id)) }
    }
}

impl Drop for TypingGuard {
    fn drop(&mut self) {
        if let Some((shared, id)) = &self.shown {
            shared.lock_state().indicators.remove_guard(*id);
        }
    }
}

impl fmt::Debug for TypingGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typing").field("shown", &self.shown.is_some()).finish()
    }
}

impl StreamShared {
    /// Sends the indicators that are due.
    pub(super) fn show_typing(&self, state: &mut StreamState) {
        let interval = self.options.time_scale.shorten(TYPING_INTERVAL);
        for data in state.indicators.take_due(self.now(), interval) {
            if state.wire.is_none() || state.session.connected_since().is_none() || state.session.is_blocked()
            {
                continue;
            }
            let seq = state.session.next_action_seq();
            if let Ok(text) = frame::action_text(seq, "user_typing", Some(&data)) {
                self.push_frame(state, &frame::text_frame(&text));
            }
        }
    }
}
