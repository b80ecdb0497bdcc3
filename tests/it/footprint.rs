//! The footprint section of the README against the limits that `benches/footprint.rs` checks.

use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- footprint -->\n";
const END: &str = "<!-- end of footprint -->";

/// `UPDATE=1` writes the section.
#[test]
fn the_readme_shows_the_limits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let limits = fs::read_to_string(root.join("benches/footprint.tsv")).unwrap();
    let mut table = "| count | at most | measured | on |\n| --- | --- | --- | --- |\n".to_owned();
    for row in limits.lines().filter(|row| !row.starts_with('#')) {
        let [name, limit, measured, date, reason] = *row.split('\t').collect::<Vec<_>>() else {
            panic!("five columns: {row}")
        };
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        assert!(number(measured) <= number(limit), "above the limit: {row}");
        assert!(date.len() == 10 && !reason.is_empty(), "{row}");
        table += &format!("| {name} | {limit} | {measured} | {date} |\n");
    }
    let path = root.join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the section");
    let (section, after) = rest.split_once(END).expect("the end of the section");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(section, table, "UPDATE=1 writes the section");
    }
}
