//! Where everything of the sandbox is.

use super::directory::{
    PASSWORD, TENANT, USER, WEB_SECRET, app_client, desktop_client, web_client,
};
use serde::Serialize;
use std::path::PathBuf;
use url::Url;

/// Where everything is. No value of it is a secret: they open nothing but the sandbox.
#[derive(Debug, Clone, Serialize)]
pub struct Addresses {
    /// For a registration's `authority`; pages for browsers.
    pub authority: Url,
    /// The tenant.
    pub tenant: &'static str,
    /// Where the browser goes.
    pub authorize_endpoint: Url,
    /// Where tokens are fetched.
    pub token_endpoint: Url,
    /// Where a device code is asked for.
    pub device_endpoint: Url,
    /// Microsoft Graph, without the version.
    pub graph_url: Url,
    /// The SMTP server's name.
    pub smtp_host: &'static str,
    /// The port for STARTTLS.
    pub smtp_starttls_port: u16,
    /// The port for TLS from the first octet.
    pub smtp_tls_port: u16,
    /// The IMAP server's name.
    pub imap_host: &'static str,
    /// The port for TLS from the first octet.
    pub imap_tls_port: u16,
    /// The port for STARTTLS.
    pub imap_starttls_port: u16,
    /// The certificate authority to trust, PEM.
    pub ca_file: PathBuf,
    /// The inbox as JSON.
    pub inbox: Url,
    /// Where the public part of a certificate is uploaded for the program registered as "Web".
    pub certificates: Url,
    /// The person who is offered first.
    pub user: &'static str,
    /// Everybody's password.
    pub password: &'static str,
    /// The client id of [`desktop_client`].
    pub desktop_client_id: String,
    /// The client id of [`web_client`].
    pub web_client_id: String,
    /// The client id of [`app_client`], which has the same secret.
    pub app_client_id: String,
    /// The secret of [`web_client`].
    pub web_client_secret: &'static str,
}

impl Addresses {
    /// The addresses on these ports, in the order of [`Options::port_base`](super::Options).
    pub(super) fn new([http, https, smtp, smtps, imaps, imap]: [u16; 6], ca_file: PathBuf) -> Self {
        let address = |text: String| Url::parse(&text).expect("localhost, port and path");
        let browser = |path: String| address(format!("http://localhost:{http}{path}"));
        let programs = |path: String| address(format!("https://localhost:{https}{path}"));
        Self {
            authority: browser(String::new()),
            tenant: TENANT,
            authorize_endpoint: browser(format!("/{TENANT}/oauth2/v2.0/authorize")),
            token_endpoint: programs(format!("/{TENANT}/oauth2/v2.0/token")),
            device_endpoint: programs(format!("/{TENANT}/oauth2/v2.0/devicecode")),
            graph_url: programs(String::new()),
            smtp_host: "localhost",
            smtp_starttls_port: smtp,
            smtp_tls_port: smtps,
            imap_host: "localhost",
            imap_tls_port: imaps,
            imap_starttls_port: imap,
            ca_file,
            inbox: browser("/inbox".to_owned()),
            certificates: browser("/certificates".to_owned()),
            user: USER,
            password: PASSWORD,
            desktop_client_id: desktop_client().id,
            web_client_id: web_client().id,
            app_client_id: app_client().id,
            web_client_secret: WEB_SECRET,
        }
    }
}
