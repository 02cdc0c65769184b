//! Points in time, in all the forms in which iconik writes them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::data::lenient::{self, Lenient, null_is_none};

/// A point in time, or the text that iconik sent in its place.
///
/// iconik writes dates with an offset or without one (then UTC is meant), with `T` or a space
/// between date and time, and with up to nine digits of fraction. All of these are understood, and a
/// date alone is its first moment. Text that is no date is kept, so that one strange date never
/// costs the answer that it came in: [`as_jiff`](Self::as_jiff) is `None` then.
///
/// Written as RFC 3339 in UTC, or as the text that was kept. Times are ordered before texts.
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
        Self(Form::Time(time))
    }
}

/// Times before the year -9999 or after 9999 become the nearest one that can be written.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let nearest = match time > SystemTime::UNIX_EPOCH {
            true => jiff::Timestamp::MAX,
            false => jiff::Timestamp::MIN,
        };
        jiff::Timestamp::try_from(time).unwrap_or(nearest).into()
    }
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
            Form::Time(time) => serializer.collect_str(time),
            Form::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::required(deserializer, "a date")
    }
}

impl Lenient for Timestamp {
    #[inline]
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

struct TimestampVisitor;

/// What stands where a date should, as text.
fn kept<E>(value: impl ToString) -> Result<Option<Timestamp>, E> {
    Ok(Some(Timestamp(Form::Text(value.to_string().into()))))
}

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    null_is_none!();

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<Option<Timestamp>, E> {
        Ok(Some(text.into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<Timestamp>, E> {
        kept(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<Timestamp>, E> {
        kept(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<Timestamp>, E> {
        kept(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<Timestamp>, E> {
        kept(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<Timestamp>, A::Error> {
        kept(serde_json::Value::deserialize(SeqAccessDeserializer::new(
            list,
        ))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Timestamp>, A::Error> {
        kept(serde_json::Value::deserialize(MapAccessDeserializer::new(
            map,
        ))?)
    }
}

/// Reads `date`, or `date` `T` or space `time`, the latter with or without an offset.
fn parse(text: &str) -> Option<jiff::Timestamp> {
    let mut rest = Digits(text.as_bytes());
    let year = rest.number(4)?;
    rest.take(b"-")?;
    let month = rest.number(2)?;
    rest.take(b"-")?;
    let day = rest.number(2)?;
    let (mut hour, mut minute, mut second, mut nanosecond, mut offset) = (0, 0, 0, 0, Offset::UTC);
    if rest.take(b"Tt ").is_some() {
        hour = rest.number(2)?;
        rest.take(b":")?;
        minute = rest.number(2)?;
        if rest.take(b":").is_some() {
            // A leap second, which jiff has not either, is the one before.
            second = rest.number(2).filter(|second| *second <= 60)?.min(59);
            if rest.take(b".,").is_some() {
                nanosecond = rest.fraction()?;
            }
        }
        offset = rest.offset()?;
    }
    if !rest.0.is_empty() {
        return None;
    }
    // The casts hold: no number here has more than four digits, or nine for the last.
    let date = DateTime::new(
        year as i16,
        month as i8,
        day as i8,
        hour as i8,
        minute as i8,
        second as i8,
        nanosecond,
    );
    offset.to_timestamp(date.ok()?).ok()
}

/// What is left to read.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    /// A number of so many digits.
    fn number(&mut self, digits: usize) -> Option<i32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i32::from(byte - b'0'))
        })
    }

    /// One of these bytes.
    fn take(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        any.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// One to nine digits after the point, as nanoseconds.
    fn fraction(&mut self) -> Option<i32> {
        let digits = self
            .0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let zeros = 9_u32.checked_sub(u32::try_from(digits).ok()?)?;
        (digits > 0).then_some(())?;
        Some(self.number(digits)? * 10_i32.pow(zeros))
    }

    /// `Z`, `+hh:mm`, `+hhmm`, `+hh` or nothing, which is UTC.
    fn offset(&mut self) -> Option<Offset> {
        let sign = match self.take(b"Zz+-") {
            None | Some(b'Z' | b'z') => return Some(Offset::UTC),
            Some(b'-') => -1,
            Some(_) => 1,
        };
        let hours = self.number(2)?;
        self.take(b":");
        let minutes = match self.0.is_empty() {
            true => 0,
            false => self.number(2).filter(|minutes| *minutes < 60)?,
        };
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
    }
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
        for seconds in (-60_000_000_000_i64..60_000_000_000).step_by(987_654_321) {
            let time = jiff::Timestamp::new(seconds, 123_456_000).unwrap();
            assert_eq!(Timestamp::from(time.to_string()).as_jiff(), Some(time));
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
        assert_eq!(Timestamp::from(far).as_jiff(), Some(jiff::Timestamp::MAX));
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
