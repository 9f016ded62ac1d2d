//! A parsed and validated module: its sections, and the checks that need no instruction.

use super::{params::PAGE_LIMIT, refusal::Refusal};
use wasmparser::{
    CompositeInnerType, Data, Element, Export, ExternalKind, FunctionBody, Global, MemoryType, Parser, Payload, Table,
    TypeRef, ValType, Validator, WasmFeatures,
};

/// Name under which a program exports its entry point.
pub const ENTRY_POINT: &str = "user_entrypoint";
/// Name under which a program exports its memory.
pub const MEMORY: &str = "memory";
/// Host function that pays for memory before it grows.
pub const PAY_FOR_GROWTH: &str = "pay_for_memory_grow";
/// Exports that begin with this are reserved for instrumentation.
const RESERVED: &str = "stylus";

/// A function type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Parameter types.
    pub inputs: Vec<ValType>,
    /// Result types; at most one.
    pub outputs: Vec<ValType>,
}

/// An imported function.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    /// Module part of the name.
    pub module: &'a str,
    /// Name within the module.
    pub name: &'a str,
    /// Index of its type.
    pub ty: u32,
}

/// The sections of a module that passed validation.
#[derive(Default)]
pub struct Module<'a> {
    /// Function types.
    pub types: Vec<Signature>,
    /// Imported functions, which come first in the index space.
    pub imports: Vec<Import<'a>>,
    /// Type index of each function with a body.
    pub functions: Vec<u32>,
    /// Tables.
    pub tables: Vec<Table<'a>>,
    /// Memories: exactly one once checked.
    pub memories: Vec<MemoryType>,
    /// Globals of the module's own.
    pub globals: Vec<Global<'a>>,
    /// Exports.
    pub exports: Vec<Export<'a>>,
    /// Element segments.
    pub elements: Vec<Element<'a>>,
    /// Number of data segments, where the module declares it ahead.
    pub data_count: Option<u32>,
    /// Function bodies.
    pub bodies: Vec<FunctionBody<'a>>,
    /// Data segments.
    pub data: Vec<Data<'a>>,
}

impl<'a> Module<'a> {
    /// Parses and checks a module, all but its instructions.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn parse(wasm: &'a [u8]) -> Result<Self, Refusal> {
        let features = WasmFeatures::WASM1.difference(WasmFeatures::FLOATS)
            | WasmFeatures::SIGN_EXTENSION
            | WasmFeatures::BULK_MEMORY;
        Validator::new_with_features(features).validate_all(wasm)?;
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            module.add(payload?)?;
        }
        module.check()?;
        Ok(module)
    }

    /// Returns the type of a function by its index, imports first.
    pub fn signature_of(&self, function: u32) -> Option<&Signature> {
        let function = function as usize;
        let ty = match self.imports.get(function) {
            Some(import) => import.ty,
            None => *self.functions.get(function - self.imports.len())?,
        };
        self.types.get(ty as usize)
    }

    /// Returns the module's one memory.
    pub fn memory(&self) -> MemoryType {
        *self.memories.first().expect("checked when parsed")
    }

    /// Returns the index of the host function that pays for memory, if the memory can grow.
    pub fn growth_payer(&self) -> Option<u32> {
        let memory = self.memory();
        if memory.maximum == Some(memory.initial) {
            return None;
        }
        self.imports.iter().position(|i| i.module == "vm_hooks" && i.name == PAY_FOR_GROWTH).map(|i| i as u32)
    }

    fn add(&mut self, payload: Payload<'a>) -> Result<(), Refusal> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        let CompositeInnerType::Func(func) = ty.composite_type.inner else { continue };
                        self.types.push(Signature { inputs: func.params().to_vec(), outputs: func.results().to_vec() });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let unknown =
                        || Refusal::UnknownImport { module: import.module.to_owned(), name: import.name.to_owned() };
                    let TypeRef::Func(ty) = import.ty else { return Err(unknown()) };
                    self.imports.push(Import { module: import.module, name: import.name, ty });
                }
            }
            Payload::FunctionSection(section) => self.functions = section.into_iter().collect::<Result<_, _>>()?,
            Payload::TableSection(section) => self.tables = section.into_iter().collect::<Result<_, _>>()?,
            Payload::MemorySection(section) => self.memories = section.into_iter().collect::<Result<_, _>>()?,
            Payload::GlobalSection(section) => self.globals = section.into_iter().collect::<Result<_, _>>()?,
            Payload::ExportSection(section) => self.exports = section.into_iter().collect::<Result<_, _>>()?,
            Payload::StartSection { .. } => return Err(Refusal::StartFunction),
            Payload::ElementSection(section) => self.elements = section.into_iter().collect::<Result<_, _>>()?,
            Payload::DataCountSection { count, .. } => self.data_count = Some(count),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => self.data = section.into_iter().collect::<Result<_, _>>()?,
            _ => {}
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Refusal> {
        self.check_exports()?;
        let memory = self.memory();
        Refusal::limit("pages of memory", memory.initial as usize, usize::from(PAGE_LIMIT))?;
        if memory.maximum != Some(memory.initial) && self.growth_payer().is_none() {
            return Err(Refusal::UnpaidMemory);
        }
        Refusal::limit("data segments", self.data.len(), 128)?;
        Refusal::limit("element segments", self.elements.len(), 128)?;
        Refusal::limit("exports", self.exports.len(), 1024)?;
        Refusal::limit("functions", self.functions.len(), 4096)?;
        Refusal::limit("globals", self.globals.len(), 32_768)?;
        let entries: u64 = self.tables.iter().map(|table| table.ty.initial).fold(0, u64::saturating_add);
        Refusal::limit("table entries", usize::try_from(entries).unwrap_or(usize::MAX), 4096)?;
        Refusal::limit("bytes of element segments", self.element_bytes(), 4096)
    }

    fn check_exports(&self) -> Result<(), Refusal> {
        for export in &self.exports {
            let imported = self.imports.iter().any(|import| import.name == export.name);
            if imported || export.name.starts_with(RESERVED) {
                return Err(Refusal::ReservedExport(export.name.to_owned()));
            }
            Refusal::limit("bytes in the name of an export", export.name.len(), 512)?;
        }
        let find = |name, kind| self.exports.iter().find(|export| export.name == name && export.kind == kind);
        if self.memories.len() != 1 || find(MEMORY, ExternalKind::Memory).is_none() {
            return Err(Refusal::MissingExport(MEMORY));
        }
        let entry = find(ENTRY_POINT, ExternalKind::Func).and_then(|export| self.signature_of(export.index));
        let expected = Signature { inputs: vec![ValType::I32], outputs: vec![ValType::I32] };
        if entry != Some(&expected) {
            return Err(Refusal::MissingExport(ENTRY_POINT));
        }
        Ok(())
    }

    /// Bytes that element segments take in the module, their headers included, as the original counts them.
    pub fn element_bytes(&self) -> usize {
        self.elements.iter().map(|element| (element.range.end - element.range.start) as usize).sum()
    }

    /// Bytes that data segments take in the module, their headers included, as the original counts them.
    pub fn data_bytes(&self) -> usize {
        self.data.iter().map(|data| (data.range.end - data.range.start) as usize).sum()
    }
}
