//! Files: metadata, upload results and search results.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{ChannelId, FileId, PostId, RemoteId, UserId};

model! {
    /// Metadata of an uploaded file. The content is available from `client.files()`.
    pub struct FileInfo {
        /// The ID.
        pub id: FileId,
        /// ID of the user who uploaded the file.
        pub user_id: UserId,
        /// ID of the post to which the file is attached. Empty if it is not attached.
        pub post_id: PostId,
        /// ID of the channel for which the file was uploaded.
        pub channel_id: ChannelId,
        /// Upload time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// The file name **chosen by the uploader**. Use [`safe_name`](Self::safe_name) as a local file name.
        pub name: String,
        /// The file extension.
        pub extension: String,
        /// Size in bytes.
        pub size: u64,
        /// Media type, for example `image/png`.
        pub mime_type: String,
        /// Width in pixels, for images.
        pub width: u32,
        /// Height in pixels, for images.
        pub height: u32,
        /// `true` if there is a preview image.
        pub has_preview_image: bool,
        /// A tiny JPEG preview, encoded in base64, for images.
        pub mini_preview: Option<String>,
        /// ID of the remote server that owns the file.
        pub remote_id: RemoteId,
        /// `true` if the file is inaccessible due to a limit of the hosted edition.
        pub archived: bool,
    }
}

/// Maximum length of a file name on every file system, with room for suffixes.
const LONGEST_NAME: usize = 200;

impl FileInfo {
    /// Returns a name that is valid on every operating system.
    ///
    /// The name is never empty and has at most 200 bytes. It contains no path separators or control
    /// characters, does not start with a dot, and is not a reserved name on Windows. Different files may have
    /// the same name: prefix it with the ID.
    ///
    /// ```
    /// let mut file = mattermost::FileInfo::default();
    /// file.name = "../../.ssh/authorized_keys".into();
    /// assert_eq!(file.safe_name(), "_.._.ssh_authorized_keys");
    /// ```
    pub fn safe_name(&self) -> String {
        safe_name(&self.name)
    }
}

fn safe_name(name: &str) -> String {
    let clean: String = name.chars().map(|c| if is_unsafe(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end.
    let mut name = clean.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']).to_owned();
    if name.is_empty() {
        return "file".into();
    }
    // The name before the first dot counts, whatever its case.
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if is_reserved(&stem) {
        name.insert(0, '_');
    }
    shorten_name(&name)
}

fn is_unsafe(c: char) -> bool {
    // Marks that turn the direction of writing make `exe.txt` of `txt.exe`.
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_reserved(stem: &str) -> bool {
    const NAMES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let numbered = ["COM", "LPT"].iter().filter_map(|port| stem.strip_prefix(port)).any(|rest| {
        let mut digits = rest.chars();
        digits.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'))
            && digits.next().is_none()
    });
    numbered || NAMES.contains(&stem)
}

/// Cuts in the middle, to keep the recognizable beginning and the extension.
fn shorten_name(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let ending =
        name.rfind('.').and_then(|at| name.get(at..)).filter(|ending| ending.len() <= 20).unwrap_or("");
    let mut cut = LONGEST_NAME - ending.len();
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    let start = name.get(..cut).unwrap_or_default().trim_end_matches(['.', ' ']);
    format!("{start}{ending}")
}

model! {
    /// A list of files found by a search.
    pub struct FileInfoList {
        /// IDs of the files found, newest first.
        pub order: Vec<FileId>,
        /// The files.
        pub file_infos: BTreeMap<FileId, FileInfo>,
        /// Always empty.
        pub next_file_info_id: FileId,
        /// Always empty.
        pub prev_file_info_id: FileId,
        /// Files created up to this time are inaccessible due to a limit of the hosted edition; 0 if there is
        /// no limit.
        pub first_inaccessible_file_time: Timestamp,
    }
}

impl FileInfoList {
    /// Iterates over the files found, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &FileInfo> + '_ {
        self.order.iter().filter_map(|id| self.file_infos.get(id))
    }
}

model! {
    /// Uploaded files.
    pub struct FileUploadResponse {
        /// The files, in upload order.
        pub file_infos: Vec<FileInfo>,
        /// Client IDs chosen by the sender.
        pub client_ids: Vec<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_everywhere() {
        let safe = [
            ("report.pdf", "report.pdf"),
            ("质量.docx", "质量.docx"),
            ("../../.ssh/authorized_keys", "_.._.ssh_authorized_keys"),
            ("..\\boot.ini", "_boot.ini"),
            ("C:\\x", "C__x"),
            ("a\0b\nc", "a_b_c"),
            (".bashrc", "bashrc"),
            ("name. . ", "name"),
            ("", "file"),
            ("...", "file"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("LPT² .x", "_LPT² .x"),
            ("com10", "com10"),
            ("console.log", "console.log"),
            ("txt.\u{202e}exe", "txt._exe"),
        ];
        for (name, want) in safe {
            assert_eq!(safe_name(name), want, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        for name in [format!("{}.docx", "质".repeat(100)), "x".repeat(1000), format!("a.{}", "y".repeat(500))]
        {
            let safe = safe_name(&name);
            assert!(!safe.is_empty() && safe.len() <= LONGEST_NAME, "{}", safe.len());
        }
        assert_eq!(&safe_name(&format!("{}.docx", "质".repeat(100)))[195..], ".docx");
        // Any text at all.
        for seed in 0..2000_u32 {
            let name: String = (0..seed % 300)
                .filter_map(|n| char::from_u32(seed.wrapping_mul(2_654_435_761).rotate_left(n) % 0x3000))
                .collect();
            let safe = safe_name(&name);
            assert!(!safe.is_empty() && safe.len() <= LONGEST_NAME && !safe.starts_with('.'));
            assert!(!safe.contains(['/', '\\', '\0', ':']) && !safe.ends_with(['.', ' ']), "{safe:?}");
        }
    }
}
