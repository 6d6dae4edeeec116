//! Graph's drafts and uploads, request by request.

use super::*;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::Method;
use serde_json::json;

const WRITES: &str =
    "https://graph.microsoft.com/Mail.ReadWrite https://graph.microsoft.com/Mail.Send";
const MESSAGES: &str = "/v1.0/me/messages";
const LETTER: &str = "From: you@sandbox.test\r\nTo: anna@sandbox.test\r\nBcc: boss@elsewhere.test\r\nSubject: Plans\r\n\r\nText\r\n";
/// The smallest file that is uploaded in ranges.
const SIZE: usize = 2 * 1024 * 1024;

/// A person's program at work on drafts.
struct Desk {
    stage: Stage,
    token: String,
}

impl Desk {
    async fn of(user: &str) -> Self {
        let stage = Stage::set().await;
        let token = stage.access_token(user, WRITES).await;
        Self { stage, token }
    }

    async fn ask(&self, method: Method, path: &str, body: &[u8]) -> Response<Vec<u8>> {
        self.ask_as(&self.token, method, path, body).await
    }

    async fn ask_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &[u8],
    ) -> Response<Vec<u8>> {
        let kind = if path == MESSAGES { "text/plain" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(self.stage.at().graph_url.join(path).unwrap().as_str())
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind)
            .body(body.to_vec());
        self.stage.http.send(request.unwrap()).await.unwrap()
    }

    /// Makes a draft of [`LETTER`]; gives its path.
    async fn draft(&self) -> String {
        let made = self.ask(Method::POST, MESSAGES, BASE64.encode(LETTER).as_bytes()).await;
        assert_eq!(made.status(), 201, "{}", text(&made));
        format!("{MESSAGES}/{}", field(&super::json(&made), "id"))
    }

    /// Opens an upload of `size` octets to `draft`.
    async fn open(&self, draft: &str, size: usize) -> Response<Vec<u8>> {
        let item = json!({ "AttachmentItem": {
            "attachmentType": "file", "name": "plan.bin", "size": size,
            "contentType": "application/octet-stream",
        } });
        let path = format!("{draft}/attachments/createUploadSession");
        self.ask(Method::POST, &path, item.to_string().as_bytes()).await
    }

    /// Puts a part of the file to the upload's address.
    async fn put(&self, address: &str, range: &str, part: &[u8]) -> Response<Vec<u8>> {
        let request = Request::put(address).header(header::CONTENT_RANGE, range);
        self.stage.http.send(request.body(part.to_vec()).unwrap()).await.unwrap()
    }
}

fn code(refused: &Response<Vec<u8>>) -> (u16, String) {
    (refused.status().as_u16(), field(&super::json(refused)["error"], "code"))
}

fn wanted(answer: &Response<Vec<u8>>) -> String {
    super::json(answer)["nextExpectedRanges"][0].as_str().unwrap().to_owned()
}

fn file() -> Vec<u8> {
    (0..SIZE).map(|at| (at / 7).to_le_bytes()[0]).collect()
}

#[tokio::test]
async fn a_draft_arrives_with_the_files_that_were_added_to_it() {
    let desk = Desk::of(USER).await;
    let draft = desk.draft().await;
    let small = json!({ "@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt",
        "contentType": "text/plain", "contentBytes": BASE64.encode("small") });
    let added =
        desk.ask(Method::POST, &format!("{draft}/attachments"), small.to_string().as_bytes()).await;
    assert_eq!(added.status(), 201, "{}", text(&added));

    let (file, half) = (file(), SIZE / 2);
    let address = field(&super::json(&desk.open(&draft, SIZE).await), "uploadUrl");
    let first = desk.put(&address, &format!("bytes 0-{}/{SIZE}", half - 1), &file[..half]).await;
    assert_eq!(wanted(&first), format!("{half}-"));
    assert_eq!(wanted(&desk.stage.get(&address).await), format!("{half}-"), "asked how far it is");
    let last =
        desk.put(&address, &format!("bytes {half}-{}/{SIZE}", SIZE - 1), &file[half..]).await;
    assert_eq!(last.status(), 201);

    let is_draft = async |path: &str| super::json(&desk.ask(Method::GET, path, b"").await);
    assert_eq!(is_draft(&draft).await["isDraft"], true);
    assert!(desk.stage.sandbox.inbox().list().is_empty(), "not sent yet");
    assert_eq!(desk.ask(Method::POST, &format!("{draft}/send"), b"").await.status(), 202);
    assert_eq!(is_draft(&draft).await["isDraft"], false);

    let mails = desk.stage.sandbox.inbox().list();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!(mail.to, ["anna@sandbox.test", "boss@elsewhere.test"]);
    let arrived = desk.stage.sandbox.inbox().get(mail.id).unwrap().unwrap();
    let files: Vec<_> = arrived.attachments.iter().map(|one| (&*one.name, one.size)).collect();
    assert_eq!(files, [("a.txt", 5), ("plan.bin", SIZE as u64)]);
    assert!(!arrived.source.contains("boss"));
    let again = desk.ask(Method::POST, &format!("{draft}/send"), b"").await;
    assert_eq!(code(&again), (404, "ErrorItemNotFound".into()), "nothing is sent twice");
}

