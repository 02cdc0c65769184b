//! Points in time, in all the forms in which iconik writes them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Offset;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::data::json_text::Json;
use crate::data::lenient::{self, Parsed, Scalar};

pub use crate::data::not_a_time::NotATimeError;

/// A point in time, or the text that iconik sent in its place.
///
/// iconik writes dates with an offset or without one (then UTC is meant), with `T` or a space
/// between date and time, and with up to nine digits of fraction. All of these are understood, and a
/// date alone is its first moment. Text that is no date is kept, so that one strange date never
/// costs the response that contains it: [`as_jiff`](Self::as_jiff) returns `None` then.
///
/// Displayed as RFC 3339 in UTC, or as the text that was kept. Sent in the same way, with at most six digits of
/// fraction, which is what iconik stores. Times are ordered before texts.
///
/// # Conversions
///
/// A [`SystemTime`] and a [`jiff::Timestamp`] convert into a timestamp, and with the cargo features `chrono` and
/// `time` also a `chrono::DateTime` and a `time::OffsetDateTime`. Whatever is finer than a microsecond is
/// dropped, so that the timestamp is equal to what iconik returns for it. [`TryFrom`] converts in the other
/// direction.
///
/// ```
/// use iconik_api::Timestamp;
///
/// let date = Timestamp::from("2022-04-29 00:22:10.316685");
/// assert_eq!(date.to_string(), "2022-04-29T00:22:10.316685Z");
/// assert_eq!(date, Timestamp::from("2022-04-29T02:22:10.316685+02:00"));
///
/// let text = Timestamp::from("yesterday");
/// assert_eq!(text.as_jiff(), None);
/// assert_eq!(text.to_string(), "yesterday");
/// ```
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use iconik_api::Timestamp;
///
/// # fn example(date_modified: Timestamp) -> iconik_api::Result<()> {
/// let week_ago = Timestamp::from(SystemTime::now() - Duration::from_secs(7 * 86_400));
/// let is_recent = date_modified > week_ago;
/// let date_modified: SystemTime = date_modified.try_into()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(Form);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    Time(jiff::Timestamp),
    Text(Box<str>),
}

impl Timestamp {
    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        jiff::Timestamp::now().into()
    }

    /// The point in time; `None` if what came was no date.
    #[must_use]
    pub fn as_jiff(&self) -> Option<jiff::Timestamp> {
        match &self.0 {
            Form::Time(time) => Some(*time),
            Form::Text(_) => None,
        }
    }

    /// The text that was kept because it is no date; `None` if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Form::Time(_) => None,
            Form::Text(text) => Some(text),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Time(time) => fmt::Display::fmt(time, f),
            Form::Text(text) => fmt::Debug::fmt(text, f),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Time(time) => fmt::Display::fmt(time, f),
            Form::Text(text) => f.write_str(text),
        }
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        let nanoseconds = time.as_nanosecond();
        // Rounded down, as the digits of a date are cut off.
        let microsecond = nanoseconds - nanoseconds.rem_euclid(1_000);
        let stored = jiff::Timestamp::from_nanosecond(microsecond);
        Self(Form::Time(stored.unwrap_or(time)))
    }
}

/// Times before the year -9999 or after 9999 become the nearest one that can be written.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        nearest(time.try_into().ok(), time > SystemTime::UNIX_EPOCH)
    }
}

impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = NotATimeError;

    fn try_from(time: Timestamp) -> Result<Self, NotATimeError> {
        time.as_jiff().ok_or(NotATimeError::new())
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = NotATimeError;

    fn try_from(time: Timestamp) -> Result<Self, NotATimeError> {
        let time = time.as_jiff().ok_or(NotATimeError::new())?;
        let since_1970 = time.as_duration();
        let same = match since_1970.is_negative() {
            true => Self::UNIX_EPOCH.checked_sub(since_1970.unsigned_abs()),
            false => Self::UNIX_EPOCH.checked_add(since_1970.unsigned_abs()),
        };
        same.ok_or(NotATimeError::new())
    }
}

