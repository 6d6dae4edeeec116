//! The floor plan of `docs/ARCHITECTURE.md`, guarded: who may name whom, and who may say Tauri.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Module → the modules it may name. Ground floor first; a row may only name rows above it, so there
/// are no circles.
#[rustfmt::skip]
const MAY_USE: &[(&str, &[&str])] = &[
    ("clock",     &[]),
    ("paths",     &[]),
    ("db",        &["clock", "paths"]),
    ("secret",    &["paths"]),
    ("tame",      &[]),
    ("net",       &["secret", "tame"]),
    ("log",       &["paths"]),
    ("certificate", &["clock", "secret"]),
    ("profile",   &["certificate", "clock", "db", "net", "secret", "tame"]),
    ("settings",  &["db"]),
    ("letter",    &["clock", "profile"]),
    ("oauth",     &["certificate", "clock", "net", "paths", "profile", "secret", "tame"]),
    ("transport", &["clock", "letter", "net", "profile", "secret", "tame"]),
    ("explain",   &["certificate", "db", "letter", "net", "oauth", "profile", "secret", "tame", "transport"]),
    ("api",       &["clock", "explain", "profile", "secret", "transport"]),
    ("outbox",    &["api", "clock", "db", "explain", "paths", "profile", "transport"]),
    ("sandbox",   &["certificate", "clock", "net", "paths", "secret"]),
    ("app",       &["api", "certificate", "clock", "db", "explain", "letter", "net", "oauth", "outbox", "paths", "profile", "sandbox", "secret", "settings", "transport"]),
    ("start",     &["app", "clock", "db", "explain", "net", "paths", "secret", "settings"]),
    ("cli",       &["api", "app", "certificate", "clock", "explain", "log", "paths", "profile", "secret", "start", "tame"]),
    ("shell",     &["api", "app", "clock", "explain", "log", "paths", "profile", "secret", "start"]),
];

/// All Rust files of `module`, with their text without tests and comments.
fn code_of(module: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/src");
    let mut files = Vec::new();
    let file = src.join(module).with_extension("rs");
    if file.is_file() {
        files.push(file);
    }
    collect(&src.join(module), &mut files);
    files
        .into_iter()
        .map(|path| {
            (path.clone(), shipped(&fs::read_to_string(path).expect("a source file is text")))
        })
        .collect()
}

fn collect(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            into.push(path);
        }
    }
}

/// What ships of a file: up to its tests, without comments.
fn shipped(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The modules that `code` names through `crate::a` or `crate::{a, b::c}`.
fn named(code: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            names.push(first_word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && c.is_alphabetic() => {
                    names.push(first_word(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

#[test]
fn a_row_may_only_name_rows_above_it() {
    for (floor, (module, allowed)) in MAY_USE.iter().enumerate() {
        let above: Vec<_> = MAY_USE[..floor].iter().map(|(name, _)| name).collect();
        for name in *allowed {
            assert!(
                above.contains(&name),
                "`{module}` may not name `{name}`, which is not above it"
            );
        }
    }
}

#[test]
fn modules_use_only_what_the_plan_allows() {
    for (module, allowed) in MAY_USE {
        for (path, code) in code_of(module) {
            for used in named(&code) {
                let known = MAY_USE.iter().any(|(name, _)| name == &used);
                let fine = used == *module || allowed.contains(&used) || !known;
                assert!(fine, "{}: `{module}` must not use `{used}`", path.display());
            }
        }
    }
}

#[test]
fn every_module_has_its_place_in_the_plan() {
    let lib = code_of("lib").pop().expect("lib.rs is there").1;
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    for module in modules.map(|line| line.trim_end_matches(';')) {
        assert!(MAY_USE.iter().any(|(name, _)| *name == module), "`{module}` is not in the plan");
    }
}

#[test]
fn only_the_shell_knows_tauri() {
    for (module, _) in MAY_USE.iter().filter(|(name, _)| *name != "shell") {
        for (path, code) in code_of(module) {
            assert!(!code.contains("tauri::"), "{} must not know Tauri", path.display());
        }
    }
}

#[test]
fn the_reader_of_use_lines_sees_groups() {
    let code = "use crate::{a::{b, c}, d,\n e::F}; crate::g::h();";
    assert_eq!(named(code), ["a", "d", "e", "g"]);
}
