//! The key that signs tokens: configured, or made once in `./data/secret`.

use super::problem::ConfigError;
use super::settings::Auth;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

const FOLDER: &str = "data";
const FILE: &str = "secret";
const RANDOM_BYTES: usize = 32;

/// The configured secret, else that of `./data/secret`, which is made when it is not there. Processes that start at
/// the same time end with the same secret.
pub fn secret(auth: &Auth) -> Result<Vec<u8>, ConfigError> {
    if auth.secret.is_empty() { made_once(Path::new(FOLDER)) } else { Ok(auth.secret.clone().into_bytes()) }
}

fn made_once(folder: &Path) -> Result<Vec<u8>, ConfigError> {
    let path = folder.join(FILE);
    let failed = |error: std::io::Error| {
        ConfigError::at(path.display(), format!("{error}; set auth.secret, or make the folder writable"))
    };
    if !path.exists() {
        fs::create_dir_all(folder).map_err(failed)?;
        let draft = folder.join(format!(".{FILE}-{}", crate::id::random_hex(8)));
        write_private(&draft, &crate::id::random_hex(RANDOM_BYTES)).map_err(failed)?;
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft).map_err(failed)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
    }
    let text = fs::read_to_string(&path).map_err(failed)?;
    let secret = text.trim();
    if secret.len() < RANDOM_BYTES {
        let message =
            format!("the secret is shorter than {RANDOM_BYTES} characters; delete the file to have a new one");
        return Err(ConfigError::at(path.display(), message));
    }
    Ok(secret.as_bytes().to_vec())
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_is_nobody_elses_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let first = made_once(folder.path()).unwrap();
        assert_eq!(first.len(), RANDOM_BYTES * 2);
        assert_eq!(made_once(folder.path()).unwrap(), first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_secret_that_was_cut_short_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "short").unwrap();
        assert!(made_once(folder.path()).unwrap_err().message.contains("delete the file"));
    }
}
