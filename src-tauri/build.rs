//! Runs Tauri's build step if, and only if, the window is built.

fn main() {
    #[cfg(feature = "shell")]
    {
        let permissions = "./src-tauri/permissions/*.toml";
        let manifest = tauri_build::AppManifest::new().permissions_path_pattern(permissions);
        tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
            .expect("tauri.conf.json and src-tauri/permissions are valid");
        // Tauri names some files to Cargo and not these, and then Cargo looks at no others.
        println!("cargo:rerun-if-changed=src-tauri/permissions");
    }
}
