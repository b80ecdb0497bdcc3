//! The administrative groups.

use std::collections::BTreeSet;

use mattermost::{
    AccessControlPolicySearch, AccessFieldPage, AnalyticsQuery, Client, ConfigQuery, JobPage, JobType,
    LdapGroupPage, LdapSettings, LogFilter, LogPage, MarketplaceQuery, NoticeClient, NoticeQuery,
    OutgoingOAuthConnectionPage, Page, RemoteClusterPage, Result, SchemePage, SupportPacketQuery, UserId,
    UserReportColumn, UserReportFilter, UserReportQuery,
};

use super::Sweep;

pub(super) fn sweep(sweep: &mut Sweep, client: &Client) {
    server(sweep, client);
    work(sweep, client);
    policies(sweep, client);
    others(sweep, client);
}

/// The server itself: configuration, licence, logs, figures.
fn server(sweep: &mut Sweep, client: &Client) {
    let system = client.system();
    if let Some(config) = sweep.get("/config", system.get_config(&ConfigQuery::new())) {
        assert!(
            !config.is_empty() && config.decode::<LdapSettings>("LdapSettings").unwrap().ldap_port.is_some()
        );
        // What was read can be sent back: nothing is lost on the way.
        let back = serde_json::to_string(&config).and_then(|text| serde_json::from_str(&text)).unwrap();
        assert_eq!(config, back);
    }
    sweep.get(
        "/config, what was changed",
        system.get_config(&ConfigQuery::new().remove_defaults(true).remove_masked(true)),
    );
    sweep.get("/config/environment", system.get_environment_config());
    sweep.get("/license/load_metric", system.license_load());
    sweep.get("/trial-license/prev", system.previous_trial_license());
    sweep.get("/upgrade_to_enterprise/allowed", system.check_upgrade_allowed());
    sweep.get("/upgrade_to_enterprise/status", system.upgrade_status());
    sweep.get("/latest_version", system.latest_release());
    sweep.get("/analytics/old", system.analytics(&AnalyticsQuery::new()));
    for name in ["extra_counts", "post_counts_day", "user_counts_with_posts_day", "bot_post_counts_day"] {
        sweep.get(&format!("/analytics/old, {name}"), system.analytics(&AnalyticsQuery::new().name(name)));
    }
    sweep.get("/audits", system.list_audits(&Page::new()));
    sweep.get("/audits, all", system.all_audits().take(250).collect::<Result<Vec<_>>>());
    sweep.get("/server_busy", system.get_busy());
    sweep.file("/system/support_packet", system.support_packet(&SupportPacketQuery::new()));
    sweep.get("/system/schema/version", system.list_migrations());
    sweep.get("/system/timezones", system.list_timezones());
    sweep.get("/system/onboarding/complete", system.get_onboarding());
    sweep.get("/redirect_location", system.redirect_location("http://127.0.0.1:9/"));
    sweep.get("/image", system.image("http://127.0.0.1:9/x.png"));
    if let Some(team) = client.teams().list_for_user(&UserId::me()).unwrap().first() {
        let query = NoticeQuery::new(NoticeClient::Web, client.system().client_config().unwrap().version());
        sweep.get("/system/notices/{teamId}", system.list_notices(&team.id, &query));
        sweep.get("/analytics/old, of a team", system.analytics(&AnalyticsQuery::new().team_id(&team.id)));
    }
    let page = LogPage::new().logs_per_page(20_u32);
    sweep.get("/logs", client.logs().list(&page));
    sweep.get("POST /logs/query", client.logs().query(&page, &LogFilter::new()));
    sweep.file("/logs/download", client.logs().download());
    sweep.get("/usage/posts", client.usage().get_posts());
    sweep.get("/usage/storage", client.usage().get_storage());
    sweep.get("/usage/teams", client.usage().get_teams());
    sweep.get("/limits/server", client.limits().get());
    sweep.get("/cluster/status", client.cluster().get_status());
    sweep.get("/brand/image", client.brand().image());
    sweep.get("/terms_of_service", client.terms_of_service().get());
    sweep.get("POST /permissions/ancillary", client.permissions().ancillary(&["sysconsole_read_plugins"]));
}

