//! What searches find, as measured on real servers.

use super::*;

const MEASURED: &str = include_str!("search.tsv");

#[test]
fn searches_find_what_they_find_on_real_servers() {
    for version in ["11.6.0", "5.37.0"] {
        let server = TestServer::builder().version(version).start().unwrap();
        server.add_private_channel("awesome-chat", "searched", "Searched", &["admin"]);
        let today = day_of(server.now());
        let yesterday = day_of(server.now() - 86_400_000);
        let admin = Http::new(&server, "admin");
        let path = format!("/teams/{}/posts/search", server.team_id("awesome-chat"));
        let (mut ids, mut rows) = (Vec::new(), 0);
        for line in MEASURED.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let text: String = serde_json::from_str(cells[1]).unwrap();
            if cells[0] == "text" {
                ids.push(server.post_as("admin", "searched", &text));
                continue;
            }
            let same =
                |cell: &'static str, otherwise: &'static str| if cell == "=" { otherwise } else { cell };
            let all =
                if version < "6" && version.starts_with('5') { same(cells[4], cells[2]) } else { cells[2] };
            let new_any = same(cells[3], cells[2]);
            let any = if version.starts_with('5') { same(cells[5], new_any) } else { new_any };
            let named =
                ["from:admin in:C", "C hello", "~C hello", "in:C"].iter().any(|part| text.contains(part));
            let mut terms = if named { text.replace('C', "searched") } else { text.clone() };
            for (mark, date) in [(":T", &today), (":Y", &yesterday)] {
                terms = terms.replace(mark, &format!(":{date}"));
            }
            for (or, expected) in [(false, all), (true, any)] {
                let got = admin.post(&path, &json!({"terms": terms, "is_or_search": or})).json();
                let order = got["order"].as_array().unwrap().iter();
                let found: Vec<String> = order
                    .map(|id| ids.iter().position(|known| known == id.as_str().unwrap()).unwrap().to_string())
                    .collect();
                let found = if found.is_empty() { "-".to_owned() } else { found.join(",") };
                assert_eq!(found, expected, "{version}: {terms:?}, any word: {or}");
            }
            rows += 1;
        }
        assert_eq!(rows, 112);
    }
}

/// Returns the day of a time, `2026-11-27`.
fn day_of(millis: i64) -> String {
    let days = millis.div_euclid(86_400_000);
    let year = (1970..).find(|year| crate::time::days_since_epoch(year + 1, 1, 1) > days).unwrap();
    let month = (1..=12).rev().find(|month| crate::time::days_since_epoch(year, *month, 1) <= days).unwrap();
    format!("{year:04}-{month:02}-{:02}", days - crate::time::days_since_epoch(year, month, 1) + 1)
}
