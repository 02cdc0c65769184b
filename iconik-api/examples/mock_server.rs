//! Runs a local iconik, for clients in any language.
//!
//! ```sh
//! cargo run --example mock_server --features mock -- --port 8080
//! curl -H "App-ID: any" -H "Auth-Token: any" http://127.0.0.1:8080/API/assets/v1/assets/
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use iconik_api::mock::{Fault, Server, ServerBuilder};

const HELP: &str = "\
Runs a local iconik until it is interrupted

Usage: mock_server [OPTIONS]

Options:
  --port <PORT>          The port on 127.0.0.1 [default: a free one]
  --data <FILE>          Keeps the state in this file
  --seed <NUMBER>        What ids and samples are made from [default: 0]
  --strict               Refuses parameters and fields that iconik ignores
  --invent               Makes up objects instead of responding with 404
  --role-set <ROLES>     The roles of the user, separated by commas [default: all]
  --delay <TIME>         How long work in the background takes, for example 500ms or 2s
  --index-lag <TIME>     How long lists and searches trail writes
  --rate-limit           Enforces iconik's rate limit
  --fault <FAULT>        A fault, for example 'assets.get status=503 times=2'; may be repeated
  --help                 Prints this";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let Some((settings, faults)) = read(arguments)? else {
        println!("{HELP}");
        return Ok(());
    };
    let server = settings.start()?;
    for fault in faults {
        server.add_fault(fault);
    }
    println!("{}", server.url());
    // Written at once, also into a pipe: scripts wait for it.
    std::io::Write::flush(&mut std::io::stdout())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(interrupted())?;
    Ok(())
}

/// Waits for an interrupt, or for the request to end that other programs send.
async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// The settings of the server, and the faults that it begins with.
type Settings = (ServerBuilder, Vec<Fault>);

/// Reads the arguments; `None` is a question for help.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Settings>, Box<dyn Error>> {
    let mut settings = Server::builder();
    let mut faults = Vec::new();
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            let value = inline.clone().or_else(|| arguments.next());
            value.ok_or_else(|| format!("{name}: a value is missing"))
        };
        settings = match name.as_str() {
            "--port" => settings.port(value()?.parse()?),
            "--data" => settings.data(value()?),
            "--seed" => settings.seed(value()?.parse()?),
            "--strict" => settings.strict(true),
            "--invent" => settings.invent_objects(true),
            "--role-set" => settings.roles(value()?.split(',').filter(|role| !role.is_empty())),
            "--delay" => settings.delay(time(&value()?)?),
            "--index-lag" => settings.index_lag(time(&value()?)?),
            "--rate-limit" => settings.rate_limit(true),
            "--fault" => {
                faults.push(value()?.parse()?);
                settings
            }
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown option {name}; --help lists them").into()),
        };
    }
    Ok(Some((settings, faults)))
}

/// Reads `500ms` or `2s`.
fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number.parse::<f64>().ok().map(|number| number * unit);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| format!("`{text}` is not a duration such as 500ms or 2s"))
}
