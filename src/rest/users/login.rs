//! Login-related routes: email verification, passwords, authentication methods.
//!
//! [`ClientBuilder::login`](crate::ClientBuilder::login) performs the login itself.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{LoginSwitch, LoginType, TermsOfServiceId, UserId, UserTermsOfService};
use crate::secret::Secret;

impl Users<'_> {
    /// Gets the login type of a user.
    ///
    /// `POST /users/login/type`
    ///
    /// The server only distinguishes guests who log in with a magic link. Returns 404 if such guests are disabled.
    ///
    /// Does not require a login.
    #[doc(alias = "GetLoginType")]
    #[inline]
    pub fn login_type(&self, login_id: &str) -> Result<LoginType> {
        self.0.post("/users/login/type", &[]).json(&json!({"login_id": login_id})).safe().decode()
    }

    /// Switches the authentication method of a user. Returns the URL at which to continue.
    ///
    /// `POST /users/login/switch`
    ///
    /// Does not require a login.
    #[doc(alias = "SwitchAccountType")]
    #[inline]
    pub fn switch_login(&self, switch: &LoginSwitch) -> Result<String> {
        let template = "/users/login/switch";
        self.0.post(template, &[]).json(switch).decode_member_or_default("follow_link")
    }

    /// Exchanges the code of a browser login for a token.
    ///
    /// `POST /users/login/sso/code-exchange`
    ///
    /// Returns 410 unless the server's feature flag is on.
    ///
    /// Does not require a login. Deprecated by the server.
    #[doc(alias = "LoginSSOCodeExchange")]
    #[inline]
    pub fn exchange_sso_code(&self, code: &str, verifier: &Secret, state: &str) -> Result<Secret> {
        let template = "/users/login/sso/code-exchange";
        self.0
            .post(template, &[])
            .json(&json!({"login_code": code, "code_verifier": verifier, "state": state}))
            .hiding_secrets(&[code])
            .decode_member("token")
    }

    /// Verifies an email address with the token that was sent to it.
    ///
    /// `POST /users/email/verify`
    ///
    /// Does not require a login.
    #[doc(alias = "VerifyUserEmail")]
    #[inline]
    pub fn verify_email(&self, token: &Secret) -> Result<()> {
        self.0.post("/users/email/verify", &[]).json(&json!({"token": token})).send()
    }

    /// Sends the verification email again. Always succeeds, to avoid revealing which accounts exist.
    ///
    /// `POST /users/email/verify/send`
    ///
    /// Does not require a login.
    #[doc(alias = "SendVerificationEmail")]
    #[inline]
    pub fn send_verification_email(&self, email: &str) -> Result<()> {
        self.0.post("/users/email/verify/send", &[]).json(&json!({"email": email})).send()
    }

    /// Sets a new password with the token from the reset email.
    ///
    /// `POST /users/password/reset`
    ///
    /// Does not require a login.
    #[doc(alias = "ResetPassword")]
    #[inline]
    pub fn reset_password(&self, token: &Secret, password: &Secret) -> Result<()> {
        let template = "/users/password/reset";
        self.0.post(template, &[]).json(&json!({"token": token, "new_password": password})).send()
    }

    /// Sends the password reset email. Also succeeds for unknown addresses, to avoid revealing which accounts
    /// exist. Returns 500 if the server cannot send email.
    ///
    /// `POST /users/password/reset/send`
    ///
    /// Does not require a login.
    #[doc(alias = "SendPasswordResetEmail")]
    #[inline]
    pub fn send_password_reset(&self, email: &str) -> Result<()> {
        self.0.post("/users/password/reset/send", &[]).json(&json!({"email": email})).send()
    }

    /// Gets the terms of service accepted by a user.
    ///
    /// `GET /users/{user_id}/terms_of_service`
    ///
    /// Since server 5.6. Deprecated by the server.
    #[doc(alias = "GetUserTermsOfService")]
    #[inline]
    pub fn terms_of_service(&self, user: &UserId) -> Result<UserTermsOfService> {
        self.0.get("/users/{user_id}/terms_of_service", &[user]).decode()
    }

    /// Accepts terms of service.
    ///
    /// `POST /users/{user_id}/terms_of_service`
    ///
    /// Since server 5.4.
    #[doc(alias = "RegisterTermsOfServiceAction")]
    #[inline]
    pub fn accept_terms(&self, terms: &TermsOfServiceId) -> Result<()> {
        let template = "/users/{user_id}/terms_of_service";
        self.0
            .post(template, &[&UserId::me()])
            .json(&json!({"termsOfServiceId": terms, "accepted": true}))
            .send()
    }

    /// Declines terms of service.
    ///
    /// `POST /users/{user_id}/terms_of_service`
    ///
    /// Since server 5.4.
    #[doc(alias = "RegisterTermsOfServiceAction")]
    #[inline]
    pub fn decline_terms(&self, terms: &TermsOfServiceId) -> Result<()> {
        let template = "/users/{user_id}/terms_of_service";
        self.0
            .post(template, &[&UserId::me()])
            .json(&json!({"termsOfServiceId": terms, "accepted": false}))
            .send()
    }
}