#[tokio::test]
async fn a_range_that_is_not_the_next_one_is_refused_and_the_upload_goes_on() {
    let desk = Desk::of(USER).await;
    let draft = desk.draft().await;
    let address = field(&super::json(&desk.open(&draft, SIZE).await), "uploadUrl");
    let part = [7; 100];
    #[rustfmt::skip]
    let table = [
        format!("bytes 100-199/{SIZE}"),                  // a gap
        "bytes 0-99/1000".to_owned(),                     // another size
        format!("bytes 0-98/{SIZE}"),                     // shorter than its body
        format!("bytes 99-0/{SIZE}"),                     // backwards
        format!("bytes {SIZE}-{}/{SIZE}", SIZE + 99),     // past the end
        "bytes 0-99".to_owned(),
        String::new(),
    ];
    for range in &table {
        let refused = desk.put(&address, range, &part).await;
        assert_eq!(code(&refused), (416, "invalidRange".into()), "{range}");
    }
    let taken = desk.put(&address, &format!("bytes 0-99/{SIZE}"), &part).await;
    assert_eq!(wanted(&taken), "100-");
}

#[tokio::test]
async fn an_upload_address_is_its_own_authority_and_ends_with_its_draft() {
    let desk = Desk::of(USER).await;
    let draft = desk.draft().await;
    let address = field(&super::json(&desk.open(&draft, SIZE).await), "uploadUrl");
    let request = Request::put(&address)
        .header(header::CONTENT_RANGE, format!("bytes 0-0/{SIZE}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", desk.token))
        .body(vec![0]);
    let refused = desk.stage.http.send(request.unwrap()).await.unwrap();
    assert_eq!(code(&refused), (401, "unauthenticated".into()));

    assert_eq!(desk.ask(Method::DELETE, &draft, b"").await.status(), 204);
    assert_eq!(code(&desk.stage.get(&address).await), (404, "itemNotFound".into()));
    let gone = desk.ask(Method::GET, &draft, b"").await;
    assert_eq!(code(&gone), (404, "ErrorItemNotFound".into()));
}

#[tokio::test]
async fn drafts_are_their_owners_and_need_their_permission() {
    let desk = Desk::of(USER).await;
    let draft = desk.draft().await;
    let sends = desk.stage.access_token(USER, "https://graph.microsoft.com/Mail.Send").await;
    let made = desk.ask_as(&sends, Method::POST, MESSAGES, BASE64.encode(LETTER).as_bytes()).await;
    assert_eq!(code(&made), (403, "ErrorAccessDenied".into()));

    let annas = desk.stage.access_token("anna@sandbox.test", WRITES).await;
    for (method, path) in [
        (Method::GET, draft.clone()),
        (Method::DELETE, draft.clone()),
        (Method::POST, format!("{draft}/send")),
    ] {
        let refused = desk.ask_as(&annas, method.clone(), &path, b"").await;
        assert_eq!(code(&refused), (404, "ErrorItemNotFound".into()), "{method}");
    }
    assert_eq!(desk.ask(Method::GET, &draft, b"").await.status(), 200, "it is still there");

    let teams = "/v1.0/users/team@sandbox.test/messages/none";
    assert_eq!(code(&desk.ask(Method::GET, teams, b"").await), (403, "ErrorAccessDenied".into()));
    let shared = "https://graph.microsoft.com/Mail.ReadWrite.Shared";
    let shared = desk.stage.access_token(USER, shared).await;
    let none = desk.ask_as(&shared, Method::GET, teams, b"").await;
    assert_eq!(code(&none), (404, "ErrorItemNotFound".into()), "of others, with their permission");
    for size in [SIZE - 1, 150 * 1024 * 1024 + 1] {
        assert_eq!(desk.open(&draft, size).await.status(), 400, "{size}");
    }
}
