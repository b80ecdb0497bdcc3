//! The administrative routes that are unlike the others: what exactly leaves, and how their lists go on.

use std::io::sink;

use mattermost::rest::Upload;
use mattermost::{
    AccessControlPolicySearch, ChannelId, Client, ErrorKind, JobPage, JobStatus, LdapDiagnosticTest,
    LdapSettings, LogFilter, LogPage, OutgoingOAuthConnectionId, OutgoingOAuthConnectionPage,
    OutgoingOAuthConnectionPatch, PolicyId, PostReportQuery, RemoteClusterFrame, RemoteClusterMsg,
    RemoteClusterToken, RemoteId, Result, Secret, ServerConfig, SupportPacketQuery, TeamId, UserReportFilter,
};
use serde_json::{Value, json};

use crate::calls::ID;
use crate::recorder::{Recorder, Reply, Sent};

fn client() -> (Recorder, Client) {
    let server = Recorder::start(|_| Reply::json(json!({"id": ID, "status": "OK"}).to_string()));
    let client = Client::builder(server.url()).token("secret").connect().unwrap();
    server.take();
    (server, client)
}

fn one(server: &Recorder) -> Sent {
    let sent = server.take();
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.into_iter().next().unwrap()
}

fn query(sent: &Sent) -> Vec<(&str, &str)> {
    sent.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Verb, path and query.
fn line(sent: &Sent) -> String {
    let query: Vec<String> = sent.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {}{mark}{}", sent.method, sent.path.trim_start_matches("/api/v4"), query.join("&"))
}

#[test]
fn lists_in_the_query_are_repeated() {
    let (server, client) = client();
    client.elasticsearch().purge_indexes(&["posts", "users"]).unwrap();
    assert_eq!(query(&one(&server)), [("index", "posts"), ("index", "users")]);
    client.elasticsearch().purge_indexes(&[]).unwrap();
    assert_eq!(query(&one(&server)), []);
    let packets = SupportPacketQuery::new().basic_server_logs(false).plugin_packets(["a".into(), "b".into()]);
    client.system().support_packet(&packets).write_to(sink()).unwrap();
    let sent = one(&server);
    let want = [("basic_server_logs", "false"), ("plugin_packets", "a"), ("plugin_packets", "b")];
    assert_eq!(query(&sent), want);
}

#[test]
fn bodies_are_what_the_handlers_read() {
    let (server, client) = client();
    let (policy, channel): (PolicyId, ChannelId) = (ID.parse().unwrap(), ID.parse().unwrap());
    let channels = [channel.clone()];
    let sends = |call: &dyn Fns, want: &str, body: Value| {
        call.run(&client).unwrap();
        let sent = one(&server);
        assert_eq!(line(&sent), want.replace("{id}", ID));
        assert_eq!(sent.json(), body, "{want}");
    };
    let retention = "/data_retention/policies/{id}/channels";
    sends(
        &|c: &Client| c.data_retention().add_channels(&policy, &channels),
        &format!("POST {retention}"),
        json!([ID]),
    );
    sends(
        &|c: &Client| c.data_retention().remove_channels(&policy, &channels),
        &format!("DELETE {retention}"),
        json!([ID]),
    );
    sends(
        &|c: &Client| c.access_control().unassign(&policy, &channels),
        "DELETE /access_control_policies/{id}/unassign",
        json!({"channel_ids": [ID]}),
    );
    sends(
        &|c: &Client| c.jobs().force_status(&ID.parse()?, &JobStatus::Canceled),
        "PATCH /jobs/{id}/status",
        json!({"status": "canceled", "force": true}),
    );
    sends(&|c: &Client| c.ldap().migrate_id("uid"), "POST /ldap/migrateid", json!({"toAttribute": "uid"}));
    // "As it is": the server takes an empty object for settings without values.
    sends(&|c: &Client| c.system().test_email(), "POST /email/test", Value::Null);
    sends(
        &|c: &Client| c.system().patch_config(&ServerConfig::new().with("A.B", 1)).map(drop),
        "PUT /config/patch",
        json!({"A": {"B": 1}}),
    );
    let connection: OutgoingOAuthConnectionId = ID.parse().unwrap();
    let patch = OutgoingOAuthConnectionPatch::new().name("x").client_secret("y");
    sends(
        &|c: &Client| c.outgoing_oauth_connections().update(&connection, &patch).map(drop),
        "PUT /oauth/outgoing_connections/{id}",
        json!({"id": ID, "name": "x", "client_secret": "y"}),
    );
    let settings = LdapSettings::new().ldap_server("ldap").base_dn("dc=x").bind_password("p");
    server.answer_with(|_| Reply::json("[]"));
    sends(
        &|c: &Client| c.ldap().test_diagnostics(&LdapDiagnosticTest::GroupAttributes, &settings).map(drop),
        "POST /ldap/test_diagnostics?test=group_attributes",
        json!({"LdapServer": "ldap", "BaseDN": "dc=x", "BindPassword": "p"}),
    );
    server.answer_with(|_| Reply::json("null"));
    sends(
        &|c: &Client| {
            let logs = c.logs().query(&LogPage::new().logs_per_page(5_u32), &LogFilter::new())?;
            assert!(logs.is_empty());
            Ok(())
        },
        "POST /logs/query?logs_per_page=5",
        json!({}),
    );
}

/// A call of any kind.
trait Fns {
    fn run(&self, client: &Client) -> Result<()>;
}

impl<F: Fn(&Client) -> Result<()>> Fns for F {
    fn run(&self, client: &Client) -> Result<()> {
        self(client)
    }
}

#[test]
fn forms_name_their_fields() {
    let (server, client) = client();
    let file = || Upload::bytes("a.pem", "text");
    let form = |field: &str| {
        let sent = one(&server);
        assert!(sent.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
        let body = String::from_utf8(sent.body).unwrap();
        assert!(body.contains(&format!("name=\"{field}\"; filename=\"a.pem\"")), "{body}");
        body
    };
    client.saml().upload_idp_certificate(file()).unwrap();
    form("certificate");
    client.ldap().upload_private_certificate(file()).unwrap();
    form("certificate");
    client.audit_logs().upload_certificate(file()).unwrap();
    form("certificate");
    client.brand().set_image(file()).unwrap();
    form("image");
    client.system().upload_license(file()).unwrap();
    form("license");
    client.plugins().upload(file()).unwrap();
    assert!(!form("plugin").contains("force"));
    client.plugins().upload_over(file()).unwrap();
    assert!(form("plugin").contains("name=\"force\"\r\n\r\ntrue"));
    client.saml().set_idp_certificate("PEM").unwrap();
    let sent = one(&server);
    assert_eq!((sent.header("content-type"), &*sent.body), (Some("application/x-pem-file"), &b"PEM"[..]));
    let error = client.brand().set_image(Upload::bytes("a.pem", "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn other_servers_send_their_own_token() {
    let (server, client) = client();
    let remote: RemoteId = ID.parse().unwrap();
    let by = RemoteClusterToken::new(&remote, "theirs");
    assert!(!format!("{by:?}").contains("theirs"));
    let frame = RemoteClusterFrame::new(&remote, RemoteClusterMsg::new("m", "topic", json!({"sent_at": 1})));
    client.remote_clusters().ping(&by, &frame).unwrap();
    let sent = one(&server);
    assert_eq!(sent.header("authorization"), None);
    assert_eq!(sent.header("x-remotecluster-token"), Some("theirs"));
    assert_eq!(sent.header("x-remotecluster-id"), Some(ID));
    assert_eq!(sent.json()["msg"]["payload"], json!({"sent_at": 1}));
    client.cloud().send_webhook(&Secret::from("key"), &serde_json::from_str("{}").unwrap()).unwrap();
    let sent = one(&server);
    assert_eq!((sent.header("authorization"), sent.header("x-cloud-token")), (None, Some("key")));
}

#[test]
fn a_client_that_only_reads_does_not_switch_policies() {
    let (server, client) = client();
    let policy: PolicyId = ID.parse().unwrap();
    let error = client.read_only().access_control().activate(&policy).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(server.take().is_empty());
    client.access_control().deactivate(&policy).unwrap();
    assert_eq!(line(&one(&server)), format!("GET /access_control_policies/{ID}/activate?active=false"));
    // A POST that only reads is let through.
    server.answer_with(|_| Reply::json("[]"));
    client.read_only().permissions().ancillary(&["x"]).unwrap();
}

#[test]
fn pages_end_at_the_short_one() {
    let (server, client) = client();
    server.answer_with(|sent| {
        let first = sent.query.iter().any(|pair| *pair == ("page".into(), "0".into()));
        Reply::json(json!(vec![json!({"id": ID}); if first { 200 } else { 3 }]).to_string())
    });
    let page = JobPage::new().page(7_u32).per_page(7_u32).status(JobStatus::Error);
    assert_eq!(client.jobs().all(&page).collect::<Result<Vec<_>>>().unwrap().len(), 203);
    let lines: Vec<String> = server.take().iter().map(line).collect();
    let want = [0, 1].map(|page| format!("GET /jobs?page={page}&per_page=200&status=error"));
    assert_eq!(lines, want);
}

/// An id that ends in a number.
fn numbered(number: usize) -> String {
    format!("{number:0>26}")
}

#[test]
fn cursors_go_on_from_the_last() {
    let (server, client) = client();
    let rest = |sent: &Sent, name: &str| {
        let first = !sent.query.iter().any(|(have, _)| have == name);
        let numbers = if first { 0..100 } else { 100..130 };
        numbers.map(|n| json!({"id": numbered(n), "username": format!("u{n}")})).collect::<Vec<_>>()
    };
    server.answer_with(move |sent| Reply::json(json!(rest(sent, "from_id")).to_string()));
    let filter = UserReportFilter::new().hide_inactive(true);
    assert_eq!(client.reports().all_users(&filter).collect::<Result<Vec<_>>>().unwrap().len(), 130);
    let sent = server.take();
    assert_eq!(line(&sent[0]), "GET /reports/users?hide_inactive=true&page_size=100&sort_column=Username");
    let want = format!("from_column_value=u99&from_id={}&", numbered(99));
    assert!(line(&sent[1]).contains(&want), "{}", line(&sent[1]));

    let team: TeamId = ID.parse().unwrap();
    let all = client.outgoing_oauth_connections().all(&OutgoingOAuthConnectionPage::new(&team).limit(3_u32));
    assert_eq!(all.collect::<Result<Vec<_>>>().unwrap().len(), 130);
    assert_eq!(server.take().len(), 2);

    server.answer_with(move |sent| {
        Reply::json(json!({"channels": rest(sent, "after"), "total_count": 130}).to_string())
    });
    let all = client.access_control().all_channels(&ID.parse().unwrap());
    assert_eq!(all.collect::<Result<Vec<_>>>().unwrap().len(), 130);
    let lines: Vec<String> = server.take().iter().map(line).collect();
    assert!(lines[1].ends_with(&format!("?after={}&limit=100", numbered(99))), "{}", lines[1]);

    server.answer_with(|sent| {
        let numbers = if sent.json().get("cursor").is_none() { 0..100 } else { 100..101 };
        let policies: Vec<Value> = numbers.map(|n| json!({"id": numbered(n)})).collect();
        Reply::json(json!({"policies": policies, "total": 101}).to_string())
    });
    let all = client.access_control().all(&AccessControlPolicySearch::new().term("x"));
    assert_eq!(all.collect::<Result<Vec<_>>>().unwrap().len(), 101);
    assert_eq!(server.take()[1].json(), json!({"term": "x", "limit": 100, "cursor": {"id": numbered(99)}}));

    server.answer_with(|sent| {
        let next = match sent.json().get("cursor").and_then(Value::as_str) {
            None => json!({"cursor": "one"}),
            Some("one") => json!({"cursor": "two"}),
            Some(_) => Value::Null,
        };
        Reply::json(json!({"posts": [{"id": ID}], "next_cursor": next}).to_string())
    });
    let channel: ChannelId = ID.parse().unwrap();
    let all = client.reports().all_posts(&PostReportQuery::new(&channel).per_page(1_u32));
    assert_eq!(all.collect::<Result<Vec<_>>>().unwrap().len(), 3);
    let sent: Vec<Value> = server.take().iter().map(Sent::json).collect();
    assert_eq!(sent[2], json!({"channel_id": ID, "cursor": "two", "per_page": 1}));
}
