//! Graph, request by request.

use super::*;
use base64::engine::general_purpose::STANDARD as BASE64;
use sendright::sandbox::Via;
use serde_json::json;

const MAIL_SEND: &str = "https://graph.microsoft.com/Mail.Send";
const LETTER: &str = "From: You <you@sandbox.test>\r\nTo: anna@sandbox.test\r\nCc: team@sandbox.test\r\nBcc: boss@elsewhere.test\r\nSubject: Hello\r\nMessage-ID: <1@sandbox.test>\r\n\r\nText\r\n";

impl Stage {
    async fn graph(&self, path: &str, token: &str, kind: &str, body: &[u8]) -> Response<Vec<u8>> {
        let request = Request::post(self.at().graph_url.join(path).unwrap().as_str())
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind)
            .body(body.to_vec());
        self.http.send(request.unwrap()).await.unwrap()
    }

    /// Sends `letter` in MIME form.
    async fn send(&self, path: &str, token: &str, letter: &str) -> Response<Vec<u8>> {
        self.graph(path, token, "text/plain", BASE64.encode(letter).as_bytes()).await
    }

    async fn read(&self, path: &str, token: &str) -> Value {
        let request = Request::get(self.at().graph_url.join(path).unwrap().as_str())
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Vec::new());
        json(&self.http.send(request.unwrap()).await.unwrap())
    }
}

fn code(refused: &Response<Vec<u8>>) -> (u16, String) {
    (refused.status().as_u16(), field(&super::json(refused)["error"], "code"))
}

#[tokio::test]
async fn a_message_in_mime_form_arrives_without_its_blind_copies() {
    let stage = Stage::set().await;
    let token = stage.access_token(USER, MAIL_SEND).await;
    let sent = stage.send("/v1.0/me/sendMail", &token, LETTER).await;
    assert_eq!((sent.status().as_u16(), sent.body().len()), (202, 0), "{}", text(&sent));
    let mails = stage.sandbox.inbox().list();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!(mail.via, Via::Graph);
    assert_eq!(mail.to, ["anna@sandbox.test", "team@sandbox.test", "boss@elsewhere.test"]);
    let arrived = stage.sandbox.inbox().source(mail.id).unwrap().unwrap();
    let expected = LETTER.replace("Bcc: boss@elsewhere.test\r\n", "");
    assert_eq!(String::from_utf8(arrived).unwrap(), expected);
}

#[tokio::test]
async fn a_long_message_is_kept_whole() {
    let stage = Stage::set().await;
    let token = stage.access_token(USER, MAIL_SEND).await;
    let long = format!("{LETTER}{}", "0123456789\r\n".repeat(200_000));
    assert_eq!(stage.send("/v1.0/me/sendMail", &token, &long).await.status(), 202);
    let mail = &stage.sandbox.inbox().list()[0];
    assert_eq!((&*mail.subject, mail.size), ("Hello", long.len() as u64 - 26));
}

#[tokio::test]
async fn a_message_in_json_form_arrives_as_it_was_described() {
    let stage = Stage::set().await;
    let token = stage.access_token(USER, MAIL_SEND).await;
    let to = |address: &str| json!({ "emailAddress": { "address": address, "name": "Änne" } });
    let body = json!({ "message": {
        "subject": "Grüße",
        "body": { "contentType": "HTML", "content": "<p>Hello</p>" },
        "toRecipients": [to("anna@sandbox.test")],
        "bccRecipients": [to("boss@elsewhere.test")],
        "internetMessageHeaders": [{ "name": "x-test", "value": "1" }],
        "attachments": [{
            "@odata.type": "#microsoft.graph.fileAttachment", "name": "a.pdf",
            "contentType": "application/pdf", "contentBytes": BASE64.encode("PDF"),
        }, {
            "@odata.type": "#microsoft.graph.fileAttachment", "name": "logo.png",
            "contentType": "image/png", "contentBytes": BASE64.encode("PNG"),
            "isInline": true, "contentId": "logo",
        }],
    }, "saveToSentItems": false });
    let path = "/v1.0/me/sendMail";
    let sent = stage.graph(path, &token, "application/json", body.to_string().as_bytes()).await;
    assert_eq!(sent.status(), 202, "{}", text(&sent));
    let id = stage.sandbox.inbox().list()[0].id;
    let mail = stage.sandbox.inbox().get(id).unwrap().unwrap();
    assert_eq!((&*mail.mail.subject, &*mail.mail.from), ("Grüße", USER));
    assert_eq!(mail.html.unwrap().trim(), "<p>Hello</p>");
    let file = &mail.attachments[0];
    assert_eq!((&*file.name, &*file.media_type, file.size), ("a.pdf", "application/pdf", 3));
    assert!(mail.headers.contains(&("x-test".into(), "1".into())), "{:?}", mail.headers);
    assert!(!mail.source.contains("boss"));
    assert!(mail.source.contains("Content-ID: <logo>\r\n"), "{}", mail.source);
    assert!(mail.source.contains("inline; filename=\"logo.png\""), "{}", mail.source);

    let mut bad = body.clone();
    bad["message"]["internetMessageHeaders"][0]["name"] = "List-Id".into();
    let refused = stage.graph(path, &token, "application/json", bad.to_string().as_bytes()).await;
    assert_eq!(code(&refused), (400, "InvalidInternetMessageHeader".into()));
}

