//! The host functions that programs import, by subject, under the names that the SDK declares.

mod account;
mod block;
mod call;
mod console;
mod math;
mod message;
mod storage;

pub(super) use account::{copy, received};
pub(super) use call::{called, created};
pub(super) use storage::loaded;

use super::guest::Host;
use wasmi::{Engine, Linker};

/// Module that host functions are imported from.
const HOOKS: &str = "vm_hooks";

/// Adds host functions to a linker: `name(argument: type, ...) -> type`, each calling the function of that name.
macro_rules! define {
    ($linker:ident, $module:expr, $($name:ident($($arg:ident: $ty:ty),*) $(-> $out:ty)?;)*) => {$(
        $linker
            .func_wrap($module, stringify!($name), |caller: wasmi::Caller<'_, Host>, $($arg: $ty),*| {
                let out: Result<define!(@out $($out)?), wasmi::Error> =
                    $name(&mut Guest(caller), $($arg),*).map_err(Into::into);
                out
            })
            .expect("each host function is defined once");
    )*};
    (@out) => { () };
    (@out $out:ty) => { $out };
}
use define;

/// Returns a linker with every host function.
pub(super) fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    account::link(&mut linker);
    block::link(&mut linker);
    call::link(&mut linker);
    console::link(&mut linker);
    math::link(&mut linker);
    message::link(&mut linker);
    storage::link(&mut linker);
    linker
}

/// Returns the part of `bytes` from `offset` that is at most `size` long; empty beyond the end.
fn part(bytes: &[u8], offset: u32, size: u32) -> &[u8] {
    let from = (offset as usize).min(bytes.len());
    let to = from.saturating_add(size as usize).min(bytes.len());
    &bytes[from..to]
}
