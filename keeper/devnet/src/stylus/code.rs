//! The form that a program's WASM has as contract code: a prefix, a dictionary byte, brotli.

use super::params::MAX_WASM_BYTES;
use brotli_decompressor::Decompressor;
use std::io::Read;

/// First bytes of a program's code.
pub const PREFIX: [u8; 3] = [0xEF, 0xF0, 0x00];

/// Memory for one brotli step in bytes.
const BUFFER_BYTES: usize = 4096;

/// Why code does not hold a WASM module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The code does not start with [`PREFIX`] and a dictionary byte.
    #[error("code is not a Stylus program")]
    NotProgram,
    /// Only the empty dictionary (0) is supported.
    #[error("unsupported compression dictionary {0}")]
    UnsupportedDictionary(u8),
    /// The bytes after the prefix are not brotli.
    #[error("code is not valid brotli")]
    NotBrotli,
    /// The module is larger than a program may be.
    #[error("WASM is larger than {MAX_WASM_BYTES} bytes")]
    TooLarge,
}

/// Whether contract code is that of a Stylus program.
pub fn is_program(code: &[u8]) -> bool {
    code.starts_with(&PREFIX)
}

/// Returns the WASM inside a program's code.
///
/// # Errors
/// See [`Error`].
pub fn decompress(code: &[u8]) -> Result<Vec<u8>, Error> {
    let rest = code.strip_prefix(&PREFIX).ok_or(Error::NotProgram)?;
    let (dictionary, compressed) = rest.split_first().ok_or(Error::NotProgram)?;
    if *dictionary != 0 {
        return Err(Error::UnsupportedDictionary(*dictionary));
    }
    if announces_large_window(compressed) {
        return Err(Error::NotBrotli);
    }
    let mut wasm = Vec::new();
    // One byte more than allowed, to tell a module that fits from one that does not.
    let limit = MAX_WASM_BYTES as u64 + 1;
    Decompressor::new(compressed, BUFFER_BYTES).take(limit).read_to_end(&mut wasm).map_err(|_| Error::NotBrotli)?;
    if wasm.len() > MAX_WASM_BYTES {
        return Err(Error::TooLarge);
    }
    Ok(wasm)
}

/// Whether the stream asks for a window above brotli's standard 16 MiB: an extension that could ask for gigabytes.
///
/// The standard leaves this one pattern of the window bits, 0010001 from the lowest bit, to extensions.
fn announces_large_window(compressed: &[u8]) -> bool {
    compressed.first().is_some_and(|byte| byte & 0x7F == 0x11)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn compress(wasm: &[u8]) -> Vec<u8> {
        let mut code = [&PREFIX[..], &[0]].concat();
        let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut &wasm[..], &mut code, &params).expect("writing to memory cannot fail");
        code
    }

    #[test]
    fn compressed_wasm_comes_back() {
        let wasm = [7; 1000];

        assert_eq!(decompress(&compress(&wasm)), Ok(wasm.to_vec()));
    }

    #[test]
    fn code_of_another_form_is_refused() {
        assert_eq!(decompress(&[0x60, 0x00]), Err(Error::NotProgram));
        assert_eq!(decompress(&PREFIX), Err(Error::NotProgram));
        assert_eq!(decompress(&[0xEF, 0xF0, 0x00, 1, 0]), Err(Error::UnsupportedDictionary(1)));
        assert_eq!(decompress(&[0xEF, 0xF0, 0x00, 0, 0xFF, 0xFF, 0xFF]), Err(Error::NotBrotli));
        assert_eq!(decompress(&[0xEF, 0xF0, 0x00, 0]), Err(Error::NotBrotli));
        assert_eq!(decompress(&[0xEF, 0xF0, 0x00, 0, 0x11, 0x3E, 0, 0]), Err(Error::NotBrotli));
    }

    #[test]
    fn module_above_the_limit_is_refused_however_well_it_compresses() {
        assert_eq!(decompress(&compress(&vec![0; MAX_WASM_BYTES])).map(|wasm| wasm.len()), Ok(MAX_WASM_BYTES));
        assert_eq!(decompress(&compress(&vec![0; MAX_WASM_BYTES + 1])), Err(Error::TooLarge));
        assert_eq!(decompress(&compress(&vec![0; 50_000_000])), Err(Error::TooLarge));
    }
}