#[tokio::test]
async fn what_graph_refuses_it_refuses_with_its_codes() {
    let stage = Stage::set().await;
    let me = "/v1.0/me/sendMail";
    let anna = "/v1.0/users/anna@sandbox.test/sendMail";
    let own = stage.access_token(USER, MAIL_SEND).await;
    let smtp = stage.access_token(USER, SMTP_SEND).await;
    let reads = stage.access_token(USER, "Mail.Read").await;
    let app = field(&stage.app_token("https://graph.microsoft.com/.default").await, "access_token");
    let as_anna = LETTER.replace("you@", "anna@");
    let (team, as_team) =
        ("/v1.0/users/team@sandbox.test/sendMail", LETTER.replace("you@", "team@"));
    let to_nobody = "From: you@sandbox.test\r\n\r\n";
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, u16, &str)] = &[
        (me,   "",     LETTER,    401, "InvalidAuthenticationToken"),
        (me,   &smtp,  LETTER,    401, "InvalidAuthenticationToken"),
        (me,   &reads, LETTER,    403, "ErrorAccessDenied"),
        (anna, &own,   &as_anna,  403, "ErrorAccessDenied"),
        (me,   &own,   &as_anna,  403, "ErrorSendAsDenied"),
        (me,   &own,   &as_team,  403, "ErrorAccessDenied"),
        (team, &own,   &as_team,  403, "ErrorAccessDenied"),
        (me,   &own,   to_nobody, 400, "ErrorInvalidRecipients"),
        (me,   &app,   LETTER,    400, "BadRequest"),
        ("/v1.0/users/nobody@sandbox.test/sendMail", &app, LETTER, 404, "ErrorInvalidUser"),
        ("/v1.0/me/sendMai", &own, LETTER, 400, "BadRequest"),
    ];
    for (path, token, letter, status, expected) in table {
        let refused = stage.send(path, token, letter).await;
        assert_eq!(code(&refused), (*status, (*expected).to_owned()), "{path} {letter}");
        assert!(refused.headers().contains_key("request-id"));
    }
    let refused = stage.graph(me, &own, "text/plain", LETTER.as_bytes()).await;
    assert_eq!(code(&refused), (400, "ErrorMimeContentInvalidBase64String".into()));
    let refused = stage.graph(me, &own, "text/plain", &vec![b'A'; 4 * 1024 * 1024 + 1]).await;
    assert_eq!(code(&refused), (413, "RequestEntityTooLarge".into()));
    assert!(stage.sandbox.inbox().list().is_empty());

    assert_eq!(stage.send(anna, &app, &as_anna).await.status(), 202, "a program may, for anybody");
    let shared = stage.access_token(USER, &format!("{MAIL_SEND}.Shared")).await;
    for (path, letter) in [(me, LETTER), (me, &as_team), (team, &as_team)] {
        assert_eq!(stage.send(path, &shared, letter).await.status(), 202, "{path} {letter}");
    }
}

#[tokio::test]
async fn a_message_is_found_again_by_its_id() {
    let stage = Stage::set().await;
    let scopes = format!(
        "{MAIL_SEND} https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read"
    );
    let token = stage.access_token(USER, &scopes).await;
    for id in ["1@sandbox.test", "o'2@sandbox.test"] {
        stage.send("/v1.0/me/sendMail", &token, &LETTER.replace("1@sandbox.test", id)).await;
    }
    let all = stage.read("/v1.0/me/messages", &token).await;
    assert_eq!(all["value"].as_array().unwrap().len(), 2);
    assert_eq!(all["value"][0]["internetMessageId"], "<o'2@sandbox.test>", "newest first");
    let top = stage.read("/v1.0/me/messages?$top=1", &token).await;
    assert_eq!(top["value"].as_array().unwrap().len(), 1);
    let filter = "/v1.0/me/messages?$filter=internetMessageId%20eq%20'%3Co''2%40sandbox.test%3E'";
    let found = stage.read(filter, &token).await;
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    let bad = stage.read("/v1.0/me/messages?$filter=subject%20eq%20'a'", &token).await;
    assert_eq!(bad["error"]["code"], "ErrorInvalidUrlQueryFilter");
    assert_eq!(stage.read("/v1.0/me", &token).await["userPrincipalName"], USER);

    let annas = stage.access_token("anna@sandbox.test", "Mail.Read").await;
    let received = stage.read("/v1.0/me/messages", &annas).await;
    assert_eq!(received["value"].as_array().unwrap().len(), 2, "received as well as sent");
    let others = stage.access_token("smtpoff@sandbox.test", "Mail.Read").await;
    assert_eq!(stage.read("/v1.0/me/messages", &others).await["value"], json!([]));
}
