//! Activated modules ready to run, shared by the whole process and kept by code hash.

use super::{
    activate::{Figures, activate},
    environment::Environment,
    guest::Host,
    host,
    params::MAX_STACK_DEPTH,
    refusal::Refusal,
};
use revm::primitives::{B256, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use wasmi::{
    Config, Engine, Linker, Module, Store,
    errors::{ErrorKind, InstantiationError, LinkerError},
};

/// Modules kept; the cache starts over when it is full. They can always be compiled again.
const MAX_CACHED: usize = 1024;
/// Frames have at least four words, so that the module's own bound on the stack is always met first.
const MAX_RECURSION: usize = MAX_STACK_DEPTH as usize / 4 + 16;
/// Room for the stack's words, their copies as arguments, and the engine's own temporaries.
const MAX_STACK_BYTES: usize = MAX_STACK_DEPTH as usize * 8 * 8;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut config = Config::default();
    config.set_max_recursion_depth(MAX_RECURSION).set_max_stack_height(MAX_STACK_BYTES).ignore_custom_sections(true);
    Engine::new(&config)
});
static LINKER: LazyLock<Linker<Host>> = LazyLock::new(|| host::linker(&ENGINE));
static CACHE: LazyLock<Mutex<HashMap<B256, Arc<Compiled>>>> = LazyLock::new(Mutex::default);

/// A module ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// The instrumented module.
    pub(super) module: Module,
    /// What its calls cost by.
    pub figures: Figures,
}

/// Returns the program in `code`, whose hash is `code_hash`, compiled. A pure function of the code, remembered.
///
/// # Errors
/// The module may not be activated.
pub fn compiled(code_hash: B256, code: &[u8]) -> Result<Arc<Compiled>, Refusal> {
    if let Some(found) = cache().get(&code_hash) {
        return Ok(found.clone());
    }
    let activated = activate(code)?;
    let module = Module::new(&ENGINE, &activated.wasm)
        .map_err(|error| Refusal::Invalid { reason: error.to_string(), offset: 0 })?;
    check_start(&module)?;
    let compiled = Arc::new(Compiled { module, figures: activated.figures });
    let mut cache = cache();
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(code_hash, compiled.clone());
    Ok(compiled)
}

/// The map is whole between any two operations, whichever thread panicked.
fn cache() -> std::sync::MutexGuard<'static, HashMap<B256, Arc<Compiled>>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn linker() -> &'static Linker<Host> {
    &LINKER
}

pub(super) fn engine() -> &'static Engine {
    &ENGINE
}

/// Instantiates a module once: every import must be a host function of exactly that type, and every segment must fit.
fn check_start(module: &Module) -> Result<(), Refusal> {
    let mut store = Store::new(&ENGINE, Host::new(Environment::default()));
    let Err(error) = LINKER.instantiate_and_start(&mut store, module) else { return Ok(()) };
    Err(match error.kind() {
        ErrorKind::Linker(LinkerError::MissingDefinition { name, .. }) => {
            Refusal::UnknownImport { module: name.module().to_owned(), name: name.name().to_owned() }
        }
        ErrorKind::Instantiation(InstantiationError::FuncTypeMismatch { name, .. }) => {
            Refusal::ImportType(name.name().to_owned())
        }
        _ => Refusal::Invalid { reason: error.to_string(), offset: 0 },
    })
}
