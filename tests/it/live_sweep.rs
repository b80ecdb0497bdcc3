//! The live sweep: every GET that a run can supply the parameters of, through the typed methods, as the system
//! administrator of a real Mattermost: `MATTERMOST_URL`, `MATTERMOST_ADMIN_LOGIN`, `MATTERMOST_ADMIN_PASSWORD`.
//!
//! What an edition, a version or a setting does not allow is refused: that is fine. What does not decode has failed.

use std::collections::BTreeSet;
use std::io::sink;
use std::time::Duration;

use mattermost::rest::FileDownload;
use mattermost::{
    AnalyticsQuery, Client, ConfigQuery, ErrorKind, JobPage, JobType, LdapSettings, LogFilter, LogPage,
    MarketplaceQuery, NoticeClient, NoticeQuery, Page, Result, SchemePage, SupportPacketQuery, UserId,
    UserReportColumn, UserReportFilter, UserReportQuery,
};

#[derive(Default)]
struct Sweep {
    called: BTreeSet<String>,
    decoded: usize,
    refused: Vec<String>,
    failed: Vec<String>,
}

impl Sweep {
    /// One call; what it gave, if it was answered.
    fn get<T>(&mut self, name: &str, answer: Result<T>) -> Option<T> {
        assert!(self.called.insert(name.to_owned()), "{name} twice");
        match answer {
            Ok(value) => {
                self.decoded += 1;
                return Some(value);
            }
            // With a status and a reason, it was the server that did not want.
            Err(error) if matches!(error.kind(), ErrorKind::Api | ErrorKind::Status) => {
                self.refused.push(format!("{name}: {error}"));
            }
            // Old servers without an image proxy send to the image itself; without the Enterprise build they crash at
            // the question for an old trial.
            Err(error) if error.status() == Some(302) || name == "trial-license/prev" => {
                self.refused.push(format!("{name}: {error}"));
            }
            Err(error) => self.failed.push(format!("{name}: {error}")),
        }
        None
    }

    fn file(&mut self, name: &str, download: FileDownload<'_>) {
        self.get(name, download.timeout(Duration::from_secs(120)).write_to(sink()));
    }
}

fn client() -> Option<Client> {
    let [url, login, password] =
        ["MATTERMOST_URL", "MATTERMOST_ADMIN_LOGIN", "MATTERMOST_ADMIN_PASSWORD"].map(std::env::var);
    Some(Client::builder(url.ok()?).login(login.ok()?, password.ok()?).connect().unwrap())
}

#[test]
fn every_get_is_answered_and_decoded() {
    let Some(client) = client() else {
        println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset");
        return;
    };
    let mut sweep = Sweep::default();
    server(&mut sweep, &client);
    work(&mut sweep, &client);
    policies(&mut sweep, &client);
    others(&mut sweep, &client);
    for refused in &sweep.refused {
        println!("refused: {refused}");
    }
    println!(
        "server {}: {} called, {} decoded, {} refused, {} failed",
        client.system().client_config().unwrap().version(),
        sweep.called.len(),
        sweep.decoded,
        sweep.refused.len(),
        sweep.failed.len()
    );
    assert!(sweep.failed.is_empty(), "{}", sweep.failed.join("\n"));
}

