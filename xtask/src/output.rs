//! What the commands print.

use std::io::{self, Write};

/// Prints a text to the standard output. A reader that stops early, such as `head -1`, is not an
/// error: the rest of the text is dropped, and the command keeps its exit status.
pub(crate) fn print(text: &str) {
    write(&mut io::stdout().lock(), text);
}

/// Prints a line to the standard error.
pub(crate) fn print_error(line: &str) {
    write(&mut io::stderr().lock(), &format!("{line}\n"));
}

/// Where a terminal or a pipe is gone there is nowhere left to report it.
fn write(to: &mut impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_pipe_does_not_panic() {
        write(&mut Closed, "text");
    }

    #[test]
    fn a_text_is_written_whole() {
        let mut written = Vec::new();

        write(&mut written, "one\ntwo\n");

        assert_eq!(written, b"one\ntwo\n");
    }
}