/// What the server does and has: jobs, files, plugins, reports.
fn work(sweep: &mut Sweep, client: &Client) {
    if let Some(jobs) = sweep.get("/jobs", client.jobs().list(&JobPage::new())) {
        if let Some(job) = jobs.first() {
            sweep.get("/jobs/{job_id}", client.jobs().get(&job.id));
            sweep.get("/jobs/type/{type}", client.jobs().list_by_type(&job.kind, &Page::new()));
            sweep.file("/jobs/{job_id}/download", client.jobs().download(&job.id));
        }
    }
    sweep.get("/jobs, all", client.jobs().all(&JobPage::new()).take(250).collect::<Result<Vec<_>>>());
    sweep.get(
        "/jobs/type/{type}, all",
        client.jobs().all_by_type(&JobType::ExportProcess).take(250).collect::<Result<Vec<_>>>(),
    );
    sweep.get("/imports", client.imports().list());
    if let Some(name) =
        sweep.get("/exports", client.exports().list()).and_then(|names| names.into_iter().next())
    {
        sweep.file("/exports/{export_name}", client.exports().download(&name));
    }
    sweep.get("/plugins", client.plugins().list());
    sweep.get("/plugins/statuses", client.plugins().list_statuses());
    sweep.get("/plugins/webapp", client.plugins().list_webapp());
    sweep.get(
        "/plugins/marketplace",
        client.plugins().list_marketplace(&MarketplaceQuery::new().local_only(true)),
    );
    sweep.get("/plugins/marketplace/first_admin_visit", client.plugins().get_marketplace_visit());
    let reports = client.reports();
    sweep.get("/reports/users", reports.list_users(&UserReportQuery::new()));
    let query = UserReportQuery::new().page_size(5_u32).sort_column(UserReportColumn::CreateAt);
    sweep.get("/reports/users, by date", reports.list_users(&query.sort_direction("desc")));
    let all = reports.all_users(&UserReportFilter::new()).collect::<Result<Vec<_>>>();
    let count = reports.count_users(&UserReportFilter::new());
    let all = sweep.get("/reports/users, all", all);
    if let (Some(all), Some(count)) = (all, sweep.get("/reports/users/count", count)) {
        // Others may make accounts meanwhile.
        let ids: BTreeSet<_> = all.iter().map(|report| &report.user.id).collect();
        assert!(ids.len() == all.len() && all.len() + 5 >= usize::try_from(count).unwrap(), "{count}");
    }
}

