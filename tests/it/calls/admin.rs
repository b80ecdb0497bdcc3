//! The administrative groups.

use std::collections::BTreeMap;
use std::time::Duration;

use mattermost::http::Body;
use mattermost::{
    AllowedIpRange, ConfigQuery, JobStatus, JobType, LdapDiagnosticTest, Secret, SupportPacketQuery,
};

use super::Table;
use super::admin_inputs::{
    access_channel_page, access_control_policy_active_update, access_control_policy_draft,
    access_control_policy_search, access_field_page, analytics_query, cel_expression, client_log,
    cloud_customer_patch, complete_onboarding_request, compliance_report_draft, content_flagging_settings,
    cpa_field_draft, cpa_field_patch, flag_content_action_request, flag_content_request, frame, job_draft,
    job_page, json, ldap_group_page, ldap_settings, log_filter, log_page, marketplace_install,
    marketplace_query, notice_query, outgoing_o_auth_connection_draft, outgoing_o_auth_connection_page,
    outgoing_o_auth_connection_patch, performance_report, post_report_query, push_notification_ack,
    query_expression_params, recap_draft, remote_cluster_accept_invite, remote_cluster_draft,
    remote_cluster_page, remote_cluster_patch, retention_policy_draft, retention_policy_patch,
    saml_auth_reset, scheme_draft, scheme_page, scheme_patch, server_config, shared_channel_remote_page,
    token, trial_license_request, user_report_filter, user_report_query,
};
use super::inputs::{channel_search, id, page, team_search, upload, whole, words};

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn rows(t: &mut Table) {
    t.all("access_control.save", |c| c.access_control().save(&access_control_policy_draft()));
    t.all("access_control.get", |c| c.access_control().get(&id()));
    t.all("access_control.get_in_channel", |c| c.access_control().get_in_channel(&id(), &id()));
    t.done("access_control.delete", |c| c.access_control().delete(&id()));
    t.all("access_control.search", |c| c.access_control().search(&access_control_policy_search()));
    t.list("access_control.set_active", |c| {
        c.access_control().set_active(&[access_control_policy_active_update()])
    });
    t.done("access_control.activate", |c| c.access_control().activate(&id()));
    t.done("access_control.deactivate", |c| c.access_control().deactivate(&id()));
    t.done("access_control.assign", |c| c.access_control().assign(&id(), &[id()]));
    t.done("access_control.unassign", |c| c.access_control().unassign(&id(), &[id()]));
    t.all("access_control.list_channels", |c| {
        c.access_control().list_channels(&id(), &access_channel_page())
    });
    t.all("access_control.search_channels", |c| c.access_control().search_channels(&id(), &channel_search()));
    t.map("access_control.list_channel_attributes", |c| c.access_control().list_channel_attributes(&id()));
    t.list("access_control.list_fields", |c| c.access_control().list_fields(&access_field_page()));
    t.list("access_control.check_expression", |c| c.access_control().check_expression(&cel_expression()));
    t.all("access_control.list_matches", |c| c.access_control().list_matches(&query_expression_params()));
    t.with("access_control.matches_me", r#"{"requester_matches":true}"#, |c| {
        c.access_control().matches_me(&cel_expression())
    });
    t.all("access_control.take_apart", |c| c.access_control().take_apart(&cel_expression()));
    t.list("agents.list", |c| c.agents().list());
    t.all("agents.get_status", |c| c.agents().get_status());
    t.list("agents.list_services", |c| c.agents().list_services());
    t.done("audit_logs.upload_certificate", |c| c.audit_logs().upload_certificate(upload()));
    t.done("audit_logs.delete_certificate", |c| c.audit_logs().delete_certificate());
    t.raw("brand.image", |c| c.brand().image());
    t.done("brand.set_image", |c| c.brand().set_image(upload()));
    t.done("brand.delete_image", |c| c.brand().delete_image());
    t.all("cloud.get_customer", |c| c.cloud().get_customer());
    t.all("cloud.update_customer", |c| c.cloud().update_customer(&cloud_customer_patch()));
    t.all("cloud.update_address", |c| c.cloud().update_address(&whole()));
    t.all("cloud.get_subscription", |c| c.cloud().get_subscription());
    t.list("cloud.list_invoices", |c| c.cloud().list_invoices());
    t.raw("cloud.download_invoice", |c| c.cloud().download_invoice("name").write_to(Vec::new()));
    t.list("cloud.list_products", |c| c.cloud().list_products());
    t.list("cloud.list_all_products", |c| c.cloud().list_all_products());
    t.all("cloud.get_limits", |c| c.cloud().get_limits());
    t.all("cloud.get_installation", |c| c.cloud().get_installation());
    t.list("cloud.list_preview_pages", |c| c.cloud().list_preview_pages());
    t.with("cloud.check_portal", r#"{"status":"x"}"#, |c| c.cloud().check_portal());
    t.with("cloud.validate_email", r#"{"is_valid":true}"#, |c| c.cloud().validate_email("name"));
    t.with("cloud.validate_workspace_email", r#"{"is_valid":true}"#, |c| {
        c.cloud().validate_workspace_email()
    });
    t.done("cloud.send_webhook", |c| c.cloud().send_webhook(&Secret::from("x"), &whole()));
    t.list("cluster.get_status", |c| c.cluster().get_status());
    t.list("compliance.list", |c| c.compliance().list(&page()));
    t.all("compliance.get", |c| c.compliance().get(&id()));
    t.all("compliance.create", |c| c.compliance().create(&compliance_report_draft()));
    t.raw("compliance.download", |c| c.compliance().download(&id()).write_to(Vec::new()));
    t.all("content_flagging.get_config", |c| c.content_flagging().get_config());
    t.done("content_flagging.update_config", |c| {
        c.content_flagging().update_config(&content_flagging_settings())
    });
    t.all("content_flagging.get_flag_config", |c| c.content_flagging().get_flag_config());
    t.all("content_flagging.get_reviewer_config", |c| c.content_flagging().get_reviewer_config(&id()));
    t.with("content_flagging.is_enabled", r#"{"enabled":true}"#, |c| c.content_flagging().is_enabled(&id()));
    t.done("content_flagging.flag", |c| c.content_flagging().flag(&id(), &flag_content_request()));
    t.map("content_flagging.list_fields", |c| c.content_flagging().list_fields());
    t.list("content_flagging.list_values", |c| c.content_flagging().list_values(&id()));
    t.all("content_flagging.get_post", |c| c.content_flagging().get_post(&id()));
    t.done("content_flagging.keep", |c| c.content_flagging().keep(&id(), &flag_content_action_request()));
    t.done("content_flagging.remove", |c| c.content_flagging().remove(&id(), &flag_content_action_request()));
    t.done("content_flagging.assign", |c| c.content_flagging().assign(&id(), &id()));
    t.list("content_flagging.search_reviewers", |c| c.content_flagging().search_reviewers(&id(), "name"));
    t.list("custom_profile_attributes.list_fields", |c| c.custom_profile_attributes().list_fields());
    t.all("custom_profile_attributes.create_field", |c| {
        c.custom_profile_attributes().create_field(&cpa_field_draft())
    });
    t.all("custom_profile_attributes.patch_field", |c| {
        c.custom_profile_attributes().patch_field(&id(), &cpa_field_patch())
    });
    t.done("custom_profile_attributes.delete_field", |c| c.custom_profile_attributes().delete_field(&id()));
    t.with("custom_profile_attributes.get_group_id", r#"{"id":"x"}"#, |c| {
        c.custom_profile_attributes().get_group_id()
    });
    t.map("custom_profile_attributes.list_values", |c| c.custom_profile_attributes().list_values(&id()));
    t.map("custom_profile_attributes.patch_values", |c| {
        c.custom_profile_attributes().patch_values(&BTreeMap::from([(id(), json())]))
    });
    t.map("custom_profile_attributes.patch_values_of", |c| {
        c.custom_profile_attributes().patch_values_of(&id(), &BTreeMap::from([(id(), json())]))
    });
    t.all("data_retention.get_global", |c| c.data_retention().get_global());
    t.all("data_retention.list", |c| c.data_retention().list(&page()));
    t.with("data_retention.count", r#"{"total_count":7}"#, |c| c.data_retention().count());
    t.all("data_retention.get", |c| c.data_retention().get(&id()));
    t.all("data_retention.create", |c| c.data_retention().create(&retention_policy_draft()));
    t.all("data_retention.patch", |c| c.data_retention().patch(&id(), &retention_policy_patch()));
    t.done("data_retention.delete", |c| c.data_retention().delete(&id()));
    t.all("data_retention.list_teams", |c| c.data_retention().list_teams(&id(), &page()));
    t.done("data_retention.add_teams", |c| c.data_retention().add_teams(&id(), &[id()]));
    t.done("data_retention.remove_teams", |c| c.data_retention().remove_teams(&id(), &[id()]));
    t.list("data_retention.search_teams", |c| c.data_retention().search_teams(&id(), &team_search()));
    t.all("data_retention.list_channels", |c| c.data_retention().list_channels(&id(), &page()));
    t.done("data_retention.add_channels", |c| c.data_retention().add_channels(&id(), &[id()]));
    t.done("data_retention.remove_channels", |c| c.data_retention().remove_channels(&id(), &[id()]));
    t.list("data_retention.search_channels", |c| {
        c.data_retention().search_channels(&id(), &channel_search())
    });
    t.all("data_retention.list_for_teams_of", |c| c.data_retention().list_for_teams_of(&id(), &page()));
    t.all("data_retention.list_for_channels_of", |c| c.data_retention().list_for_channels_of(&id(), &page()));
    t.done("elasticsearch.test", |c| c.elasticsearch().test());
    t.done("elasticsearch.test_with", |c| c.elasticsearch().test_with(&server_config()));
    t.done("elasticsearch.purge_indexes", |c| c.elasticsearch().purge_indexes(&["a", "b"]));
    t.list("exports.list", |c| c.exports().list());
    t.raw("exports.download", |c| c.exports().download("name").write_to(Vec::new()));
    t.done("exports.delete", |c| c.exports().delete("name"));
    t.all("exports.presign", |c| c.exports().presign("name"));
    t.done("hosted_customer.signup_available", |c| c.hosted_customer().signup_available());
    t.list("imports.list", |c| c.imports().list());
    t.done("imports.delete", |c| c.imports().delete("name"));
    t.list("ip_filtering.list", |c| c.ip_filtering().list());
    t.list("ip_filtering.set", |c| c.ip_filtering().set(&[AllowedIpRange::new("192.0.2.0/24", "x")]));
    t.with("ip_filtering.my_ip", r#"{"ip":"x"}"#, |c| c.ip_filtering().my_ip());
    t.list("jobs.list", |c| c.jobs().list(&job_page()));
    t.list("jobs.list_by_type", |c| c.jobs().list_by_type(&JobType::AccessControlSync, &page()));
    t.all("jobs.get", |c| c.jobs().get(&id()));
    t.all("jobs.create", |c| c.jobs().create(&job_draft()));
    t.done("jobs.cancel", |c| c.jobs().cancel(&id()));
    t.done("jobs.set_status", |c| c.jobs().set_status(&id(), &JobStatus::Pending));
    t.done("jobs.force_status", |c| c.jobs().force_status(&id(), &JobStatus::Pending));
    t.raw("jobs.download", |c| c.jobs().download(&id()).write_to(Vec::new()));
    t.done("ldap.sync", |c| c.ldap().sync());
    t.done("ldap.test", |c| c.ldap().test());
    t.done("ldap.test_connection", |c| c.ldap().test_connection(&ldap_settings()));
    t.list("ldap.test_diagnostics", |c| {
        c.ldap().test_diagnostics(&LdapDiagnosticTest::Filters, &ldap_settings())
    });
    t.all("ldap.list_groups", |c| c.ldap().list_groups(&ldap_group_page()));
    t.all("ldap.link_group", |c| c.ldap().link_group("name"));
    t.done("ldap.add_user_to_group_syncables", |c| c.ldap().add_user_to_group_syncables(&id()));
    t.done("ldap.migrate_id", |c| c.ldap().migrate_id("name"));
    t.done("ldap.upload_public_certificate", |c| c.ldap().upload_public_certificate(upload()));
    t.done("ldap.delete_public_certificate", |c| c.ldap().delete_public_certificate());
    t.done("ldap.upload_private_certificate", |c| c.ldap().upload_private_certificate(upload()));
    t.done("ldap.delete_private_certificate", |c| c.ldap().delete_private_certificate());
    t.all("limits.get", |c| c.limits().get());
    t.list("logs.list", |c| c.logs().list(&log_page()));
    t.map("logs.query", |c| c.logs().query(&log_page(), &log_filter()));
    t.done("logs.write", |c| c.logs().write(&client_log()));
    t.raw("logs.download", |c| c.logs().download().write_to(Vec::new()));
    t.done("metrics.report", |c| c.metrics().report(&performance_report()));
    t.list("outgoing_oauth_connections.list", |c| {
        c.outgoing_oauth_connections().list(&outgoing_o_auth_connection_page())
    });
    t.all("outgoing_oauth_connections.get", |c| c.outgoing_oauth_connections().get(&id()));
    t.all("outgoing_oauth_connections.create", |c| {
        c.outgoing_oauth_connections().create(&outgoing_o_auth_connection_draft())
    });
    t.all("outgoing_oauth_connections.update", |c| {
        c.outgoing_oauth_connections().update(&id(), &outgoing_o_auth_connection_patch())
    });
    t.done("outgoing_oauth_connections.delete", |c| c.outgoing_oauth_connections().delete(&id()));
    t.done("outgoing_oauth_connections.validate", |c| {
        c.outgoing_oauth_connections().validate(&outgoing_o_auth_connection_draft())
    });
    t.list("permissions.ancillary", |c| c.permissions().ancillary(&["a", "b"]));
    t.all("plugins.list", |c| c.plugins().list());
    t.list("plugins.list_statuses", |c| c.plugins().list_statuses());
    t.list("plugins.list_webapp", |c| c.plugins().list_webapp());
    t.all("plugins.upload", |c| c.plugins().upload(upload()));
    t.all("plugins.upload_over", |c| c.plugins().upload_over(upload()));
    t.all("plugins.install_from_url", |c| c.plugins().install_from_url("name"));
    t.all("plugins.install_from_url_over", |c| c.plugins().install_from_url_over("name"));
    t.done("plugins.delete", |c| c.plugins().delete("name"));
    t.done("plugins.enable", |c| c.plugins().enable("name"));
    t.done("plugins.disable", |c| c.plugins().disable("name"));
    t.list("plugins.list_marketplace", |c| c.plugins().list_marketplace(&marketplace_query()));
    t.all("plugins.install_from_marketplace", |c| {
        c.plugins().install_from_marketplace(&marketplace_install())
    });
    t.all("plugins.get_marketplace_visit", |c| c.plugins().get_marketplace_visit());
    t.done("plugins.mark_marketplace_visited", |c| c.plugins().mark_marketplace_visited());
    t.list("recaps.list", |c| c.recaps().list(&page()));
    t.all("recaps.get", |c| c.recaps().get(&id()));
    t.all("recaps.create", |c| c.recaps().create(&recap_draft()));
    t.all("recaps.mark_read", |c| c.recaps().mark_read(&id()));
    t.all("recaps.regenerate", |c| c.recaps().regenerate(&id()));
    t.done("recaps.delete", |c| c.recaps().delete(&id()));
    t.list("remote_clusters.list", |c| c.remote_clusters().list(&remote_cluster_page()));
    t.all("remote_clusters.get", |c| c.remote_clusters().get(&id()));
    t.all("remote_clusters.create", |c| c.remote_clusters().create(&remote_cluster_draft()));
    t.all("remote_clusters.patch", |c| c.remote_clusters().patch(&id(), &remote_cluster_patch()));
    t.done("remote_clusters.delete", |c| c.remote_clusters().delete(&id()));
    t.with("remote_clusters.generate_invite", r#""x""#, |c| {
        c.remote_clusters().generate_invite(&id(), &Secret::from("x"))
    });
    t.all("remote_clusters.accept_invite", |c| {
        c.remote_clusters().accept_invite(&remote_cluster_accept_invite())
    });
    t.all("remote_clusters.ping", |c| c.remote_clusters().ping(&token(), &frame()));
    t.all("remote_clusters.send", |c| c.remote_clusters().send(&token(), &frame()));
    t.done("remote_clusters.confirm_invite", |c| c.remote_clusters().confirm_invite(&token(), &frame()));
    t.all("remote_clusters.upload", |c| {
        c.remote_clusters().upload(&token(), &id(), Body::bytes("x", "application/octet-stream"))
    });
    t.done("remote_clusters.set_user_image", |c| {
        c.remote_clusters().set_user_image(&token(), &id(), upload())
    });
    t.list("reports.list_users", |c| c.reports().list_users(&user_report_query()));
    t.with("reports.count_users", "7", |c| c.reports().count_users(&user_report_filter()));
    t.done("reports.export_users", |c| c.reports().export_users(&user_report_query()));
    t.all("reports.list_posts", |c| c.reports().list_posts(&post_report_query()));
    t.raw("saml.get_metadata", |c| c.saml().get_metadata());
    t.all("saml.get_idp_metadata", |c| c.saml().get_idp_metadata("name"));
    t.all("saml.get_certificate_status", |c| c.saml().get_certificate_status());
    t.done("saml.upload_idp_certificate", |c| c.saml().upload_idp_certificate(upload()));
    t.done("saml.set_idp_certificate", |c| c.saml().set_idp_certificate("name"));
    t.done("saml.delete_idp_certificate", |c| c.saml().delete_idp_certificate());
    t.done("saml.upload_public_certificate", |c| c.saml().upload_public_certificate(upload()));
    t.done("saml.delete_public_certificate", |c| c.saml().delete_public_certificate());
    t.done("saml.upload_private_certificate", |c| c.saml().upload_private_certificate(upload()));
    t.done("saml.delete_private_certificate", |c| c.saml().delete_private_certificate());
    t.with("saml.reset_auth_data", r#"{"num_affected":7}"#, |c| c.saml().reset_auth_data(&saml_auth_reset()));
    t.list("schemes.list", |c| c.schemes().list(&scheme_page()));
    t.all("schemes.get", |c| c.schemes().get(&id()));
    t.all("schemes.create", |c| c.schemes().create(&scheme_draft()));
    t.all("schemes.patch", |c| c.schemes().patch(&id(), &scheme_patch()));
    t.done("schemes.delete", |c| c.schemes().delete(&id()));
    t.list("schemes.list_teams", |c| c.schemes().list_teams(&id(), &page()));
    t.list("schemes.list_channels", |c| c.schemes().list_channels(&id(), &page()));
    t.list("shared_channels.list", |c| c.shared_channels().list(&id(), &page()));
    t.list("shared_channels.list_remotes", |c| c.shared_channels().list_remotes(&id()));
    t.all("shared_channels.get_remote_info", |c| c.shared_channels().get_remote_info(&id()));
    t.all("shared_channels.get_remote_info_with_deleted", |c| {
        c.shared_channels().get_remote_info_with_deleted(&id())
    });
    t.with("shared_channels.can_dm", r#"{"can_dm":true}"#, |c| c.shared_channels().can_dm(&id(), &id()));
    t.list("shared_channels.list_of_remote", |c| {
        c.shared_channels().list_of_remote(&id(), &shared_channel_remote_page())
    });
    t.done("shared_channels.invite", |c| c.shared_channels().invite(&id(), &id()));
    t.done("shared_channels.uninvite", |c| c.shared_channels().uninvite(&id(), &id()));
    t.map("system.get_config", |c| {
        c.system().get_config(&ConfigQuery::new().remove_masked(true).remove_defaults(true))
    });
    t.map("system.update_config", |c| c.system().update_config(&server_config()));
    t.map("system.patch_config", |c| c.system().patch_config(&server_config()));
    t.map("system.get_environment_config", |c| c.system().get_environment_config());
    t.done("system.reload_config", |c| c.system().reload_config());
    t.done("system.test_email", |c| c.system().test_email());
    t.done("system.test_email_with", |c| c.system().test_email_with(&server_config()));
    t.done("system.test_file_store", |c| c.system().test_file_store());
    t.done("system.test_file_store_with", |c| c.system().test_file_store_with(&server_config()));
    t.done("system.test_site_url", |c| c.system().test_site_url("name"));
    t.all("system.upload_license", |c| c.system().upload_license(upload()));
    t.done("system.delete_license", |c| c.system().delete_license());
    t.with("system.license_load", r#"{"load":7}"#, |c| c.system().license_load());
    t.done("system.request_trial_license", |c| c.system().request_trial_license(&trial_license_request()));
    t.map("system.previous_trial_license", |c| c.system().previous_trial_license());
    t.done("system.upgrade_to_enterprise", |c| c.system().upgrade_to_enterprise());
    t.done("system.check_upgrade_allowed", |c| c.system().check_upgrade_allowed());
    t.all("system.upgrade_status", |c| c.system().upgrade_status());
    t.with("system.latest_release", r#"{"id":7}"#, |c| c.system().latest_release());
    t.list("system.analytics", |c| c.system().analytics(&analytics_query()));
    t.list("system.list_audits", |c| c.system().list_audits(&page()));
    t.done("system.invalidate_caches", |c| c.system().invalidate_caches());
    t.done("system.recycle_database", |c| c.system().recycle_database());
    t.done("system.restart", |c| c.system().restart());
    t.all("system.get_busy", |c| c.system().get_busy());
    t.done("system.set_busy", |c| c.system().set_busy(Duration::from_secs(60)));
    t.done("system.clear_busy", |c| c.system().clear_busy());
    t.raw("system.support_packet", |c| {
        c.system()
            .support_packet(&SupportPacketQuery::new().basic_server_logs(false).plugin_packets(words()))
            .write_to(Vec::new())
    });
    t.list("system.list_migrations", |c| c.system().list_migrations());
    t.list("system.list_timezones", |c| c.system().list_timezones());
    t.all("system.get_onboarding", |c| c.system().get_onboarding());
    t.done("system.complete_onboarding", |c| c.system().complete_onboarding(&complete_onboarding_request()));
    t.list("system.list_notices", |c| c.system().list_notices(&id(), &notice_query()));
    t.done("system.mark_notices_viewed", |c| c.system().mark_notices_viewed(&["a", "b"]));
    t.done("system.acknowledge_notification", |c| {
        c.system().acknowledge_notification(&push_notification_ack())
    });
    t.all("system.load_notification", |c| c.system().load_notification(&push_notification_ack()));
    t.done("system.test_notification", |c| c.system().test_notification());
    t.with("system.redirect_location", r#"{"location":"x"}"#, |c| c.system().redirect_location("name"));
    t.raw("system.image", |c| c.system().image("name"));
    t.all("terms_of_service.get", |c| c.terms_of_service().get());
    t.all("terms_of_service.create", |c| c.terms_of_service().create("name"));
    t.all("usage.get_posts", |c| c.usage().get_posts());
    t.all("usage.get_storage", |c| c.usage().get_storage());
    t.all("usage.get_teams", |c| c.usage().get_teams());
}
