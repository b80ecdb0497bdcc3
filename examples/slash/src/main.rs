//! `/vacation 24 Dec`: an ephemeral message with two buttons, *Ask for it*, which opens a dialog, and *Never mind*.
//!
//! `slash TEAM CHANNEL LISTEN URL`, such as `slash awesome-chat ~town-square 127.0.0.1:8077 http://127.0.0.1:8077`: the
//! team of the command, the channel that gets the requests, the address to listen at, and the URL at which the server
//! reaches it. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN` of an account that may manage slash commands (an
//! administrator), and `SECRET`, a text of your choice that signs the buttons. On a private network,
//! `AllowedUntrustedInternalConnections` of the server must allow the URL.

use mattermost::integration::*;
use mattermost::{Channel, Client, CommandDraft, PostDraft, Result, Secret, markdown::quote_text};
use tiny_http::{Request, Server};

struct App {
    client: Client,
    channel: Channel,
    url: String,
    token: Secret,
    secret: Secret,
}

impl App {
    fn new(client: Client, channel: Channel, url: String, secret: Secret) -> Result<Self> {
        let draft = CommandDraft::new(&channel.team_id, "vacation", format!("{url}/command"));
        let token = client.commands().create_or_update(&draft.auto_complete(true))?.token;
        Ok(Self { client, channel, url, token, secret })
    }

    fn command(&self, request: &CommandRequest) -> CommandResponse {
        let (days, url) = (request.text.trim(), format!("{}/button", self.url));
        if days.is_empty() {
            return CommandResponse::ephemeral("`/vacation DAYS`, for example `/vacation 24 Dec`");
        }
        let button = |id, name| Button::new(id, name, &url).context("days", days).secret(&self.secret);
        let ask = button("ask", "Ask for it").context("ask", true).style(ActionStyle::Primary);
        let card = Attachment::new().title(format!("Days off: {days}")).button(ask);
        CommandResponse::ephemeral("").attachment(card.button(button("never", "Never mind")))
    }

    fn button(&self, press: &PostActionIntegrationRequest) -> Result<PostActionIntegrationResponse> {
        if press.value("ask") != Some(true) {
            return Ok(PostActionIntegrationResponse::ephemeral("Another time, then."));
        }
        let (url, reason) = (format!("{}/dialog", self.url), DialogElement::textarea("reason", "Reason"));
        let dialog = Dialog::new("Days off").element(reason.max_length(500)).state(press.text("days"));
        self.client.dialogs().open(&press.open_dialog(url, dialog, &self.secret))?;
        Ok(PostActionIntegrationResponse::default())
    }

    fn dialog(&self, form: &DialogSubmission) -> Result<SubmitDialogResponse> {
        if form.text("reason").len() < 3 {
            return Ok(SubmitDialogResponse::errors([("reason", "Say a word more.")]));
        }
        let user = self.client.users().get(&form.user_id)?.username;
        let text = format!("@{user} asks for days off: {}\n{}", form.state, quote_text(form.text("reason")));
        self.client.posts().create(&PostDraft::new(&self.channel, text))?;
        Ok(SubmitDialogResponse::accepted())
    }

    fn handle(&self, mut request: Request) -> Result<()> {
        let kind = request.headers().iter().find(|h| h.field.equiv("Content-Type")).map(|h| h.value.clone());
        let callback = CallbackRequest::read(kind, request.as_reader());
        let response = match request.url() {
            "/command" => callback.respond(&self.token, |command| self.command(command)),
            "/button" => callback.respond(&self.secret, |press| self.button(press)),
            "/dialog" => callback.respond(&self.secret, |form| self.dialog(form)),
            _ => CallbackResponse::not_found(),
        };
        response.write_http(request.into_writer())
    }

