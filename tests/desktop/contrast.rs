//! Contrast themes of the system (forced colours): what is selected, what has the focus and what a glyph says can still be seen. `WebKitGTK`
//! knows no such themes, so this is the window's page in a Chromium that is told of one.

use crate::{
    app::TAB,
    keyring::Ended,
    webdriver::{Page, another_device, free_port, wait_until},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

/// What a page is asked: colours as they are drawn, and how they stand out (WCAG 2.2: 3:1 for marks, 4.5:1 for words).
const COLOURS: &str = r"
    const parts = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const clear = (colour) => colour === 'none' || parts(colour)[3] === 0;
    const light = (colour) => {
      const [r, g, b] = parts(colour).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
      const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
      return (bright + 0.05) / (dark + 0.05);
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if (!clear(backgroundColor)) return backgroundColor;
      }
      return getComputedStyle(document.documentElement).color === 'rgb(255, 255, 255)' ? 'rgb(0, 0, 0)' : 'rgb(255, 255, 255)';
    };
    const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
    const called = (element) => (element.getAttribute('aria-label') || element.innerText || element.outerHTML).trim().replace(/\s+/g, ' ').slice(0, 60);
";

/// Glyphs that cannot be seen, or whose mark cannot be told from its ground.
const GLYPHS: &str = r"
    const found = [];
    for (const glyph of [...document.querySelectorAll('svg')].filter(shown)) {
      const ground = behind(glyph.parentElement);
      let filled = null;
      const shapes = [...glyph.querySelectorAll('path, circle, rect')];
      const seen = shapes.map((shape) => {
        const { fill, stroke } = getComputedStyle(shape);
        if (shape.classList.contains('cut')) return contrast(stroke, filled) >= 3;
        if (!clear(fill)) filled = fill;
        return [fill, stroke].some((colour) => !clear(colour) && contrast(colour, ground) >= 3);
      });
      const marks = shapes.map((shape, at) => !shape.classList.contains('cut') || seen[at]);
      if (!seen.some(Boolean) || !marks.every(Boolean)) found.push(`${called(glyph)} in ${called(glyph.parentElement)}`);
    }
    return found;
";

/// What is chosen and looks like what is not, and a sheet that ends nowhere.
const CHOSEN: &str = r"
    const found = [];
    const all = '[aria-selected=true], [aria-checked=true], [aria-pressed=true], [aria-current]:not([aria-current=step]), .btn.pri';
    for (const one of [...document.querySelectorAll(all)].filter(shown)) {
      const ground = behind(one.parentElement);
      const own = [one, ...one.querySelectorAll('td')].map((part) => getComputedStyle(part).backgroundColor);
      const line = getComputedStyle(one, '::after').backgroundColor;
      const lane = one.querySelector(':scope > i') ?? one;
      const knob = lane === one || contrast(getComputedStyle(lane, '::after').backgroundColor, getComputedStyle(lane).backgroundColor) >= 3;
      const seen = knob && [...own, line, getComputedStyle(lane).backgroundColor].some((colour) => !clear(colour) && contrast(colour, ground) >= 3);
      if (!seen) found.push(`${one.getAttribute('role')}: ${called(one)}`);
    }
    for (const sheet of document.querySelectorAll('dialog[open]')) {
      const { borderTopWidth, borderTopColor } = getComputedStyle(sheet);
      if (borderTopWidth === '0px' || contrast(borderTopColor, behind(sheet)) < 3) found.push('a sheet without an edge');
    }
    return found;
";

/// Whether the ring of what has the focus can be seen.
const RING: &str = r"
    const one = document.activeElement;
    if (one === document.body) return null;
    const ringed = [one, one.parentElement, one.parentElement?.parentElement].filter(Boolean).find((at) => getComputedStyle(at).outlineStyle !== 'none');
    if (!ringed) return `${called(one)} has no ring`;
    const { outlineColor, outlineOffset, outlineWidth } = getComputedStyle(ringed);
    const ground = behind(parseFloat(outlineOffset) < 0 ? ringed : ringed.parentElement);
    const ratio = contrast(outlineColor, ground);
    return ratio >= 3 && parseFloat(outlineWidth) >= 2 ? null : `${called(one)}: ${outlineColor} on ${ground}`;
";

/// The window's page on sample data, until it is dropped.
fn vite() -> (Ended, String) {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let port = free_port();
    let server = Command::new("setpriv")
        .args(["--pdeathsig", "TERM", "node", "node_modules/vite/bin/vite.js", "--port"])
        .arg(port.to_string())
        .current_dir(ui)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let server = Ended::new(server.expect("setpriv is part of every Linux"));
    wait_until("the page (`scripts/setup test` installs what it needs)", || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    (server, format!("http://127.0.0.1:{port}/"))
}

/// Tells the page of a contrast theme.
fn force_colours(page: &Page, theme: &str) {
    let features = json!([
        {"name": "forced-colors", "value": "active"}, {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]);
    let body = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
    page.ask(Method::POST, "goog/cdp/execute", Some(&body)).expect("Chromium knows such themes");
    let forced = page.script("return matchMedia('(forced-colors: active)').matches", &json!([]));
    assert_eq!(forced, true);
}

fn asked(page: &Page, script: &str) -> Value {
    page.script(&format!("{COLOURS}{script}"), &json!([]))
}

/// What cannot be seen of what the page shows.
fn unseen(page: &Page, screen: &str) -> Vec<String> {
    let mut all: Vec<String> = page.faults();
    for script in [GLYPHS, CHOSEN] {
        all.extend(asked(page, script).as_array().into_iter().flatten().map(Value::to_string));
    }
    for _ in 0..40 {
        page.keys(TAB);
        all.extend(asked(page, RING).as_str().map(|words| format!("focus: {words}")));
    }
    all.sort();
    all.dedup();
    all.into_iter().map(|one| format!("{screen}: {one}")).collect()
}

#[test]
fn in_a_contrast_theme_focus_glyphs_and_what_is_chosen_are_seen() {
    let (_vite, address) = vite();
    let (_driver, page) = another_device();
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        force_colours(&page, theme);
        page.script("location = arguments[0]", &json!([format!("{address}?uncertain=1")]));
        let mut look = |screen: &str| found.extend(unseen(&page, &format!("{theme}, {screen}")));
        page.see("All three work together");
        look("overview");
        page.turn_to("Settings");
        page.see("Sign-in method");
        look("settings");
        page.turn_to("Compose");
        look("compose");
        page.press("All history");
        page.open_row("No such recipient");
        page.see("550 5.1.10");
        look("history");
        page.press("Support desk");
        page.turn_to("Overview");
        page.press("Sign in");
        page.see("Waiting for the sign-in");
        look("consent");
        page.press("Cancel");
        page.press("New sender");
        page.see("Where is this mailbox?");
        look("new sender");
    }
    assert_eq!(found, Vec::<String>::new());
}
