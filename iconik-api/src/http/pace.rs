//! When requests may go: each reserves a point in time.

use std::collections::VecDeque;
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
/// However long a server asks to wait, and however often it refuses, the next request goes then.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
const LONGEST_WINDOW: Duration = Duration::from_secs(86_400);

/// How much later than its slot a request may go. A caller that is later gets another slot.
const LATEST: Duration = Duration::from_millis(50);
/// How much the way of one request to the server may take longer than that of another: a new
/// connection needs several round trips, a kept one half of one.
const LONGEST_DELAY: Duration = Duration::from_millis(150);
/// What is added to each window, because the server counts requests when they arrive.
const HEADROOM: Duration = LATEST.saturating_add(LONGEST_DELAY);
/// A second is divided into this many parts, and each part takes its share of the requests.
const PARTS: u32 = 5;

/// The slots of the requests of one application to one service.
///
/// A request reserves a slot, which is a point in time, and goes when the slot is due. If its future is
/// not polled then, the slot is wasted and nothing else: the slots behind it stay where they are.
///
/// It has no clock: time is an argument.
pub(super) struct Pace {
    /// At most this many slots in any stretch of this length.
    windows: [(usize, Duration); 3],
    /// How many requests a second the service takes.
    per_second: usize,
    /// The slots that were due, oldest first, as far as a window still counts them.
    past: VecDeque<Instant>,
    /// The slots that were just due, and whose requests may still go.
    due: VecDeque<Slot>,
    /// The slots that are not due yet, by ticket and also by time.
    waiting: VecDeque<Slot>,
    next_ticket: u64,
    /// No request goes before, because of a 429.
    paused_until: Option<Instant>,
    pause_began: Option<Instant>,
    /// Pauses in a row without a success between them.
    pauses: u32,
    /// The least distance between two requests, and until when it is kept.
    spacing: Option<(Duration, Instant)>,
}

#[derive(Clone, Copy)]
struct Slot {
    ticket: u64,
    at: Instant,
}

/// What a request is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Go.
    Now(Grant),
    /// Come again at this time.
    At(Ticket, Instant),
}

/// Names a request that waits for its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// When a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    at: Instant,
    ticket: Ticket,
}

impl Grant {
    pub(super) fn ticket(self) -> Ticket {
        self.ticket
    }
}

impl Pace {
    /// At most `per_second` requests in a second and at most `burst` in a window, as the server counts
    /// them.
    pub(super) fn new(per_second: u32, burst: u32, window: Duration) -> Self {
        let (per_second, burst) = (per_second.max(1), burst.max(1));
        // No clock goes as far as the longest `Duration`.
        let window = window.min(LONGEST_WINDOW);
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let second = SECOND + HEADROOM;
        let part = per_second.div_ceil(PARTS);
        Self {
            windows: [
                (
                    count(part),
                    second.mul_f64(f64::from(part) / f64::from(per_second)),
                ),
                (count(per_second), second),
                (count(burst), window + HEADROOM),
            ],
            per_second: count(per_second),
            past: VecDeque::new(),
            due: VecDeque::new(),
            waiting: VecDeque::new(),
            next_ticket: 0,
            paused_until: None,
            pause_began: None,
            pauses: 0,
            spacing: None,
        }
    }

    /// Reserves a slot.
    pub(super) fn reserve(&mut self, now: Instant) -> Turn {
        self.advance(now);
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let at = self.earliest(self.waiting.len(), now);
        if at <= now {
            self.past.push_back(now);
            return Turn::Now(Grant {
                at: now,
                ticket: Ticket(ticket),
            });
        }
        self.waiting.push_back(Slot { ticket, at });
        Turn::At(Ticket(ticket), at)
    }

    /// Lets a request go if its slot is due. If it comes too late, its slot is wasted and it gets the
    /// next one.
    pub(super) fn take(&mut self, ticket: Ticket, now: Instant) -> Turn {
        self.advance(now);
        if let Some(turn) = self.turn(ticket, now) {
            return turn;
        }
        let before = self.waiting.partition_point(|slot| slot.ticket < ticket.0);
        let slot = Slot {
            ticket: ticket.0,
            at: now,
        };
        self.waiting.insert(before, slot);
        self.move_back(before, now);
        self.advance(now);
        self.turn(ticket, now).unwrap_or(Turn::At(ticket, now))
    }

