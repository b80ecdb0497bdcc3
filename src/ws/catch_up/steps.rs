//! The requests of a catch-up, and the handling of the responses.

use super::channel_merge::ChannelMerge;
use super::dedup::OVERLAP_WINDOW;
use super::fetch::{FetchPass, FetchRequest, FetchResponse, PassOutput};
use super::gap_fill::{FillStage, MAX_PASSES, MergeWork, ROWS_PER_SLICE};
use super::{GapFiller, MAX_CACHED_NAMES, MAX_NAME_LENGTH, NextStep, is_dated, post_rows};
use crate::error::Error;
use crate::event::NotRecovered;
use crate::model::{ChannelId, Post};
use crate::ws::deferred_log;
use crate::ws::session::StreamTime;
use log::Level;

impl GapFiller {
    /// Returns the next step of the driver.
    pub(crate) fn next_step(&mut self, now: StreamTime) -> NextStep {
        loop {
            let Some(fill) = self.fill.as_mut().filter(|_| !self.ended) else { return NextStep::Done };
            if !fill.outbox.is_empty() {
                return NextStep::Move;
            }
            if let Some(work) = fill.merge_work() {
                return match work {
                    MergeWork::Slice => NextStep::Merge,
                    MergeWork::Sort(merge) => NextStep::Sort(merge),
                    MergeWork::Names(_) if fill.retry.until.is_some_and(|until| now < until) => {
                        NextStep::Wait(fill.retry.until)
                    }
                    MergeWork::Names(ids) => {
                        self.asked_at = now;
                        NextStep::Ask(FetchRequest::Names(ids))
                    }
                };
            }
            match &fill.stage {
                FillStage::AwaitClock => {
                    return match self.clock_deadline() {
                        Some(deadline) if now >= deadline => NextStep::ClockTimedOut,
                        deadline => NextStep::Wait(deadline),
                    };
                }
                FillStage::Release => return NextStep::Move,
                FillStage::Rest { until } if now < *until => return NextStep::Wait(Some(*until)),
                FillStage::Rest { .. } => self.begin_pass(now),
                FillStage::Pass(pass) if pass.has_rows() => return NextStep::Merge,
                FillStage::Pass(pass) => {
                    if let Some(until) = fill.retry.until.filter(|until| now < *until) {
                        return NextStep::Wait(Some(until));
                    }
                    match pass.next_request() {
                        Some(ask) => {
                            self.asked_at = now;
                            return NextStep::Ask(ask);
                        }
                        None => self.end_pass(now),
                    }
                }
            }
        }
    }

    fn begin_pass(&mut self, now: StreamTime) {
        self.last_start = Some(now);
        let only = self.settings.channels.clone();
        let began = self.server_time(now);
        let Some(fill) = &mut self.fill else { return };
        let Some(from) = fill.again.take() else {
            fill.stage = FillStage::Release;
            return;
        };
        deferred_log::push_line(Level::Debug, || format!("catching up from {from}"));
        fill.progress = false;
        fill.passes += 1;
        fill.stage = FillStage::Pass(Box::new(FetchPass::new(from, began, only, self.settings.limits)));
    }

    fn end_pass(&mut self, now: StreamTime) {
        let Some(fill) = &mut self.fill else { return };
        let FillStage::Pass(pass) = &fill.stage else { return };
        let (began, lists_short) = (pass.start_time(), pass.lists_short);
        if lists_short {
            fill.report.complete = false;
            fill.record_not_recovered(NotRecovered::Posts, ChannelId::default());
        }
        if !fill.gaps.is_empty() {
            fill.stage = FillStage::AwaitClock;
            return;
        }
        if fill.progress && fill.passes < MAX_PASSES {
            // The pass has found all changes before its start.
            fill.read_again(
                began.map_or(fill.start(), |began| began.minus(OVERLAP_WINDOW).max(fill.start())),
            );
        }
        if fill.again.is_some() {
            self.begin_pass(now);
            return;
        }
        fill.stage = FillStage::Release;
    }

    /// Handles the response to the last request.
    pub(crate) fn response_received(&mut self, now: StreamTime, response: Result<FetchResponse, Error>) {
        let server = self.server_time(now);
        let Some(fill) = &mut self.fill else { return };
        let wants_names = fill.wants_names();
        let FillStage::Pass(pass) = &mut fill.stage else { return };
        let output = match response {
            Ok(FetchResponse::Names(names)) => {
                fill.retry.record_success();
                let names = names.into_iter().filter(|(_, name)| name.len() <= MAX_NAME_LENGTH);
                self.names.extend(names.map(|(id, name)| (id, name.into())));
                fill.names_resolved();
                return;
            }
            Ok(response) => {
                fill.retry.record_success();
                pass.response_received(response);
                return;
            }
            Err(error) => {
                deferred_log::push_line(Level::Debug, || format!("catching up: {error}"));
                let list = pass.current_channel().is_none();
                if !fill.retry.record_failure(self.asked_at, now, &error) {
                    return;
                }
                if wants_names {
                    fill.skip_names();
                    return;
                }
                self.given_up = server;
                if list || fill.retry.is_hopeless() {
                    deferred_log::push_line(Level::Warn, || {
                        format!("missed events cannot be fetched: {error}")
                    });
                    fill.give_up(NotRecovered::Posts);
                    return;
                }
                pass.skip_request()
            }
        };
        self.channel_read(now, output);
    }

    /// Continues with the rows of a page or of a channel.
    pub(crate) fn merge_channel(&mut self, now: StreamTime) {
        let settings = &self.settings;
        let clock = self.server_time(now);
        let Some(fill) = &mut self.fill else { return };
        if !fill.memory.before.is_complete() {
            return self.seen.copy_slice(&mut fill.memory.before);
        }
        if fill.reindex_slice(|create_at, newest| is_dated(create_at, newest, clock)) {
            return;
        }
        let since = fill.start();
        let FillStage::Pass(pass) = &mut fill.stage else { return fill.merge_slice(&self.names, settings) };
        if !pass.has_rows() {
            return fill.merge_slice(&self.names, settings);
        }
        let memory = &fill.memory;
        let given_up = fill.given_up.is_some();
        // Most rows of the overlap: they need not be kept until the channel is read.
        let needless = |row: &Post| {
            !given_up && (post_rows::is_unchanged(row, since, &memory.before) || memory.went_out(row))
        };
        let output = pass.take_rows(ROWS_PER_SLICE, settings.max_bytes, needless);
        self.channel_read(now, output);
    }

    /// Begins to merge the rows of a channel, if all of them were read.
    fn channel_read(&mut self, now: StreamTime, output: PassOutput) {
        let PassOutput::Rows(found) = output else { return };
        if self.names.len() > MAX_CACHED_NAMES {
            self.names.clear();
        }
        let server = self.server_time(now);
        if self.fill.as_mut().is_some_and(|fill| !fill.begin_merge(found)) {
            self.given_up = server;
        }
    }

    /// Takes back the sorted rows of a channel.
    pub(crate) fn channel_sorted(&mut self, merge: Box<ChannelMerge>) {
        match &mut self.fill {
            Some(fill) => fill.rows_sorted(merge),
            None => deferred_log::drop_later(merge),
        }
    }
}
