//! A person at a browser, without a browser: follows redirects and fills in the provider's forms.

use super::Servers;
use reqwest::{blocking::Client, redirect::Policy};
use std::{collections::BTreeMap, fs, time::Duration};
use url::Url;

/// What the person does at the provider's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person<'a> {
    /// Signs in as this user and consents.
    Consents(&'a str),
    /// Signs in as this user and says no.
    Denies(&'a str),
}

/// A browser with cookies of its own.
#[derive(Debug)]
pub(crate) struct Browser(Client);

impl Browser {
    /// A browser that trusts the test's authority.
    pub(crate) fn new(servers: &Servers) -> Self {
        // Another part of this process may have chosen before; then it chose the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pem = fs::read(&servers.ca).expect("the servers' start wrote it");
        let ca = reqwest::Certificate::from_pem(&pem).expect("the servers' start wrote it");
        let client = Client::builder()
            .tls_certs_only([ca])
            .redirect(Policy::none())
            .cookie_store(true)
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client can be built");
        Self(client)
    }

    /// Goes through the provider's pages from `start`; gives the address that leaves the provider.
    pub(crate) fn sign_in(&self, start: &str, person: Person<'_>) -> Url {
        let mut url = Url::parse(start).expect("an address was given");
        let origin = url.origin();
        let mut form = None;
        for _ in 0..25 {
            let (next, page) = self.load(&url, form.take());
            if let Some(next) = next {
                url = next;
                if url.origin() != origin {
                    return url;
                }
                continue;
            }
            if let (Person::Denies(_), Some(no)) = (person, after(&page, "href=\"", "abort")) {
                url = url.join(&no).expect("the provider links to itself");
                continue;
            }
            let (action, mut fields) =
                form_of(&page).unwrap_or_else(|| panic!("{url}: {}", words(&page)));
            if fields.get("prompt").is_some_and(|prompt| prompt == "login") {
                let (Person::Consents(user) | Person::Denies(user)) = person;
                fields.insert("login".into(), user.into());
                fields.insert("password".into(), "any".into());
            }
            url = url.join(&action).expect("the provider links to itself");
            form = Some(fields);
        }
        panic!("the provider's pages have no end");
    }

    /// Opens `url` as a browser does at the end of a redirect; gives the page it ends at.
    pub(crate) fn visit(&self, url: &Url) -> String {
        let mut url = url.clone();
        loop {
            match self.load(&url, None) {
                (Some(next), _) => url = next,
                (None, page) => return page,
            }
        }
    }

    /// Posts `body` to a server of ours, for example to make it fail once.
    pub(crate) fn tell(&self, url: &str, body: &serde_json::Value) {
        let answer = self.0.post(url).json(body).send().expect("the server is ours");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// What a server of ours says, as JSON.
    pub(crate) fn ask(&self, url: &str) -> serde_json::Value {
        self.0.get(url).send().and_then(|answer| answer.json()).expect("the server is ours")
    }

    fn load(&self, url: &Url, form: Option<BTreeMap<String, String>>) -> (Option<Url>, String) {
        let request = match form {
            Some(fields) => self.0.post(url.clone()).form(&fields),
            None => self.0.get(url.clone()),
        };
        let answer = request.send().unwrap_or_else(|error| panic!("{url}: {error:?}"));
        let next = answer.headers().get("location").map(|location| {
            url.join(location.to_str().expect("it is ASCII")).expect("it is an address")
        });
        (next, answer.text().expect("the page arrives"))
    }
}

/// The first attribute after `mark` that contains `needle`.
fn after(page: &str, mark: &str, needle: &str) -> Option<String> {
    let values = page.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
    values.into_iter().find(|value| value.contains(needle)).map(|value| value.replace("&amp;", "&"))
}

fn form_of(page: &str) -> Option<(String, BTreeMap<String, String>)> {
    let form = page.split("<form").nth(1)?.split("</form>").next()?;
    let action = after(form, "action=\"", "")?;
    let inputs = form.split("<input").skip(1).filter_map(|input| {
        let input = input.split('>').next()?;
        Some((after(input, "name=\"", "")?, after(input, "value=\"", "").unwrap_or_default()))
    });
    Some((action, inputs.collect()))
}

/// What a page says, roughly: for the message of a failed test.
fn words(page: &str) -> String {
    let body = page.split("</style>").last().unwrap_or(page);
    body.split('<').filter_map(|part| part.split('>').nth(1)).collect::<Vec<_>>().join(" ")
}
