//! Methods of the REST groups are about three lines over `Call`: the longer ones, each with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::routes::{functions, sources};

/// Code of two, that the formatter breaks into more lines.
const BROKEN: &str = "a long template or body, broken by the formatter";
const PAGES: &str = "pages by a cursor that the server's answer holds, and no page number";
const PART: &str = "the answer has one member that callers want, or an irregular shape";

const LONGER: &[(&str, &str)] = &[
    ("access_control.activate", BROKEN),
    ("access_control.all", PAGES),
    ("access_control.all_channels", PAGES),
    ("access_control.assign", BROKEN),
    ("access_control.deactivate", BROKEN),
    ("access_control.matches_me", PART),
    ("access_control.search_channels", BROKEN),
    ("access_control.unassign", BROKEN),
    ("channels.disable_autotranslation", BROKEN),
    ("channels.enable_autotranslation", BROKEN),
    ("channels.is_member", "a 404 is an answer, and no error"),
    ("channels.list_for_user_since", BROKEN),
    ("channels.move_to_team", BROKEN),
    ("cloud.download_invoice", BROKEN),
    ("cloud.validate_email", PART),
    ("commands.create_or_update", "looks for the command first"),
    ("compliance.download", BROKEN),
    ("data_retention.search_channels", BROKEN),
    ("data_retention.search_teams", BROKEN),
    ("exports.download", BROKEN),
    ("files.path", "opens the file, and says what is wrong with it"),
    ("files.reader", "a proxy may not know ranges"),
    ("files.save_all", "makes the folder, and leaves what is there"),
    ("files.write_to", "limit and progress at every piece"),
    ("jobs.download", BROKEN),
    ("ldap.all_groups", PAGES),
    ("ldap.migrate_id", BROKEN),
    ("oauth.deauthorize", BROKEN),
    ("outgoing_oauth_connections.all", PAGES),
    ("outgoing_oauth_connections.update", BROKEN),
    ("plugins.install_from_url", BROKEN),
    ("plugins.install_from_url_over", BROKEN),
    ("posts.all_in_thread", PAGES),
    ("posts.changes", "pages where the server's list ends at 1,000 rows"),
    ("posts.create", "a key of its own for each attempt, and a look at whose post came back"),
    ("posts.create_in_parts", "the later parts go into the thread of the first"),
    ("posts.create_once", "looks for the key before and after each attempt"),
    ("posts.create_with_files", "uploads first, and nothing is posted if one fails"),
    ("posts.find_keys", "looks through pages of posts"),
    ("posts.patch", "keeps the props that are not changed"),
    ("posts.remind", BROKEN),
    ("posts.set_unread", BROKEN),
    ("remote_clusters.generate_invite", PART),
    ("remote_clusters.set_user_image", BROKEN),
    ("reports.all_posts", PAGES),
    ("reports.all_users", PAGES),
    ("shared_channels.get_remote_info_with_deleted", BROKEN),
    ("system.support_packet", BROKEN),
    ("teams.import_slack", PART),
    ("uploads.upload_with", "looks for what an earlier run began"),
    ("users.accept_terms", BROKEN),
    ("users.change_password", BROKEN),
    ("users.create_by_invite", BROKEN),
    ("users.create_by_token", BROKEN),
    ("users.decline_terms", BROKEN),
    ("users.exchange_sso_code", PART),
    ("users.stream_channel_members", BROKEN),
    ("webhooks.send", BROKEN),
    ("webhooks.send_delayed", BROKEN),
];

#[test]
fn methods_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rest");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let (mut all, mut longer, mut longest) = (0, BTreeMap::new(), (0, String::new()));
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let relative = file.strip_prefix(&root).unwrap();
        longest = longest.max((text.lines().count(), relative.display().to_string()));
        let group = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        for function in functions(&text) {
            let lines = function.lines();
            all += 1;
            if lines > 3 {
                longer.insert(format!("{group}.{}", function.name), lines);
            }
        }
    }
    let share = 100.0 * longer.len() as f64 / f64::from(all);
    println!(
        "{} of {all} methods have more than three lines: {share:.1} %; the longest file is src/rest/{} with {} lines",
        longer.len(),
        longest.1,
        longest.0
    );
    let known: BTreeMap<&str, &str> = LONGER.iter().copied().collect();
    let mut faults: Vec<String> = longer
        .keys()
        .filter(|name| !known.contains_key(&***name))
        .map(|name| format!("{name} is long, and has no reason"))
        .collect();
    let stale = known.keys().filter(|name| !longer.contains_key(**name));
    faults.extend(stale.map(|name| format!("{name} is short")));
    assert!(share <= 10.0, "{share:.1} %");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn methods_are_compiled_where_they_are_called() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rest"), &mut files);
    let (mut inline, mut others) = (0, Vec::new());
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].starts_with("    pub fn ")) {
            if pair[0] == "    #[inline]" {
                inline += 1;
            } else {
                others.push(format!("{}: {}", file.display(), pair[1].trim()));
            }
        }
    }
    assert!(inline > 600, "{inline}");
    assert!(others.is_empty(), "without #[inline]:\n{}", others.join("\n"));
}
