//! The server of a benchmark in a process of its own, so that what it does is not counted.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::server;

/// The argument that makes a benchmark a server.
const SERVE: &str = "serve";

/// Returns whether this process is to be the server.
pub fn is_server() -> bool {
    env::args().nth(1).is_some_and(|argument| argument == SERVE)
}

/// Prints the address of a server that has `answer` for each request line, and serves until standard
/// input ends.
///
/// # Errors
///
/// When standard input cannot be read.
pub fn serve<A>(answer: impl Fn(&str) -> A + Send + Sync + 'static) -> io::Result<()>
where
    A: AsRef<[u8]>,
{
    println!("{}", server::serve(answer));
    io::stdin().lock().read_until(b'\n', &mut Vec::new())?;
    Ok(())
}

/// This program as a server; it ends with its standard input.
pub struct Process {
    child: Child,
    pub address: String,
}

impl Process {
    /// Starts this program as a server.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        if let Some(out) = child.stdout.as_mut() {
            BufReader::new(out).read_line(&mut address)?;
        }
        let address = address.trim().to_owned();
        Ok(Self { child, address })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // There is nothing to be done about a failure.
        let _ = self.child.wait();
    }
}