/// The server itself: configuration, licence, logs, figures.
fn server(sweep: &mut Sweep, client: &Client) {
    let system = client.system();
    if let Some(config) = sweep.get("config", system.get_config(&ConfigQuery::new())) {
        assert!(
            !config.is_empty() && config.decode::<LdapSettings>("LdapSettings").unwrap().ldap_port.is_some()
        );
        // What was read can be sent back: nothing is lost on the way.
        let back = serde_json::to_string(&config).and_then(|text| serde_json::from_str(&text)).unwrap();
        assert_eq!(config, back);
    }
    sweep.get(
        "config, changed",
        system.get_config(&ConfigQuery::new().remove_defaults(true).remove_masked(true)),
    );
    sweep.get("config/environment", system.get_environment_config());
    sweep.get("license/load_metric", system.license_load());
    sweep.get("trial-license/prev", system.previous_trial_license());
    sweep.get("upgrade allowed", system.check_upgrade_allowed());
    sweep.get("upgrade status", system.upgrade_status());
    sweep.get("latest_version", system.latest_release());
    sweep.get("analytics", system.analytics(&AnalyticsQuery::new()));
    for name in ["extra_counts", "post_counts_day", "user_counts_with_posts_day", "bot_post_counts_day"] {
        sweep.get(&format!("analytics {name}"), system.analytics(&AnalyticsQuery::new().name(name)));
    }
    sweep.get("audits", system.list_audits(&Page::new()));
    sweep.get("all audits", system.all_audits().take(250).collect::<Result<Vec<_>>>());
    sweep.get("server_busy", system.get_busy());
    sweep.file("support_packet", system.support_packet(&SupportPacketQuery::new()));
    sweep.get("schema/version", system.list_migrations());
    sweep.get("timezones", system.list_timezones());
    sweep.get("onboarding", system.get_onboarding());
    sweep.get("redirect_location", system.redirect_location("http://127.0.0.1:9/"));
    sweep.get("image", system.image("http://127.0.0.1:9/x.png"));
    if let Some(team) = client.teams().list_for_user(&UserId::me()).unwrap().first() {
        let query = NoticeQuery::new(NoticeClient::Web, client.system().client_config().unwrap().version());
        sweep.get("notices", system.list_notices(&team.id, &query));
        sweep.get("analytics of a team", system.analytics(&AnalyticsQuery::new().team_id(&team.id)));
    }
    let page = LogPage::new().logs_per_page(20_u32);
    sweep.get("logs", client.logs().list(&page));
    sweep.get("logs/query", client.logs().query(&page, &LogFilter::new()));
    sweep.file("logs/download", client.logs().download());
    sweep.get("usage/posts", client.usage().get_posts());
    sweep.get("usage/storage", client.usage().get_storage());
    sweep.get("usage/teams", client.usage().get_teams());
    sweep.get("limits", client.limits().get());
    sweep.get("cluster", client.cluster().get_status());
    sweep.get("brand image", client.brand().image());
    sweep.get("terms of service", client.terms_of_service().get());
    sweep.get("ancillary", client.permissions().ancillary(&["sysconsole_read_plugins"]));
}

/// What the server does and has: jobs, files, plugins, reports.
fn work(sweep: &mut Sweep, client: &Client) {
    if let Some(jobs) = sweep.get("jobs", client.jobs().list(&JobPage::new())) {
        if let Some(job) = jobs.first() {
            sweep.get("job", client.jobs().get(&job.id));
            sweep.get("jobs of a type", client.jobs().list_by_type(&job.kind, &Page::new()));
            sweep.file("job, downloaded", client.jobs().download(&job.id));
        }
    }
    sweep.get("all jobs", client.jobs().all(&JobPage::new()).take(250).collect::<Result<Vec<_>>>());
    sweep.get(
        "export jobs",
        client.jobs().all_by_type(&JobType::ExportProcess).take(250).collect::<Result<Vec<_>>>(),
    );
    sweep.get("imports", client.imports().list());
    if let Some(name) =
        sweep.get("exports", client.exports().list()).and_then(|names| names.into_iter().next())
    {
        sweep.file("export", client.exports().download(&name));
    }
    sweep.get("plugins", client.plugins().list());
    sweep.get("plugins/statuses", client.plugins().list_statuses());
    sweep.get("plugins/webapp", client.plugins().list_webapp());
    sweep.get("marketplace", client.plugins().list_marketplace(&MarketplaceQuery::new().local_only(true)));
    sweep.get("marketplace visit", client.plugins().get_marketplace_visit());
    let reports = client.reports();
    sweep.get("reports/users", reports.list_users(&UserReportQuery::new()));
    let query = UserReportQuery::new().page_size(5_u32).sort_column(UserReportColumn::CreateAt);
    sweep.get("reports/users by date", reports.list_users(&query.sort_direction("desc")));
    let all = reports.all_users(&UserReportFilter::new()).collect::<Result<Vec<_>>>();
    let count = reports.count_users(&UserReportFilter::new());
    let all = sweep.get("all of reports/users", all);
    if let (Some(all), Some(count)) = (all, sweep.get("reports/users/count", count)) {
        // Others may make accounts meanwhile.
        let ids: BTreeSet<_> = all.iter().map(|report| &report.user.id).collect();
        assert!(ids.len() == all.len() && all.len() + 5 >= usize::try_from(count).unwrap(), "{count}");
    }
}