/// Who may do what: schemes, policies, directories.
fn policies(sweep: &mut Sweep, client: &Client) {
    if let Some(schemes) = sweep.get("/schemes", client.schemes().list(&SchemePage::new())) {
        if let Some(scheme) = schemes.first() {
            sweep.get("/schemes/{scheme_id}", client.schemes().get(&scheme.id));
            sweep.get("/schemes/{scheme_id}/teams", client.schemes().list_teams(&scheme.id, &Page::new()));
            sweep.get(
                "/schemes/{scheme_id}/channels",
                client.schemes().list_channels(&scheme.id, &Page::new()),
            );
        }
    }
    sweep.get("/compliance/reports", client.compliance().list(&Page::new()));
    let retention = client.data_retention();
    sweep.get("/data_retention/policy", retention.get_global());
    if let Some(list) = sweep.get("/data_retention/policies", retention.list(&Page::new())) {
        if let Some(policy) = list.policies.first() {
            sweep.get("/data_retention/policies/{policy_id}", retention.get(&policy.id));
            sweep.get(
                "/data_retention/policies/{policy_id}/teams",
                retention.list_teams(&policy.id, &Page::new()),
            );
            sweep.get(
                "/data_retention/policies/{policy_id}/channels",
                retention.list_channels(&policy.id, &Page::new()),
            );
        }
    }
    sweep.get("/data_retention/policies_count", retention.count());
    sweep.get(
        "/users/{user_id}/data_retention/team_policies",
        retention.list_for_teams_of(&client.me().id, &Page::new()),
    );
    sweep.get(
        "/users/{user_id}/data_retention/channel_policies",
        retention.list_for_channels_of(&client.me().id, &Page::new()),
    );
    sweep.get("/ldap/groups", client.ldap().list_groups(&LdapGroupPage::new()));
    sweep.get("/saml/metadata", client.saml().get_metadata());
    sweep.get("/saml/certificate/status", client.saml().get_certificate_status());
    let attributes = client.custom_profile_attributes();
    sweep.get("/custom_profile_attributes/fields", attributes.list_fields());
    sweep.get("/custom_profile_attributes/group", attributes.get_group_id());
    sweep.get("/users/{user_id}/custom_profile_attributes", attributes.list_values(&client.me().id));
    sweep.get(
        "/access_control_policies/cel/autocomplete/fields",
        client.access_control().list_fields(&AccessFieldPage::new(10)),
    );
    let found = client.access_control().search(&AccessControlPolicySearch::new());
    if let Some(policy) = sweep
        .get("POST /access_control_policies/search", found)
        .and_then(|found| found.policies.into_iter().next())
    {
        sweep.get("/access_control_policies/{policy_id}", client.access_control().get(&policy.id));
    }
    let flagging = client.content_flagging();
    sweep.get("/content_flagging/config", flagging.get_config());
    sweep.get("/content_flagging/flag/config", flagging.get_flag_config());
    sweep.get("/content_flagging/fields", flagging.list_fields());
    if let Some(team) = client.teams().list_for_user(&UserId::me()).unwrap().first() {
        sweep.get("/content_flagging/team/{team_id}/status", flagging.is_enabled(&team.id));
        sweep.get("/content_flagging/flag/config, for reviewers", flagging.get_reviewer_config(&team.id));
        sweep.get(
            "/content_flagging/team/{team_id}/reviewers/search",
            flagging.search_reviewers(&team.id, "a"),
        );
        sweep.get("/sharedchannels/{team_id}", client.shared_channels().list(&team.id, &Page::new()));
        let page = OutgoingOAuthConnectionPage::new(&team.id);
        sweep.get("/oauth/outgoing_connections", client.outgoing_oauth_connections().list(&page));
        if let Some(channel) = client.channels().list_for_user(&UserId::me(), &team.id).unwrap().first() {
            let attributes = client.access_control().list_channel_attributes(&channel.id);
            sweep.get("/channels/{channel_id}/access_control/attributes", attributes);
            sweep.get(
                "/sharedchannels/{channel_id}/remotes",
                client.shared_channels().list_remotes(&channel.id),
            );
        }
    }
}

/// Other servers, AI, the cloud.
fn others(sweep: &mut Sweep, client: &Client) {
    let clusters = client.remote_clusters().list(&RemoteClusterPage::new());
    if let Some(remote) = sweep.get("/remotecluster", clusters).and_then(|list| list.into_iter().next()) {
        sweep.get("/remotecluster/{remote_id}", client.remote_clusters().get(&remote.remote_id));
    }
    sweep.get(
        "/sharedchannels/users/{user_id}/can_dm/{other_user_id}",
        client.shared_channels().can_dm(&client.me().id, &client.me().id),
    );
    sweep.get("/agents", client.agents().list());
    sweep.get("/agents/status", client.agents().get_status());
    sweep.get("/llmservices", client.agents().list_services());
    if let Some(recaps) = sweep.get("/recaps", client.recaps().list(&Page::new())) {
        if let Some(recap) = recaps.first() {
            sweep.get("/recaps/{recap_id}", client.recaps().get(&recap.id));
        }
    }
    let cloud = client.cloud();
    sweep.get("/cloud/customer", cloud.get_customer());
    sweep.get("/cloud/subscription", cloud.get_subscription());
    sweep.get("/cloud/subscription/invoices", cloud.list_invoices());
    sweep.get("/cloud/products", cloud.list_products());
    sweep.get("/cloud/limits", cloud.get_limits());
    sweep.get("/cloud/installation", cloud.get_installation());
    sweep.get("/cloud/preview/modal_data", cloud.list_preview_pages());
    sweep.get("/cloud/check-cws-connection", cloud.check_portal());
    sweep.get("/ip_filtering", client.ip_filtering().list());
    sweep.get("/ip_filtering/my_ip", client.ip_filtering().my_ip());
    sweep.get("/hosted_customer/signup_available", client.hosted_customer().signup_available());
}
