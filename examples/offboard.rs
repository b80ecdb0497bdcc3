//! Deactivates the accounts that a CSV names in its first column: `offboard leavers.csv [--dry-run]`.

mod demo;

use std::collections::BTreeSet;
use std::error::Error;

/// What is worked on without a file: the accounts of the in-process server, and one that is not there.
const SAMPLE: &str = "username,last day\nbob,2026-11-30\n\"zoe\",2026-11-30\nnobody,2026-11-30\n";

/// The first column, without the heading. Names hold no commas.
fn names(csv: &str) -> BTreeSet<&str> {
    let cells = csv.lines().skip(1).filter_map(|line| line.split(',').next());
    cells.map(|cell| cell.trim().trim_matches('"')).filter(|name| !name.is_empty()).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut dry, mut file) = (false, None);
    for arg in std::env::args().skip(1) {
        if arg == "--dry-run" { dry = true } else { file = Some(arg) }
    }
    let csv = match (file, demo::server()?) {
        (Some(file), _) => std::fs::read_to_string(file)?,
        (None, Some(_)) => SAMPLE.into(),
        (None, None) => return Err("usage: offboard leavers.csv [--dry-run]".into()),
    };

    let mut client = demo::admin()?;
    if dry {
        // From here on a call that writes is an error, and no accident.
        client = client.read_only();
    }
    let wanted: Vec<&str> = names(&csv).into_iter().collect();
    let found = client.users().list_by_usernames(&wanted)?; // 200 a call
    let (mut done, mut failed) = (0, 0);
    for user in &found {
        if user.delete_at.as_millis() > 0 {
            println!("{}: was not active", user.username);
        } else if dry {
            println!("{}: would be deactivated", user.username);
        } else if let Err(error) = client.users().deactivate(&user.id) {
            if error.is_unauthorized() {
                return Err(error.into());
            }
            failed += 1;
            eprintln!("{}: {error}", user.username);
        } else {
            done += 1;
            println!("{}: deactivated", user.username);
        }
    }
    let known: BTreeSet<&str> = found.iter().map(|user| user.username.as_str()).collect();
    for name in wanted.iter().filter(|name| !known.contains(*name)) {
        println!("{name}: there is no such account");
    }
    println!("{done} deactivated, {failed} failed, {} unknown", wanted.len() - found.len());
    if failed > 0 { Err("not all were deactivated".into()) } else { Ok(()) }
}