/// Times before the year -9999 or after 9999 become the nearest one that can be written.
#[cfg(feature = "chrono")]
#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl<Z: chrono::TimeZone> From<chrono::DateTime<Z>> for Timestamp {
    fn from(time: chrono::DateTime<Z>) -> Self {
        // A leap second has a billion nanoseconds and more: it becomes the last moment before the next second.
        let nanoseconds = time.timestamp_subsec_nanos().min(999_999_999);
        let seconds = time.timestamp();
        let same = jiff::Timestamp::new(seconds, nanoseconds as i32);
        nearest(same.ok(), seconds > 0)
    }
}

#[cfg(feature = "chrono")]
#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl TryFrom<Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = NotATimeError;

    fn try_from(time: Timestamp) -> Result<Self, NotATimeError> {
        let same = |time: jiff::Timestamp| Self::from_timestamp_micros(time.as_microsecond());
        time.as_jiff().and_then(same).ok_or(NotATimeError::new())
    }
}

/// Times before the year -9999 or after 9999 become the nearest one that can be written.
#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl From<time::OffsetDateTime> for Timestamp {
    fn from(time: time::OffsetDateTime) -> Self {
        let same = jiff::Timestamp::from_nanosecond(time.unix_timestamp_nanos());
        nearest(same.ok(), time > time::OffsetDateTime::UNIX_EPOCH)
    }
}

#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl TryFrom<Timestamp> for time::OffsetDateTime {
    type Error = NotATimeError;

    fn try_from(time: Timestamp) -> Result<Self, NotATimeError> {
        let time = time.as_jiff().ok_or(NotATimeError::new())?;
        let same = Self::from_unix_timestamp_nanos(time.as_nanosecond());
        same.map_err(|_| NotATimeError::new())
    }
}

/// This time, or the end of the range that can be written.
fn nearest(time: Option<jiff::Timestamp>, is_late: bool) -> Timestamp {
    let end = match is_late {
        true => jiff::Timestamp::MAX,
        false => jiff::Timestamp::MIN,
    };
    time.unwrap_or(end).into()
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(match parse(text) {
            Some(time) => Form::Time(time),
            None => Form::Text(text.into()),
        })
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&Timestamp> for Timestamp {
    fn from(time: &Timestamp) -> Self {
        time.clone()
    }
}

impl FromStr for Timestamp {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Time(time) => serializer.collect_str(&Sent(*time)),
            Form::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// A time as it is sent.
struct Sent(jiff::Timestamp);

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_nanosecond() % 1000 {
            0 => fmt::Display::fmt(&self.0, f),
            _ => write!(f, "{:.6}", self.0),
        }
    }
}

/// Alone, without a model that keeps what it cannot read, a date keeps any JSON as text.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?.readable();
        match Self::parse(&json) {
            Parsed::Value(time) => Ok(time),
            Parsed::Null => Err(D::Error::invalid_type(lenient::kind(&json), &"a date")),
            Parsed::Unread => {
                let compact = serde_json::from_str::<serde_json::Value>(&json);
                let text = compact.map_or_else(|_| json.into_owned(), |json| json.to_string());
                Ok(Self(Form::Text(text.into())))
            }
        }
    }
}

/// A number or a boolean in the place of a date is kept as its text.
impl Scalar for Timestamp {
    #[inline]
    fn parse(json: &str) -> Parsed<Self> {
        match json.as_bytes().first() {
            Some(b'n') => Parsed::Null,
            Some(b'"') => match lenient::string(json) {
                Some(text) => Parsed::Value(Self::from(&*text)),
                None => Parsed::Unread,
            },
            Some(b'{' | b'[') | None => Parsed::Unread,
            Some(_) => Parsed::Value(Self(Form::Text(json.into()))),
        }
    }
}

