//! A long run against a local server that fails now and then: nothing may get lost, nothing may
//! happen twice, and memory must not grow.
//!
//! ```sh
//! cargo run --release -p iconik-api --example soak -- 200000
//! ```
//!
//! One call in twenty meets a fault: 503, 429, a reset before or after the work, half an answer.
//! Every second call creates a playlist. Where an error says that the create may have happened,
//! this program looks before it tries again, as an integrator should.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use iconik_api::assets::NewPlaylist;
use iconik_api::{Client, Error, Limiter, RetryPolicy};

const CONCURRENCY: u64 = 64;
const FAULTS_PER_THOUSAND: u64 = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let calls = std::env::args()
        .nth(1)
        .map_or(Ok(200_000), |text| text.parse())?;
    let server = Server::start(calls)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(soak(calls, server))
}

async fn soak(calls: u64, server: Arc<Server>) -> Result<(), Box<dyn std::error::Error>> {
    let second = Duration::from_secs(1);
    let client = Client::builder()
        .app_id("soak")
        .auth_token("soak")
        .base_url(&server.url)
        .limiter(Limiter::new(100_000, 100_000, second))
        .retry(RetryPolicy::default().backoff(second / 1_000, second / 100))
        .timeout(second * 5)
        .build()?;
    let (next, seen, looked) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let work = Arc::new((next, seen, looked));
    let started = Instant::now();

    let workers: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (client, work) = (client.clone(), Arc::clone(&work));
            tokio::spawn(async move {
                let (next, seen, looked) = &*work;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= calls {
                        return Ok::<_, Error>(());
                    }
                    if calls >= 10 && number % (calls / 10) == 0 {
                        println!("{number:>8} calls, {:>6} KiB resident", resident_kib());
                    }
                    let name = format!("p{number}");
                    if number % 2 == 0 {
                        create_once(&client, &name, looked).await?;
                    } else {
                        // A GET is repeated by the client; the program only sees success.
                        let playlist = client.assets().playlists().get(name.as_str()).await?;
                        assert_eq!(
                            playlist.name.as_deref(),
                            Some(name.as_str()),
                            "an answer of another call"
                        );
                    }
                    seen.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }

    let time = started.elapsed();
    let created = || {
        server
            .created
            .iter()
            .step_by(2)
            .map(|times| times.load(Ordering::Relaxed))
    };
    let lost = created().filter(|times| *times == 0).count();
    let twice = created().filter(|times| *times > 1).count();
    println!(
        "{} calls in {time:.1?} ({:.0} a second), {} requests, {} faults, {} creates looked up",
        work.1.load(Ordering::Relaxed),
        calls as f64 / time.as_secs_f64(),
        server.requests.load(Ordering::Relaxed),
        server.faults.load(Ordering::Relaxed),
        work.2.load(Ordering::Relaxed),
    );
    println!(
        "{lost} lost, {twice} done twice, {} KiB resident",
        resident_kib()
    );
    if lost + twice > 0 {
        return Err("something was lost or done twice".into());
    }
    Ok(())
}

/// Creates a playlist, whatever it takes, but not twice.
async fn create_once(client: &Client, name: &str, looked: &AtomicU64) -> Result<(), Error> {
    loop {
        let Err(error) = client
            .assets()
            .playlists()
            .create(NewPlaylist::new(name))
            .await
        else {
            return Ok(());
        };
        if error.maybe_sent() {
            looked.fetch_add(1, Ordering::Relaxed);
            let path = format!("/API/assets/v1/created/{name}/");
            let found = client
                .request(http::Method::GET, &path)
                .json_value()
                .await?;
            if found["created"] == true {
                return Ok(());
            }
        }
    }
}

/// Memory in use; 0 where the system does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Counts how often each playlist was created, and fails at random.
struct Server {
    url: String,
    /// By number. All of it is there from the start, so that it does not look like a leak.
    created: Vec<AtomicU32>,
    requests: AtomicU64,
    faults: AtomicU64,
}

/// What goes wrong.
enum Fault {
    Unavailable,
    TooMany,
    ResetBefore,
    ResetAfter,
    HalfAnAnswer,
}

impl Server {
    fn start(calls: u64) -> std::io::Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Arc::new(Self {
            url: format!("http://{}", listener.local_addr()?),
            created: (0..calls).map(|_| AtomicU32::new(0)).collect(),
            requests: AtomicU64::new(0),
            faults: AtomicU64::new(0),
        });
        let accepting = Arc::clone(&server);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = Arc::clone(&accepting);
                // An error ends the connection, which is what a fault does, too.
                thread::spawn(move || server.serve(stream));
            }
        });
        Ok(server)
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut answer = stream.try_clone()?;
        let mut request = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if request.read_line(&mut head)? == 0 {
                    return Ok(());
                }
            }
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
            request.read_exact(&mut body)?;
            self.requests.fetch_add(1, Ordering::Relaxed);

            let fault = self.fault();
            match fault {
                Some(Fault::Unavailable) => {
                    answer.write_all(b"HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n")?;
                    continue;
                }
                Some(Fault::TooMany) => {
                    answer.write_all(
                        b"HTTP/1.1 429 x\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n",
                    )?;
                    continue;
                }
                Some(Fault::ResetBefore) => return Ok(()),
                Some(Fault::ResetAfter | Fault::HalfAnAnswer) | None => {}
            }
            let json = self.work(&head, &body);
            let answered = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{json}",
                json.len()
            );
            match fault {
                Some(Fault::ResetAfter) => return Ok(()),
                Some(_) => return answer.write_all(&answered.as_bytes()[..answered.len() - 5]),
                None => answer.write_all(answered.as_bytes())?,
            }
        }
    }

    fn work(&self, head: &str, body: &[u8]) -> String {
        let posted = head.starts_with("POST");
        let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let path = head.split(' ').nth(1).unwrap_or_default();
        let last = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let name = if posted {
            json["name"].as_str().unwrap_or_default()
        } else {
            last
        };

        let number = name
            .strip_prefix('p')
            .and_then(|number| number.parse().ok());
        let times = number.and_then(|number: usize| self.created.get(number));
        let before = times.map_or(0, |times| {
            times.fetch_add(u32::from(posted), Ordering::Relaxed)
        });
        format!(r#"{{"name":"{name}","created":{}}}"#, before > 0)
    }

    fn fault(&self) -> Option<Fault> {
        if fastrand::u64(..1_000) >= FAULTS_PER_THOUSAND {
            return None;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        Some(match fastrand::u8(..5) {
            0 => Fault::Unavailable,
            1 => Fault::TooMany,
            2 => Fault::ResetBefore,
            3 => Fault::ResetAfter,
            _ => Fault::HalfAnAnswer,
        })
    }
}
