//! What a page shows: found by what a person sees, never by class or id.

use super::{ELEMENT, PATIENCE};
use reqwest::{Method, blocking::Client};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Finds what a person would call `name`; answers as soon as it is there, or with null when time is up.
const FIND: &str = r"
const [kind, name, patience, done] = arguments;
const kinds = {
  tab: '[role=tab]',
  cell: '[role=grid] td',
  control: 'button, a[href], summary, [role=button], [role=tab], [role=menuitem], [role=radio], [role=option], [role=treeitem], [role=switch], input[type=submit], input[type=radio], input[type=checkbox]',
  field: 'input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true], [role=textbox]:not([aria-readonly=true]), [role=combobox]',
};
const plain = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const names = (element) => [
  element.getAttribute('aria-label'),
  ...(element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => id && document.getElementById(id)?.innerText),
  ...[...(element.labels ?? [])].map((label) => label.innerText),
  kind === 'field' ? element.getAttribute('placeholder') : element.innerText || element.value,
  element.getAttribute('name'), element.getAttribute('title'),
].map(plain).filter(Boolean);
const usable = (element) => (element.checkVisibility?.() ?? true) && !element.disabled && element.getAttribute('aria-disabled') !== 'true';
const find = () => {
  // Nobody reaches what is behind an open sheet.
  const within = document.querySelector('dialog[open]') ?? document;
  const all = [...within.querySelectorAll(kinds[kind])].filter(usable);
  return all.find((element) => names(element).includes(name)) ?? all.find((element) => names(element).some((own) => own.startsWith(name)));
};
";