scalar_values!(Timestamp);

/// Reads `date`, or `date` `T` or space `time`, the latter with or without an offset.
fn parse(text: &str) -> Option<jiff::Timestamp> {
    in_the_usual_form(text).or_else(|| in_any_form(text))
}

/// Reads the one form in which iconik writes nearly all dates: `2021-07-30T15:16:54.406403+00:00`. A page has
/// hundreds of them.
fn in_the_usual_form(text: &str) -> Option<jiff::Timestamp> {
    let bytes: &[u8; 26] = text.strip_suffix("+00:00")?.as_bytes().try_into().ok()?;
    let separators = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
    ];
    if separators.iter().any(|(at, byte)| bytes[*at] != *byte) {
        return None;
    }
    let mut wrong = false;
    let mut number = |from: usize, to: usize| {
        bytes[from..to].iter().fold(0_i64, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            wrong |= digit > 9;
            number * 10 + i64::from(digit)
        })
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    let microsecond = number(20, 26);
    // The days that not every month has, and leap seconds, are left to jiff.
    let usual = (1..=12).contains(&month) && (1..=28).contains(&day);
    if wrong || !usual || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years that begin in March have their leap day at the end, so that it moves no other.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days_before_month = (153 * month + 2) / 5;
    /// From the first of March of the year 0.
    const UNIX_EPOCH: i64 = 719_468;
    let days = 365 * year + leap_days + days_before_month + day - 1 - UNIX_EPOCH;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    jiff::Timestamp::new(seconds, (microsecond * 1000) as i32).ok()
}