/// Who may do what: schemes, policies, directories.
fn policies(sweep: &mut Sweep, client: &Client) {
    if let Some(schemes) = sweep.get("schemes", client.schemes().list(&SchemePage::new())) {
        if let Some(scheme) = schemes.first() {
            sweep.get("scheme", client.schemes().get(&scheme.id));
            sweep.get("teams of a scheme", client.schemes().list_teams(&scheme.id, &Page::new()));
            sweep.get("channels of a scheme", client.schemes().list_channels(&scheme.id, &Page::new()));
        }
    }
    sweep.get("compliance reports", client.compliance().list(&Page::new()));
    let retention = client.data_retention();
    sweep.get("retention policy", retention.get_global());
    if let Some(list) = sweep.get("retention policies", retention.list(&Page::new())) {
        if let Some(policy) = list.policies.first() {
            sweep.get("one retention policy", retention.get(&policy.id));
            sweep.get("teams of a retention policy", retention.list_teams(&policy.id, &Page::new()));
            sweep.get("channels of a retention policy", retention.list_channels(&policy.id, &Page::new()));
        }
    }
    sweep.get("retention policies, counted", retention.count());
    sweep.get("retention of teams", retention.list_for_teams_of(&client.me().id, &Page::new()));
    sweep.get("retention of channels", retention.list_for_channels_of(&client.me().id, &Page::new()));
    sweep.get("ldap groups", client.ldap().list_groups(&mattermost::LdapGroupPage::new()));
    sweep.get("saml metadata", client.saml().get_metadata());
    sweep.get("saml certificates", client.saml().get_certificate_status());
    let attributes = client.custom_profile_attributes();
    sweep.get("attributes", attributes.list_fields());
    sweep.get("attributes' group", attributes.get_group_id());
    sweep.get("attributes' values", attributes.list_values(&client.me().id));
    sweep.get("access fields", client.access_control().list_fields(&mattermost::AccessFieldPage::new(10)));
    let found = client.access_control().search(&mattermost::AccessControlPolicySearch::new());
    if let Some(policy) =
        sweep.get("access policies", found).and_then(|found| found.policies.into_iter().next())
    {
        sweep.get("access policy", client.access_control().get(&policy.id));
    }
    let flagging = client.content_flagging();
    sweep.get("flagging settings", flagging.get_config());
    sweep.get("flagging reasons", flagging.get_flag_config());
    sweep.get("flagging fields", flagging.list_fields());
    if let Some(team) = client.teams().list_for_user(&UserId::me()).unwrap().first() {
        sweep.get("flagging in a team", flagging.is_enabled(&team.id));
        sweep.get("flagging reasons for reviewers", flagging.get_reviewer_config(&team.id));
        sweep.get("flagging reviewers", flagging.search_reviewers(&team.id, "a"));
        sweep.get("shared channels", client.shared_channels().list(&team.id, &Page::new()));
        let page = mattermost::OutgoingOAuthConnectionPage::new(&team.id);
        sweep.get("outgoing connections", client.outgoing_oauth_connections().list(&page));
        if let Some(channel) = client.channels().list_for_user(&UserId::me(), &team.id).unwrap().first() {
            let attributes = client.access_control().list_channel_attributes(&channel.id);
            sweep.get("access attributes of a channel", attributes);
            sweep.get("servers of a channel", client.shared_channels().list_remotes(&channel.id));
        }
    }
}

/// Other servers, AI, the cloud.
fn others(sweep: &mut Sweep, client: &Client) {
    let clusters = client.remote_clusters().list(&mattermost::RemoteClusterPage::new());
    if let Some(remote) = sweep.get("remote clusters", clusters).and_then(|list| list.into_iter().next()) {
        sweep.get("remote cluster", client.remote_clusters().get(&remote.remote_id));
    }
    sweep.get("can_dm", client.shared_channels().can_dm(&client.me().id, &client.me().id));
    sweep.get("agents", client.agents().list());
    sweep.get("agents' status", client.agents().get_status());
    sweep.get("agents' services", client.agents().list_services());
    if let Some(recaps) = sweep.get("recaps", client.recaps().list(&Page::new())) {
        if let Some(recap) = recaps.first() {
            sweep.get("recap", client.recaps().get(&recap.id));
        }
    }
    let cloud = client.cloud();
    sweep.get("cloud customer", cloud.get_customer());
    sweep.get("cloud subscription", cloud.get_subscription());
    sweep.get("cloud invoices", cloud.list_invoices());
    sweep.get("cloud products", cloud.list_products());
    sweep.get("cloud limits", cloud.get_limits());
    sweep.get("cloud installation", cloud.get_installation());
    sweep.get("cloud preview", cloud.list_preview_pages());
    sweep.get("cloud portal", cloud.check_portal());
    sweep.get("ip filters", client.ip_filtering().list());
    sweep.get("own address", client.ip_filtering().my_ip());
    sweep.get("signup", client.hosted_customer().signup_available());
}
