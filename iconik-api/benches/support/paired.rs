//! Compares by turns, in processor time of this process with all its threads. On a machine that does
//! other things as well, only what ran by turns can be compared to a few per cent.

use std::fs;
use std::time::{Duration, Instant};

const ROUNDS: usize = 40;
/// The system counts in steps of some milliseconds; a sample has to be long beside them.
const SAMPLE: Duration = Duration::from_millis(60);

/// One of those that are compared: what it is called, and one run of it.
pub type Contender<'a> = (&'a str, &'a mut dyn FnMut());

/// Prints what each costs, and how many times as much as the first.
pub fn compare(title: &str, contenders: &mut [Contender<'_>]) {
    if !super::measuring() {
        contenders.iter_mut().for_each(|(_, run)| run());
        return;
    }
    let runs = runs_in_a_sample(contenders[0].1);
    let mut samples = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    let mut faults = vec![0; contenders.len()];
    for round in 0..ROUNDS {
        // Another one begins each time, so that none is always the one after a certain other.
        for turn in 0..contenders.len() {
            let at = (round + turn) % contenders.len();
            let (began, before) = (Clock::read(), page_faults());
            (0..runs).for_each(|_| contenders[at].1());
            samples[at].push((Clock::read() - began).as_secs_f64());
            faults[at] += page_faults() - before;
        }
    }

    println!("\n{title}, by turns: {ROUNDS} rounds of {runs} runs");
    for (((name, _), sample), faults) in contenders.iter().zip(&samples).zip(faults) {
        let total: f64 = sample.iter().sum();
        let first: f64 = samples[0].iter().sum();
        let mut ratios: Vec<f64> = sample
            .iter()
            .zip(&samples[0])
            .map(|(own, first)| own / first)
            .collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "  {name:<40} {:>9.1} µs   {:.3} times the first (half of the rounds {:.3} to {:.3}), {:.1} page faults",
            total / (ROUNDS * runs) as f64 * 1e6,
            total / first,
            ratios[ROUNDS / 4],
            ratios[ROUNDS * 3 / 4],
            faults as f64 / (ROUNDS * runs) as f64,
        );
    }
}

fn runs_in_a_sample(run: &mut dyn FnMut()) -> usize {
    let began = Clock::read();
    let mut runs = 0;
    // Warms up as well.
    while Clock::read() - began < 5 * SAMPLE {
        run();
        runs += 1;
    }
    (runs / 5).max(1)
}

/// The time that the threads of this process have had a processor; where the system does not say it, the
/// time of day.
struct Clock;

impl Clock {
    fn read() -> Duration {
        let Ok(threads) = fs::read_dir("/proc/self/task") else {
            return since_the_start();
        };
        let on_processor = |thread: fs::DirEntry| -> Option<u64> {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok()
        };
        let total = threads.flatten().filter_map(on_processor).sum();
        Duration::from_nanos(total)
    }
}

/// Returns how many pages of memory the system has given to this process so far; 0 where it does not say it.
fn page_faults() -> u64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program may contain spaces, but ends with the last parenthesis.
    let fields = text.rsplit(')').next().unwrap_or_default();
    let minor = fields.split_whitespace().nth(7);
    minor.and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn since_the_start() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
