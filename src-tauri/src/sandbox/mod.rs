//! A mail world on loopback: identity provider, SMTP, Microsoft Graph, IMAP and one inbox, for trying
//! Sendright without an account and for its tests.
//!
//! Invariants: it listens on loopback only; whatever a person sees of it says that it is the sandbox;
//! its certificate authority can vouch for nothing but loopback names.

mod access;
mod addresses;
mod ca;
mod certificates;
mod directory;
mod graph;
mod http;
mod idp;
mod imap;
mod inbox;
mod listen;
mod smtp;
mod token;
pub mod visitor;
mod wire;

pub use addresses::Addresses;
pub use ca::ca_file;
pub use directory::{
    Client, DOMAIN, PASSWORD, Platform, TENANT, USER, WEB_SECRET, app_client, desktop_client,
    web_client,
};
pub use inbox::{Attachment, Inbox, Mail, MailDetail, Via};

use crate::{
    clock::{Clock, Timestamp},
    paths::{make_dir, owner_only},
};
use ca::Authority;
use inbox::Room;
use listen::{Port, Staff};
use std::{
    collections::HashMap,
    fmt, fs, io,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use token::Signer;

/// What the sandbox is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where its certificate authority and long mails are kept; made when it is not there.
    pub dir: PathBuf,
    /// The first of its six ports: HTTP, HTTPS, SMTP with STARTTLS, SMTP over TLS, IMAP over TLS,
    /// IMAP with STARTTLS. `None`: free ones.
    pub port_base: Option<u16>,
    /// What time it is in the sandbox.
    pub clock: Clock,
    /// How long access tokens are good for.
    pub access_lifetime: Duration,
    /// Registered programs beside [`desktop_client`] and [`web_client`].
    pub clients: Vec<Client>,
}

impl Options {
    /// Free ports, and access tokens that are good for an hour.
    pub fn new(dir: impl Into<PathBuf>, clock: Clock) -> Self {
        Self {
            dir: dir.into(),
            port_base: None,
            clock,
            access_lifetime: Duration::from_secs(3600),
            clients: Vec::new(),
        }
    }
}

/// Why the sandbox does not run.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A port is taken, or cannot be.
    #[error("port {number} on loopback: {source}")]
    Port {
        /// Which; 0: any.
        number: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// The six ports do not fit behind this one.
    #[error("the ports from {base} on go beyond 65535")]
    PortBase {
        /// The first of them.
        base: u16,
    },
    /// A file cannot be written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A visitor was not sent back to the program that asked.
    #[error("the sign-in page did not let the visitor in: {said}")]
    NotLetIn {
        /// The page.
        said: String,
    },
    /// A key or a certificate cannot be made.
    #[error("the sandbox's certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// The sandbox, while it runs; it ends when this is dropped.
pub struct Sandbox {
    world: Arc<World>,
    addresses: Addresses,
    staff: Staff,
}

/// What the servers share.
struct World {
    clock: Clock,
    signer: Signer,
    clients: Vec<Client>,
    access_lifetime: Duration,
    codes: idp::Codes,
    devices: idp::Devices,
    allowed: idp::Allowed,
    /// Since when each person's sign-ins are void.
    revoked: Mutex<HashMap<String, Timestamp>>,
    certificates: certificates::Certificates,
    inbox: Inbox,
    drafts: graph::Drafts,
    uploads: graph::Uploads,
    room: Arc<Room>,
    /// Mails do not outlive a run, so their numbers do not either (RFC 3501 §2.3.1.1): its start, in
    /// seconds since 1970.
    uid_validity: NonZeroU32,
    /// `http://localhost:port`.
    idp: String,
    /// `https://localhost:port`.
    https: String,
}

impl Sandbox {
    /// Starts it; must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// A port is taken, or `dir` cannot be written.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let dir = &options.dir;
        make_dir(dir).map_err(|source| SandboxError::File { path: dir.clone(), source })?;
        let (authority, signer) = keys(dir)?;
        let tls = authority.server_config()?;
        let ports = ports(options.port_base).await?;
        let numbers = ports.each_ref().map(Port::number);
        let [http, https, smtp, smtps, imaps, imap] = ports;
        let addresses = Addresses::new(numbers, authority.file);
        let world = Arc::new(World::new(options, signer, numbers)?);
        let staff = Staff::new();
        let routes = http::routes(Arc::clone(&world));
        let (plain, config) = (routes.clone(), Arc::clone(&tls));
        staff.serve(http, move |stream, _| http::serve_plain(stream, plain.clone()));
        staff.serve(https, move |stream, _| {
            http::serve_tls(stream, Arc::clone(&config), routes.clone())
        });
        for (port, from_the_start) in [(smtp, false), (smtps, true)] {
            let (world, tls) = (Arc::clone(&world), Arc::clone(&tls));
            staff.serve(port, move |stream, peer| {
                smtp::serve(stream, peer, Arc::clone(&tls), from_the_start, Arc::clone(&world))
            });
        }
        for (port, from_the_start) in [(imap, false), (imaps, true)] {
            let (world, tls) = (Arc::clone(&world), Arc::clone(&tls));
            staff.serve(port, move |stream, _| {
                imap::serve(stream, Arc::clone(&tls), from_the_start, Arc::clone(&world))
            });
        }
        Ok(Self { world, addresses, staff })
    }

    /// Where everything is.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// What arrived.
    pub fn inbox(&self) -> &Inbox {
        &self.world.inbox
    }

    /// Makes every refresh token void that `user` has caused so far, as an administrator's "Revoke
    /// sessions" does.
    pub fn revoke(&self, user: &str) {
        let now = self.world.clock.now();
        let mut revoked = self.world.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.insert(user.to_ascii_lowercase(), now);
    }

    /// Ends it, and waits until its ports are free again.
    pub async fn stop(self) {
        self.staff.send_home();
        self.staff.gone().await;
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.staff.send_home();
    }
}

