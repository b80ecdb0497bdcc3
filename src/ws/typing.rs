//! Typing indicators that last as long as the work they announce.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::frame;
use super::session::StreamTime;
use super::state::{StreamShared, StreamState};
use crate::model::{ChannelId, PostId};

/// Clients hide the indicator about 5 s after the last event.
const TYPING_INTERVAL: Duration = Duration::from_secs(4);
/// Indicators shown at the same time by a stream. Further ones are not shown.
const MAX_INDICATORS: usize = 256;

/// Shows that this account is typing until it is dropped. Created by [`Message::typing`](crate::Message::typing).
///
/// The stream repeats the event every 4 s, without a thread of its own. Nothing is sent while there is no connection.
#[must_use = "the indicator disappears when this is dropped"]
pub struct TypingGuard {
    shown: Option<(Arc<StreamShared>, u64)>,
}

impl TypingGuard {
    /// An indicator that is not shown.
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
            shared.lock_state().indicators.list.retain(|indicator| indicator.id != *id);
        }
    }
}

impl fmt::Debug for TypingGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typing").field("shown", &self.shown.is_some()).finish()
    }
}

/// The indicators that a stream repeats.
#[derive(Debug, Default)]
pub(crate) struct TypingIndicators {
    next_id: u64,
    list: Vec<TypingIndicator>,
}

#[derive(Debug)]
struct TypingIndicator {
    id: u64,
    data: Value,
    due: StreamTime,
}

impl TypingIndicators {
    fn add_guard(&mut self, data: Value) -> Option<u64> {
        if self.list.len() >= MAX_INDICATORS {
            return None;
        }
        self.next_id += 1;
        self.list.push(TypingIndicator { id: self.next_id, data, due: StreamTime::ZERO });
        Some(self.next_id)
    }

    /// Returns the time at which the next event is due.
    pub(super) fn next_due(&self) -> Option<StreamTime> {
        self.list.iter().map(|indicator| indicator.due).min()
    }

    /// The events that are due, each place once.
    fn take_due(&mut self, now: StreamTime, interval: Duration) -> Vec<Value> {
        let mut due: Vec<Value> = Vec::new();
        for indicator in self.list.iter_mut().filter(|indicator| indicator.due <= now) {
            indicator.due = now + interval;
            if !due.contains(&indicator.data) {
                due.push(indicator.data.clone());
            }
        }
        due
    }
}

impl StreamShared {
    /// Repeats the typing events that are due.
    pub(super) fn show_typing(&self, state: &mut StreamState) {
        let interval = TYPING_INTERVAL.mul_f64(self.options.time_scale);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_are_repeated_until_they_are_removed() {
        let mut indicators = TypingIndicators::default();
        assert_eq!(indicators.next_due(), None);
        let seconds = Duration::from_secs;
        let first = indicators.add_guard(json!(1)).unwrap();
        indicators.add_guard(json!(1)).unwrap();
        indicators.add_guard(json!(2)).unwrap();
        assert_eq!(indicators.take_due(seconds(10), TYPING_INTERVAL), [json!(1), json!(2)]);
        assert_eq!(indicators.next_due(), Some(seconds(14)));
        assert!(indicators.take_due(seconds(13), TYPING_INTERVAL).is_empty());
        indicators.list.retain(|indicator| indicator.id != first);
        assert_eq!(indicators.take_due(seconds(14), TYPING_INTERVAL), [json!(1), json!(2)]);
        while indicators.add_guard(json!(3)).is_some() {}
        assert_eq!(indicators.list.len(), MAX_INDICATORS);
    }
}