    /// Serves requests on four threads, so that a slow call does not delay the others.
    fn serve(&self, server: &Server) {
        let work = || server.incoming_requests().for_each(|request| drop(self.handle(request)));
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel, listen, url] = &args[..] else { return Err("slash TEAM CHANNEL LISTEN URL".into()) };
    let (client, http, secret) = (Client::from_env()?, Server::http(listen)?, std::env::var("SECRET"));
    let channel = client.channel(team, channel)?;
    let app = App::new(client, channel, url.clone(), Secret::new(secret.map_err(|_| "SECRET is not set")?))?;
    eprintln!("ready: say /vacation 24 Dec in the team {team}");
    app.serve(&http);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;
    use serde_json::json;

    fn with_app(test: impl FnOnce(&TestServer, &str)) {
        let server = TestServer::start().unwrap();
        let http = Server::http("127.0.0.1:0").unwrap();
        let url = format!("http://{}", http.server_addr().to_ip().unwrap());
        let client = server.client("admin").unwrap();
        let channel = client.channel("awesome-chat", "~town-square").unwrap();
        let app = App::new(client, channel, url.clone(), Secret::new("of this program")).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| app.serve(&http));
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test(&server, &url)));
            (0..4).for_each(|_| http.unblock());
            ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
    }

    #[test]
    fn command_button_dialog() {
        with_app(|server, _| {
            let bob = server.as_user("bob");
            assert!(bob.slash("town-square", "/vacation").text().unwrap().starts_with("`/vacation DAYS`"));
            let shown = bob.slash("town-square", "/vacation 24 Dec").ephemeral.remove(0);
            assert_eq!(shown.attachments()[0]["title"], "Days off: 24 Dec");
            let pressed = bob.press(&shown, "Ask for it");
            assert_eq!(pressed.error, None);
            assert_eq!(pressed.dialog.unwrap().elements, ["reason"]);
            let short = bob.submit_dialog(json!({"reason": "x"}));
            assert_eq!(short.field_errors, [("reason".to_owned(), "Say a word more.".to_owned())]);
            assert_eq!(bob.submit_dialog(json!({"reason": "Christmas"})).error, None);
            let posts = server.posts("town-square");
            assert_eq!(posts.last().unwrap().message, "@bob asks for days off: 24 Dec\n> Christmas");
        });
    }

    #[test]
    fn the_guide_shows_how_a_request_is_handled() {
        // The lines of the guide are narrower.
        let words = |text: &str| text.split_whitespace().collect::<String>();
        let program = words(include_str!("main.rs"));
        let (from, to) = (program.find("fnhandle(").unwrap(), program.find("///Servesrequests").unwrap());
        assert!(
            words(include_str!("../../../src/guide/buttons_and_dialogs.md")).contains(&program[from..to])
        );
    }

    #[test]
    fn never_mind() {
        with_app(|server, _| {
            let shown = server.as_user("bob").slash("town-square", "/vacation 24 Dec").ephemeral.remove(0);
            let pressed = server.as_user("bob").press(&shown, "Never mind");
            assert_eq!((pressed.text(), &pressed.dialog), (Some("Another time, then."), &None));
        });
    }

    #[test]
    fn strangers_are_refused() {
        with_app(|server, url| {
            let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
            let post = |path: &str, content_type: &str, body: &str| {
                let request = agent.post(format!("{url}{path}")).header("content-type", content_type);
                request.send(body).unwrap().status().as_u16()
            };
            let (form, json) = ("application/x-www-form-urlencoded", "application/json");
            assert_eq!(post("/command", form, "token=guessed&text=24+Dec&trigger_id=x"), 403);
            assert_eq!(post("/button", json, r#"{"context":{"days":"24 Dec","ask":"yes"}}"#), 403);
            assert_eq!(post("/dialog", json, r#"{"state":"24 Dec","submission":{"reason":"abc"}}"#), 403);
            assert_eq!((post("/button", json, "{"), post("/nowhere", json, "")), (400, 404));
            assert!(server.posts("town-square").is_empty());
        });
    }
}