    fn turn(&mut self, ticket: Ticket, now: Instant) -> Option<Turn> {
        let paused = self.paused_until.is_some_and(|until| now < until);
        if let Some(place) = self.due.iter().position(|slot| slot.ticket == ticket.0) {
            self.due.remove(place);
            return (!paused).then_some(Turn::Now(Grant { at: now, ticket }));
        }
        let place = self
            .waiting
            .binary_search_by_key(&ticket.0, |slot| slot.ticket)
            .ok()?;
        Some(Turn::At(ticket, self.waiting[place].at))
    }

    /// Returns whether a request can no longer go in the slot that it got.
    pub(super) fn is_late(&self, grant: Grant, now: Instant) -> bool {
        now.saturating_duration_since(grant.at) > LATEST
    }

    /// Gives a slot back that nothing was sent in.
    pub(super) fn give_up(&mut self, ticket: Ticket) {
        let place = self
            .waiting
            .binary_search_by_key(&ticket.0, |slot| slot.ticket);
        if let Ok(place) = place {
            self.waiting.remove(place);
        }
    }

    /// How many requests wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Learns from the head of a response. Returns how long all requests pause, if this one says so.
    pub(super) fn observe(
        &mut self,
        now: Instant,
        grant: Grant,
        status: StatusCode,
        remaining: Option<usize>,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        self.advance(now);
        if let Some(remaining) = remaining {
            self.slow_down(now, remaining);
        }
        let sent_before_pause = self.pause_began.is_some_and(|began| grant.at < began);
        if status != StatusCode::TOO_MANY_REQUESTS {
            if !sent_before_pause {
                self.pauses = 0;
            }
            return None;
        }
        // Requests that were on their way when the pause began belong to the same refusal.
        if !sent_before_pause {
            self.pauses += 1;
            self.pause_began = Some(now);
        }
        let own = SECOND * (1 << (self.pauses.clamp(1, 6) - 1));
        let pause = retry_after.unwrap_or(own).min(LONGEST_PAUSE);
        if sent_before_pause && retry_after.is_none() {
            return None;
        }
        let longer = self.paused_until.is_none_or(|until| until < now + pause);
        longer.then(|| {
            self.paused_until = Some(now + pause);
            self.move_back(0, now);
            pause
        })
    }

    /// Where the server has fewer requests left than the slots say, another program uses the
    /// application.
    fn slow_down(&mut self, now: Instant, remaining: usize) {
        self.spacing = (remaining < self.per_second && remaining < self.left(now)).then(|| {
            let share = u32::try_from(remaining.max(1)).unwrap_or(u32::MAX);
            (SECOND / share, now + SECOND)
        });
        if self.spacing.is_some() {
            self.move_back(0, now);
        }
    }

    /// How many more slots the longest window has room for.
    fn left(&self, now: Instant) -> usize {
        let (most, length) = self.windows[2];
        let old = self
            .past
            .partition_point(|slot| now.duration_since(*slot) >= length);
        most.saturating_sub(self.past.len() - old)
    }

    /// Moves the slots that are due from those that wait.
    fn advance(&mut self, now: Instant) {
        // A time that is yet to come is of another clock: tests can stop theirs and put it forward.
        while self.past.back().is_some_and(|slot| *slot > now) {
            self.past.pop_back();
        }
        let beyond = |time: &Instant, most: Duration| time.duration_since(now) > most;
        self.paused_until = self
            .paused_until
            .filter(|until| !beyond(until, LONGEST_PAUSE));
        self.spacing = self.spacing.filter(|(_, until)| !beyond(until, SECOND));

        while self.due.front().is_some_and(|slot| slot.at + LATEST < now) {
            self.due.pop_front();
        }
        while let Some(slot) = self.waiting.front().filter(|slot| slot.at <= now).copied() {
            self.waiting.pop_front();
            self.past.push_back(slot.at);
            if slot.at + LATEST >= now {
                self.due.push_back(slot);
            }
        }
        let most = self
            .windows
            .iter()
            .map(|(most, _)| *most)
            .max()
            .unwrap_or(1);
        let longest = self
            .windows
            .iter()
            .map(|(_, length)| *length)
            .max()
            .unwrap_or(SECOND);
        let old = |slot: &Instant| now.duration_since(*slot) >= longest;
        while self.past.len() > most || self.past.front().is_some_and(old) {
            self.past.pop_front();
        }
    }

