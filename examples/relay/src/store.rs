//! The store between relays and workers: a trait, and its implementation with Redis.

use std::time::Duration;

use mattermost::Position;
use redis::{Commands, Connection, ErrorKind, FromRedisValue, Script};

/// The version of the keys and their contents.
const SCHEMA_VERSION: &str = "1";
/// Events of a channel are always in the same partition. Part of the schema: changing it requires an empty store.
pub const PARTITION_COUNT: u32 = 16;
/// Events that a worker reads at once from each of its partitions.
const READ_COUNT: &str = "64";
const REPLY_TIMEOUT: Duration = Duration::from_secs(5);
const GROUP_NAME: &str = "workers";
/// The consumer is the partition, not the worker: the next worker finds the entries that are pending.
const CONSUMER_NAME: &str = "partition";

pub type Result<T> = std::result::Result<T, StoreError>;

#[derive(Debug)]
pub enum StoreError {
    /// The store is full, read-only, starting or unreachable: the same call may succeed later.
    Unavailable(String),
    /// The store belongs to another schema or account: no later call can succeed.
    Refused(String),
}

/// An event to store. `edit_identity` is empty unless the event is a post that was caught up after its edit.
pub struct NewEvent {
    pub identity: String,
    pub edit_identity: String,
    pub partition: String,
    pub json: String,
}

pub enum Lead {
    /// This relay leads, and continues from the position after the last append.
    Own(Option<Position>),
    Other,
}

pub enum Appended {
    /// The number of the last append of this session that the store has. If it is below the one of this append, the store
    /// lost changes: those after it must be appended again.
    Through(u64),
    /// Another relay holds the lease, or none.
    NotLeader,
    /// The store does not know this session: it lost the state that the session began from.
    Unknown,
}

/// An event to process. `as_edit` is set if its post was stored before, and only the edit in it is new.
pub struct Delivery {
    pub partition: u32,
    pub id: String,
    pub json: String,
    pub as_edit: bool,
}

/// A store of events. Each method is atomic, and may be repeated if its outcome is unknown.
///
/// A store belongs to one session of one relay or worker, and has a random token that names it. A counter in the store
/// would not do: a store that lost its last changes issues it again.
pub trait EventStore: Send {
    /// Checks the schema, and that all programs of a role (`relay`, `worker`) use the same account.
    fn register(&mut self, role: &str, account: &str) -> Result<()>;
    /// Acquires the lease, or renews it, and begins the session unless it began before. Twins always lead.
    fn lead(&mut self, begins: bool) -> Result<Lead>;
    /// Stores the events whose identities are new, and the position. `number` counts the appends of this session from 1:
    /// an append that is repeated is stored once, and one that does not follow the last one in the store is not stored.
    fn append(&mut self, number: u64, at: &Position, events: &[NewEvent]) -> Result<Appended>;
    /// Renews this worker's share of the partitions, and returns their next events, in order within each. Unfinished events
    /// are returned first, and again.
    fn read(&mut self) -> Result<Vec<Delivery>>;
    /// Renews the leases, and counts an attempt if asked to. Returns the number of attempts, `None` if the event is lost.
    fn check(&mut self, delivery: &Delivery, attempt: bool) -> Result<Option<u32>>;
    /// Marks the event as processed, or as a dead letter. Returns `false` if it is another worker's now.
    fn finish(&mut self, delivery: &Delivery, failure: Option<&str>) -> Result<bool>;
    /// Deletes the events that are processed and older than `retention`. Returns their number.
    fn trim(&mut self, retention: Duration) -> Result<u64>;
}

// The first arguments of all scripts are the token, the lease in ms, and the shape: `lease` or `twins`.

/// KEYS: lease, state, session. ARGV: `1` if the session begins. A session is forgotten an hour after its last append.
const LEAD_SCRIPT: &str = r"
local holder = ARGV[3] == 'lease' and redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
if ARGV[3] == 'lease' then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
if ARGV[4] == '1' then redis.call('SET', KEYS[3], 0, 'NX', 'EX', 3600) end
return redis.call('HGET', KEYS[2], 'position') or ''";

