//! Runs Tauri's build step if, and only if, the window is built.

fn main() {
    #[cfg(feature = "shell")]
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(
        tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml"),
    ))
    .expect("tauri.conf.json and src-tauri/permissions are valid");
}
