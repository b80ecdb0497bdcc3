//! Markdown helpers for text from other users: quotes and tables.

/// Formats a text as a quote, for posts that repeat the words of a user.
///
/// Mentions such as `@channel` in a quote still notify users.
///
/// ```
/// use mattermost::markdown;
///
/// let reason = "too slow\nand too old";
/// let text = format!("@bob asks for a laptop:\n{}", markdown::quote_text(reason));
/// assert_eq!(text, "@bob asks for a laptop:\n> too slow\n> and too old");
/// ```
pub fn quote_text(text: &str) -> String {
    let lines = text.lines().map(|line| format!("> {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Formats a table, which ends with a line break.
///
/// Cells can contain any text: line breaks become spaces, and vertical bars are escaped. Other Markdown is kept. Rows may
/// have fewer cells than the longest one.
///
/// ```
/// use mattermost::markdown;
///
/// let rows = [vec!["@bob", "yes|no"], vec!["@zoe"]];
/// let table = "|user|answer|\n|-|-|\n|@bob|yes\\|no|\n|@zoe||\n";
/// assert_eq!(markdown::format_table(["user", "answer"], rows), table);
/// ```
pub fn format_table<H, R>(header: H, rows: impl IntoIterator<Item = R>) -> String
where
    H: IntoIterator<Item: AsRef<str>>,
    R: IntoIterator<Item: AsRef<str>>,
{
    let mut all = vec![escape_row(header)];
    all.extend(rows.into_iter().map(escape_row));
    let columns = all.iter().map(Vec::len).max().unwrap_or(0);
    let mut table = String::new();
    for (number, row) in all.iter().enumerate() {
        table.push('|');
        for column in 0..columns {
            table.push_str(row.get(column).map_or("", String::as_str));
            table.push('|');
        }
        table.push('\n');
        if number == 0 {
            table = table + "|" + &"-|".repeat(columns) + "\n";
        }
    }
    table
}

fn escape_row(row: impl IntoIterator<Item: AsRef<str>>) -> Vec<String> {
    row.into_iter().map(|cell| escape_cell(cell.as_ref())).collect()
}

fn escape_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    let mut backslashes = 0;
    for c in text.trim().chars() {
        match c {
            '|' => {
                // Backslashes directly before a bar would cancel its escape.
                cell.extend(std::iter::repeat_n('\\', backslashes + 1));
                cell.push('|');
            }
            '\r' => {}
            '\n' => cell.push(' '),
            c => cell.push(c),
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
    }
    // At the end of a cell, they would escape its border.
    cell.extend(std::iter::repeat_n('\\', backslashes));
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_cell() {
        for (text, cell) in [
            ("", ""),
            (" a \n", "a"),
            ("a\r\nb\nc", "a b c"),
            ("a|b||", "a\\|b\\|\\|"),
            ("a\\|b", "a\\\\\\|b"),
            ("a\\", "a\\\\"),
            ("\\a\\b", "\\a\\b"),
            ("**bold** @all", "**bold** @all"),
        ] {
            assert_eq!(escape_cell(text), cell, "{text:?}");
        }
        // As a renderer reads it: a bar behind an even number of backslashes is a border.
        let hostile = ["|", "\\|", "\\\\|", "\\\\\\|", "a\\", "\\\\", "\n|-|-|\n", "|\\"];
        for text in hostile {
            let table = format_table(["a", "b"], [[text, "x"]]);
            let row = table.lines().nth(2).unwrap();
            let mut borders = 0;
            let mut escaped = false;
            for c in row.chars() {
                borders += usize::from(c == '|' && !escaped);
                escaped = c == '\\' && !escaped;
            }
            assert_eq!((table.lines().count(), borders), (3, 3), "{text:?}: {table}");
        }
    }

    #[test]
    fn tables_have_equal_rows() {
        assert_eq!(format_table(["a"], [[""; 0]; 0]), "|a|\n|-|\n");
        assert_eq!(format_table(["a"], [["b", "c"]]), "|a||\n|-|-|\n|b|c|\n");
        assert_eq!(format_table(vec![String::from("a")], &[vec![String::from("b")]]), "|a|\n|-|\n|b|\n");
    }

    #[test]
    fn each_line_is_quoted() {
        assert_eq!(quote_text("a\r\n\n> b\n"), "> a\n> \n> > b");
        assert_eq!(quote_text(""), "");
    }
}