/// Reads every form; without an offset, UTC is meant.
fn in_any_form(text: &str) -> Option<jiff::Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    // Digits alone are rather a number than a date.
    text.as_bytes().get(4).filter(|byte| **byte == b'-')?;
    PARSER.parse_timestamp(text).ok().or_else(|| {
        let date = PARSER.parse_datetime(text).ok()?;
        Offset::UTC.to_timestamp(date).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_iconik_writes_is_understood() {
        for (text, rfc3339) in [
            (
                "2021-07-30T15:16:54.406403+00:00",
                "2021-07-30T15:16:54.406403Z",
            ),
            (
                "2022-08-16T16:29:23.432000+00:00",
                "2022-08-16T16:29:23.432Z",
            ),
            ("2022-04-29T00:22:10.316685", "2022-04-29T00:22:10.316685Z"),
            ("2006-01-02T15:04:05.999999", "2006-01-02T15:04:05.999999Z"),
            ("2006-01-02 15:04:05", "2006-01-02T15:04:05Z"),
            ("2006-01-02T10:00:00Z", "2006-01-02T10:00:00Z"),
            ("2026-01-26", "2026-01-26T00:00:00Z"),
            ("2021-07-30t15:16:54z", "2021-07-30T15:16:54Z"),
            ("2021-07-30T15:16", "2021-07-30T15:16:00Z"),
            ("2021-07-30T15:16:54.1", "2021-07-30T15:16:54.1Z"),
            (
                "2021-07-30T15:16:54,123456789Z",
                "2021-07-30T15:16:54.123456789Z",
            ),
            ("2021-07-30T15:16:54+05:30", "2021-07-30T09:46:54Z"),
            ("2021-07-30T15:16:54-0530", "2021-07-30T20:46:54Z"),
            ("2021-07-30T15:16:54+02", "2021-07-30T13:16:54Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
        ] {
            let time = Timestamp::from(text);
            assert_eq!(time.as_text(), None, "{text}");
            assert_eq!(time.to_string(), rfc3339, "{text}");
        }
    }

    #[test]
    fn times_are_read_as_jiff_reads_them() {
        for seconds in (-60_000_000_000_i64..60_000_000_000).step_by(98_765_432) {
            let time = jiff::Timestamp::new(seconds, 123_456_000).unwrap();
            assert_eq!(Timestamp::from(time.to_string()).as_jiff(), Some(time));
            let usual = format!("{}+00:00", time.to_string().trim_end_matches('Z'));
            assert_eq!(Timestamp::from(usual).as_jiff(), Some(time));
        }
    }

    #[test]
    fn the_usual_form_is_read_as_any_form_is() {
        for text in [
            "2024-02-29T23:59:59.999999+00:00",
            "2024-03-01T00:00:00.000000+00:00",
            "2023-02-28T12:00:00.000001+00:00",
            "1970-01-01T00:00:00.000000+00:00",
            "1969-12-31T23:59:59.999999+00:00",
            "0000-01-01T00:00:00.000000+00:00",
            "9999-12-28T00:00:00.000000+00:00",
            "2023-02-29T00:00:00.000000+00:00",
            "2023-00-01T00:00:00.000000+00:00",
            "2023-01-00T00:00:00.000000+00:00",
            "2023-01-01T24:00:00.000000+00:00",
            "2023-01-01T00:60:00.000000+00:00",
            "2023-01-01T00:00:60.000000+00:00",
            "2023-01-01T00:00:00.00000x+00:00",
            "2023-01-01T00:00:00x000000+00:00",
        ] {
            assert_eq!(parse(text), in_any_form(text), "{text}");
        }
    }

    #[test]
    fn at_most_six_digits_of_fraction_are_sent() {
        for (text, sent) in [
            (
                "2021-07-30T15:16:54.123456789Z",
                "2021-07-30T15:16:54.123456Z",
            ),
            (
                "2021-07-30T15:16:54.000000001Z",
                "2021-07-30T15:16:54.000000Z",
            ),
            ("2021-07-30T15:16:54.1Z", "2021-07-30T15:16:54.1Z"),
            ("2021-07-30", "2021-07-30T00:00:00Z"),
        ] {
            let time = Timestamp::from(text);
            assert_eq!(serde_json::to_value(&time).unwrap(), sent);
            assert!(time.to_string().starts_with(text.trim_end_matches('Z')));
        }
    }

    #[test]
    fn text_that_is_no_date_is_kept() {
        for text in [
            "",
            " ",
            "yesterday",
            "2021",
            "2021-7-30",
            "2021-13-01",
            "2023-02-29",
            "2021-07-30T",
            "2021-07-30T25:00:00",
            "2021-07-30T15:16:61",
            "2021-07-30T15:16:54.",
            "2021-07-30T15:16:54.1234567890",
            "2021-07-30T15:16:54+99:00",
            "2021-07-30T15:16:54 UTC",
            "2021-07-30T15:16:54+05:3",
            "äöü-äö-äö",
            "０００１-01-01",
        ] {
            let time = Timestamp::from(text);
            assert_eq!(time.as_jiff(), None, "{text}");
            assert_eq!(time.as_text(), Some(text));
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(serde_json::to_string(&time).unwrap(), json);
            assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), time);
        }
    }

    #[test]
    fn json_of_any_kind_is_kept_rather_than_failing_the_answer() {
        let times: Vec<Timestamp> =
            serde_json::from_str(r#"[1627658214, -1, 1.5, true, {"a": [1]}, [1, 2]]"#).unwrap();
        let texts: Vec<&str> = times.iter().filter_map(Timestamp::as_text).collect();
        assert_eq!(
            texts,
            ["1627658214", "-1", "1.5", "true", r#"{"a":[1]}"#, "[1,2]"]
        );
        assert!(serde_json::from_str::<Timestamp>("null").is_err());
    }

    #[test]
    fn times_are_equal_and_ordered_as_points_in_time_before_texts() {
        let [first, same, later, text] = [
            "2021-01-01T00:00:00+01:00",
            "2020-12-31T23:00:00Z",
            "2021-01-01",
            "0",
        ]
        .map(Timestamp::from);
        assert_eq!(first, same);
        assert!(first < later && later < text);
    }

    #[test]
    fn system_times_become_times_and_never_fail() {
        assert_eq!(
            Timestamp::from(SystemTime::UNIX_EPOCH).to_string(),
            "1970-01-01T00:00:00Z"
        );
        let far = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1 << 40);
        assert!(Timestamp::from(far) > Timestamp::from("9999-12-30"));
        let far = SystemTime::UNIX_EPOCH - std::time::Duration::from_secs(1 << 40);
        assert_eq!(Timestamp::from(far).as_jiff(), Some(jiff::Timestamp::MIN));
    }

    #[test]
    fn a_time_is_equal_to_what_it_is_after_it_was_sent() {
        let just_before_1970 = SystemTime::UNIX_EPOCH - std::time::Duration::from_nanos(1);
        for time in [
            Timestamp::now(),
            SystemTime::now().into(),
            just_before_1970.into(),
            jiff::Timestamp::MAX.into(),
        ] {
            let sent = serde_json::to_string(&time).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&sent).unwrap(), time);
        }
        assert_eq!(
            Timestamp::from(just_before_1970).to_string(),
            "1969-12-31T23:59:59.999999Z"
        );
    }

    #[test]
    fn times_become_system_times_and_texts_do_not() {
        let system = SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(1_234_567);
        assert_eq!(SystemTime::try_from(Timestamp::from(system)), Ok(system));
        let system = SystemTime::UNIX_EPOCH - std::time::Duration::from_micros(1_234_567);
        assert_eq!(SystemTime::try_from(Timestamp::from(system)), Ok(system));
        let text = Timestamp::from("yesterday");
        assert_eq!(
            SystemTime::try_from(text.clone()),
            Err(NotATimeError::new())
        );
        assert_eq!(jiff::Timestamp::try_from(text), Err(NotATimeError::new()));
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_dates_convert_in_both_directions() {
        use chrono::{DateTime, FixedOffset, TimeZone, Utc};

        let text = "2024-02-29T23:59:59.123456Z";
        let date: DateTime<Utc> = Timestamp::from(text).try_into().unwrap();
        assert_eq!(Timestamp::from(date), Timestamp::from(text));
        let east = FixedOffset::east_opt(3_600).unwrap();
        let local = east.with_ymd_and_hms(2024, 3, 1, 0, 30, 0).unwrap();
        assert_eq!(
            Timestamp::from(local),
            Timestamp::from("2024-02-29T23:30:00Z")
        );
        assert_eq!(
            Timestamp::from(DateTime::<Utc>::MIN_UTC).as_jiff(),
            Some(jiff::Timestamp::MIN)
        );
        assert!(Timestamp::from(DateTime::<Utc>::MAX_UTC) > Timestamp::from("9999-12-30"));
        assert_eq!(
            DateTime::<Utc>::try_from(Timestamp::from("soon")),
            Err(NotATimeError::new())
        );
    }

    #[cfg(feature = "time")]
    #[test]
    fn dates_of_the_crate_time_convert_in_both_directions() {
        use time::OffsetDateTime;

        let text = "1969-12-31T23:59:59.5Z";
        let date: OffsetDateTime = Timestamp::from(text).try_into().unwrap();
        assert_eq!(date.unix_timestamp_nanos(), -500_000_000);
        assert_eq!(Timestamp::from(date), Timestamp::from(text));
        assert_eq!(
            OffsetDateTime::try_from(Timestamp::from("soon")),
            Err(NotATimeError::new())
        );
    }

    #[test]
    fn debug_shows_a_time_plain_and_a_text_quoted() {
        assert_eq!(
            format!("{:?}", Timestamp::from("2021-01-01")),
            "2021-01-01T00:00:00Z"
        );
        assert_eq!(format!("{:?}", Timestamp::from("soon")), r#""soon""#);
    }
}
