//! The typing indicators that a stream repeats.

use std::time::Duration;

use serde_json::Value;

use super::session::StreamTime;

/// Clients hide the indicator about 5 s after the last event.
pub(super) const TYPING_INTERVAL: Duration = Duration::from_secs(4);
/// Maximum number of indicators at the same time. Further ones are not shown.
const MAX_INDICATORS: usize = 256;

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
    pub(super) fn add_guard(&mut self, data: Value) -> Option<u64> {
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

    /// Removes an indicator.
    pub(super) fn remove_guard(&mut self, id: u64) {
        self.list.retain(|indicator| indicator.id != id);
    }

    /// Returns the actions that are due, one for each channel or thread.
    pub(super) fn take_due(&mut self, now: StreamTime, interval: Duration) -> Vec<Value> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        indicators.remove_guard(first);
        assert_eq!(indicators.take_due(seconds(14), TYPING_INTERVAL), [json!(1), json!(2)]);
        while indicators.add_guard(json!(3)).is_some() {}
        assert_eq!(indicators.list.len(), MAX_INDICATORS);
    }
}
