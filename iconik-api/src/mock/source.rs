//! Where ids and times come from: from a seed, so that two runs agree.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// The time that a server starts at, in its own clock: 2026-01-05 09:00 UTC.
const START: i64 = 1_767_603_600;

/// Makes ids and times.
#[derive(Debug)]
pub(super) struct Source {
    rng: Rng,
    /// Milliseconds since the start; every time that is asked for is a little later.
    elapsed: i64,
}

impl Source {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            elapsed: 0,
        }
    }

    /// Goes on behind what an earlier run made.
    pub(super) fn after(&mut self, elapsed: i64) {
        self.elapsed = elapsed;
        // Another sequence of ids than that of the earlier run.
        let seed = self.rng.u64(..) ^ elapsed.unsigned_abs();
        self.rng = Rng::with_seed(seed);
    }

    /// Moves the clock forward.
    pub(super) fn advance(&mut self, milliseconds: i64) {
        self.elapsed = self.elapsed.saturating_add(milliseconds);
    }

    /// How far the clock is, in milliseconds.
    pub(super) fn elapsed(&self) -> i64 {
        self.elapsed
    }

    /// A new id: a UUID of version 1 in form, like those of iconik.
    pub(super) fn id(&mut self) -> String {
        uuid(&mut self.rng)
    }

    /// A secret, for example a token.
    pub(super) fn secret(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.u64(..), self.rng.u64(..))
    }

    /// The time, in iconik's form.
    pub(super) fn now(&mut self) -> String {
        self.elapsed = self.elapsed.saturating_add(1);
        time(self.elapsed)
    }
}

/// A time some milliseconds after the start, in iconik's form.
pub(super) fn time(milliseconds: i64) -> String {
    let start = Timestamp::from_second(START).unwrap_or(Timestamp::UNIX_EPOCH);
    let now = start.checked_add(SignedDuration::from_millis(milliseconds));
    let now = now.unwrap_or(Timestamp::MAX);
    format!("{}+00:00", now.strftime("%Y-%m-%dT%H:%M:%S.%6f"))
}

/// Brings a time into iconik's form: with or without an offset, and days alone (all were seen to work).
pub(super) fn read_time(text: &str) -> Option<String> {
    let forms = [
        text.to_owned(),
        format!("{text}Z"),
        format!("{text}T00:00:00Z"),
    ];
    let time: Timestamp = forms.iter().find_map(|form| form.parse().ok())?;
    Some(format!("{}+00:00", time.strftime("%Y-%m-%dT%H:%M:%S.%6f")))
}

/// A UUID of version 1 in form.
pub(super) fn uuid(rng: &mut Rng) -> String {
    let bits = rng.u128(..);
    let text = format!("{bits:032x}");
    format!(
        "{}-{}-11f0-{:04x}-{}",
        &text[..8],
        &text[8..12],
        0x8000 | (rng.u16(..) & 0x3fff),
        &text[20..]
    )
}
