//! What an environment and a desktop may be set to: for `tests/fuzz`.

use super::{Ignored, Protocol, Settings, gnome, kde, macos, proxy_at, windows};

/// The settings of each desktop, and a variable of the environment.
pub fn desktop(text: &str) {
    let (server, bypass) = text.split_once('\n').unwrap_or((text, ""));
    let variable = proxy_at(server, Protocol::Http, "HTTPS_PROXY")
        .map(|proxy| Settings { proxy: Some(proxy), ignored: Ignored::of_list(bypass) });
    let all = [
        gnome::read(text),
        kde::read(text),
        macos::read(text),
        windows::Values::set_to(server, bypass).read(),
        variable,
    ];
    for settings in all.into_iter().flatten() {
        for host in ["mail.example", "192.0.2.1", "2001:db8::1"] {
            settings.ignored.covers(host, 587);
        }
        drop(settings.proxy.map(|proxy| proxy.through().to_string()));
    }
}
