//! The order of a conversation while questions are being posted.

use std::collections::VecDeque;

use super::super::catch_up::{
    CLOCK_TIMEOUT, MAX_FILL_BYTES, MAX_FILL_KEYS, MIN_START_INTERVAL, ServerPaging,
};
use super::super::subscribers::{Asked, Expected, Subscriber};
use super::*;
use crate::Origin;
use crate::model::UserId;
use crate::time_scale::TimeScale;

const CHANNEL: &str = "cccccccccccccccccccccccccc";
const BOB: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbb";
const ZOE: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

/// A stream with messages of a direct channel. The number of a message is its time.
struct Conversation {
    delivery: Delivery,
    receiver: Receiver<Event>,
}

impl Conversation {
    fn new(capacity: usize, policy: Overflow) -> Self {
        let settings = CatchUpSettings {
            horizon: None,
            capacity,
            block: policy == Overflow::Block,
            posted: true,
            edited: false,
            deleted: false,
            channels: None,
            not_recovered: Vec::new(),
            limits: ServerPaging { rows: 24, page: 7 },
            max_bytes: MAX_FILL_BYTES,
            max_keys: MAX_FILL_KEYS,
            between_starts: MIN_START_INTERVAL,
            clock_timeout: CLOCK_TIMEOUT,
            backoff_scale: TimeScale::REAL,
            seed: Some(1),
        };
        let (delivery, receiver) = Delivery::new(settings, policy, Cursor::default(), None);
        Self { delivery, receiver }
    }

    /// Prepares a question to a user. Its replies arrive at the receiver.
    fn prepare_question(&mut self, user: &str, repeated: bool) -> (SubscriberId, Receiver<Event>) {
        let expected = Expected {
            channel: CHANNEL.parse().unwrap(),
            user: user.parse::<UserId>().unwrap(),
            thread: None,
            asked: None,
        };
        let (sender, replies) = crossbeam_channel::bounded(1);
        let asker = Subscriber::Reply { expected, early: VecDeque::new(), sender, repeated };
        (self.delivery.subscribers_mut().add_subscriber(asker), replies)
    }

    fn question_posted(&mut self, id: SubscriberId, at: u64) {
        self.question_posted_as(id, at, "qqqqqqqqqqqqqqqqqqqqqqqqqq");
    }

    fn question_posted_as(&mut self, id: SubscriberId, at: u64, thread: &str) {
        let at = Timestamp::from_millis(i64::try_from(at).unwrap());
        let asked = Asked { thread: thread.parse().unwrap(), at };
        let messages = self.delivery.subscribers_mut().question_posted(id, asked);
        self.delivery.put_back(id, messages);
    }

    fn say(&mut self, user: &str, number: u64) -> EnqueueResult {
        self.say_while(user, number, "", || ())
    }

    /// Offers a message in the thread of `root`. `meanwhile` runs between the first look at the queue and the last.
    fn say_while(&mut self, user: &str, number: u64, root: &str, meanwhile: impl FnOnce()) -> EnqueueResult {
        let post = format!(
            r#"{{"id":"{number:p>26}","channel_id":"{CHANNEL}","user_id":"{user}","root_id":"{root}","create_at":{number},"message":"-"}}"#
        );
        let text = serde_json::json!({
            "event": "posted",
            "data": { "channel_type": "D", "post": post },
            "broadcast": { "channel_id": CHANNEL },
            "seq": number,
        });
        let text = text.to_string();
        let header = self.delivery.read_header(EventKind::Posted, &text);
        let cursor = Cursor { next_seq: number + 1, ..Cursor::default() };
        self.delivery.offer_event(header, cursor, None, StreamTime::default, || {
            meanwhile();
            Event::from_connection(EventKind::Posted, Some(number), text.clone().into(), Origin::Live)
        })
    }

    /// Takes the queued messages, and lets further ones in until there are no more.
    fn take_all(&mut self) -> Vec<u64> {
        let mut taken = Vec::new();
        loop {
            let before = taken.len();
            taken.extend(self.receiver.try_iter().filter_map(|event| event.seq()));
            self.delivery.poll_queues(StreamTime::default());
            if taken.len() == before && self.receiver.is_empty() {
                return taken;
            }
        }
    }
}

fn number_of(reply: &Receiver<Event>) -> Option<u64> {
    reply.try_recv().ok()?.seq()
}

#[test]
fn any_number_of_messages_stays_in_order_while_a_question_is_posted() {
    let mut conversation = Conversation::new(4096, Overflow::DropNewest);
    let (id, reply) = conversation.prepare_question(BOB, false);
    for number in 1..=200 {
        let user = if number % 2 == 0 { BOB } else { ZOE };
        assert_eq!(conversation.say(user, number), EnqueueResult::Taken);
    }
    conversation.question_posted(id, 149);
    conversation.say(BOB, 201);
    assert_eq!(number_of(&reply), Some(150));
    let expected: Vec<u64> = (1..=201).filter(|number| *number != 150).collect();
    assert_eq!(conversation.take_all(), expected);
}

