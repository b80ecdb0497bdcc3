//! Inputs of the administrative routes with everything set.

use std::collections::BTreeMap;

use mattermost::{
    AccessChannelPage, AccessControlPolicyActiveUpdate, AccessControlPolicyCursor, AccessControlPolicyDraft,
    AccessControlPolicyRule, AccessControlPolicySearch, AccessFieldPage, AccessPolicyType,
    AdditionalContentFlaggingSettings, AnalyticsQuery, CelExpression, ChannelId, ClientLog,
    CloudCustomerPatch, CompleteOnboardingRequest, ComplianceReportDraft,
    ContentFlaggingNotificationSettings, ContentFlaggingSettings, CpaAttrs, CpaFieldDraft, CpaFieldPatch,
    FlagContentActionRequest, FlagContentRequest, GuestFilter, JobDraft, JobPage, JobStatus, JobType, Json,
    LdapGroupPage, LdapSettings, LogFilter, LogPage, MarketplaceInstall, MarketplaceQuery, MetricSample,
    NoticeClient, NoticeQuery, NotificationTarget, OAuthGrantType, OutgoingOAuthConnectionDraft,
    OutgoingOAuthConnectionId, OutgoingOAuthConnectionPage, OutgoingOAuthConnectionPatch, PerformanceReport,
    PolicyId, PostId, PostReportQuery, PropertyFieldId, PropertyFieldType, PushNotificationAck,
    QueryExpressionParams, RecapDraft, RemoteClusterAcceptInvite, RemoteClusterDraft, RemoteClusterFrame,
    RemoteClusterMsg, RemoteClusterPage, RemoteClusterPatch, RemoteClusterToken, RemoteId, ReportRange,
    ReportTimeField, RetentionPolicyDraft, RetentionPolicyPatch, ReviewerSettings, SamlAuthReset,
    SchemeDraft, SchemePage, SchemePatch, SchemeScope, ServerConfig, SharedChannelRemotePage, TeamId,
    TeamReviewerSetting, TrialLicenseRequest, UserId, UserReportColumn, UserReportFilter, UserReportQuery,
};

use crate::calls::inputs::{id, map, time, whole, words};

/// Something whose shape the server decides.
pub(super) fn json() -> Json {
    Json::from(serde_json::json!({"a": 1}))
}

pub(super) fn server_config() -> ServerConfig {
    ServerConfig::new().with("ServiceSettings.SiteURL", "https://chat.example.com")
}

pub(super) fn token() -> RemoteClusterToken {
    RemoteClusterToken::new(id::<RemoteId>(), "x")
}

pub(super) fn frame() -> RemoteClusterFrame {
    RemoteClusterFrame::new(id::<RemoteId>(), RemoteClusterMsg::new("x", "x", json()))
}

pub(super) fn access_channel_page() -> AccessChannelPage {
    AccessChannelPage::new(1_u32).after(id::<ChannelId>())
}

pub(super) fn access_control_policy_active_update() -> AccessControlPolicyActiveUpdate {
    AccessControlPolicyActiveUpdate::new(id::<PolicyId>(), true)
}

pub(super) fn access_control_policy_draft() -> AccessControlPolicyDraft {
    AccessControlPolicyDraft::new("x", AccessPolicyType::Parent, [AccessControlPolicyRule::new("x")])
        .id(id::<PolicyId>())
        .active(true)
        .revision(1_i64)
        .version("x")
        .imports([id::<PolicyId>()])
        .props(json())
}

pub(super) fn access_control_policy_search() -> AccessControlPolicySearch {
    AccessControlPolicySearch::new()
        .term("x")
        .kind(AccessPolicyType::Parent)
        .parent_id(id::<PolicyId>())
        .ids([id::<PolicyId>()])
        .cursor(AccessControlPolicyCursor::after(id::<PolicyId>()))
        .limit(1_u32)
        .include_children(true)
        .active(true)
}