/// The keys in `dir`; those that are missing are made by one sandbox at a time.
fn keys(dir: &Path) -> Result<(Authority, Signer), SandboxError> {
    let path = dir.join("lock");
    let lock = fs::File::create(&path).and_then(|lock| lock.lock().map(|()| lock));
    let _until_done = lock.map_err(|source| SandboxError::File { path, source })?;
    Ok((Authority::open(dir)?, Signer::open(dir)?))
}

async fn ports(base: Option<u16>) -> Result<[Port; 6], SandboxError> {
    let number = |offset: u16| match base {
        None => Ok(0),
        Some(base) => base.checked_add(offset).ok_or(SandboxError::PortBase { base }),
    };
    Ok([
        Port::take(number(0)?).await?,
        Port::take(number(1)?).await?,
        Port::take(number(2)?).await?,
        Port::take(number(3)?).await?,
        Port::take(number(4)?).await?,
        Port::take(number(5)?).await?,
    ])
}

impl World {
    fn new(
        options: Options,
        signer: Signer,
        [http, https, ..]: [u16; 6],
    ) -> Result<Self, SandboxError> {
        let mut clients = vec![desktop_client(), web_client(), app_client()];
        clients.extend(options.clients);
        Ok(Self {
            signer,
            room: Room::open(&options.dir)?,
            certificates: certificates::Certificates::open(&options.dir),
            inbox: Inbox::new(options.clock.clone()),
            uid_validity: started(&options.clock),
            clock: options.clock,
            clients,
            access_lifetime: options.access_lifetime,
            codes: idp::Codes::default(),
            devices: idp::Devices::default(),
            allowed: idp::Allowed::default(),
            revoked: Mutex::default(),
            drafts: graph::Drafts::default(),
            uploads: graph::Uploads::default(),
            idp: format!("http://localhost:{http}"),
            https: format!("https://localhost:{https}"),
        })
    }
}

fn started(clock: &Clock) -> NonZeroU32 {
    let seconds = u32::try_from(clock.now().date_time().unix_timestamp());
    seconds.ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
}

/// Writes a file that its owner alone can read; whole or not at all.
fn write_private(path: &Path, text: &str) -> Result<(), SandboxError> {
    let failed = |source| SandboxError::File { path: path.to_owned(), source };
    let draft = path.with_extension(format!("{}.new", uuid::Uuid::new_v4().simple()));
    let mut file = owner_only().create_new(true).open(&draft).map_err(failed)?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    drop(file);
    fs::rename(&draft, path).map_err(failed)
}
