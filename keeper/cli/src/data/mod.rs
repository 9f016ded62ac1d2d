//! Histories from files that a user brings, plain or gzipped; each reader names its columns.

mod losses;
mod treasury;

pub use losses::{CLASS, losses};
pub use treasury::{COUPONS_A_YEAR, ParYields, par_yields};

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::failure::Failure;

/// More text than any of these histories has.
const MOST_BYTES: u64 = 256 << 20;

/// Reads a file of a folder: `name` with `.gz`, else without.
fn text(folder: &Path, name: &str) -> Result<String, Failure> {
    let zipped = folder.join(format!("{name}.gz"));
    let (path, is_zipped) = if zipped.exists() { (zipped, true) } else { (folder.join(name), false) };
    let fault = |error: std::io::Error| {
        let hint = format!("put {name} or {name}.gz into the folder that --data names");
        Failure::fault(format!("history {}: {error}", path.display()), &hint)
    };
    let file = std::fs::File::open(&path).map_err(fault)?;
    let mut text = String::new();
    let reader: Box<dyn Read> = if is_zipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let read = reader.take(MOST_BYTES).read_to_string(&mut text).map_err(fault)?;
    if read as u64 == MOST_BYTES {
        let message = format!("history {} has more than {MOST_BYTES} bytes", path.display());
        return Err(Failure::fault(message, "is it the right file?"));
    }
    Ok(text)
}

/// What is said of a line that is not as its columns promise.
fn malformed(name: &str, line: usize, what: impl std::fmt::Display) -> Failure {
    Failure::fault(format!("{name}, line {line}: {what}"), "the columns are described in the README")
}
