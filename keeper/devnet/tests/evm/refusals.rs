//! Modules that activation refuses, each with its reason.

use super::{
    samples::A,
    world::{World, compress, reason, wasm},
};

/// A module that is right but for what is put in.
fn module(fields: &str, body: &str) -> String {
    format!(
        r#"(module {fields} (memory (export "memory") 1 1)
           (func (export "user_entrypoint") (param $len i32) (result i32) {body} (i32.const 0)))"#
    )
}

fn refused(code: Vec<u8>, why: &str) {
    let mut world = World::new();
    world.put(A, code);

    let outcome = world.activate(A);

    assert!(!outcome.is_success(), "accepted, though {why}");
    assert!(reason(&outcome).contains(why), "{} instead of {why}", reason(&outcome));
    assert!(!world.send(A, []).is_success());
}

fn refused_module(wat: &str, why: &str) {
    refused(compress(&wasm(wat)), why);
}

#[test]
fn right_module_is_accepted() {
    let mut world = World::new();
    world.program(A, &module("", ""));
}

#[test]
fn code_that_holds_no_module_is_refused() {
    refused(vec![0xEF, 0xF0, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF], "not valid brotli");
    refused(vec![0xEF, 0xF0, 0x00, 0x01, 0x00], "dictionary 1");
    refused(compress(b"not wasm"), "invalid WASM");
    refused(compress(&[]), "invalid WASM");
    refused(compress(&wasm(&module("", ""))[..40]), "invalid WASM");
    refused(compress(&vec![0; 200_000]), "larger than");
}

#[test]
fn forbidden_features_are_refused() {
    for (fields, body, why) in [
        ("", "(drop (f32.add (f32.const 1) (f32.const 2)))", "floating-point"),
        ("", "(drop (f64.const 1))", "floating-point"),
        ("", "(drop (v128.const i32x4 0 0 0 0))", "SIMD"),
        ("", "(drop (ref.null func))", "reference types"),
        ("(table 1 funcref)", "(drop (table.size 0))", "reference types"),
        ("", "(return_call 0 (i32.const 0))", "tail calls"),
        ("(func $two (result i32 i32) (i32.const 1) (i32.const 2))", "", "multi-value"),
        ("(func $two (result i32) (block (result i32 i32) (i32.const 1) (i32.const 2)) (drop))", "", "multi-value"),
        ("(memory 1)", "", "multiple memories"),
        ("", "(drop (i32.atomic.load (i32.const 0)))", "threads"),
        ("(tag)", "", "exceptions"),
        ("(global i32 (i32.add (i32.const 1) (i32.const 2)))", "", "constant expression"),
    ] {
        refused_module(&module(fields, body), why);
    }
}

#[test]
fn bulk_operations_other_than_copy_and_fill_are_refused() {
    refused_module(
        &module("(data $d \"x\")", "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))"),
        "instruction MemoryInit",
    );
    refused_module(&module("(data $d \"x\")", "(data.drop $d)"), "instruction DataDrop");
    refused_module(
        &module("(table 1 funcref)", "(table.copy (i32.const 0) (i32.const 0) (i32.const 0))"),
        "instruction TableCopy",
    );
    refused_module(
        &module("(table 1 funcref) (elem $e func 0)", "(table.init $e (i32.const 0) (i32.const 0) (i32.const 0))"),
        "instruction TableInit",
    );
}

#[test]
fn imports_must_be_host_functions_of_the_right_type() {
    refused_module(&module(r#"(import "env" "x" (func))"#, ""), "unknown import env.x");
    refused_module(&module(r#"(import "vm_hooks" "wish" (func))"#, ""), "unknown import vm_hooks.wish");
    refused_module(&module(r#"(import "vm_hooks" "read_args" (func))"#, ""), "wrong type for import read_args");
    refused_module(&module(r#"(import "vm_hooks" "read_args" (global i32))"#, ""), "unknown import vm_hooks.read_args");
    refused_module(
        r#"(module (import "vm_hooks" "memory" (memory 1)) (export "memory" (memory 0))
        (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#,
        "unknown import vm_hooks.memory",
    );
}

#[test]
fn entry_point_and_memory_must_be_exported() {
    let why_entry = "missing or wrong export user_entrypoint";
    refused_module(r#"(module (memory (export "memory") 1 1))"#, why_entry);
    refused_module(r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint")))"#, why_entry);
    refused_module(
        r#"(module (memory (export "memory") 1 1) (global (export "user_entrypoint") i32 (i32.const 0)))"#,
        why_entry,
    );
    let entry = r#"(func (export "user_entrypoint") (param i32) (result i32) (i32.const 0))"#;
    refused_module(&format!("(module {entry})"), "missing or wrong export memory");
    refused_module(&format!("(module (memory 1 1) {entry})"), "missing or wrong export memory");
}

#[test]
fn reserved_and_imported_names_may_not_be_exported() {
    refused_module(
        &module(r#"(global (export "stylus_ink_left") (mut i64) (i64.const 0))"#, ""),
        "stylus_ink_left is reserved",
    );
    refused_module(
        &module(r#"(import "vm_hooks" "read_args" (func (param i32))) (func (export "read_args"))"#, ""),
        "read_args is reserved",
    );
}

#[test]
fn start_function_is_refused() {
    refused_module(&module("(func $s) (start $s)", ""), "start functions are not allowed");
}

#[test]
fn memory_that_grows_must_be_paid_for() {
    let wat = module("", "").replace("1 1", "1");
    refused_module(&wat, "pay_for_memory_grow is not imported");
    refused_module(&module("", "").replace("1 1", "129 129"), "too many pages of memory: 129 > 128");
}

#[test]
fn segments_must_fit() {
    refused_module(&module("(data (i32.const 65535) \"xx\")", ""), "invalid WASM");
    refused_module(&module("(table 1 1 funcref) (elem (i32.const 1) 0)", ""), "invalid WASM");
}

#[test]
fn sizes_are_limited() {
    let many = |what: &str, count: usize| what.repeat(count);
    refused_module(&module(&many("(data (i32.const 0) \"x\")", 129), ""), "too many data segments: 129 > 128");
    refused_module(
        &module("(table 1 1 funcref)", "")
            .replace("(table 1 1 funcref)", &format!("(table 1 1 funcref) {}", many("(elem (i32.const 0) 0)", 129))),
        "too many element segments",
    );
    refused_module(&module("(table 4097 4097 funcref)", ""), "too many table entries: 4097 > 4096");
    refused_module(&module(&many("(func)", 4096), ""), "too many functions: 4097 > 4096");
    refused_module(
        &module("", "")
            .replace("(param $len i32)", "(param i32)")
            .replace("(result i32)", &format!("(result i32) (local {})", many("i32 ", 349))),
        "too many locals in a function: 349 > 348",
    );
    let deep = format!("{} {}", many("(i32.const 1) ", 10_240), many("(drop) ", 10_240));
    refused_module(&module("", &deep), "too many words in a frame");
    let long = many("(drop (i32.const 1)) (br 0)", 4_000).replace("(br 0)", "(block (br 0))");
    refused_module(&module("", &long), "too many instructions in a function");
}