/// KEYS: lease, state, seen, session, prefix of the streams. ARGV: number, position, seconds that identities are kept, and
/// for each event identity, edit identity, partition and JSON.
const APPEND_SCRIPT: &str = r"
local last = tonumber(redis.call('GET', KEYS[4]) or -2)
if ARGV[3] == 'lease' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if last ~= ARGV[4] - 1 then return last end
local now = tonumber(redis.call('TIME')[1])
for i = 7, #ARGV, 4 do
  local new = redis.call('ZADD', KEYS[3], 'NX', now, ARGV[i]) == 1
  local new_edit = ARGV[i+1] ~= '' and redis.call('ZADD', KEYS[3], 'NX', now, ARGV[i+1]) == 1
  if new or new_edit then
    redis.call('XADD', KEYS[5] .. ARGV[i+2], '*', 'event', ARGV[i+3], 'as', new and '' or 'edit')
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[6])
redis.call('HSET', KEYS[2], 'position', ARGV[5])
redis.call('SET', KEYS[4], ARGV[4], 'EX', 3600)
if ARGV[3] == 'lease' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return tonumber(ARGV[4])";

/// KEYS: workers, prefixes of leases and streams. ARGV: number of partitions, group, consumer, count. The lease is checked
/// here, or a worker that was stopped takes events that its holder never sees. A full store refuses ZADD, and its events
/// must be processed all the same. Leases are renewed after a quarter of their time: each renewal is a write to the disk.
const READ_SCRIPT: &str = r"
local now = redis.call('TIME')[1] * 1000
if now - (redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) > ARGV[2] / 4 then redis.pcall('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
local share = math.ceil(ARGV[4] / math.max(1, redis.call('ZCARD', KEYS[1])))
local mine, free, events = {}, {}, {}
for p = 0, ARGV[4] - 1 do
  local holder = redis.call('GET', KEYS[2] .. p)
  if not holder then free[#free+1] = p
  elseif holder == ARGV[1] and #mine >= share then redis.call('DEL', KEYS[2] .. p)
  elseif holder == ARGV[1] then mine[#mine+1] = p end
  local late = holder == ARGV[1] and redis.call('PTTL', KEYS[2] .. p) < ARGV[2] * 0.75
  if late then redis.call('PEXPIRE', KEYS[2] .. p, ARGV[2]) end
end
for _, p in ipairs(free) do
  if #mine < share and type(redis.pcall('SET', KEYS[2] .. p, ARGV[1], 'PX', ARGV[2])) == 'table' then mine[#mine+1] = p end
end
for _, p in ipairs(mine) do
  redis.pcall('XGROUP', 'CREATE', KEYS[3] .. p, ARGV[5], '0', 'MKSTREAM')
  local function entries(from)
    local read = redis.call('XREADGROUP', 'GROUP', ARGV[5], ARGV[6], 'COUNT', ARGV[7], 'STREAMS', KEYS[3] .. p, from)
    return read and read[1][2] or {}
  end
  local found = entries('0')
  if #found == 0 then found = entries('>') end
  for _, entry in ipairs(found) do
    local fields = entry[2] or {}
    events[#events+1] = {p, entry[1], fields[2] or '', fields[4] or ''}
  end
end
return events";

/// KEYS: prefix of the leases, stream, attempts. ARGV: partition, number of partitions, group, entry, attempts to count.
/// The entry must be pending too: the lease may have been another worker's in the meantime.
const CHECK_SCRIPT: &str = r"
if redis.call('GET', KEYS[1] .. ARGV[4]) ~= ARGV[1] then return 0 end
for p = 0, ARGV[5] - 1 do
  local mine = redis.call('GET', KEYS[1] .. p) == ARGV[1]
  if mine and redis.call('PTTL', KEYS[1] .. p) < ARGV[2] * 0.75 then redis.call('PEXPIRE', KEYS[1] .. p, ARGV[2]) end
end
if #redis.call('XPENDING', KEYS[2], ARGV[6], ARGV[7], ARGV[7], 1) == 0 then return 0 end
if ARGV[8] == '0' then return tonumber(redis.call('HGET', KEYS[3], ARGV[7]) or 1) end
local attempts = redis.pcall('HINCRBY', KEYS[3], ARGV[7], 1)
return type(attempts) == 'number' and attempts or 2";

/// KEYS: lease, stream, attempts, dead letters. ARGV: group, entry, failure, JSON.
const FINISH_SCRIPT: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[6] ~= '' then redis.call('XADD', KEYS[4], '*', 'entry', ARGV[5], 'failure', ARGV[6], 'event', ARGV[7]) end
redis.call('HDEL', KEYS[3], ARGV[5])
return redis.call('XACK', KEYS[2], ARGV[4], ARGV[5])";

/// KEYS: stream. ARGV: age in ms. Deletes nothing that a group has not read or not finished.
const TRIM_SCRIPT: &str = r"
local function ms(id) return tonumber(string.match(id, '%d+')) end
local oldest = string.format('%.0f-0', math.max(0, redis.call('TIME')[1] * 1000 - ARGV[4]))
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if #groups == 0 then return 0 end
for _, group in ipairs(groups) do
  local pending = redis.call('XPENDING', KEYS[1], group[2])
  local needed = pending[1] > 0 and pending[2] or group[8]
  if ms(needed) < ms(oldest) then oldest = needed end
end
return redis.call('XTRIM', KEYS[1], 'MINID', oldest)";

pub struct RedisStore {
    client: redis::Client,
    connection: Option<Connection>,
    name: String,
    token: String,
    lease: Duration,
    /// Identities are kept this long: for an hour longer than a catch-up looks back.
    memory: Duration,
    twins: bool,
}

impl RedisStore {
    /// `name` separates accounts that share a Redis. Nothing is sent yet.
    pub fn new(url: &str, name: &str, lease: Duration, memory: Duration, twins: bool) -> Result<Self> {
        let refused = |error: &dyn std::fmt::Display| StoreError::Refused(error.to_string());
        let client = redis::Client::open(url).map_err(|error| refused(&error))?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| refused(&error))?;
        let token = format!("{}-{:032x}", std::process::id(), u128::from_le_bytes(random));
        Ok(Self { client, connection: None, name: name.to_owned(), token, lease, memory, twins })
    }

    /// The braces keep all keys on one node of a cluster, as the scripts require.
    fn key(&self, key: &str) -> String {
        format!("{{{}}}:{key}", self.name)
    }

    /// Connects if necessary. After an error the next call connects again: a late reply to this command would be read
    /// as the reply to the next.
    fn with<T>(&mut self, run: impl FnOnce(&mut Connection) -> redis::RedisResult<T>) -> Result<T> {
        let connect = || self.client.get_connection_with_timeout(REPLY_TIMEOUT);
        let result = self.connection.take().map_or_else(connect, Ok).and_then(|mut connection| {
            connection.set_read_timeout(Some(REPLY_TIMEOUT))?;
            connection.set_write_timeout(Some(REPLY_TIMEOUT))?;
            Ok((run(&mut connection)?, connection))
        });
        let (value, connection) = result.map_err(|error| {
            let denied = error.kind() == ErrorKind::AuthenticationFailed || error.code() == Some("NOAUTH");
            let kind = if denied { StoreError::Refused } else { StoreError::Unavailable };
            kind(format!("Redis at {}: {error}", self.client.get_connection_info().addr))
        })?;
        self.connection = Some(connection);
        Ok(value)
    }

    fn invoke<T: FromRedisValue>(&mut self, script: &str, keys: &[&str], args: &[&str]) -> Result<T> {
        let script = Script::new(&crate::faults::edit(script));
        let mut call = script.arg(&self.token);
        call.arg(self.lease.as_millis() as u64).arg(if self.twins { "twins" } else { "lease" }).arg(args);
        call.key(keys.iter().map(|key| self.key(key)).collect::<Vec<_>>());
        self.with(|connection| call.invoke(connection))
    }
}

impl EventStore for RedisStore {
    fn register(&mut self, role: &str, account: &str) -> Result<()> {
        let meta = self.key("meta");
        for (field, own) in [("schema", SCHEMA_VERSION), (role, account)] {
            self.with(|connection| connection.hset_nx::<_, _, _, ()>(&meta, field, own))?;
            let stored: String = self.with(|connection| connection.hget(&meta, field))?;
            if stored != own {
                let what = format!("the store has {field} `{stored}`, this program `{own}`");
                return Err(StoreError::Refused(what + ": set RELAY_NAME to another name"));
            }
        }
        Ok(())
    }

    fn lead(&mut self, begins: bool) -> Result<Lead> {
        let (session, begins) = (format!("session:{}", self.token), if begins { "1" } else { "0" });
        let state: Option<String> = self.invoke(LEAD_SCRIPT, &["lease", "state", &*session], &[begins])?;
        let Some(text) = state else { return Ok(Lead::Other) };
        let position = (!text.is_empty()).then(|| serde_json::from_str(&text)).transpose();
        position.map(Lead::Own).map_err(|error| StoreError::Refused(format!("stored position: {error}")))
    }

    fn append(&mut self, number: u64, at: &Position, events: &[NewEvent]) -> Result<Appended> {
        let position = serde_json::to_string(at).unwrap_or_default();
        let numbers = [number, self.memory.as_secs()].map(|number| number.to_string());
        let mut args = vec![&*numbers[0], &*position, &*numbers[1]];
        for event in events {
            args.extend([&*event.identity, &*event.edit_identity, &*event.partition, &*event.json]);
        }
        let keys = ["lease", "state", "seen", &format!("session:{}", self.token), "events:"];
        Ok(match self.invoke::<i64>(APPEND_SCRIPT, &keys, &args)? {
            -1 => Appended::NotLeader,
            -2 => Appended::Unknown,
            number => Appended::Through(number.unsigned_abs()),
        })
    }

    fn read(&mut self) -> Result<Vec<Delivery>> {
        let args = [&*PARTITION_COUNT.to_string(), GROUP_NAME, CONSUMER_NAME, READ_COUNT];
        let read: Vec<(u32, String, String, String)> =
            self.invoke(READ_SCRIPT, &["workers", "part:", "events:"], &args)?;
        let rows = read.into_iter().map(|(partition, id, json, form)| (partition, id, json, form == "edit"));
        Ok(rows.map(|(partition, id, json, as_edit)| Delivery { partition, id, json, as_edit }).collect())
    }

    fn check(&mut self, delivery: &Delivery, attempt: bool) -> Result<Option<u32>> {
        let (partition, count) = (delivery.partition.to_string(), PARTITION_COUNT.to_string());
        let args = [&*partition, &*count, GROUP_NAME, &*delivery.id, if attempt { "1" } else { "0" }];
        let keys = ["part:", &format!("events:{partition}"), &format!("attempts:{partition}")];
        self.invoke(CHECK_SCRIPT, &keys, &args).map(|attempts: u32| (attempts > 0).then_some(attempts))
    }

    fn finish(&mut self, delivery: &Delivery, failure: Option<&str>) -> Result<bool> {
        let keys = ["part", "events", "attempts"].map(|key| format!("{key}:{}", delivery.partition));
        let args = [GROUP_NAME, &*delivery.id, failure.unwrap_or_default(), &*delivery.json];
        self.invoke(FINISH_SCRIPT, &[&*keys[0], &*keys[1], &*keys[2], "dead"], &args)
    }

    fn trim(&mut self, retention: Duration) -> Result<u64> {
        let age = retention.as_millis().to_string();
        let mut trim =
            |partition| self.invoke::<u64>(TRIM_SCRIPT, &[&format!("events:{partition}")], &[&age]);
        (0..PARTITION_COUNT).map(&mut trim).sum()
    }
}
