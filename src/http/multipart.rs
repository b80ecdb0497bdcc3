//! Forms with files. They are sent as a stream.

use std::fmt;
use std::io::{Cursor, Read};

use super::body::{Body, BodySource};
use super::query::nul_error;
use crate::error::Error;

/// A `multipart/form-data` body. Parts are sent in the order in which they were added. File names are sent as raw UTF-8,
/// as Mattermost expects.
#[derive(Default)]
pub struct Multipart<'b> {
    parts: Vec<FormPart<'b>>,
    wrong: Option<Error>,
}

struct FormPart<'b> {
    head: String,
    body: Box<dyn Read + Send + 'b>,
    length: Option<u64>,
}

impl<'b> Multipart<'b> {
    /// Creates a form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        let value: String = value.into();
        if value.contains('\0') {
            self.wrong.get_or_insert_with(nul_error);
        }
        let head = format!("Content-Disposition: form-data; name=\"{}\"\r\n\r\n", quote_name(name));
        let length = Some(value.len() as u64);
        self.parts.push(FormPart { head, body: Box::new(Cursor::new(value.into_bytes())), length });
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: &str, file_name: &str, body: Body<'b>) -> Self {
        let kind = body.content_type().unwrap_or("application/octet-stream");
        let kind: String = kind.chars().filter(|c| !c.is_control()).collect();
        let head = format!(
            "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {kind}\r\n\r\n",
            quote_name(name),
            quote_name(file_name)
        );
        let (body, length): (Box<dyn Read + Send + 'b>, _) = match body.0 {
            BodySource::Empty => (Box::new(std::io::empty()), Some(0)),
            BodySource::Bytes { bytes, .. } => {
                let length = bytes.len() as u64;
                (Box::new(Cursor::new(bytes)), Some(length))
            }
            BodySource::Reader { reader, length, .. } => (reader, length),
            BodySource::Invalid(error) => {
                self.wrong.get_or_insert(error);
                (Box::new(std::io::empty()), Some(0))
            }
        };
        if file_name.contains('\0') {
            self.wrong.get_or_insert_with(nul_error);
        }
        self.parts.push(FormPart { head, body, length });
        self
    }

    fn into_body(self) -> Body<'b> {
        if let Some(error) = self.wrong {
            return Body(BodySource::Invalid(error));
        }
        let boundary = random_boundary();
        let kind = format!("multipart/form-data; boundary={boundary}");
        let end = format!("\r\n--{boundary}--\r\n");
        let mut length = Some(end.len() as u64);
        let mut whole: Box<dyn Read + Send + 'b> = Box::new(std::io::empty());
        for (number, part) in self.parts.into_iter().enumerate() {
            let head = format!("{}--{boundary}\r\n{}", if number == 0 { "" } else { "\r\n" }, part.head);
            length = length.zip(part.length).map(|(a, b)| a + b + head.len() as u64);
            whole = Box::new(whole.chain(Cursor::new(head.into_bytes())).chain(part.body));
        }
        Body::reader(whole.chain(Cursor::new(end.into_bytes())), length, kind)
    }
}

impl<'b> Body<'b> {
    /// A form with files.
    pub fn multipart(form: Multipart<'b>) -> Self {
        form.into_body()
    }
}

impl fmt::Debug for Multipart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multipart({} parts)", self.parts.len())
    }
}

/// Browsers escape these three and send other characters unchanged.
fn quote_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => out.push_str("%22"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c => out.push(c),
        }
    }
    out
}

fn random_boundary() -> String {
    format!("mattermost-{}", crate::random::random_hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_what_is_sent() {
        let form = Multipart::new()
            .text("channel_id", "c")
            .file("files", "质量 \"1\".docx", Body::bytes(*b"\0\r\n--", "application/x"))
            .file("files", "b", Body::reader(&b"stream"[..], Some(6), "text/plain"));
        let body = form.into_body();
        let BodySource::Reader { mut reader, length, kind } = body.0 else { panic!() };
        let mut sent = Vec::new();
        reader.read_to_end(&mut sent).unwrap();
        assert_eq!(length, Some(sent.len() as u64));
        let text = String::from_utf8_lossy(&sent);
        assert!(text.contains("filename=\"质量 %221%22.docx\""), "{text}");
        let boundary = kind.split_once("boundary=").unwrap().1;
        assert_eq!(text.matches(boundary).count(), 4);
        assert!(text.starts_with("--mattermost-") && text.ends_with("--\r\n"));
    }
}
