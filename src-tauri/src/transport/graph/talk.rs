//! Requests and answers: one after the other, each written down, repeated where that does no harm.

use super::{
    Refusal, Way,
    ask::{Ask, Nature},
    refusal,
};
use crate::{
    net::{
        http::{Connected, HttpError},
        retry_after::retry_after,
    },
    secret::{Secret, veil::Veil},
    transport::{Credentials, SendError, Stage, Watch, transcript::bounded},
};
use http::Response;
use std::{pin::pin, time::Duration};
use tokio::time::{sleep, timeout};

/// The headers of an answer that explain it.
const TELLING: [&str; 4] = ["request-id", "client-request-id", "retry-after", "www-authenticate"];
/// How often one request is made at most.
const MOST_TRIES: u32 = 6;
/// How long a draft that is being made is waited for when the send is stopped: only its answer says what
/// there is to remove.
const STOPPING: Duration = Duration::from_secs(10);
/// What a slow line carries in a second, in octets: a long request may take accordingly longer.
const SLOW_LINE: u64 = 32 * 1024;

/// A conversation with Graph.
pub(super) struct Talk<'a> {
    pub(super) way: Way<'a>,
    pub(super) watch: &'a Watch,
    token: Secret,
    veil: Veil,
    patience: Duration,
    /// How the connection under the last answer came about.
    connected: Vec<String>,
    /// Nobody can stop it any more: what is left is to tidy up.
    unstoppable: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        way: Way<'a>,
        credentials: &Credentials,
        watch: &'a Watch,
    ) -> Result<Self, SendError> {
        credentials.check()?;
        let Credentials::Bearer { token, .. } = credentials else {
            let (host, wanted) = (way.graph.host(), "sign-in without an access token".to_owned());
            return Err(SendError::AuthMissing {
                host,
                wanted,
                offered: vec!["Bearer".into()],
                starttls: false,
            });
        };
        watch.reached(Stage::Message);
        let mut veil = Veil::default();
        veil.hide(token);
        let patience = way.limits.patience;
        let (token, connected) = (token.clone(), Vec::new());
        Ok(Self { way, watch, token, veil, patience, connected, unstoppable: false })
    }

    pub(super) fn host(&self) -> String {
        self.way.graph.host()
    }

    /// From now on `secret` is struck out.
    pub(super) fn hide(&mut self, secret: &Secret) {
        self.veil.hide(secret);
    }

    /// From now on nobody can stop it.
    pub(super) fn cannot_stop(&mut self) {
        self.unstoppable = true;
    }

    /// From now on it waits for `patience` at most.
    pub(super) fn be_brief(&mut self, patience: Duration) {
        self.patience = self.patience.min(patience);
    }

    /// Graph answered what it should not.
    pub(super) fn odd(&self, said: &str) -> SendError {
        SendError::NotGraph { host: self.host(), said: said.to_owned() }
    }

    /// Makes a request until it is answered, as often as that does no harm.
    pub(super) async fn ask(&mut self, mut ask: Ask) -> Result<Response<Vec<u8>>, SendError> {
        loop {
            let error = match self.once(&ask).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !self.waits_after(&error, &mut ask).await? {
                return Err(self.nothing_sent(error));
            }
        }
    }

    /// Makes a request once; once more with a new token where the token was refused.
    pub(super) async fn once(&mut self, ask: &Ask) -> Result<Response<Vec<u8>>, SendError> {
        match self.attempt(ask).await {
            Err(SendError::Graph(no)) if no.status == 401 && no.claims.is_none() => {
                let Some(token) = self.way.host.renew().await else {
                    return Err(SendError::Graph(no));
                };
                self.watch.transcript.note("the token was renewed");
                self.veil.hide(&token);
                self.token = token;
                self.attempt(ask).await
            }
            other => other,
        }
    }

    /// Waits as long as Graph asks after `error`; whether the request may then be made again.
    pub(super) async fn waits_after(
        &mut self,
        error: &SendError,
        ask: &mut Ask,
    ) -> Result<bool, SendError> {
        let backoff = self.way.limits.backoff * 2_u32.pow(ask.tries);
        let wait = match error {
            SendError::Graph(no) if no.is_throttled() => no.retry_after.unwrap_or(backoff),
            error if error.in_trouble() && ask.nature == Nature::Harmless => match error {
                SendError::Graph(no) => no.retry_after.unwrap_or(backoff),
                _ => backoff,
            },
            _ => return Ok(false),
        };
        ask.tries += 1;
        if ask.tries >= MOST_TRIES || wait > self.patience {
            return Ok(false);
        }
        self.patience -= wait;
        self.pause(wait).await?;
        Ok(true)
    }

    /// Waits for `wait`, and says so.
    pub(super) async fn pause(&self, wait: Duration) -> Result<(), SendError> {
        self.watch.transcript.note(format!("waiting for {} ms", wait.as_millis()));
        self.watch.waits(wait, !self.unstoppable);
        self.stoppable(sleep(wait)).await
    }

    async fn stoppable<T>(&self, work: impl Future<Output = T>) -> Result<T, SendError> {
        if self.unstoppable {
            return Ok(work.await);
        }
        tokio::select! {
            biased;
            () = self.watch.cancel.cancelled() => Err(SendError::Cancelled { stage: Stage::Message }),
            done = work => Ok(done),
        }
    }

    /// Gives `work` another `moment` when somebody stops it.
    async fn stoppable_in<T>(
        &self,
        moment: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, SendError> {
        let mut work = pin!(work);
        match self.stoppable(&mut work).await {
            Err(stopped) => timeout(moment, work).await.map_err(|_| stopped),
            done => done,
        }
    }

    async fn attempt(&mut self, ask: &Ask) -> Result<Response<Vec<u8>>, SendError> {
        let way = self.way;
        // What is announced as unstoppable may wait for its turn, and is made then.
        let _turn = match ask.nature {
            Nature::Sends => way.lane.enter().await,
            Nature::Harmless | Nature::Adds | Nature::Makes => {
                self.stoppable(way.lane.enter()).await?
            }
        };
        self.say(ask);
        let request = ask.request(&self.token)?;
        let limit = way.limits.http + Duration::from_secs(ask.body.len() as u64 / SLOW_LINE);
        let sending = way.http.send_within(Some(limit), request);
        let answer = match ask.nature {
            Nature::Sends => sending.await,
            Nature::Makes => self.stoppable_in(STOPPING, sending).await?,
            Nature::Harmless | Nature::Adds => self.stoppable(sending).await?,
        }?;
        self.note_connection(&answer);
        self.judge(&answer, ask)
    }

    /// Writes down how the connection came about, unless it is as it was.
    fn note_connection(&mut self, answer: &Response<Vec<u8>>) {
        let lines = answer.extensions().get().map(Connected::lines).unwrap_or_default();
        if lines != self.connected {
            for line in &lines {
                self.watch.transcript.note(line);
            }
            self.connected = lines;
        }
    }

    fn say(&self, ask: &Ask) {
        let line =
            |name: &str, value: &str| self.watch.transcript.client(format!("{name}: {value}"));
        self.watch.transcript.client(self.veil.strike(&ask.shown()));
        if let Some(kind) = ask.kind {
            line("content-type", kind);
        }
        if let Some(range) = &ask.range {
            line("content-range", range);
        }
        if let Some(id) = &ask.id {
            line("client-request-id", id);
        }
        if ask.tries > 0 {
            line("retry-attempt", &ask.tries.to_string());
        }
    }

    /// Writes the answer down and says whether it is a good one.
    fn judge(&self, answer: &Response<Vec<u8>>, ask: &Ask) -> Result<Response<Vec<u8>>, SendError> {
        let (status, transcript) = (answer.status(), &self.watch.transcript);
        let raw = |name: &str| {
            Some(String::from_utf8_lossy(answer.headers().get(name)?.as_bytes()).into_owned())
        };
        let header = |name: &str| raw(name).map(|value| bounded(&self.veil.strike(&value)));
        transcript.server(status.to_string(), !status.is_success());
        for (name, value) in TELLING.into_iter().filter_map(|name| Some((name, header(name)?))) {
            transcript.server(format!("{name}: {value}"), false);
        }
        if status.is_success() {
            return Ok(answer.clone());
        }
        let words = bounded(&self.veil.strike(String::from_utf8_lossy(answer.body()).trim()));
        if !words.is_empty() {
            transcript.server(&words, true);
        }
        Err(SendError::Graph(Refusal {
            status: status.as_u16(),
            request_id: header("request-id"),
            client_request_id: ask.id.clone().unwrap_or_default(),
            retry_after: retry_after(answer.headers()),
            claims: raw("www-authenticate").as_deref().and_then(refusal::claims),
            harmless: ask.nature != Nature::Sends,
            ..Refusal::read(answer.body(), |text| bounded(&self.veil.strike(text)))
        }))
    }

    /// What `error` means while the message has not been handed over.
    pub(super) fn nothing_sent(&self, error: SendError) -> SendError {
        let stage = Stage::Message;
        match error {
            SendError::Http(HttpError::TimedOut { host }) => {
                SendError::TimedOut { stage, host, limit: self.way.limits.http }
            }
            SendError::Http(error) if error.may_have_arrived() => {
                SendError::Lost { stage, host: self.host(), said: error.to_string() }
            }
            other => other,
        }
    }
}
