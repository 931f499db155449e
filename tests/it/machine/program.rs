//! The program itself in a folder of its own, without a database.

use serde_json::Value;
use std::{
    path::PathBuf,
    process::{Command, Output},
};
use tempfile::TempDir;

/// A folder with files.
pub struct Folder(TempDir);

/// What a command said, and its exit code.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The machines that come with the program, by name.
pub fn shipped() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/machines");
    let files = std::fs::read_dir(folder).expect("the machines");
    let name = |file: std::io::Result<std::fs::DirEntry>| {
        let name = file.expect("a file").file_name();
        name.to_string_lossy().strip_suffix(".json").expect("a machine's file").to_owned()
    };
    files.map(name).collect()
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), content).expect("a file");
        self
    }

    pub fn json(&self, name: &str, value: &Value) -> &Self {
        self.write(name, value.to_string())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `waybill machine …`
    pub fn machine(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waybill"));
        let output = command.current_dir(self.0.path()).arg("machine").args(arguments).output();
        Said::of(output.expect("the program starts"))
    }
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}