pub(super) fn access_field_page() -> AccessFieldPage {
    AccessFieldPage::new(1_u32).after(id::<PropertyFieldId>()).channel_id(id::<ChannelId>())
}

pub(super) fn additional_content_flagging_settings() -> AdditionalContentFlaggingSettings {
    AdditionalContentFlaggingSettings::new()
        .reasons(words())
        .reporter_comment_required(true)
        .reviewer_comment_required(true)
        .hide_flagged_content(true)
}

pub(super) fn analytics_query() -> AnalyticsQuery {
    AnalyticsQuery::new().name("x").team_id(id::<TeamId>())
}

pub(super) fn cel_expression() -> CelExpression {
    CelExpression::new("x").channel_id(id::<ChannelId>())
}

pub(super) fn client_log() -> ClientLog {
    ClientLog::new("x", "x")
}

pub(super) fn cloud_customer_patch() -> CloudCustomerPatch {
    CloudCustomerPatch::new()
        .name("x")
        .email("x")
        .contact_first_name("x")
        .contact_last_name("x")
        .num_employees(1_i64)
        .monthly_subscription_alt_payment_method("x")
}

pub(super) fn complete_onboarding_request() -> CompleteOnboardingRequest {
    CompleteOnboardingRequest::new("x").install_plugins(words())
}

pub(super) fn compliance_report_draft() -> ComplianceReportDraft {
    ComplianceReportDraft::new("x", time(), time()).keywords("x").emails("x")
}

pub(super) fn content_flagging_notification_settings() -> ContentFlaggingNotificationSettings {
    ContentFlaggingNotificationSettings::new()
        .event_target_mapping(BTreeMap::from([("x".to_owned(), vec![NotificationTarget::Reviewers])]))
}

pub(super) fn content_flagging_settings() -> ContentFlaggingSettings {
    ContentFlaggingSettings::new()
        .enable_content_flagging(true)
        .notification_settings(content_flagging_notification_settings())
        .additional_settings(additional_content_flagging_settings())
        .reviewer_settings(reviewer_settings())
}

pub(super) fn cpa_field_draft() -> CpaFieldDraft {
    CpaFieldDraft::new("x", PropertyFieldType::Text).attrs(whole::<CpaAttrs>())
}

pub(super) fn cpa_field_patch() -> CpaFieldPatch {
    CpaFieldPatch::new().name("x").kind(PropertyFieldType::Text).attrs(json()).target_id("x").target_type("x")
}

pub(super) fn flag_content_action_request() -> FlagContentActionRequest {
    FlagContentActionRequest::new().comment("x")
}

pub(super) fn flag_content_request() -> FlagContentRequest {
    FlagContentRequest::new("x").comment("x")
}

pub(super) fn job_draft() -> JobDraft {
    JobDraft::new(JobType::AccessControlSync).data(map())
}

pub(super) fn job_page() -> JobPage {
    JobPage::new().page(1_u32).per_page(1_u32).job_type(JobType::AccessControlSync).status(JobStatus::Pending)
}

pub(super) fn ldap_group_page() -> LdapGroupPage {
    LdapGroupPage::new().q("x").page(1_u32).per_page(1_u32).is_linked(true).is_configured(true)
}

pub(super) fn ldap_settings() -> LdapSettings {
    LdapSettings::new()
        .enable(true)
        .enable_sync(true)
        .ldap_server("x")
        .ldap_port(1_i64)
        .connection_security("x")
        .base_dn("x")
        .bind_username("x")
        .bind_password("x")
        .maximum_login_attempts(1_i64)
        .user_filter("x")
        .group_filter("x")
        .guest_filter("x")
        .enable_admin_filter(true)
        .admin_filter("x")
        .group_display_name_attribute("x")
        .group_id_attribute("x")
        .first_name_attribute("x")
        .last_name_attribute("x")
        .email_attribute("x")
        .username_attribute("x")
        .nickname_attribute("x")
        .id_attribute("x")
        .position_attribute("x")
        .login_id_attribute("x")
        .picture_attribute("x")
        .sync_interval_minutes(1_i64)
        .re_add_removed_members(true)
        .skip_certificate_verification(true)
        .public_certificate_file("x")
        .private_key_file("x")
        .query_timeout(1_i64)
        .max_page_size(1_i64)
        .login_field_name("x")
        .login_button_color("x")
        .login_button_border_color("x")
        .login_button_text_color("x")
}

