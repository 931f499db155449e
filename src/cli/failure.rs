//! Why a command did not do what it was asked, and the exit code for it.

use crate::config::ConfigError;
use crate::error::{Code, Error};
use std::io::{ErrorKind, Write as _, stderr, stdout};
use std::process::ExitCode;

const FAILED: u8 = 1;
const WRONG_INPUT: u8 = 2;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// It was asked rightly and did not work, or found something.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: FAILED, message: message.into() }
    }

    /// It was asked wrongly: arguments, configuration, files.
    pub fn input(message: impl Into<String>) -> Self {
        Self { code: WRONG_INPUT, message: message.into() }
    }

    /// Nobody reads the output any more: that is no failure, but there is nothing more to do.
    fn nobody_reads() -> Self {
        Self { code: 0, message: String::new() }
    }

    /// Says it on standard error.
    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            // Where standard error is gone there is nobody to tell.
            let _ = writeln!(stderr(), "error: {}", self.message);
        }
        ExitCode::from(self.code)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.code() {
            Code::BadInput | Code::NotFound => Self::input(error.to_string()),
            Code::Unavailable => {
                Self::failed(format!("{error}\nIs the database there? database.url, or DATABASE_URL, says where."))
            }
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

/// Prints a result, with a line end after it.
pub fn print(text: impl AsRef<str>) -> Result<(), Failure> {
    let text = text.as_ref();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(end.as_bytes())).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::nobody_reads()),
        written => Ok(written?),
    }
}

/// Says something that is not the result.
pub fn say(text: impl AsRef<str>) {
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(stderr(), "{}", text.as_ref());
}
