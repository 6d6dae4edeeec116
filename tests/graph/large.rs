//! Messages that are too large for one request: a draft, its files, and then the draft is sent.

use super::*;

const MAKE: &str = "POST /v1.0/me/messages";
const ADD: &str = "POST /v1.0/me/messages/D1/attachments";
const OPEN: &str = "POST /v1.0/me/messages/D1/attachments/createUploadSession";
const PUT: &str = "PUT /upload?authtoken=geheimgeheimgeheim";
const FAR: &str = "GET /upload?authtoken=geheimgeheimgeheim";
const COUNT: &str = "GET /v1.0/me/messages/D1/attachments?";
const SEND: &str = "POST /v1.0/me/messages/D1/send";
const LOOK: &str = "GET /v1.0/me/messages/D1?";
const REMOVE: &str = "DELETE /v1.0/me/messages/D1";
const RANGE: usize = 3_276_800;

fn made() -> Say {
    json("201 Created", r#"{"id":"D1","isDraft":true}"#)
}

fn opened() -> Say {
    json(
        "201 Created",
        r#"{"uploadUrl":"{base}/upload?authtoken=geheimgeheimgeheim","nextExpectedRanges":["0-"]}"#,
    )
}

fn wants(octet: usize) -> Say {
    json("200 OK", &format!(r#"{{"nextExpectedRanges":["{octet}-"]}}"#))
}

fn complete() -> Say {
    answer("201 Created", "location: https://outlook.office.com/x\r\n", "")
}

fn is_draft(yes: bool) -> Say {
    json("200 OK", &format!(r#"{{"id":"D1","isDraft":{yes}}}"#))
}

fn files(many: usize) -> Say {
    let one = vec![r#"{"id":"x","name":"x","size":1}"#; many].join(",");
    json("200 OK", &format!(r#"{{"value":[{one}]}}"#))
}

fn gone() -> Say {
    answer("204 No Content", "", "")
}

/// A message with files of these sizes.
fn with_files(dir: &Path, sizes: &[usize]) -> Draft {
    let file = |(n, size): (usize, &usize)| {
        let path = dir.join(format!("{n}.bin"));
        let octets: Vec<u8> = (0..*size).map(|at| (at / 7 + n).to_le_bytes()[0]).collect();
        fs::write(&path, octets).unwrap();
        Attachment { path, content_id: None }
    };
    Draft { attachments: sizes.iter().enumerate().map(file).collect(), ..draft() }
}

/// Goes through `steps` with a message that has one file of 7 000 000 octets.
async fn one_file(
    attempt: &Attempt,
    steps: Vec<(&'static str, Say)>,
) -> (GraphScript, Result<Delivery, SendError>) {
    let dir = tempfile::tempdir().unwrap();
    let server = GraphScript::start(steps).await;
    let sent = attempt.send(&server, &with_files(dir.path(), &[7_000_000])).await;
    (server, sent)
}

/// A good way to the end, with one file of 7 000 000 octets.
fn good() -> Vec<(&'static str, Say)> {
    vec![
        (MAKE, made()),
        (OPEN, opened()),
        (PUT, wants(RANGE)),
        (PUT, wants(2 * RANGE)),
        (PUT, complete()),
        (SEND, accepted()),
    ]
}

/// What follows when it is given up.
fn removed() -> Vec<(&'static str, Say)> {
    vec![(LOOK, is_draft(true)), (REMOVE, gone())]
}

#[tokio::test]
async fn a_draft_is_made_filled_and_sent() {
    let dir = tempfile::tempdir().unwrap();
    let mut steps = good();
    steps.insert(1, (ADD, json("201 Created", "{}")));
    let server = GraphScript::start(steps).await;
    let attempt = Attempt::default();
    let message = with_files(dir.path(), &[1_000, 7_000_000]);
    let delivery = attempt.send(&server, &message).await.unwrap();
    assert_eq!(delivery.reply, "202 Accepted");
    assert_eq!(attempt.drafts(), [Some("D1".into()), None], "written down, and off again");

    let asked = server.asked();
    assert_eq!(asked[0].header("prefer"), "IdType=\"ImmutableId\"");
    let bare = String::from_utf8(STANDARD.decode(&asked[0].body).unwrap()).unwrap();
    assert!(bare.starts_with("Bcc: carol@example.org\r\n") && !bare.contains(".bin"), "{bare}");
    let small: serde_json::Value = serde_json::from_slice(&asked[1].body).unwrap();
    assert_eq!((&small["name"], &small["isInline"]), (&"0.bin".into(), &false.into()));
    assert_eq!(small["contentBytes"].as_str().unwrap().len(), 1_336);
    let item: serde_json::Value = serde_json::from_slice(&asked[2].body).unwrap();
    assert_eq!(item["AttachmentItem"]["size"], 7_000_000);
    assert_eq!(asked[2].header("authorization"), format!("Bearer {TOKEN}"));
    let mut uploaded = Vec::new();
    for (put, range) in asked[3..6].iter().zip(["0-3276799", "3276800-6553599", "6553600-6999999"])
    {
        assert_eq!(put.header("content-range"), format!("bytes {range}/7000000"));
        assert_eq!(put.header("content-type"), "application/octet-stream");
        assert_eq!(put.header("authorization"), "", "the token must not go there");
        uploaded.extend_from_slice(&put.body);
    }
    assert!(uploaded == fs::read(dir.path().join("1.bin")).unwrap());
    assert_eq!((asked[6].body.len(), asked[6].header("content-length")), (0, "0"));
}

#[tokio::test]
async fn a_broken_range_is_taken_up_where_it_broke() {
    let broken: [Vec<(&str, Say)>; 4] = [
        vec![(PUT, Say::HangUp), (FAR, wants(RANGE + 1000))],
        vec![(PUT, answer("503 Service Unavailable", "", "<html>")), (FAR, wants(RANGE + 1000))],
        vec![
            (PUT, refusal("416 Range Not Satisfiable", "invalidRange", "")),
            (FAR, wants(RANGE + 1000)),
        ],
        vec![(PUT, wants(RANGE + 1000))],
    ];
    for breaks in broken {
        let told = format!("{breaks:?}");
        let mut steps = good();
        let wanted = breaks.len() + 3;
        steps.splice(3..4, breaks.into_iter().chain([(PUT, wants(2 * RANGE + 1000))]));
        let (server, sent) = one_file(&Attempt::default(), steps).await;
        sent.unwrap_or_else(|error| panic!("{told}: {error}"));
        let again = &server.asked()[wanted];
        assert_eq!(again.header("content-range"), "bytes 3277800-6554599/7000000", "{told}");
    }
}

#[tokio::test]
async fn a_session_that_ran_out_is_opened_again() {
    let mut steps = good();
    let over = refusal("404 Not Found", "itemNotFound", "The upload session was not found");
    steps.splice(
        3..4,
        [
            (PUT, over),
            (COUNT, files(0)),
            (OPEN, opened()),
            (PUT, wants(RANGE)),
            (PUT, wants(2 * RANGE)),
        ],
    );
    one_file(&Attempt::default(), steps).await.1.unwrap();
}

#[tokio::test]
async fn a_lost_answer_to_the_last_range_is_looked_into_first() {
    let mut steps = good();
    let over = refusal("404 Not Found", "itemNotFound", "The upload session was not found");
    steps.splice(4..5, [(PUT, Say::HangUp), (FAR, over), (COUNT, files(1))]);
    let (server, sent) = one_file(&Attempt::default(), steps).await;
    sent.unwrap();
    server.asked();
}

#[tokio::test]
async fn a_lost_answer_about_the_draft_is_looked_for_by_its_id() {
    let found = json("200 OK", r#"{"value":[{"id":"D1","isDraft":true}]}"#);
    let mut steps = good();
    steps.splice(0..1, [(MAKE, Say::HangUp), ("GET /v1.0/me/messages?%24filter=", found)]);
    let (server, sent) = one_file(&Attempt::default(), steps).await;
    sent.unwrap();
    server.asked();
}

#[tokio::test]
async fn a_lost_answer_to_send_is_settled_by_the_drafts_id() {
    // Still a draft: it is sent again. No draft any more: it was sent.
    let mut steps = good();
    steps.pop();
    steps.extend([
        (SEND, Say::HangUp),
        (LOOK, is_draft(true)),
        (LOOK, is_draft(true)),
        (LOOK, is_draft(true)),
        (SEND, answer("504 Gateway Timeout", "", "")),
        (LOOK, is_draft(false)),
    ]);
    let attempt = Attempt::default();
    let (server, sent) = one_file(&attempt, steps).await;
    assert!(sent.unwrap().reply.contains("504"));
    server.asked();
    assert_eq!(attempt.drafts().last(), Some(&None));

    // Nowhere: nobody knows, and the id stays with the caller.
    let mut steps = good();
    steps.pop();
    let nowhere = || refusal("404 Not Found", "ErrorItemNotFound", "");
    steps.extend([(SEND, Say::HangUp), (LOOK, nowhere()), (LOOK, nowhere()), (LOOK, nowhere())]);
    let attempt = Attempt::default();
    let (_, sent) = one_file(&attempt, steps).await;
    assert!(sent.unwrap_err().uncertain());
    assert_eq!(attempt.drafts(), [Some("D1".into())]);
}

#[tokio::test]
async fn what_is_refused_or_cancelled_leaves_no_draft() {
    let mut steps = good();
    steps.truncate(2);
    let full = refusal("507 Insufficient Storage", "ErrorQuotaExceeded", "The mailbox is full");
    steps.splice(1..2, [(OPEN, full)]);
    steps.extend(removed());
    let attempt = Attempt::default();
    let (server, sent) = one_file(&attempt, steps).await;
    assert_eq!(Problem::from(sent.unwrap_err()).code, Code::MessageRefused);
    server.asked();
    assert_eq!(attempt.drafts(), [Some("D1".into()), None]);

    let mut steps = good();
    steps.truncate(3);
    steps.extend(removed());
    let token = CancellationToken::new();
    let stop = token.clone();
    let watch = Watch::new(token, move |progress| {
        if progress.sent > RANGE as u64 {
            stop.cancel();
        }
    });
    let attempt = Attempt { watch, ..Attempt::default() };
    let (server, sent) = one_file(&attempt, steps).await;
    assert_eq!(Problem::from(sent.unwrap_err()).code, Code::Cancelled);
    server.asked();
    assert_eq!(attempt.drafts(), [Some("D1".into()), None]);
}

#[tokio::test]
async fn a_draft_that_is_being_made_when_the_send_is_stopped_is_removed() {
    let Say::Raw(made) = made() else { unreachable!("it is an answer") };
    let mut steps = vec![(MAKE, Say::Held(made))];
    steps.extend(removed());
    let (dir, server) = (tempfile::tempdir().unwrap(), GraphScript::start(steps).await);
    let token = CancellationToken::new();
    let attempt = Attempt { watch: Watch::new(token.clone(), |_| ()), ..Attempt::default() };
    let message = with_files(dir.path(), &[7_000_000]);
    let stopping = async {
        server.is_silent().await;
        token.cancel();
        server.go_on();
    };
    let (sent, ()) = tokio::join!(attempt.send(&server, &message), stopping);
    assert_eq!(Problem::from(sent.unwrap_err()).code, Code::Cancelled);
    server.asked();
    assert_eq!(attempt.drafts(), [Some("D1".into()), None]);
}

#[tokio::test]
async fn a_draft_that_cannot_be_removed_stays_with_the_caller() {
    let mut steps = good();
    steps.truncate(2);
    steps.splice(1..2, [(OPEN, refusal("403 Forbidden", "ErrorAccessDenied", "no"))]);
    steps.extend([
        (LOOK, is_draft(true)),
        (REMOVE, refusal("403 Forbidden", "ErrorAccessDenied", "no")),
    ]);
    let attempt = Attempt::default();
    let (server, sent) = one_file(&attempt, steps).await;
    assert_eq!(Problem::from(sent.unwrap_err()).code, Code::SenderRefused);
    server.asked();
    assert_eq!(attempt.drafts(), [Some("D1".into())]);
}

#[tokio::test]
async fn a_missing_permission_is_said_before_anything_is_uploaded() {
    let (server, sent) = one_file(&Attempt::blind(), Vec::new()).await;
    let problem = Problem::from(sent.unwrap_err());
    assert_eq!(problem.code, Code::PermissionMissing);
    assert!(problem.means.contains("Mail.ReadWrite"), "{problem:?}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn more_than_graph_takes_is_refused_before_anything_is_uploaded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("huge.bin");
    // A file of holes: its size is what counts.
    fs::File::create(&path).unwrap().set_len(graph::LARGEST + 1).unwrap();
    let huge = Draft { attachments: vec![Attachment { path, content_id: None }], ..draft() };
    let words = Draft { text: "x".repeat(4_000_000), ..draft() };
    for message in [huge, words] {
        let server = GraphScript::start::<&str>([]).await;
        let problem = Attempt::default().refused(&server, &message).await;
        assert_eq!(problem.code, Code::MessageTooLarge);
        assert!(server.asked().is_empty());
    }
}

#[tokio::test]
async fn an_upload_address_that_is_not_protected_gets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = json("201 Created", r#"{"uploadUrl":"http://outlook.office.com/upload?a=b"}"#);
    let mut steps = vec![(MAKE, made()), (OPEN, elsewhere)];
    steps.extend(removed());
    let server = GraphScript::start(steps).await;
    let message = with_files(dir.path(), &[7_000_000]);
    let problem = Attempt::default().refused(&server, &message).await;
    assert_eq!(problem.code, Code::NotTheProtocol, "{problem:?}");
    server.asked();
}

#[tokio::test]
async fn what_an_earlier_send_left_behind_is_removed_unless_it_was_sent() {
    use graph::Leftover;
    let nowhere = || refusal("404 Not Found", "ErrorItemNotFound", "");
    let table = [
        (removed(), Leftover::Removed),
        (vec![(LOOK, is_draft(false))], Leftover::WasSent),
        (vec![(LOOK, nowhere())], Leftover::Gone),
    ];
    for (steps, expected) in table {
        let server = GraphScript::start(steps).await;
        let limits = Limits::default();
        let http = Http::new(Route::Direct, &Trust::system(), &limits).unwrap();
        let graph = Graph { url: server.url.parse().unwrap(), mailbox: None };
        let (lane, desk) = (Lane::with_room(REQUESTS_AT_ONCE), Desk::default());
        let way = Way { http: &http, graph: &graph, limits: &limits, lane: &lane, host: &desk };
        let token = Credentials::Bearer { user: "ana".into(), token: Secret::new(TOKEN) };
        assert_eq!(graph::remove_leftover(way, &token, "D1").await.unwrap(), expected);
        server.asked();
    }
}
