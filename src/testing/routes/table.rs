//! The table of all routes: the versions that have them, and the responses of those that keep no state here.

use std::sync::OnceLock;

use super::{AppError, RouteCall, RouteResult, fail, forbidden, no_session};
use crate::testing::http::ServerResponse;

const TABLE: &str = include_str!("table.tsv");

/// A route of at least one version.
struct TableRoute {
    method: &'static str,
    #[cfg(test)]
    path: &'static str,
    segments: Vec<Segment>,
    /// Behavior of 11.6 and 5.37.
    services: [Service; 2],
    /// A member of the body, and the behavior for requests that contain it.
    with_member: Option<(&'static str, [Service; 2])>,
    /// `false` if code of this folder serves it without a session too.
    needs_session: bool,
}

/// A segment of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    Literal(&'static str),
    /// A parameter: its name and its form.
    Parameter(&'static str, &'static str),
}

/// Behavior of a version for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::testing) enum Service {
    /// The version does not have the route.
    Absent,
    /// Served by code of this folder.
    Stateful,
    /// Constant responses: to a system administrator, to a member, and without a session.
    Constant([&'static str; 3]),
}

/// The row of the table for a request.
pub(in crate::testing) struct Found {
    pub(in crate::testing) service: Service,
    pub(in crate::testing) needs_session: bool,
    with_member: Option<(&'static str, Service)>,
    /// The name of the first parameter that should be an ID and is not.
    bad_id: Option<&'static str>,
}

fn routes() -> &'static [TableRoute] {
    static ROUTES: OnceLock<Vec<TableRoute>> = OnceLock::new();
    ROUTES.get_or_init(|| {
        let rows = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        rows.filter_map(|line| {
            let mut cells = line.split('\t');
            let (method, path) = (cells.next()?, cells.next()?);
            let (new, old) = (cells.next()?, cells.next()?);
            let with_member = match (cells.next(), cells.next(), cells.next()) {
                (Some(name), Some(new), Some(old)) => Some((name, services(new, old))),
                _ => None,
            };
            let segments = path.split('/').skip(1).map(Segment::parse).collect();
            Some(TableRoute {
                method,
                #[cfg(test)]
                path,
                segments,
                services: services(new, old),
                with_member,
                needs_session: ![new, old].contains(&"* open"),
            })
        })
        .collect()
    })
}

fn services(new: &'static str, old: &'static str) -> [Service; 2] {
    [Service::parse(new), Service::parse(if old == "=" { new } else { old })]
}

/// Returns method and path of every route.
#[cfg(test)]
pub(in crate::testing) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    routes().iter().map(|route| (route.method, route.path))
}

impl Segment {
    fn parse(text: &'static str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            None => Self::Literal(text),
            Some(parameter) => {
                let (name, form) = parameter.split_once(':').unwrap_or((parameter, ""));
                Self::Parameter(name, form)
            }
        }
    }

    fn fits(self, text: &str) -> bool {
        let all = |allowed: &[u8]| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || allowed.contains(&byte))
        };
        match self {
            Self::Literal(literal) => literal == text,
            Self::Parameter(_, "") => all(b""),
            Self::Parameter(_, "word") => all(b"-_"),
            Self::Parameter(_, "name") => all(b"-_."),
            Self::Parameter(_, "emoji") => all(b"-_+"),
            Self::Parameter(_, "digits") => {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
            }
            Self::Parameter(_, "rest") => !text.is_empty(),
            Self::Parameter(_, choices) => choices.split('|').any(|choice| choice == text),
        }
    }
}

impl Service {
    fn parse(cell: &'static str) -> Self {
        match cell {
            "-" => Self::Absent,
            "*" | "* open" => Self::Stateful,
            _ => {
                let mut responses = cell.split(" / ");
                let admin = responses.next().unwrap_or("404");
                let member = responses.next().unwrap_or(admin);
                Self::Constant([admin, member, responses.next().unwrap_or("401")])
            }
        }
    }
}

impl TableRoute {
    /// Returns the number of literal segments, if the path matches.
    fn literals(&self, path: &[&str]) -> Option<usize> {
        let fits = self.segments.len() == path.len()
            && self.segments.iter().zip(path).all(|(segment, text)| segment.fits(text));
        fits.then(|| self.segments.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count())
    }
}

/// Returns the row of a request. If several match, it is the one with the most literal segments.
pub(in crate::testing) fn find(method: &str, path: &[&str], is_old: bool) -> Found {
    let fitting = routes().iter().filter(|route| route.method == method).filter_map(|route| {
        let service = *route.services.get(usize::from(is_old))?;
        (service != Service::Absent).then_some((route.literals(path)?, route, service))
    });
    let Some((_, route, service)) = fitting.max_by_key(|(literals, ..)| *literals) else {
        return Found { service: Service::Absent, needs_session: false, with_member: None, bad_id: None };
    };
    let bad_id = route.segments.iter().zip(path).find_map(|(segment, text)| match segment {
        // Some texts are accepted in place of an ID.
        Segment::Parameter(name, "") if name.ends_with("_id") && text.len() != 26 && *text != "me" => {
            Some(*name)
        }
        _ => None,
    });
    let with_member =
        route.with_member.and_then(|(name, services)| Some((name, *services.get(usize::from(is_old))?)));
    Found { service, needs_session: route.needs_session, with_member, bad_id }
}

/// Returns `true` if the version has the route.
pub(super) fn is_routed(method: &str, path: &[&str], is_old: bool) -> bool {
    let method = if method == "HEAD" { "GET" } else { method };
    !matches!(find(method, path, is_old).service, Service::Absent)
}

/// Returns the constant response of a route to this caller.
pub(super) fn respond(call: &RouteCall<'_>, found: &Found) -> Option<RouteResult> {
    let named = |name: &str| {
        let body = call.object("body").ok();
        body.is_some_and(|body| body.get(name).is_some_and(|value| !value.is_null()))
    };
    let service = match found.with_member {
        Some((name, service)) if named(name) => service,
        _ => found.service,
    };
    let Service::Constant([admin, member, nobody]) = service else { return None };
    let response = if call.user.is_empty() {
        nobody
    } else if call.is_admin() {
        admin
    } else {
        member
    };
    if let (Some(name), true) = (found.bad_id, response != "401") {
        return Some(Err(super::bad_url(name)));
    }
    Some(parse_response(response))
}

fn parse_response(response: &'static str) -> RouteResult {
    let (status, rest) = response.split_once(' ').unwrap_or((response, ""));
    let status: u16 = status.parse().unwrap_or(500);
    match (status, rest) {
        (401, "") => Err(no_session()),
        (403, "") => Err(forbidden()),
        (0, _) => Ok(ServerResponse::none()),
        (_, "") => Ok(ServerResponse::bytes(status, "", Vec::new())),
        (_, body) if status < 400 || body.starts_with('{') => {
            Ok(ServerResponse::bytes(status, "application/json", body))
        }
        (_, id) => Err(refused(status, id)),
    }
}

fn refused(status: u16, id: &'static str) -> AppError {
    let message = match id {
        "api.channel.bookmark.channel_bookmark.license.error" => {
            "Your license does not support channel bookmarks."
        }
        _ => "The server has no license, setting or data for this call.",
    };
    fail(status, id, message)
}
