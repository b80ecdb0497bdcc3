//! The fields of the models against the inventory, `tests/data/models.tsv`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Fields that our models do not have, and why.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("ChannelSearch", "page", "changes the answer's shape: an argument of the search that counts"),
    ("ChannelSearch", "per_page", "as `page`"),
    ("CommandArgs", "parent_id", "the older word for `root_id`"),
    ("CommandArgs", "trigger_id", "made by the server"),
    ("CommandArgs", "user_id", "made by the server"),
    ("GroupDraft", "channel_member_count", "only in answers"),
    ("GroupDraft", "channel_member_timezones_count", "only in answers"),
    ("GroupDraft", "create_at", "only in answers"),
    ("GroupDraft", "delete_at", "only in answers"),
    ("GroupDraft", "has_syncables", "only in answers"),
    ("GroupDraft", "id", "only in answers"),
    ("GroupDraft", "member_count", "only in answers"),
    ("GroupDraft", "member_ids", "only in answers"),
    ("GroupDraft", "remote_id", "only of a directory service's groups"),
    ("GroupDraft", "update_at", "only in answers"),
    ("PostPriority", "ChannelId", "never sent"),
    ("PostPriority", "PostId", "never sent"),
    ("SubmitDialogRequest", "user_id", "made by the server"),
    ("TeamSearch", "page", "changes the answer's shape: an argument of the search that counts"),
    ("TeamSearch", "per_page", "as `page`"),
];

#[derive(Default)]
struct Struct {
    fields: BTreeSet<String>,
    /// Types whose fields stand among ours.
    flat: Vec<String>,
}

/// The structs of `src/model` with the names of their fields on the wire.
fn structs(folder: &Path, found: &mut BTreeMap<String, Struct>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            structs(&path, found);
        } else {
            read(&fs::read_to_string(path).unwrap(), found);
        }
    }
}

fn read(text: &str, found: &mut BTreeMap<String, Struct>) {
    let mut lines = text.lines();
    let mut pascal = false;
    while let Some(line) = lines.next() {
        // Most are declared by `model!` or `input!`.
        let indent = if line.starts_with("    ") { "    " } else { "" };
        let line = line.trim_start();
        let Some((name, rest)) = line.strip_prefix("pub struct ").and_then(|rest| rest.split_once(" {"))
        else {
            pascal = line.starts_with("#[") && (pascal || line.contains("rename_all = \"PascalCase\""));
            continue;
        };
        let (mut this, mut attributes) = (Struct::default(), String::new());
        let (mut is_open, mut is_optional) = (rest.is_empty(), false);
        while let Some(line) = lines.clone().next() {
            if !is_open {
                if line.trim_start() != "optional {" {
                    break;
                }
                is_optional = true;
            }
            lines.next();
            is_open = line.strip_prefix(indent) != Some("}");
            let line = line.trim_start();
            let prefix = if is_optional { "" } else { "pub " };
            if line.starts_with("#[") {
                attributes.push_str(line);
            } else if line.starts_with("///") {
            } else if let Some((field, kind)) =
                line.strip_prefix(prefix).and_then(|rest| rest.split_once(": "))
            {
                if attributes.contains("flatten") {
                    this.flat.push(kind.trim_end_matches(',').to_owned());
                } else if !attributes.contains("serde(skip)") {
                    let renamed =
                        attributes.split_once("rename = \"").and_then(|(_, rest)| rest.split('"').next());
                    let name = if pascal { in_pascal_case(field) } else { field.to_owned() };
                    this.fields.insert(renamed.map_or(name, str::to_owned));
                }
                attributes.clear();
            }
        }
        found.insert(name.to_owned(), this);
    }
}

fn in_pascal_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| word[..1].to_uppercase().chars().chain(word[1..].chars()).collect::<Vec<_>>())
        .collect()
}

fn fields(name: &str, all: &BTreeMap<String, Struct>) -> BTreeSet<String> {
    let this = all.get(name).unwrap_or_else(|| panic!("no struct {name}"));
    let mut fields = this.fields.clone();
    for flat in &this.flat {
        if all.contains_key(flat) {
            fields.extend(self::fields(flat, all));
        }
    }
    fields
}

#[test]
fn the_models_have_every_field_of_the_inventory() {
    let mut all = BTreeMap::new();
    structs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model"), &mut all);
    let (mut faults, mut models, mut count) = (Vec::new(), 0, 0);
    let mut used = BTreeSet::new();
    for line in include_str!("../data/models.tsv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (ours, wanted) = (cells[1], cells[2]);
        let have = fields(ours, &all);
        models += 1;
        for field in wanted.split(' ') {
            count += 1;
            if have.contains(field) {
                continue;
            }
            if LEFT_OUT.iter().any(|(model, left, _)| *model == ours && *left == field) {
                used.insert((ours, field));
            } else {
                faults.push(format!("{ours} has no {field}"));
            }
        }
    }
    for (model, field, _) in LEFT_OUT {
        if !used.contains(&(*model, *field)) {
            faults.push(format!("{model}.{field} is in the list of fields that are left out, and is not"));
        }
    }
    println!("{models} models, {count} fields, {} left out", used.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