    /// The earliest time at which every window has room for the slot at this place of those that wait.
    fn earliest(&self, place: usize, now: Instant) -> Instant {
        let number = self.past.len() + place;
        let slot = |number: usize| match number.checked_sub(self.past.len()) {
            None => self.past.get(number).copied(),
            Some(place) => self.waiting.get(place).map(|slot| slot.at),
        };
        let before = number.checked_sub(1).and_then(slot);
        let earliest = self
            .windows
            .iter()
            .filter_map(|(most, length)| Some(slot(number.checked_sub(*most)?)? + *length))
            .chain(self.paused_until)
            .chain(before)
            .fold(now, Instant::max);
        match (self.spacing, before) {
            (Some((distance, until)), Some(before)) if earliest < until => {
                earliest.max(before + distance)
            }
            _ => earliest,
        }
    }

    /// Moves slots back as far as they must, from this place on. None comes forward: its request may
    /// sleep until then.
    fn move_back(&mut self, from: usize, now: Instant) {
        for place in from..self.waiting.len() {
            let earliest = self.earliest(place, now);
            let slot = &mut self.waiting[place];
            slot.at = slot.at.max(earliest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OK: StatusCode = StatusCode::OK;
    const REFUSED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// No stretch of `length` contains more than `most` of these times.
    fn keeps(mut times: Vec<Instant>, most: usize, length: Duration) -> bool {
        times.sort();
        times
            .windows(most + 1)
            .all(|stretch| stretch[most] - stretch[0] >= length)
    }

    /// What the caller of a request does.
    #[derive(Clone, Debug)]
    enum Caller {
        /// Comes this long after its slot is due.
        Comes(u64),
        /// Keeps its future and never polls it again.
        Forgets,
        /// Drops its future this long after it asked.
        Drops(u64),
    }

    fn caller() -> impl Strategy<Value = Caller> {
        prop_oneof![
            8 => (0_u64..30).prop_map(Caller::Comes),
            1 => (30_u64..3_000).prop_map(Caller::Comes),
            1 => Just(Caller::Forgets),
            1 => (0_u64..3_000).prop_map(Caller::Drops),
        ]
    }

    /// Plays callers against a pace. Gives the times at which requests went, and whether all went whose
    /// callers came.
    fn play(pace: &mut Pace, start: Instant, callers: &[(u64, Caller)]) -> (Vec<Instant>, bool) {
        // When each caller acts next; by time, then by number.
        let mut agenda: Vec<(Instant, usize, Option<Ticket>)> = callers
            .iter()
            .enumerate()
            .map(|(number, (arrives, _))| (start + millis(*arrives), number, None))
            .collect();
        let mut tries = vec![0_u32; callers.len()];
        let mut went = Vec::new();
        let mut steps = 0;
        while !agenda.is_empty() && steps < 100_000 {
            steps += 1;
            agenda.sort_by_key(|(at, number, _)| std::cmp::Reverse((*at, *number)));
            let Some((now, number, ticket)) = agenda.pop() else {
                break;
            };
            let caller = &callers[number].1;
            let turn = match (ticket, caller) {
                (None, _) => pace.reserve(now),
                (Some(ticket), Caller::Drops(_)) => {
                    pace.give_up(ticket);
                    continue;
                }
                (Some(ticket), _) => pace.take(ticket, now),
            };
            match (turn, caller) {
                (Turn::Now(_), _) => went.push(now),
                (Turn::At(..), Caller::Forgets) => {}
                (Turn::At(ticket, _), Caller::Drops(after)) => {
                    agenda.push((now + millis(*after), number, Some(ticket)));
                }
                (Turn::At(ticket, at), Caller::Comes(late)) => {
                    // It is late at most three times.
                    tries[number] += 1;
                    let late = if tries[number] <= 3 {
                        *late
                    } else {
                        *late % 50
                    };
                    agenda.push((at + millis(late), number, Some(ticket)));
                }
            }
        }
        (went, agenda.is_empty())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]
        #[test]
        fn the_server_never_counts_more_than_the_limit(
            per_second in 1_u32..60,
            burst in 1_u32..120,
            window in 1_u64..30,
            callers in prop::collection::vec((0_u64..5_000, caller()), 1..150),
            delays in prop::collection::vec(0_u64..150, 150),
        ) {
            let window = Duration::from_secs(window);
            let mut pace = Pace::new(per_second, burst, window);
            // Callers that are late for ever are not part of this test.
            let callers: Vec<_> = callers
                .into_iter()
                .map(|(arrives, caller)| match caller {
                    Caller::Comes(late) => (arrives, Caller::Comes(late % 50)),
                    other => (arrives, other),
                })
                .collect();
            let (went, all) = play(&mut pace, Instant::now(), &callers);
            prop_assert!(all);
            let arrived: Vec<Instant> = went
                .iter()
                .zip(&delays)
                .map(|(went, delay)| *went + millis(*delay))
                .collect();
            prop_assert!(keeps(arrived.clone(), per_second as usize, SECOND));
            prop_assert!(keeps(arrived, burst as usize, window));
            let coming = callers.iter().filter(|(_, caller)| matches!(caller, Caller::Comes(_)));
            prop_assert!(went.len() >= coming.count());
        }

        #[test]
        fn a_late_caller_wastes_its_own_slots_only(
            callers in prop::collection::vec((0_u64..2_000, caller()), 1..60),
        ) {
            let mut pace = Pace::new(20, 1_000, Duration::from_secs(20));
            let start = Instant::now();
            let (went, all) = play(&mut pace, start, &callers);
            prop_assert!(all, "every caller that comes gets a slot that it is in time for");
            let coming = callers.iter().filter(|(_, caller)| matches!(caller, Caller::Comes(_)));
            prop_assert!(went.len() >= coming.count());
        }
    }

    #[test]
    fn a_slot_that_is_not_used_holds_up_nothing() {
        let start = Instant::now();
        let mut pace = Pace::new(5, 1_000, Duration::from_secs(20));
        let slot = SECOND.mul_f64(1.2 / 5.0);
        assert!(matches!(pace.reserve(start), Turn::Now(_)));
        let Turn::At(forgotten, first) = pace.reserve(start) else {
            panic!()
        };
        let Turn::At(second, at) = pace.reserve(start) else {
            panic!()
        };
        assert_eq!((first - start, at - start), (slot, slot * 2));

        assert!(matches!(pace.take(second, at), Turn::Now(_)));
        // It comes at last, and gets the next slot.
        let Turn::At(_, next) = pace.take(forgotten, at + millis(60)) else {
            panic!()
        };
        assert_eq!(next, at + slot);
        assert!(matches!(pace.take(forgotten, next), Turn::Now(_)));
    }

    #[test]
    fn requests_are_spread_and_less_than_the_limit() {
        let start = Instant::now();
        let mut pace = Pace::new(50, 1_000, Duration::from_secs(20));
        let mut now = start;
        let mut went = Vec::new();
        for _ in 0..500 {
            match pace.reserve(now) {
                Turn::Now(_) => {}
                Turn::At(ticket, at) => {
                    now = at;
                    assert!(matches!(pace.take(ticket, now), Turn::Now(_)));
                }
            }
            went.push(now);
        }
        assert!(keeps(went.clone(), 10, millis(240)));
        let time = now - start;
        assert!(
            time < Duration::from_secs_f64(12.0),
            "41 a second: {time:?}"
        );
        // One that comes after a pause goes at once.
        assert!(matches!(pace.reserve(now + SECOND), Turn::Now(_)));
    }

    #[test]
    fn a_refusal_moves_all_slots_back_in_their_order() {
        let start = Instant::now();
        let mut pace = Pace::new(5, 1_000, Duration::from_secs(20));
        let Turn::Now(grant) = pace.reserve(start) else {
            panic!()
        };
        let slots: Vec<_> = (0..4)
            .map(|_| match pace.reserve(start) {
                Turn::At(ticket, at) => (ticket, at),
                Turn::Now(_) => panic!("one slot was free"),
            })
            .collect();
        let pause = pace.observe(start, grant, REFUSED, None, Some(SECOND * 7));
        assert_eq!(pause, Some(SECOND * 7));

        let mut before = start;
        for (ticket, at) in slots {
            let Turn::At(_, later) = pace.take(ticket, at) else {
                panic!()
            };
            assert!(later >= start + SECOND * 7 && later > before);
            before = later;
        }
    }

    #[test]
    fn a_slot_that_is_due_within_a_pause_is_not_used() {
        let start = Instant::now();
        let mut pace = Pace::new(5, 1_000, Duration::from_secs(20));
        let Turn::Now(grant) = pace.reserve(start) else {
            panic!()
        };
        let Turn::At(ticket, at) = pace.reserve(start) else {
            panic!()
        };
        // The slot is due, and the pause begins before its caller is polled.
        pace.observe(at, grant, REFUSED, None, Some(SECOND * 3));
        assert_eq!(pace.take(ticket, at), Turn::At(ticket, at + SECOND * 3));
    }

    #[test]
    fn refusals_at_once_count_once_and_the_next_one_pauses_longer() {
        let mut now = Instant::now();
        let mut pace = Pace::new(50, 1_000, Duration::from_secs(20));
        let storm = |pace: &mut Pace, now: Instant| {
            let grants: Vec<_> = (0..5)
                .filter_map(|_| match pace.reserve(now) {
                    Turn::Now(grant) => Some(grant),
                    Turn::At(..) => None,
                })
                .collect();
            assert_eq!(grants.len(), 5);
            let later = now + millis(5);
            let pauses = grants
                .iter()
                .filter_map(|grant| pace.observe(later, *grant, REFUSED, None, None));
            pauses.collect::<Vec<_>>()
        };
        for seconds in [1, 2, 4, 8, 16, 32, 32] {
            assert_eq!(storm(&mut pace, now), [SECOND * seconds]);
            now += SECOND * (seconds + 1);
        }
        let Turn::Now(grant) = pace.reserve(now) else {
            panic!()
        };
        assert_eq!(pace.observe(now, grant, OK, None, None), None);
        now += SECOND;
        assert_eq!(storm(&mut pace, now), [SECOND]);
        assert_eq!(
            pace.observe(now + SECOND, grant, REFUSED, None, Some(SECOND * 9_999)),
            Some(LONGEST_PAUSE)
        );
    }

    #[test]
    fn what_the_server_has_left_only_slows() {
        let seconds_for = |remaining: usize| {
            let mut now = Instant::now();
            let start = now;
            let mut pace = Pace::new(50, 1_000, Duration::from_secs(20));
            for _ in 0..10 {
                let grant = match pace.reserve(now) {
                    Turn::Now(grant) => grant,
                    Turn::At(ticket, at) => {
                        now = at;
                        match pace.take(ticket, now) {
                            Turn::Now(grant) => grant,
                            Turn::At(..) => panic!("the slot is due"),
                        }
                    }
                };
                pace.observe(now, grant, OK, Some(remaining), None);
            }
            (now - start).as_secs_f64()
        };
        assert!(seconds_for(1_000_000) < 0.1);
        assert!((1.7..2.0).contains(&seconds_for(5)), "five a second");
        assert!((8.9..9.2).contains(&seconds_for(0)), "one a second");
    }

    #[test]
    fn what_the_server_has_left_slows_those_that_wait() {
        let now = Instant::now();
        let mut pace = Pace::new(50, 1_000, Duration::from_secs(20));
        let mut grants = Vec::new();
        let mut waiting = Vec::new();
        for _ in 0..15 {
            match pace.reserve(now) {
                Turn::Now(grant) => grants.push(grant),
                Turn::At(ticket, at) => waiting.push((ticket, at)),
            }
        }
        pace.observe(now + millis(5), grants[0], OK, Some(0), None);
        let (ticket, at) = waiting[0];
        let Turn::At(_, later) = pace.take(ticket, at) else {
            panic!()
        };
        assert_eq!(later, now + SECOND);
    }

    #[test]
    fn no_window_is_too_long_and_no_count_too_small() {
        let now = Instant::now();
        let mut pace = Pace::new(0, 0, Duration::MAX);
        assert!(matches!(pace.reserve(now), Turn::Now(_)));
        let Turn::At(_, at) = pace.reserve(now) else {
            panic!()
        };
        assert_eq!(at - now, LONGEST_WINDOW + HEADROOM);
    }

    #[test]
    fn a_clock_that_was_put_forward_holds_up_nothing() {
        let now = Instant::now();
        let mut pace = Pace::new(5, 1_000, Duration::from_secs(20));
        let tomorrow = now + LONGEST_WINDOW;
        let Turn::Now(grant) = pace.reserve(tomorrow) else {
            panic!()
        };
        pace.observe(tomorrow, grant, REFUSED, Some(0), None);
        assert!(matches!(pace.reserve(now), Turn::Now(_)));
    }
}
