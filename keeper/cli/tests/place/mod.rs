//! A folder with a configuration in which the real program runs, removed at the end.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

pub struct Place {
    pub folder: PathBuf,
    key: String,
}

impl Place {
    /// `key` is what `KEEPER_PRIVATE_KEY` holds.
    pub fn new(config: &str, key: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("keeper-place-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let place = Self { folder, key: key.to_owned() };
        place.write(config);
        place
    }

    /// Replaces the configuration.
    pub fn write(&self, config: &str) {
        std::fs::write(self.folder.join("keeper.toml"), config).expect("the temporary folder is writable");
    }

    /// Runs the program to its end.
    pub fn keeper(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Starts the program.
    #[allow(dead_code, reason = "not every test binary that shares this file needs it")]
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).spawn().expect("the program starts")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keeper"));
        command.args(arguments).current_dir(&self.folder).env_clear().env("KEEPER_PRIVATE_KEY", &self.key);
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
