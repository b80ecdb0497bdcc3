//! Product notices, push notifications, and URLs fetched by the server.

use super::System;
use crate::error::Result;
use crate::model::{NoticeQuery, ProductNotice, PushNotification, PushNotificationAck, TeamId};

impl System<'_> {
    /// Lists the product notices that the current account has not seen.
    ///
    /// `GET /system/notices/{teamId}`
    ///
    /// Since server 5.26.
    #[doc(alias = "GetNotices")]
    #[inline]
    pub fn list_notices(&self, team: &TeamId, query: &NoticeQuery) -> Result<Vec<ProductNotice>> {
        self.0.get("/system/notices/{teamId}", &[team]).query(query).decode()
    }

    /// Marks product notices as seen by the current account.
    ///
    /// `PUT /system/notices/view`
    ///
    /// Since server 5.26.
    #[doc(alias = "MarkNoticesViewed")]
    #[inline]
    pub fn mark_notices_viewed(&self, ids: &[&str]) -> Result<()> {
        self.0.put("/system/notices/view", &[]).json(&ids).send()
    }

    /// Acknowledges that a device received a push notification. Returns 501 if the server does not send push
    /// notifications.
    ///
    /// `POST /notifications/ack`
    ///
    /// Since server 3.10.
    #[doc(alias = "AcknowledgeNotification")]
    #[inline]
    pub fn acknowledge_notification(&self, ack: &PushNotificationAck) -> Result<()> {
        self.0.post("/notifications/ack", &[]).json(ack).send()
    }

    /// Acknowledges an ID-only push notification and returns its text. `post_id` and `is_id_loaded` must be
    /// set.
    ///
    /// `POST /notifications/ack`
    ///
    /// Since server 3.10. Edition: Enterprise.
    #[doc(alias = "AcknowledgeNotification")]
    #[inline]
    pub fn load_notification(&self, ack: &PushNotificationAck) -> Result<PushNotification> {
        self.0.post("/notifications/ack", &[]).json(ack).decode()
    }

    /// Sends a test notification to the current account: a post by the system bot.
    ///
    /// `POST /notifications/test`
    #[doc(alias = "TestNotification")]
    #[inline]
    pub fn test_notification(&self) -> Result<()> {
        self.0.post("/notifications/test", &[]).send()
    }

    /// Gets the redirect target of a URL. Empty if the URL does not redirect, or if the server does not show
    /// link previews.
    ///
    /// `GET /redirect_location`
    ///
    /// Since server 3.10.
    #[doc(alias = "GetRedirectLocation")]
    #[inline]
    pub fn redirect_location(&self, url: &str) -> Result<String> {
        let template = "/redirect_location";
        self.0.get(template, &[]).param("url", url).decode_member("location")
    }

    /// Gets an external image through the server's image proxy. Returns 400 if the proxy is disabled; older
    /// servers redirect instead.
    ///
    /// `GET /image`
    ///
    /// Redirects are reported as errors. The server redirects for its own images: request them directly.
    ///
    /// Since server 3.10.
    #[doc(alias = "GetImageByUrl")]
    #[inline]
    pub fn image(&self, url: &str) -> Result<Vec<u8>> {
        self.0.get("/image", &[]).param("url", url).bytes()
    }
}