/// Waits for `find()` without asking over and over.
const WAIT: &str = r"
let found = find();
if (found) done(found);
else {
  let timer;
  const observer = new MutationObserver(() => {
    found = find();
    if (!found) return;
    observer.disconnect();
    clearTimeout(timer);
    done(found);
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  timer = setTimeout(() => { observer.disconnect(); done(null); }, patience);
}
";

/// A page that is shown.
pub(crate) struct Page {
    pub(super) client: Client,
    pub(super) base: String,
}

impl Drop for Page {
    fn drop(&mut self) {
        if thread::panicking() {
            let text = json!({"script": "return document.body.innerText", "args": []});
            let said = self.ask(Method::POST, "execute/sync", Some(&text));
            // Printed, because whoever reads of a failed test wants to see the page.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("the page said: {said:?}");
            }
        }
        let _ = self.ask(Method::DELETE, "", None);
    }
}

impl Page {
    pub(crate) fn ask(
        &self,
        method: Method,
        what: &str,
        body: Option<&Value>,
    ) -> Result<Value, Value> {
        let url = format!("{}/{what}", self.base);
        let request = self.client.request(method, url.trim_end_matches('/'));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().map_err(|error| json!(format!("{error:?}")))?;
        let fine = answer.status().is_success();
        let mut answer: Value = answer.json().map_err(|error| json!(error.to_string()))?;
        if fine { Ok(answer["value"].take()) } else { Err(answer["value"].take()) }
    }

    /// Runs `script` in the page.
    pub(crate) fn script(&self, script: &str, args: &Value) -> Value {
        let body = json!({"script": script, "args": args});
        self.ask(Method::POST, "execute/sync", Some(&body))
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits for what `script`'s `find()` gives.
    fn wait(&self, script: &str, args: &[Value], what: &str) -> Value {
        let began = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let mut args = args.to_vec();
            args.push(json!(u64::try_from(left.as_millis()).unwrap_or_default()));
            let body = json!({"script": format!("{script}{WAIT}"), "args": args});
            match self.ask(Method::POST, "execute/async", Some(&body)) {
                Ok(Value::Null) => panic!("there is no {what} on the page"),
                Ok(found) => return found,
                // A page that is left ends its scripts: ask the next one.
                Err(error) => {
                    assert!(!left.is_zero(), "{what}: {error}");
                    thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    pub(crate) fn find(&self, kind: &str, name: &str) -> String {
        let found =
            self.wait(FIND, &[json!(kind), json!(name)], &format!("{kind} called {name:?}"));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("not an element: {found}")).to_owned()
    }

    /// Presses the button, link, tab or option called `name`, as soon as it is there.
    pub(crate) fn press(&self, name: &str) {
        self.click("control", name);
    }

    /// Turns to the tab called `name`.
    pub(crate) fn turn_to(&self, name: &str) {
        self.click("tab", name);
    }

    /// Opens the row of a table in which a cell says `text`.
    pub(crate) fn open_row(&self, text: &str) {
        self.click("cell", text);
    }

    /// Presses the button called `name`, which closes the window: nobody may be left to say that it was pressed.
    pub(crate) fn press_at_last(&self, name: &str) {
        let element = self.find("control", name);
        let _ = self.ask(Method::POST, &format!("element/{element}/click"), Some(&json!({})));
    }

    /// Presses the button called `name` twice, as fast as a hand that means one press.
    pub(crate) fn double_press(&self, name: &str) {
        let element = json!({ELEMENT: self.find("control", name)});
        let press = |kind: &str| json!({"type": kind, "button": 0});
        let steps = json!([
            {"type": "pointerMove", "origin": element, "x": 0, "y": 0},
            press("pointerDown"), press("pointerUp"), {"type": "pause", "duration": 120}, press("pointerDown"), press("pointerUp"),
        ]);
        let body = json!({"actions": [{"type": "pointer", "id": "mouse", "actions": steps}]});
        self.ask(Method::POST, "actions", Some(&body))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    fn click(&self, kind: &str, name: &str) {
        let began = Instant::now();
        // It may move or be drawn anew between finding and pressing.
        while let Err(error) = {
            let element = self.find(kind, name);
            self.ask(Method::POST, &format!("element/{element}/click"), Some(&json!({})))
        } {
            assert!(began.elapsed() < PATIENCE, "{name}: {error}");
        }
    }

    /// Writes `text` into the field called `name`, in the place of what stands there.
    pub(crate) fn fill(&self, name: &str, text: &str) {
        let began = Instant::now();
        // It may be drawn anew between finding and writing.
        while let Err(error) = {
            let element = self.find("field", name);
            let (clear, value) =
                (format!("element/{element}/clear"), format!("element/{element}/value"));
            let cleared = self.ask(Method::POST, &clear, Some(&json!({})));
            cleared.and_then(|_| self.ask(Method::POST, &value, Some(&json!({"text": text}))))
        } {
            assert!(began.elapsed() < PATIENCE, "{name}: {error}");
        }
    }

    /// Picks `option` in the list called `name`.
    pub(crate) fn choose(&self, name: &str, option: &str) {
        let list = self.find("field", name);
        let by =
            json!({"using": "xpath", "value": format!("./option[normalize-space()='{option}']")});
        let found = self.ask(Method::POST, &format!("element/{list}/element"), Some(&by));
        let found = found.unwrap_or_else(|error| panic!("{name}: {option}: {error}"));
        let option = found[ELEMENT].as_str().expect("it is an element").to_owned();
        self.ask(Method::POST, &format!("element/{option}/click"), Some(&json!({})))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Waits until `text` can be read on the page.
    pub(crate) fn see(&self, text: &str) {
        const SEE: &str = r"
            const [text, patience, done] = arguments;
            const find = () => document.body?.innerText.replace(/\s+/g, ' ').includes(text) || undefined;
        ";
        self.wait(SEE, &[json!(text)], &format!("text {text:?}"));
    }

    /// What can be read on the page.
    pub(crate) fn text(&self) -> String {
        let text = self.script("return document.body.innerText", &json!([]));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The page's address.
    pub(crate) fn url(&self) -> String {
        let url = self.ask(Method::GET, "url", None).expect("a page has an address");
        url.as_str().unwrap_or_default().to_owned()
    }
}