pub(super) fn log_filter() -> LogFilter {
    LogFilter::new().server_names(words()).log_levels(words()).date_from("x").date_to("x")
}

pub(super) fn log_page() -> LogPage {
    LogPage::new().page(1_u32).logs_per_page(1_u32)
}

pub(super) fn marketplace_install() -> MarketplaceInstall {
    MarketplaceInstall::new("x").version("x")
}

pub(super) fn marketplace_query() -> MarketplaceQuery {
    MarketplaceQuery::new()
        .page(1_u32)
        .per_page(1_u32)
        .filter("x")
        .server_version("x")
        .local_only(true)
        .remote_only(true)
}

pub(super) fn metric_sample() -> MetricSample {
    MetricSample::new("x", 1.5).timestamp(1.5).labels(map())
}

pub(super) fn notice_query() -> NoticeQuery {
    NoticeQuery::new(NoticeClient::Desktop, "x").locale("x")
}

pub(super) fn outgoing_o_auth_connection_draft() -> OutgoingOAuthConnectionDraft {
    OutgoingOAuthConnectionDraft::new("x", "x", "x", "x", OAuthGrantType::ClientCredentials, words())
        .credentials_username("x")
        .credentials_password("x")
        .id(id::<OutgoingOAuthConnectionId>())
}

pub(super) fn outgoing_o_auth_connection_page() -> OutgoingOAuthConnectionPage {
    OutgoingOAuthConnectionPage::new(id::<TeamId>())
        .from_id(id::<OutgoingOAuthConnectionId>())
        .limit(1_u32)
        .audience("x")
}

pub(super) fn outgoing_o_auth_connection_patch() -> OutgoingOAuthConnectionPatch {
    OutgoingOAuthConnectionPatch::new()
        .name("x")
        .client_id("x")
        .client_secret("x")
        .credentials_username("x")
        .credentials_password("x")
        .oauth_token_url("x")
        .grant_type(OAuthGrantType::ClientCredentials)
        .audiences(words())
}

pub(super) fn performance_report() -> PerformanceReport {
    PerformanceReport::new("x", 1.5, 1.5)
        .client_id("x")
        .labels(map())
        .counters([metric_sample()])
        .histograms([metric_sample()])
}

pub(super) fn post_report_query() -> PostReportQuery {
    PostReportQuery::new(id::<ChannelId>())
        .cursor("x")
        .start_time(time())
        .time_field(ReportTimeField::CreateAt)
        .sort_direction("x")
        .per_page(1_u32)
        .include_deleted(true)
        .exclude_system_posts(true)
        .include_metadata(true)
}

pub(super) fn push_notification_ack() -> PushNotificationAck {
    PushNotificationAck::new("x", time(), "x", "x").post_id(id::<PostId>()).is_id_loaded(true)
}

pub(super) fn query_expression_params() -> QueryExpressionParams {
    QueryExpressionParams::new("x", 1_u32).term("x").after(id::<UserId>()).channel_id(id::<ChannelId>())
}

pub(super) fn recap_draft() -> RecapDraft {
    RecapDraft::new("x", [id::<ChannelId>()], "x")
}

pub(super) fn remote_cluster_accept_invite() -> RemoteClusterAcceptInvite {
    RemoteClusterAcceptInvite::new("x", id::<TeamId>(), "x", "x").display_name("x")
}