/// A program that takes from the receiver does not hold the lock of the stream.
#[test]
fn no_message_overtakes_returned_ones() {
    let mut conversation = Conversation::new(2, Overflow::DropNewest);
    let (id, reply) = conversation.prepare_question(BOB, false);
    conversation.say(ZOE, 1);
    conversation.say(ZOE, 2);
    conversation.say(BOB, 3);
    conversation.question_posted(id, 10);
    let receiver = conversation.receiver.clone();
    let mut taken = Vec::new();
    conversation.say_while(ZOE, 4, "", || taken.extend(receiver.try_iter().filter_map(|event| event.seq())));
    assert_eq!(taken, [1, 2]);
    assert_eq!(conversation.take_all(), [3, 4]);
    assert_eq!(number_of(&reply), None);
}

#[test]
fn messages_that_cannot_be_kept_aside_find_a_full_queue() {
    for (policy, result) in
        [(Overflow::DropNewest, EnqueueResult::Dropped), (Overflow::Block, EnqueueResult::Full)]
    {
        let mut conversation = Conversation::new(2, policy);
        let (id, _reply) = conversation.prepare_question(BOB, false);
        conversation.say(ZOE, 1);
        conversation.say(ZOE, 2);
        for number in 3..67 {
            assert_eq!(conversation.say(BOB, number), EnqueueResult::Taken);
        }
        assert_eq!(conversation.say(BOB, 67), result);
        conversation.question_posted(id, 1000);
        assert_eq!(conversation.take_all(), (1..67).collect::<Vec<_>>());
    }
}

#[test]
fn questions_to_two_people_keep_the_order() {
    let mut conversation = Conversation::new(64, Overflow::DropNewest);
    let (bob, _to_bob) = conversation.prepare_question(BOB, false);
    let (zoe, _to_zoe) = conversation.prepare_question(ZOE, false);
    conversation.say(ZOE, 1);
    conversation.say(BOB, 2);
    conversation.say(ZOE, 3);
    // Message 1 must not be kept for the other question, behind 2 and 3.
    conversation.question_posted(zoe, 100);
    conversation.question_posted(bob, 100);
    assert_eq!(conversation.take_all(), [1, 2, 3]);
    // The end returns what is kept aside, in order, even if there is no room.
    let mut conversation = Conversation::new(1, Overflow::DropNewest);
    let (_bob, _to_bob) = conversation.prepare_question(BOB, false);
    let (_zoe, _to_zoe) = conversation.prepare_question(ZOE, false);
    conversation.say(ZOE, 1);
    conversation.say(BOB, 2);
    conversation.say(ZOE, 3);
    conversation.delivery.end_stream(Event::end_of_stream(Error::input("over")));
    assert_eq!(conversation.take_all(), [1, 2, 3]);
}

#[test]
fn a_repeated_question_returns_older_messages_first() {
    let mut conversation = Conversation::new(64, Overflow::DropNewest);
    let (id, reply) = conversation.prepare_question(BOB, true);
    conversation.say(BOB, 1);
    conversation.say(BOB, 2);
    conversation.say(ZOE, 3);
    conversation.say(BOB, 4);
    conversation.question_posted(id, 2);
    assert_eq!(number_of(&reply), Some(2));
    conversation.question_posted(id, 2);
    assert_eq!(number_of(&reply), Some(4));
    let kept = conversation.delivery.subscribers_mut().remove_subscriber(id);
    conversation.delivery.put_back(id, kept);
    assert_eq!(conversation.take_all(), [1, 3]);
}

/// Two questions to one user: a reply in the thread of the second one is not that of the first.
#[test]
fn a_reply_in_the_thread_of_a_question_answers_that_question() {
    let (one, two) = ("1".repeat(26), "2".repeat(26));
    let mut conversation = Conversation::new(8, Overflow::DropNewest);
    let (first, first_reply) = conversation.prepare_question(BOB, false);
    conversation.question_posted_as(first, 1, &one);
    let (second, second_reply) = conversation.prepare_question(BOB, false);
    conversation.question_posted_as(second, 2, &two);
    conversation.say_while(BOB, 3, &two, || ());
    assert_eq!((number_of(&first_reply), number_of(&second_reply)), (None, Some(3)));
    // In the thread of no open question: a reply like any other.
    conversation.say_while(BOB, 4, &two, || ());
    assert_eq!(number_of(&first_reply), Some(4));
}
