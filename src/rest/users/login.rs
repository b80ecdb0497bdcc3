//! Around the login: mail addresses, passwords, ways to log in.
//!
//! Logging in itself is [`ClientBuilder::login`](crate::ClientBuilder::login).

use serde::Deserialize;
use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{LoginSwitch, LoginType, TermsOfServiceId, UserId, UserTermsOfService};
use crate::secret::Secret;

impl Users<'_> {
    /// Tells how an account would log in.
    ///
    /// `POST /users/login/type`
    ///
    /// Only guests who log in by a link are told from others; 404 where the server's settings have no such guests.
    ///
    /// Needs no login.
    #[doc(alias = "GetLoginType")]
    pub fn login_type(&self, login_id: &str) -> Result<LoginType> {
        self.0.post("/users/login/type", &[]).json(&json!({"login_id": login_id})).reads().fetch()
    }

    /// Moves an account from one way of logging in to another; the answer is the address to go on at.
    ///
    /// `POST /users/login/switch`
    ///
    /// Needs no login.
    #[doc(alias = "SwitchAccountType")]
    pub fn switch_login(&self, switch: &LoginSwitch) -> Result<String> {
        let template = "/users/login/switch";
        self.0.post(template, &[]).json(switch).fetch::<Follow>().map(|answer| answer.follow_link)
    }

    /// Takes the code of a login in a browser for a token.
    ///
    /// `POST /users/login/sso/code-exchange`
    ///
    /// 410 unless the server's feature flag for it is on.
    ///
    /// Needs no login. Deprecated by the server.
    #[doc(alias = "LoginSSOCodeExchange")]
    pub fn exchange_sso_code(&self, code: &str, verifier: &Secret, state: &str) -> Result<Secret> {
        let template = "/users/login/sso/code-exchange";
        self.0
            .post(template, &[])
            .json(&json!({"login_code": code, "code_verifier": verifier, "state": state}))
            .fetch::<SsoTokens>()
            .map(|answer| answer.token)
    }

    /// Confirms a mail address with the token that was sent to it.
    ///
    /// `POST /users/email/verify`
    ///
    /// Needs no login.
    #[doc(alias = "VerifyUserEmail")]
    pub fn verify_email(&self, token: &Secret) -> Result<()> {
        self.0.post("/users/email/verify", &[]).json(&json!({"token": token})).ok()
    }

    /// Sends the mail for confirming an address again. It always succeeds, so that nobody learns who has an
    /// account.
    ///
    /// `POST /users/email/verify/send`
    ///
    /// Needs no login.
    #[doc(alias = "SendVerificationEmail")]
    pub fn send_verification_email(&self, email: &str) -> Result<()> {
        self.0.post("/users/email/verify/send", &[]).json(&json!({"email": email})).ok()
    }

    /// Sets a new password with the token that was sent by mail.
    ///
    /// `POST /users/password/reset`
    ///
    /// Needs no login.
    #[doc(alias = "ResetPassword")]
    pub fn reset_password(&self, token: &Secret, password: &Secret) -> Result<()> {
        let template = "/users/password/reset";
        self.0.post(template, &[]).json(&json!({"token": token, "new_password": password})).ok()
    }

    /// Sends the mail for setting a new password. It succeeds for an address that has no account, too, so that
    /// nobody learns who has one; 500 where the server cannot send mail.
    ///
    /// `POST /users/password/reset/send`
    ///
    /// Needs no login.
    #[doc(alias = "SendPasswordResetEmail")]
    pub fn send_password_reset(&self, email: &str) -> Result<()> {
        self.0.post("/users/password/reset/send", &[]).json(&json!({"email": email})).ok()
    }

    /// Tells which terms an account accepted.
    ///
    /// `GET /users/{user_id}/terms_of_service`
    ///
    /// Since 5.6. Deprecated by the server.
    #[doc(alias = "GetUserTermsOfService")]
    pub fn terms_of_service(&self, user: &UserId) -> Result<UserTermsOfService> {
        self.0.get("/users/{user_id}/terms_of_service", &[user]).fetch()
    }

    /// Accepts terms of service.
    ///
    /// `POST /users/{user_id}/terms_of_service`
    ///
    /// Since 5.4.
    #[doc(alias = "RegisterTermsOfServiceAction")]
    pub fn accept_terms(&self, terms: &TermsOfServiceId) -> Result<()> {
        let template = "/users/{user_id}/terms_of_service";
        self.0
            .post(template, &[&UserId::me()])
            .json(&json!({"termsOfServiceId": terms, "accepted": true}))
            .ok()
    }

    /// Declines terms of service.
    ///
    /// `POST /users/{user_id}/terms_of_service`
    ///
    /// Since 5.4.
    #[doc(alias = "RegisterTermsOfServiceAction")]
    pub fn decline_terms(&self, terms: &TermsOfServiceId) -> Result<()> {
        let template = "/users/{user_id}/terms_of_service";
        self.0
            .post(template, &[&UserId::me()])
            .json(&json!({"termsOfServiceId": terms, "accepted": false}))
            .ok()
    }
}

#[derive(Deserialize)]
struct Follow {
    #[serde(default)]
    follow_link: String,
}

#[derive(Deserialize)]
struct SsoTokens {
    token: Secret,
}
