//! Where every mail of the sandbox arrives, whichever way it came.

mod folder;
mod mail;
mod store;
mod web;

pub(super) use folder::{Entry, Folder, Mark};
pub(super) use mail::from_addresses;
pub use mail::{Attachment, Mail, MailDetail, Via};
pub(super) use store::{Body, Room};
pub(super) use web::routes;

use crate::clock::Clock;
use folder::Marks;
use std::{
    collections::VecDeque,
    io,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;
use uuid::Uuid;

/// How many mails are kept; the oldest makes room.
const MOST: usize = 1000;
/// How many octets they may have together; one mail is kept in any case.
const MOST_OCTETS: u64 = 1 << 30;

/// The inbox. Cloning shares it.
#[derive(Clone)]
pub struct Inbox {
    clock: Clock,
    mails: Arc<Mutex<VecDeque<Kept>>>,
    arrivals: broadcast::Sender<Mail>,
}

#[derive(Clone)]
struct Kept {
    uid: NonZeroU32,
    mail: Mail,
    source: Arc<Body>,
    marks: Marks,
}

/// A mail on its way in: what is known of it beside its text.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// Which way it came.
    pub(super) via: Via,
    /// The mailbox that was signed in with.
    pub(super) mailbox: String,
    /// MAIL FROM.
    pub(super) from: String,
    /// RCPT TO.
    pub(super) to: Vec<String>,
}

impl Inbox {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, mails: Arc::default(), arrivals: broadcast::channel(64).0 }
    }

    /// The mails, newest first.
    pub fn list(&self) -> Vec<Mail> {
        self.kept().iter().map(|kept| kept.mail.clone()).collect()
    }

    /// The mail `id` with its content.
    ///
    /// # Errors
    /// The operating system's, when a large mail's file cannot be read.
    pub fn get(&self, id: Uuid) -> io::Result<Option<MailDetail>> {
        let Some(kept) = self.find(id) else { return Ok(None) };
        let source = kept.source.read()?;
        Ok(Some(MailDetail::read(kept.mail, &source)))
    }

    /// The mail `id` as it arrived, octet by octet.
    ///
    /// # Errors
    /// The operating system's, when a large mail's file cannot be read.
    pub fn source(&self, id: Uuid) -> io::Result<Option<Vec<u8>>> {
        self.find(id).map(|kept| kept.source.read()).transpose()
    }

    /// Every mail that arrives from now on. Who lags behind more than 64 mails misses some and reads
    /// the [`list`](Self::list) again.
    pub fn arrivals(&self) -> broadcast::Receiver<Mail> {
        self.arrivals.subscribe()
    }

    /// Takes a mail in and gives it its id.
    pub(super) fn deliver(&self, envelope: Envelope, source: Body) -> Mail {
        let mail = Mail::new(envelope, self.clock.now(), &source);
        let mut kept = self.kept();
        let uid = next_uid(&kept);
        let (copy, source) = (mail.clone(), Arc::new(source));
        kept.push_front(Kept { uid, mail: copy, source, marks: Marks::new() });
        while kept.len() > MOST || (kept.len() > 1 && octets(&kept) > MOST_OCTETS) {
            kept.pop_back();
        }
        drop(kept);
        // Nobody may be listening: that is no failure.
        let _ = self.arrivals.send(mail.clone());
        mail
    }

    fn find(&self, id: Uuid) -> Option<Kept> {
        self.kept().iter().find(|kept| kept.mail.id == id).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn next_uid(kept: &VecDeque<Kept>) -> NonZeroU32 {
    kept.front().map_or(NonZeroU32::MIN, |newest| newest.uid.saturating_add(1))
}

fn octets(kept: &VecDeque<Kept>) -> u64 {
    kept.iter().map(|kept| kept.mail.size).sum()
}
