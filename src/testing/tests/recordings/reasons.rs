//! What may differ, and why.

/// Version, exchange or frame, member and reason. `*` is any text, also in the midst.
const REASONS: &[(&str, &str, &str, &str)] = &[
    ("*", "unreads", "[0].*count*", "messages between the two recordings"),
    ("*", "analytics", "[*].value", "posts and users between the two recordings, connections of a database"),
    ("*", "jobs", ".length", "jobs of the upgrade of a database"),
    ("*", "config patch: *", ".data.config.*", "keys and IDs of an installation, settings of its build"),
    ("*", "client config", ".*", "keys and IDs of an installation, settings of its build"),
    ("5.37", "my threads", ".threads[0].*", "a thread keeps what a deleted reply added to it"),
    (
        "5.37",
        "POST posts: bob2 hears posted",
        "missing",
        "a session's copy in the server outlives its logout",
    ),
];

/// Returns the reason for which a member may differ.
pub(super) fn reason_of(version: &str, what: &str, path: &str) -> Option<&'static str> {
    let row = REASONS
        .iter()
        .find(|(of, call, member, _)| fits(of, version) && fits(call, what) && fits(member, path));
    row.map(|(.., reason)| *reason)
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            after.is_empty() || rest.char_indices().any(|(at, _)| fits(after, &rest[at..]))
        }),
    }
}
