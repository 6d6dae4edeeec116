//! The window from within: what it can be asked, which keys it hears, what axe finds wrong in it.

use crate::webdriver::Page;
use reqwest::Method;
use serde_json::{Value, json};

/// Tab, Enter, Escape and two arrows as `WebDriver` §17.4.2 names them.
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const ESCAPE: &str = "\u{e00c}";
pub(crate) const RIGHT: &str = "\u{e014}";
pub(crate) const DOWN: &str = "\u{e015}";
const CONTROL: &str = "\u{e009}";

const AXE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js"));

/// The name of what has the focus, as a person would call it.
const FOCUSED: &str = r"
    const plain = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
    const element = document.activeElement;
    return plain(element.getAttribute('aria-label') || element.labels?.[0]?.innerText || element.innerText || element.placeholder);
";

/// Whether what has the focus can be seen, and is drawn otherwise than it would be without.
const SHOWN: &str = r"
    const element = document.activeElement;
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const around = [element, element.parentElement, element.parentElement?.parentElement].filter(Boolean);
    const drawn = around.some((one) => getComputedStyle(one).outlineStyle !== 'none');
    return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && drawn;
";

impl Page {
    /// Asks the Rust side for `command`, as the window's own code does.
    ///
    /// # Panics
    /// When it refuses.
    pub(crate) fn ask_app(&self, command: &str, request: &Value) -> Value {
        const ASK: &str = r"
            const [command, request, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, { request }).then((given) => done({ given }), (failed) => done({ failed }));
        ";
        let body = json!({"script": ASK, "args": [command, request]});
        let mut said =
            self.ask(Method::POST, "execute/async", Some(&body)).expect("a page runs scripts");
        assert!(said.get("failed").is_none(), "{command}: {said:#}");
        said["given"].take()
    }

    /// The id of the sender called `name`.
    pub(crate) fn profile(&self, name: &str) -> Value {
        let rows = self.ask_app("list_profiles", &Value::Null);
        let row = rows.as_array().into_iter().flatten().find(|row| row["name"] == name);
        row.unwrap_or_else(|| panic!("no {name} in {rows:#}"))["id"].clone()
    }

    /// Sends a short message as `profile`, and waits for its end.
    pub(crate) fn send(&self, profile: &Value, to: &[&str], subject: &str) {
        let message = json!({
            "from": "", "to": to, "cc": [], "bcc": [], "subject": subject, "text": "The figures of this month are below.",
            "html": "", "headers": [], "attachments": [], "dsn": [], "dsn_return": null,
        });
        let send_id = uuid::Uuid::new_v4();
        let asked =
            json!({"send_id": send_id, "profile_id": profile, "message": message, "via": null});
        self.ask_app("send", &asked);
    }

    /// Presses `keys` one after the other, by the keyboard alone.
    pub(crate) fn keys(&self, keys: &str) {
        let each = keys.chars().flat_map(|key| {
            [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
        });
        self.act(&each.collect::<Vec<_>>());
    }

    /// Presses `key` while Control is held.
    pub(crate) fn control(&self, key: &str) {
        let step = |kind: &str, value: &str| json!({"type": kind, "value": value});
        self.act(&[
            step("keyDown", CONTROL),
            step("keyDown", key),
            step("keyUp", key),
            step("keyUp", CONTROL),
        ]);
    }

    fn act(&self, steps: &[Value]) {
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": steps}]});
        let done = self.ask(Method::POST, "actions", Some(&body));
        done.unwrap_or_else(|error| panic!("the keyboard: {error}"));
    }

    /// The name of what has the focus.
    pub(crate) fn focused(&self) -> String {
        self.script(FOCUSED, &json!([])).as_str().unwrap_or_default().to_owned()
    }

    /// Goes on with `key` until what is called `name` has the focus, which everything on the way shows.
    pub(crate) fn go_to(&self, key: &str, name: &str) {
        let mut passed = Vec::new();
        while !self.focused().starts_with(name) {
            assert!(passed.len() < 60, "{name:?} is not reached: {passed:#?}");
            self.keys(key);
            let focused = self.focused();
            assert!(self.script(SHOWN, &json!([])) == true, "{focused:?} has the focus unseen");
            passed.push(focused);
        }
    }

    /// What axe finds wrong in the page as it is drawn; empty: nothing.
    pub(crate) fn faults(&self) -> Vec<String> {
        const RUN: &str = r"
            const done = arguments[0];
            const shown = (node) => `${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map((one) => one.message).join('; ')}`;
            axe.run(document, { resultTypes: ['violations'] }).then(
              (found) => done(found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${shown(node)}`))),
              (error) => done([String(error)]),
            );
        ";
        if self.script("return typeof axe === 'undefined'", &json!([])) == true {
            self.script(AXE, &json!([]));
        }
        let body = json!({"script": RUN, "args": []});
        let found = self.ask(Method::POST, "execute/async", Some(&body)).expect("axe runs");
        found
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Waits until the page has that size, and what was changed is drawn.
    pub(crate) fn drawn(&self, (width, height): (u32, u32)) {
        const DRAWN: &str = r"
            const [width, height, done] = arguments;
            const frame = () => new Promise(requestAnimationFrame);
            const draw = async () => {
              while (innerWidth !== width || innerHeight !== height) await frame();
              await document.fonts.ready;
              await frame();
              await frame();
            };
            draw().then(() => done(true));
        ";
        let body = json!({"script": DRAWN, "args": [width, height]});
        self.ask(Method::POST, "execute/async", Some(&body)).expect("the page is drawn");
    }

    /// What reaches out of the window, or out of what it stands in without being scrolled or ended by an ellipsis.
    pub(crate) fn cut_off(&self) -> Vec<String> {
        const CUT_OFF: &str = r"
            const text = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            const cut = (element) => {
              const style = getComputedStyle(element);
              if (style.visibility === 'hidden' || !element.checkVisibility() || !text(element)) return false;
              const box = element.getBoundingClientRect();
              if (box.width <= 1 || box.height <= 1) return false;
              if (box.right > innerWidth + 1 || box.left < -1) return true;
              return element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
                && ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
            };
            return [...document.querySelectorAll('body *')].filter(cut).map((element) => element.outerHTML.slice(0, 120));
        ";
        let found = self.script(CUT_OFF, &json!([]));
        found.as_array().into_iter().flatten().map(Value::to_string).collect()
    }

    /// What lies over a button at the foot of the page, or of the sheet that is open, and what a notice lies
    /// over.
    pub(crate) fn covered(&self) -> Vec<String> {
        const COVERED: &str = r"
            const place = document.querySelector('dialog[open]') ?? document;
            const over = (button) => {
              const { left, top, width, height } = button.getBoundingClientRect();
              const seen = document.elementFromPoint(left + width / 2, top + height / 2);
              return button.contains(seen) ? [] : [`${button.innerText}: ${seen?.outerHTML.slice(0, 120)}`];
            };
            const under = (notice) => {
              const { left, top, width, height } = notice.getBoundingClientRect();
              const seen = document.elementsFromPoint(left + width / 2, top + height / 2).find((one) => one.closest('main, nav'));
              return seen ? [`${seen.outerHTML.slice(0, 120)} under ${notice.innerText}`] : [];
            };
            const notices = document.querySelectorAll('[aria-label=Notices] > *');
            return [...place.querySelectorAll('footer button')].flatMap(over).concat([...notices].flatMap(under));
        ";
        let found = self.script(COVERED, &json!([]));
        found.as_array().into_iter().flatten().map(Value::to_string).collect()
    }
}
