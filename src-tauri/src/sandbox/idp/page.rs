//! The pages that a person sees: sign-in, consent, refusal. Plain HTML, no script, nothing loaded
//! from elsewhere.

use crate::sandbox::directory::Mailbox;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::fmt::Write as _;

/// Nothing is loaded or run, and nobody may frame it. There is no `form-action`: browsers apply it to
/// the redirect that answers a form, too, and would keep the answer from the program.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const STYLE: &str = "
:root{color-scheme:light dark;--bg:#f4f4f2;--pane:#fff;--text:#1c1c1a;--soft:#5c5c57;--line:#d5d5d0;--mark:#8a5a00;--go:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--bg:#191918;--pane:#232322;--text:#ececea;--soft:#a9a9a3;--line:#3d3d3a;--mark:#e0b050;--go:#7fb0f5}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);color:var(--text);font:15px/1.45 system-ui,sans-serif}
main{width:min(26rem,100vw - 2rem);background:var(--pane);border:1px solid var(--line);border-radius:8px;padding:1.5rem}
.mark{margin:0 0 1rem;color:var(--mark);font-weight:600;font-size:13px}h1{margin:0 0 .75rem;font-size:20px}p{margin:.5rem 0}
.soft{color:var(--soft);font-size:13px}button,input{font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:6px;padding:.55rem .8rem;width:100%}
button{text-align:left;margin-top:.5rem;cursor:default}button:hover{border-color:var(--go)}:focus-visible{outline:2px solid var(--go);outline-offset:2px}
button.go{border-color:var(--go);color:var(--go);font-weight:600;text-align:center}button.no{text-align:center}ul{padding-left:1.2rem;margin:.5rem 0 1rem}
code,pre{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}";

/// What each permission means to a person.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("SMTP.Send",             "Send mail as you over SMTP"),
    ("IMAP.AccessAsUser.All", "Read your mail over IMAP"),
    ("POP.AccessAsUser.All",  "Read your mail over POP"),
    ("Mail.Send",             "Send mail as you"),
    ("Mail.Send.Shared",      "Send mail for mailboxes you share"),
    ("Mail.ReadBasic",        "See whom your mail is from and what it is about"),
    ("Mail.ReadBasic.Shared", "See the same of mailboxes you share"),
    ("Mail.Read",             "Read your mail"),
    ("Mail.Read.Shared",      "Read mail of mailboxes you share"),
    ("Mail.ReadWrite",        "Read, change and delete your mail"),
    ("Mail.ReadWrite.Shared", "Read, change and delete mail of mailboxes you share"),
    ("User.Read",             "See your name and address"),
    ("openid",                "Sign you in"),
    ("profile",               "See your name"),
    ("email",                 "See your address"),
    ("offline_access",        "Stay signed in until you sign out"),
    (".default",              "Everything it is registered for"),
];

/// The page that asks who signs in. Each person is a button named `user`.
pub(super) fn sign_in(action: &str, client: &str, expected: Option<&str>) -> Response {
    let mut people: Vec<_> = Mailbox::people().collect();
    let is_expected = |who: &Mailbox| expected.is_some_and(|e| e.eq_ignore_ascii_case(who.address));
    people.sort_by_key(|who| !is_expected(who));
    let mut buttons = String::new();
    for Mailbox { address, name, about, .. } in people {
        let id = address.split('@').next().unwrap_or_default();
        let _ = write!(
            buttons,
            "<button id=\"user-{id}\" data-user=\"{address}\" name=\"user\" value=\"{address}\">\
             {name} <code>{address}</code><br><span class=\"soft\">{about}</span></button>"
        );
    }
    page(
        StatusCode::OK,
        "Sign in",
        &format!(
            "<p>to continue to <strong>{}</strong></p>\
             <form id=\"sign-in\" method=\"post\" action=\"{}\">{buttons}</form>\
             <p class=\"soft\">These people exist in the sandbox only. No password is needed.</p>",
            escaped(client),
            escaped(action)
        ),
    )
}

/// The page that asks for consent: `decision` is `allow` or `decline`.
pub(super) fn consent(action: &str, client: &str, user: &str, scopes: &[String]) -> Response {
    permissions(action, client, user, "to allow:", scopes)
}

/// The page that asks an administrator. No scope at all stands for everything.
pub(super) fn consent_for_all(
    action: &str,
    client: &str,
    user: &str,
    scopes: &[String],
) -> Response {
    let everything = [".default".to_owned()];
    let scopes = if scopes.is_empty() { &everything } else { scopes };
    permissions(action, client, user, "to allow, for everybody in the organisation:", scopes)
}

fn permissions(action: &str, client: &str, user: &str, what: &str, scopes: &[String]) -> Response {
    let mut list = String::new();
    for scope in scopes {
        let name = scope.rsplit('/').next().unwrap_or_default();
        let meaning = MEANINGS.iter().find(|(known, _)| *known == name).map_or(name, |(_, m)| m);
        let scope = escaped(scope);
        let _ = write!(
            list,
            "<li data-scope=\"{scope}\">{meaning}<br><code class=\"soft\">{scope}</code></li>"
        );
    }
    page(
        StatusCode::OK,
        "Permissions requested",
        &format!(
            "<p><strong>{}</strong> asks <code>{}</code> {what}</p><ul id=\"scopes\">{list}</ul>\
             <form id=\"consent\" method=\"post\" action=\"{}\">\
             <input type=\"hidden\" name=\"user\" value=\"{}\">\
             <button id=\"allow\" class=\"go\" name=\"decision\" value=\"allow\">Allow</button>\
             <button id=\"decline\" class=\"no\" name=\"decision\" value=\"decline\">Decline</button>\
             </form>",
            escaped(client),
            escaped(user),
            escaped(action),
            escaped(user)
        ),
    )
}

/// The page where a device's code is typed.
pub(super) fn code_form(action: &str) -> Response {
    page(
        StatusCode::OK,
        "Enter code",
        &format!(
            "<p>Type the code that the program shows.</p>\
             <form id=\"code\" method=\"get\" action=\"{}\">\
             <input id=\"user-code\" name=\"user_code\" autocomplete=\"off\" autofocus required \
             aria-label=\"Code\"><button class=\"go\">Next</button></form>",
            escaped(action)
        ),
    )
}

/// A page that says something and asks nothing.
pub(super) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, title, &format!("<pre id=\"message\">{}</pre>", escaped(text)))
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} – Sendright sandbox</title><style>{STYLE}</style>\
         <main><p class=\"mark\" id=\"sandbox\">Sendright sandbox — not Microsoft</p>\
         <h1>{title}</h1>{body}</main></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, html).into_response()
}

/// `text` as it may stand in HTML, also between double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
