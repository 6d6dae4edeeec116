//! An administrator in a real browser allows an app that then sends by itself, in the sandbox.

use super::{
    product::{Answer, Product, Running},
    webdriver::another_device,
};
use serde_json::{Value, json};

/// An installation with its sandbox, and a sender that signs in as an app nobody has allowed yet.
struct Scene {
    product: Product,
    tenant: String,
    sandbox: Running,
}

impl Scene {
    fn new() -> Self {
        let product = Product::new();
        let (at, sandbox) = product.start(&["sandbox"]);
        product.write("secret.txt", text(&at, "web_client_secret").as_bytes());
        let tenant = text(&at, "tenant").to_owned();
        product.apply(&format!(
            "[[registration]]\nname = \"app\"\nprovider = \"microsoft\"\ntenant = \"{tenant}\"\n\
             client_id = \"{}\"\nclient_secret = {{ file = \"secret.txt\" }}\nauthority = \"{}\"\n\
             ca_file = \"{ca}\"\n[[profile]]\nname = \"App\"\nregistration = \"app\"\n\
             sign_in = \"app-only\"\nmailbox = \"{user}\"\n\
             smtp = {{ host = \"localhost\", port = {}, security = \"starttls\", ca_file = \"{ca}\" }}\n",
            text(&at, "app_client_id"),
            text(&at, "authority").trim_end_matches('/'),
            at["smtp_starttls_port"],
            ca = text(&at, "ca_file"),
            user = text(&at, "user"),
        ));
        Self { product, tenant, sandbox }
    }

    /// Asks for what `name` needs; `person` signs in at the page and presses `decision`.
    fn ask(&self, name: &str, person: &str, decision: Option<&str>, sees: &str) -> Answer {
        let asks = ["consent", name, "--admin", "--no-browser", "--route", "loopback"];
        let (open, running) = self.product.start(&asks);
        assert_eq!(open["event"], "open", "{open}");
        assert_eq!(open["scopes"], json!(["https://outlook.office365.com/.default"]), "{open}");
        let (_driver, page) = another_device();
        page.script("location = arguments[0]", &json!([open["url"]]));
        page.press(person);
        if let Some(decision) = decision {
            page.see("everybody in the organisation");
            page.press(decision);
        }
        page.see(sees);
        assert!(
            page.url().ends_with("/oauth2/done"),
            "nothing of the answer stays in the address bar"
        );
        running.ended()
    }

    fn send(&self) -> Answer {
        self.product.run(&["send", "App", "--to", "x@y.test", "--subject", "s", "--text", "t"])
    }

    fn end(self) {
        self.sandbox.interrupt();
        self.sandbox.ended().fine();
    }
}

fn text<'a>(at: &'a Value, name: &str) -> &'a str {
    at[name].as_str().unwrap_or_else(|| panic!("{name}: {at}"))
}

#[test]
fn an_app_sends_once_its_administrator_has_allowed_it() {
    let scene = Scene::new();
    assert_eq!(scene.send().code, 5, "a token without rights is refused");
    let answer = scene.ask("App", "You", Some("Allow"), "The app is allowed").fine();
    let given = &answer.result()["admin_consent"];
    assert_eq!(given["tenant"], json!(scene.tenant), "{answer:?}");
    assert_eq!(given["scopes"], json!(["https://outlook.office365.com/.default"]), "{answer:?}");
    assert_eq!(scene.send().fine().result()["outcome"], "accepted");
    let shown = scene.product.run(&["show", "App"]).fine();
    assert_eq!(&shown.result()["admin_consent"], given, "it is remembered");
    scene.end();
}

#[test]
fn who_declines_or_may_not_is_quoted() {
    let scene = Scene::new();
    let declined = scene.ask("app", "You", Some("Decline"), "The administrator declined");
    assert_eq!((declined.code, declined.problem()), (3, "consent-declined"), "{declined:?}");
    assert!(declined.their_words().contains("AADSTS65004"), "{declined:?}");
    let other = scene.ask("app", "Anna Berg", None, "may not allow apps");
    assert_eq!((other.code, other.problem()), (3, "consent-declined"), "{other:?}");
    scene.end();
}

#[test]
fn where_no_administrator_can_be_asked_it_is_said_at_once() {
    let product = Product::new();
    product.apply("[[registration]]\nname = \"g\"\nprovider = \"google\"\nclient_id = \"x\"\n");
    let answer = product.run(&["consent", "g", "--admin"]);
    assert_eq!((answer.code, answer.problem()), (2, "invalid-settings"), "{answer:?}");
}