pub(super) fn remote_cluster_draft() -> RemoteClusterDraft {
    RemoteClusterDraft::new("x", id::<TeamId>()).display_name("x").password("x")
}

pub(super) fn remote_cluster_page() -> RemoteClusterPage {
    RemoteClusterPage::new()
        .page(1_u32)
        .per_page(1_u32)
        .exclude_offline(true)
        .in_channel(id::<ChannelId>())
        .not_in_channel(id::<ChannelId>())
        .only_confirmed(true)
        .only_plugins(true)
        .exclude_plugins(true)
        .include_deleted(true)
        .topic("x")
        .creator_id(id::<UserId>())
        .plugin_id("x")
}

pub(super) fn remote_cluster_patch() -> RemoteClusterPatch {
    RemoteClusterPatch::new().display_name("x").default_team_id(id::<TeamId>())
}

pub(super) fn retention_policy_draft() -> RetentionPolicyDraft {
    RetentionPolicyDraft::new("x", 1_i64).team_ids([id::<TeamId>()]).channel_ids([id::<ChannelId>()])
}

pub(super) fn retention_policy_patch() -> RetentionPolicyPatch {
    RetentionPolicyPatch::new()
        .display_name("x")
        .post_duration(1_i64)
        .team_ids([id::<TeamId>()])
        .channel_ids([id::<ChannelId>()])
}

pub(super) fn reviewer_settings() -> ReviewerSettings {
    ReviewerSettings::new()
        .common_reviewers(true)
        .system_admins_as_reviewers(true)
        .team_admins_as_reviewers(true)
        .common_reviewer_ids([id::<UserId>()])
        .team_reviewers_setting(BTreeMap::from([(id::<TeamId>(), team_reviewer_setting())]))
}

pub(super) fn saml_auth_reset() -> SamlAuthReset {
    SamlAuthReset::new().include_deleted(true).dry_run(true).user_ids([id::<UserId>()])
}

pub(super) fn scheme_draft() -> SchemeDraft {
    SchemeDraft::new("x", SchemeScope::Channel).name("x").description("x")
}

pub(super) fn scheme_page() -> SchemePage {
    SchemePage::new().scope(SchemeScope::Channel).page(1_u32).per_page(1_u32)
}

pub(super) fn scheme_patch() -> SchemePatch {
    SchemePatch::new().name("x").display_name("x").description("x")
}

pub(super) fn shared_channel_remote_page() -> SharedChannelRemotePage {
    SharedChannelRemotePage::new()
        .page(1_u32)
        .per_page(1_u32)
        .include_unconfirmed(true)
        .exclude_confirmed(true)
        .exclude_home(true)
        .exclude_remote(true)
        .include_deleted(true)
}

pub(super) fn team_reviewer_setting() -> TeamReviewerSetting {
    TeamReviewerSetting::new().enabled(true).reviewer_ids([id::<UserId>()])
}

pub(super) fn trial_license_request() -> TrialLicenseRequest {
    TrialLicenseRequest::new(1_i64, true, true)
        .contact_name("x")
        .contact_email("x")
        .company_name("x")
        .company_country("x")
        .company_size("x")
        .server_id("x")
        .email("x")
        .name("x")
        .site_url("x")
        .site_name("x")
        .server_version("x")
}

pub(super) fn user_report_filter() -> UserReportFilter {
    UserReportFilter::new()
        .role_filter("x")
        .team_filter(id::<TeamId>())
        .has_no_team(true)
        .hide_active(true)
        .hide_inactive(true)
        .search_term("x")
        .guest_filter(GuestFilter::All)
}

pub(super) fn user_report_query() -> UserReportQuery {
    UserReportQuery::new()
        .filter(user_report_filter())
        .sort_column(UserReportColumn::CreateAt)
        .sort_direction("x")
        .direction("x")
        .page_size(1_u32)
        .from_column_value("x")
        .from_id(id::<UserId>())
        .date_range(ReportRange::AllTime)
}
