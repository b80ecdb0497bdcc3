//! Takes safeguards out, so that the fault run proves that it would see their absence. Does nothing in release builds.

use std::borrow::Cow;

/// Returns `true` if `RELAY_TEST_OMIT` names the safeguard.
pub fn omitted(safeguard: &str) -> bool {
    let named = |names: String| names.split(',').any(|name| name == safeguard);
    cfg!(debug_assertions) && std::env::var("RELAY_TEST_OMIT").is_ok_and(named)
}

/// Removes safeguards from a script of the store.
pub fn edit(script: &str) -> Cow<'_, str> {
    if !cfg!(debug_assertions) || std::env::var_os("RELAY_TEST_OMIT").is_none() {
        return script.into();
    }
    let mut script = script.to_owned();
    let rows = [
        ("last_append", "if last ~= ARGV[4] - 1 then return last end", ""),
        ("fence", "then return -1 end", "then end"),
        ("identity", "redis.call('ZADD', KEYS[3], 'NX', now, ARGV[i]) == 1", "true"),
        ("check", "if redis.call('GET', KEYS[1] .. ARGV[4]) ~= ARGV[1] then return 0 end", ""),
        ("check", "== 0 then return 0 end", "== 0 then end"),
        ("pending", "local found = entries('0')", "local found = {}"),
        ("trim", "return redis.call('XTRIM', KEYS[1], 'MINID', oldest)", ""),
        (
            "trim",
            "local function ms",
            "if 1 then return redis.call('XTRIM', KEYS[1], 'MAXLEN', 20) end local function ms",
        ),
    ];
    for (name, guarded, bare) in rows {
        if omitted(name) {
            script = script.replace(guarded, bare);
        }
    }
    script.into()
}

/// Delays the caller by the milliseconds in an environment variable.
pub fn delay(variable: &str) {
    let time = if cfg!(debug_assertions) { std::env::var(variable).ok() } else { None };
    if let Some(ms) = time.and_then(|ms| ms.parse().ok()) {
        std::thread::sleep(std::time::Duration::from_millis(ms));
    }
}
