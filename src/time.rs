//! Timestamps of the server.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// A time in milliseconds since 1970-01-01 00:00 UTC. 0 means "never", for example in `delete_at`.
///
/// Displayed as RFC 3339, in UTC, with milliseconds.
///
/// ```
/// use mattermost::Timestamp;
/// let time = Timestamp::from_millis(1_795_396_670_761);
/// assert_eq!(time.to_string(), "2026-11-23T01:17:50.761Z");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Time 0, which means "never".
    pub const NEVER: Self = Self(0);

    /// Creates a timestamp from milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the current time of this machine. The server's clock may differ: see
    /// [`Client::server_time`](crate::Client::server_time).
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Returns `true` for 0, which the server uses for "never".
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }

    /// Returns the time from `earlier` to this timestamp, or zero if `earlier` is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns this timestamp minus `duration`.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(duration)))
    }

    /// Returns this timestamp plus `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(duration)))
    }
}

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(whole_millis(after)),
            Err(before) => Self(-whole_millis(before.duration())),
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        let at = if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        at.unwrap_or(UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Days to a date as in Howard Hinnant's `civil_from_days`: years that begin in March.
        let (days, rest) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
        let (seconds, millis) = (rest / 1000 % 60, rest % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.0)
    }
}

/// Days since 1970, as in Howard Hinnant's `days_from_civil`.
pub(crate) fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Formats a `Date` header.
#[cfg(any(test, fuzzing, feature = "testing"))]
pub(crate) fn to_http_date(time: Timestamp) -> String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let weekday = usize::try_from(time.0.div_euclid(86_400_000).rem_euclid(7)).unwrap_or(0);
    let text = time.to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let month = part(5..7).parse::<usize>().unwrap_or(1).saturating_sub(1);
    let (weekday, month) = (days.get(weekday).unwrap_or(&"Thu"), MONTHS.get(month).unwrap_or(&"Jan"));
    format!("{weekday}, {} {month} {} {} GMT", part(8..10), part(0..4), part(11..19))
}

/// Parses a `Date` header: `Mon, 23 Nov 2026 05:07:00 GMT`.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = words.next()?;
    let month = MONTHS.iter().zip(1..).find(|(month, _)| **month == name)?.1;
    let year: i64 = words.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let mut part = |max| clock.next()?.filter(|part| (0..=max).contains(part));
    let seconds = (part(23)? * 60 + part(59)?) * 60 + part(60)?;
    Some(Timestamp::from_millis((days_since_epoch(year, month, day) * 86_400 + seconds) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days() {
        assert_eq!(
            (days_since_epoch(1970, 1, 1), days_since_epoch(2000, 2, 29), days_since_epoch(2026, 11, 23)),
            (0, 11_016, 20_780)
        );
    }

    #[test]
    fn reads_dates() {
        let read = |text: &str| http_date(text).map(|date| date.to_string());
        assert_eq!(read("Mon, 23 Nov 2026 05:07:09 GMT").as_deref(), Some("2026-11-23T05:07:09.000Z"));
        let time = Timestamp::from_millis(1_795_410_429_000);
        assert_eq!(to_http_date(time), "Mon, 23 Nov 2026 05:07:09 GMT");
        for odd in [
            "",
            "Mon, ",
            "Mon, 0 Nov 2026 1:1:1",
            "Mon, 23 November 2026 05:07:09",
            "x, 1 Jan 99999999999 1:1:1",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn shows_dates() {
        let shown = |ms| Timestamp::from_millis(ms).to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59.999Z");
        let _ = (shown(i64::MAX), shown(i64::MIN));
    }

    #[test]
    fn goes_to_system_time_and_back() {
        for ms in [0, 1, -1, 1_795_396_670_761] {
            assert_eq!(Timestamp::from(SystemTime::from(Timestamp::from_millis(ms))).as_millis(), ms);
        }
        let _ = SystemTime::from(Timestamp::from_millis(i64::MAX));
    }
}
