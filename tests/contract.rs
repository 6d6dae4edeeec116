//! The contract with the window: the same commands in every place that lists them.

use std::{collections::BTreeSet, fs, path::Path};

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between `from` and the next `to`.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("there is no `{from}`")).1;
    rest.split_once(to).unwrap_or_else(|| panic!("there is no `{to}` after `{from}`")).0
}

fn contract() -> BTreeSet<String> {
    let api = text("src-tauri/src/api/contract.rs");
    let fields = between(&api, "pub struct Contract {", "\n}");
    let names = fields.split("pub ").skip(1).filter_map(|field| field.split(':').next());
    names.map(str::to_owned).collect()
}

#[test]
fn the_window_may_call_what_the_contract_names_and_nothing_else() {
    let allowed = text("src-tauri/permissions/app.toml").parse::<toml::Table>().unwrap();
    let allowed: BTreeSet<String> = allowed["permission"][0]["commands"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(allowed, contract());
}

#[test]
fn the_window_answers_what_the_contract_names() {
    let commands = text("src-tauri/src/shell/commands.rs");
    let table = between(&commands, "\ncommands! {", "\n}");
    let (besides, rows) = table.split_once(';').expect("first those written by hand");
    let by_hand = besides.split(',').filter_map(|path| path.rsplit("::").next());
    let by_row = rows.split(';').filter_map(|row| row.split('(').next());
    let answered: BTreeSet<String> = by_hand
        .chain(by_row)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(answered, contract());
}

#[test]
fn the_window_may_use_no_plugin_and_no_foreign_origin() {
    let conf: serde_json::Value = serde_json::from_str(&text("tauri.conf.json")).unwrap();
    let security = &conf["app"]["security"];
    let may = security["capabilities"][0]["permissions"].as_array().unwrap();
    let plugins = may.iter().filter_map(|name| name.as_str()).filter(|name| {
        *name != "app-commands"
            && !name.starts_with("core:event:")
            && !name.starts_with("core:window:")
    });
    assert_eq!(plugins.collect::<Vec<_>>(), [] as [&str; 0]);
    assert_eq!(security["capabilities"].as_array().unwrap().len(), 1);

    for (directive, sources) in security["csp"].as_object().unwrap() {
        for source in sources.as_str().unwrap().split(' ') {
            let ours =
                ["'self'", "'none'", "data:", "ipc:", "http://ipc.localhost"].contains(&source);
            // Mails in the preview and Svelte's transitions carry their styles with them.
            let style = directive == "style-src" && source == "'unsafe-inline'";
            assert!(ours || style, "{directive} {source}");
        }
    }
    assert_eq!(security["csp"]["default-src"], "'self'", "scripts come from us only");
}

#[test]
fn the_bundles_main_program_is_the_window() {
    let manifest = text("Cargo.toml").parse::<toml::Table>().unwrap();
    let conf: serde_json::Value = serde_json::from_str(&text("tauri.conf.json")).unwrap();
    // What Tauri goes by, in this order; each of them alone makes a binary the main one.
    for named in [&manifest["package"]["name"], &manifest["package"]["default-run"]] {
        assert_eq!(named.as_str(), Some("sendright-desktop"));
    }
    assert_eq!(conf["mainBinaryName"], "sendright-desktop");
}
