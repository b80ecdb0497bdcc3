//! Deactivates the accounts that a CSV names in its first column: `offboard leavers.csv [--dry-run]`. Environment:
//! `MATTERMOST_URL`, `MATTERMOST_TOKEN` of an administrator.

use std::collections::BTreeSet;
use std::error::Error;

use mattermost::{Client, Result};

#[derive(Debug, Default, PartialEq)]
struct Report {
    deactivated: usize,
    failed: usize,
    unknown: usize,
}

/// The first column, without the heading. Names contain no commas.
fn names(csv: &str) -> BTreeSet<&str> {
    let cells = csv.lines().skip(1).filter_map(|line| line.split(',').next());
    cells.map(|cell| cell.trim().trim_matches('"')).filter(|name| !name.is_empty()).collect()
}

fn offboard(client: &Client, csv: &str, dry_run: bool) -> Result<Report> {
    let wanted: Vec<&str> = names(csv).into_iter().collect();
    let found = client.users().list_by_usernames(&wanted)?; // 200 a call
    let mut report = Report { unknown: wanted.len() - found.len(), ..Report::default() };
    for user in &found {
        if !user.delete_at.is_never() {
            println!("{}: was not active", user.username);
        } else if dry_run {
            println!("{}: would be deactivated", user.username);
        } else if let Err(error) = client.users().deactivate(&user.id) {
            if error.is_unauthorized() {
                return Err(error);
            }
            report.failed += 1;
            eprintln!("{}: {error}", user.username);
        } else {
            report.deactivated += 1;
            println!("{}: deactivated", user.username);
        }
    }
    let known: BTreeSet<&str> = found.iter().map(|user| user.username.as_str()).collect();
    for name in wanted.iter().filter(|name| !known.contains(*name)) {
        println!("{name}: no such account");
    }
    Ok(report)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (file, dry_run) = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [file] => (file.to_owned(), false),
        [file, "--dry-run"] | ["--dry-run", file] => (file.to_owned(), true),
        _ => return Err("usage: offboard leavers.csv [--dry-run]".into()),
    };
    let csv = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let client = Client::from_env()?;
    // With a read-only client, a call that writes is an error.
    let client = if dry_run { client.read_only() } else { client };
    let report = offboard(&client, &csv, dry_run)?;
    println!("{report:?}");
    if report.failed > 0 { Err("not all were deactivated".into()) } else { Ok(()) }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    #[test]
    fn deactivates_what_is_active_once() {
        let csv = "username,last day\nbob,2026-11-30\n\"zoe\",2026-11-30\nnobody,2026-11-30\n\n";
        let server = TestServer::start().unwrap();
        let admin = server.client("admin").unwrap();
        let report = offboard(&admin.clone().read_only(), csv, true).unwrap();
        assert_eq!(report, Report { unknown: 1, ..Report::default() });
        let refused = offboard(&server.client("janedoe").unwrap(), csv, false).unwrap();
        assert_eq!(refused, Report { failed: 2, unknown: 1, ..Report::default() });
        let report = offboard(&admin, csv, false).unwrap();
        assert_eq!(report, Report { deactivated: 2, unknown: 1, ..Report::default() });
        assert_eq!(offboard(&admin, csv, false).unwrap(), Report { unknown: 1, ..Report::default() });
        assert!(server.client("bob").is_err());
    }
}
