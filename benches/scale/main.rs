//! What a poll costs with 100, 1,000, 10,000 and 100,000 feeds in the tables, and what the program holds in memory.
//!
//! `cargo bench --bench scale [-- SIZE…]`. The real program polls a loopback world in which every feed has a host of its own; only its own
//! processor time is counted. Two regimes: **steady**, the same number of polls a second whatever the size, so that work that grows with the
//! number of feeds shows; and **at once**, up to ten thousand feeds due at the same instant, as after a long stop. Six minutes in all.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and waits for another process")]
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod product;
mod world;

use std::time::{Duration, Instant};

use product::{Product, Table};
use world::World;

/// Sizes that are measured when none is named.
const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];
/// Polls a second in the steady regime: 100,000 feeds at the usual interval of 15 minutes ask for 111.
const STEADY_RATE: f64 = 200.0;
/// How long the steady regime is measured, and how often; the least of them counts, for a busy machine only adds.
const STEADY_WINDOW: Duration = Duration::from_secs(8);
const STEADY_ROUNDS: usize = 3;
/// How long it runs before that: caches fill.
const STEADY_SETTLING: Duration = Duration::from_secs(2);
/// The most feeds that are due at once.
const MOST_AT_ONCE: usize = 10_000;
/// How long after the last poll the program is taken to be idle: its idle connections are closed by then.
const IDLE_AFTER: Duration = Duration::from_secs(20);
/// How long a whole regime may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(300);

/// What one size came to.
#[derive(Default)]
struct Row {
    feeds: usize,
    /// Processor time of the start, seconds.
    start: f64,
    /// Processor time of one poll, milliseconds.
    steady: f64,
    at_once: f64,
    /// Polls a second of wall time, at once.
    rate: f64,
    /// Resident memory, MB: after the start, at the most, and idle.
    started_mb: f64,
    peak_mb: f64,
    idle_mb: f64,
    most_files: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --benches` only wants to know that it starts.
        return;
    }
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.replace([',', '_'], "").parse().ok()).collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    println!(
        "{:>8} {:>9} {:>12} {:>12} {:>9} {:>11} {:>9} {:>9} {:>7}",
        "feeds", "start s", "steady ms", "at once ms", "polls/s", "started MB", "peak MB", "idle MB", "files"
    );
    let mut sites: Vec<Site> = sizes.into_iter().map(Site::prepare).collect();
    // Size after size in each round, so that all of them see the same machine.
    for _ in 0..STEADY_ROUNDS {
        sites.iter_mut().for_each(Site::steady);
    }
    for site in &mut sites {
        site.at_once();
        let row = &site.row;
        println!(
            "{:>8} {:>9.2} {:>12.3} {:>12.3} {:>9.0} {:>11.1} {:>9.1} {:>9.1} {:>7}",
            row.feeds, row.start, row.steady, row.at_once, row.rate, row.started_mb, row.peak_mb, row.idle_mb, row.most_files
        );
    }
    let rows: Vec<&Row> = sites.iter().map(|site| &site.row).collect();
    println!(
        "processor time of one poll ~ feeds^x: steady x = {}, at once x = {}",
        fit(&rows, |r| r.steady),
        fit(&rows, |r| r.at_once)
    );
}

/// A world of one size, and the tables and folder of the program that polls it.
struct Site {
    world: World,
    folder: tempfile::TempDir,
    table: Table,
    row: Row,
}

impl Site {
    fn prepare(feeds: usize) -> Site {
        let world = World::open(feeds);
        let folder = tempfile::tempdir().expect("a folder");
        let table = Table::fill(folder.path(), &world, feeds);
        let row = Row { feeds, start: f64::INFINITY, steady: f64::INFINITY, ..Row::default() };
        Site { world, folder, table, row }
    }

    fn steady(&mut self) {
        self.world.keep_connections(false);
        let interval = Duration::from_secs_f64(self.row.feeds as f64 / STEADY_RATE);
        let due = self.table.due_over(interval, self.row.feeds);
        let product = Product::start(self.folder.path(), &self.world, self.row.feeds, interval);
        self.row.start = self.row.start.min(product.cpu_seconds());
        self.row.started_mb = product.memory_mb();
        wait_until(due + STEADY_SETTLING);
        let (cpu, polls) = (product.cpu_seconds(), self.world.polls());
        std::thread::sleep(STEADY_WINDOW);
        let (cpu, polls) = (product.cpu_seconds() - cpu, self.world.polls() - polls);
        self.row.steady = self.row.steady.min(1000.0 * cpu / polls as f64);
        product.stop();
    }

    fn at_once(&mut self) {
        self.world.keep_connections(true);
        let feeds = self.row.feeds.min(MOST_AT_ONCE);
        let start = || Product::start(self.folder.path(), &self.world, self.row.feeds, Duration::from_secs(3600));
        // The first start takes in the other interval.
        start().stop();
        let due = self.table.due_over(Duration::ZERO, feeds);
        let product = start();
        wait_until(due - Duration::from_millis(200));
        let (cpu, polls) = (product.cpu_seconds(), self.world.polls());
        let begun = Instant::now();
        while self.world.polls() < polls + feeds as u64 {
            assert!(begun.elapsed() < PATIENCE, "{} of {feeds} feeds were polled", self.world.polls() - polls);
            self.row.most_files = self.row.most_files.max(product.open_files());
            std::thread::sleep(Duration::from_millis(50));
        }
        self.row.rate = feeds as f64 / begun.elapsed().as_secs_f64();
        std::thread::sleep(IDLE_AFTER);
        self.row.at_once = 1000.0 * (product.cpu_seconds() - cpu) / feeds as f64;
        (self.row.peak_mb, self.row.idle_mb) = (product.peak_memory_mb(), product.memory_mb());
        product.stop();
    }
}

fn wait_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(Instant::now()));
}

/// The slope of log(cost) over log(feeds), by least squares.
fn fit(rows: &[&Row], cost: impl Fn(&Row) -> f64) -> String {
    let points: Vec<(f64, f64)> = rows.iter().map(|row| ((row.feeds as f64).ln(), cost(row).ln())).collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let spread: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / spread;
    if slope.is_finite() { format!("{slope:+.3}") } else { "unknown of one size".to_owned() }
}
