//! The dependency table of ARCHITECTURE.md, enforced: what is not listed there is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde_json::Value;

/// Third parties that the table confines; every other crate may be used where a manifest names it.
const CONFINED: [&str; 2] = ["ethers", "stylus-sdk"];

/// What the table allows: crate (by its short name) to allowed dependencies; `*` allows all.
fn table(document: &str) -> BTreeMap<String, BTreeSet<String>> {
    let block = document.split("<!-- dependencies:").nth(1).and_then(|rest| rest.split("```").nth(1));
    let rows = block.expect("ARCHITECTURE.md keeps its dependency table behind the marker");
    rows.lines()
        .filter_map(|line| line.split_once("->"))
        .map(|(name, allowed)| (name.trim().into(), allowed.split_whitespace().map(Into::into).collect()))
        .collect()
}

/// The short name that the table uses: the folder's, and `adapters` for each adapter.
fn short_name(manifest: &str) -> String {
    let folder = Path::new(manifest).parent().expect("a manifest has a folder");
    let name = |path: &Path| path.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    match folder.parent().map(name).as_deref() {
        Some("adapters") => "adapters".into(),
        _ => name(folder),
    }
}

/// Every edge of the workspace that the table forbids, as "from -> to".
fn forbidden(metadata: &Value, table: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let packages = metadata["packages"].as_array().expect("cargo metadata lists packages");
    let members: BTreeMap<&str, String> =
        packages.iter().map(|package| (text(&package["name"]), short_name(text(&package["manifest_path"])))).collect();
    let mut edges = Vec::new();
    for package in packages {
        let from = &members[text(&package["name"])];
        let Some(allowed) = table.get(from) else {
            edges.push(format!("{from} is not in the table"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("a package lists dependencies") {
            let name = text(&dependency["name"]);
            let to = members.get(name).map_or(name, String::as_str);
            let governed = members.contains_key(name) || CONFINED.contains(&name);
            if dependency["kind"] != "dev" && governed && !allowed.contains("*") && !allowed.contains(to) {
                edges.push(format!("{from} -> {to}"));
            }
        }
    }
    edges
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo metadata gives names as strings")
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"])
        .arg(kit::root().join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn architecture() -> BTreeMap<String, BTreeSet<String>> {
    table(&std::fs::read_to_string(kit::root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there"))
}

#[test]
fn no_crate_depends_on_what_the_architecture_forbids() {
    let edges = forbidden(&metadata(), &architecture());

    assert!(edges.is_empty(), "ARCHITECTURE.md forbids: {edges:?}");
}

#[test]
fn a_forbidden_edge_is_found() {
    let mut table = architecture();
    table.get_mut("planner").expect("planner is in the table").remove("model");
    table.get_mut("chain").expect("chain is in the table").remove("ethers");

    let edges = forbidden(&metadata(), &table);

    assert_eq!(edges, ["planner -> model", "chain -> ethers"].map(String::from).to_vec());
}

#[test]
fn only_the_root_names_versions() {
    for package in metadata()["packages"].as_array().expect("cargo metadata lists packages") {
        let path = text(&package["manifest_path"]);
        let manifest = std::fs::read_to_string(path).expect("the manifest is there");
        let dependencies = manifest.split("dependencies]").skip(1).flat_map(str::lines);
        let own = dependencies.filter(|line| line.contains("version =")).collect::<Vec<_>>();

        assert!(own.is_empty(), "{path} names a version of its own: {own:?}");
    }
}
