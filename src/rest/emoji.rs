//! Custom emoji.

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Emoji, EmojiId, EmojiPage, EmojiSearch};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::Upload;
use crate::rest::names::{emoji_name, explain_emoji};

/// Custom emoji. Returned by [`Client::emoji`](crate::Client::emoji).
#[derive(Clone, Copy, Debug)]
pub struct Emojis<'c>(pub(crate) &'c HttpClient);

impl<'c> Emojis<'c> {
    /// Lists one page of custom emoji.
    ///
    /// `GET /emoji`
    #[doc(alias = "GetEmojiList")]
    #[inline]
    pub fn list(&self, page: &EmojiPage) -> Result<Vec<Emoji>> {
        self.0.get("/emoji", &[]).query(page).decode()
    }

    /// Iterates over all custom emoji, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &EmojiPage) -> Pages<'c, Emoji> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets a custom emoji.
    ///
    /// `GET /emoji/{emoji_id}`
    #[doc(alias = "GetEmoji")]
    #[inline]
    pub fn get(&self, emoji: &EmojiId) -> Result<Emoji> {
        self.0.get("/emoji/{emoji_id}", &[emoji]).decode()
    }

    /// Gets a custom emoji by its name, with or without colons.
    ///
    /// `GET /emoji/name/{emoji_name}`
    ///
    /// Since server 4.7.
    #[doc(alias = "GetEmojiByName")]
    #[inline]
    pub fn get_by_name(&self, name: &str) -> Result<Emoji> {
        let name = emoji_name(name)?;
        self.0.get("/emoji/name/{emoji_name}", &[&name]).decode().map_err(|e| explain_emoji(e, name))
    }

    /// Gets custom emoji by name, up to 200. Unknown names are omitted.
    ///
    /// `POST /emoji/names`
    ///
    /// Since server 9.2.
    #[doc(alias = "GetEmojisByNames")]
    #[inline]
    pub fn list_by_names(&self, names: &[&str]) -> Result<Vec<Emoji>> {
        let names = names.iter().map(|name| emoji_name(name)).collect::<Result<Vec<_>>>()?;
        self.0.post("/emoji/names", &[]).json(&names).safe().decode()
    }

    /// Searches custom emoji.
    ///
    /// `POST /emoji/search`
    ///
    /// Since server 4.7.
    #[doc(alias = "SearchEmoji")]
    #[inline]
    pub fn search(&self, search: &EmojiSearch) -> Result<Vec<Emoji>> {
        self.0.post("/emoji/search", &[]).json(search).safe().decode()
    }

    /// Lists custom emoji whose names complete a partially typed name.
    ///
    /// `GET /emoji/autocomplete`
    ///
    /// Since server 4.7.
    #[doc(alias = "AutocompleteEmoji")]
    #[inline]
    pub fn autocomplete(&self, name: &str) -> Result<Vec<Emoji>> {
        self.0.get("/emoji/autocomplete", &[]).param("name", name).decode()
    }

    /// Creates a custom emoji from a PNG, JPEG or GIF image of at most 512 KiB.
    ///
    /// `POST /emoji`
    ///
    /// Required permission: `create_emojis`.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before any I/O, if `name` is not a valid emoji name.
    #[doc(alias = "CreateEmoji")]
    #[inline]
    pub fn create(&self, name: &str, image: Upload<'_>) -> Result<Emoji> {
        let name = emoji_name(name)?;
        let form = image.into_form_with("image", |form| form.text("emoji", emoji_json(self.0, name)));
        self.0.post("/emoji", &[]).body(form).decode()
    }

    /// Deletes a custom emoji. Emoji of other users require a permission.
    ///
    /// `DELETE /emoji/{emoji_id}`
    ///
    /// Required permissions, depending on the request: `manage_team`, `manage_system`.
    #[doc(alias = "DeleteEmoji")]
    #[inline]
    pub fn delete(&self, emoji: &EmojiId) -> Result<()> {
        self.0.delete("/emoji/{emoji_id}", &[emoji]).send()
    }

    /// Gets the image of a custom emoji.
    ///
    /// `GET /emoji/{emoji_id}/image`
    #[doc(alias = "GetEmojiImage")]
    #[inline]
    pub fn image(&self, emoji: &EmojiId) -> Result<Vec<u8>> {
        self.0.get("/emoji/{emoji_id}/image", &[emoji]).bytes()
    }
}

/// The form's second field is a JSON object.
fn emoji_json(http: &HttpClient, name: &str) -> String {
    let creator = http.me().unwrap_or_default();
    json!({"name": name, "creator_id": creator}).to_string()
}
