//! The page on which the person's browser ends.

use http::{Response, StatusCode, header};

/// Our own page: static, without scripts, and without anything from elsewhere.
pub(super) fn page(status: StatusCode, title: &str, text: &str) -> Response<String> {
    let (title, text) = (escaped(title), escaped(text));
    let body = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport \
         content=\"width=device-width\"><title>{title} · Sendright</title><style>{STYLE}</style>\
         <main><h1>{title}</h1><p>{text}</p></main></html>\n"
    );
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        )
        .body(body)
        .expect("constant headers make a response")
}

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32em;\
     padding:0 1em;color-scheme:light dark}h1{font-size:1.3em}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
