//! Printing for programs under development: free, and to the log of this process alone.

use super::define;
use crate::stylus::guest::{Guest, Hook, Host};
use wasmi::Linker;

/// Longest text printed in bytes.
const MAX_TEXT: u32 = 4096;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, "console",
        log_txt(text: u32, len: u32);
        log_i32(value: i32);
        log_i64(value: i64);
        tee_i32(value: i32) -> i32;
        tee_i64(value: i64) -> i64;
    );
}

fn log_txt(guest: &mut Guest<'_>, text: u32, len: u32) -> Hook<()> {
    let text = guest.read(text, len.min(MAX_TEXT))?;
    print(guest, String::from_utf8_lossy(&text).as_ref());
    Ok(())
}

fn log_i32(guest: &mut Guest<'_>, value: i32) -> Hook<()> {
    print(guest, &value.to_string());
    Ok(())
}

fn log_i64(guest: &mut Guest<'_>, value: i64) -> Hook<()> {
    print(guest, &value.to_string());
    Ok(())
}

fn tee_i32(guest: &mut Guest<'_>, value: i32) -> Hook<i32> {
    print(guest, &value.to_string());
    Ok(value)
}

fn tee_i64(guest: &mut Guest<'_>, value: i64) -> Hook<i64> {
    print(guest, &value.to_string());
    Ok(value)
}

fn print(guest: &Guest<'_>, text: &str) {
    tracing::info!(contract = %guest.environment().contract, text, "console");
}
