//! Notices, notifications, and addresses that the server looks up.

use serde::Deserialize;

use super::System;
use crate::error::Result;
use crate::model::{NoticeQuery, ProductNotice, PushNotification, PushNotificationAck, TeamId};

impl System<'_> {
    /// Lists the product notices that the account did not see yet.
    ///
    /// `GET /system/notices/{teamId}`
    ///
    /// Since 5.26.
    #[doc(alias = "GetNotices")]
    pub fn list_notices(&self, team: &TeamId, query: &NoticeQuery) -> Result<Vec<ProductNotice>> {
        self.0.get("/system/notices/{teamId}", &[team]).query(query).fetch()
    }

    /// Says that the account saw product notices.
    ///
    /// `PUT /system/notices/view`
    ///
    /// Since 5.26.
    #[doc(alias = "MarkNoticesViewed")]
    pub fn mark_notices_viewed(&self, ids: &[&str]) -> Result<()> {
        self.0.put("/system/notices/view", &[]).json(&ids).ok()
    }

    /// Says that a device got a push notification; 501 if the server sends none.
    ///
    /// `POST /notifications/ack`
    ///
    /// Since 3.10.
    #[doc(alias = "AcknowledgeNotification")]
    pub fn acknowledge_notification(&self, ack: &PushNotificationAck) -> Result<()> {
        self.0.post("/notifications/ack", &[]).json(ack).ok()
    }

    /// Says that a device got a push notification without its text, and gets the text: `post_id` and
    /// `is_id_loaded` have to be set.
    ///
    /// `POST /notifications/ack`
    ///
    /// Since 3.10. Edition: Enterprise.
    #[doc(alias = "AcknowledgeNotification")]
    pub fn load_notification(&self, ack: &PushNotificationAck) -> Result<PushNotification> {
        self.0.post("/notifications/ack", &[]).json(ack).fetch()
    }

    /// Sends the account a test notification: a post of the system bot.
    ///
    /// `POST /notifications/test`
    #[doc(alias = "TestNotification")]
    pub fn test_notification(&self) -> Result<()> {
        self.0.post("/notifications/test", &[]).ok()
    }

    /// Tells where an address redirects to; empty if it does not, or if the server shows no link previews.
    ///
    /// `GET /redirect_location`
    ///
    /// Since 3.10.
    #[doc(alias = "GetRedirectLocation")]
    pub fn redirect_location(&self, url: &str) -> Result<String> {
        let template = "/redirect_location";
        self.0.get(template, &[]).param("url", url).fetch::<Location>().map(|answer| answer.location)
    }

    /// Gets a picture from elsewhere through the server's image proxy; 400 if that is off, on old servers a
    /// redirect.
    ///
    /// `GET /image`
    ///
    /// Redirects are errors here. A picture of the server itself is answered with one: get it directly.
    ///
    /// Since 3.10.
    #[doc(alias = "GetImageByUrl")]
    pub fn image(&self, url: &str) -> Result<Vec<u8>> {
        self.0.get("/image", &[]).param("url", url).bytes()
    }
}

#[derive(Deserialize)]
struct Location {
    location: String,
}
