//! One message by SMTP, in one request to Graph, and as a draft with uploads: the same mail arrives.

use super::*;
use crate::peers::product::smtp;
use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use sendright::{
    api::{AttachmentDraft, MessageDraft, Outcome, SendRequest},
    app::App,
    profile::Transport,
};
use std::fs;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The headers that differ from mail to mail, or are written on the way.
const OF_ITS_OWN: [&str; 7] =
    ["date", "message-id", "received", "return-path", "delivered-to", "content-type", "to"];
/// From here on a message does not go in one request.
const LARGE: usize = 3_500_000;

/// What recipients see of a mail: its headers, and its parts with their nesting and their octets.
#[derive(Debug, PartialEq)]
struct Seen {
    headers: Vec<(String, String)>,
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq)]
struct Part {
    kind: String,
    shown: Option<String>,
    name: Option<String>,
    content_id: Option<String>,
    content: Content,
}

#[derive(PartialEq)]
enum Content {
    Parts(usize),
    Text(String),
    File(Vec<u8>),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parts(many) => write!(f, "{many} parts"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::File(octets) => write!(f, "{} octets", octets.len()),
        }
    }
}

impl Seen {
    fn of(raw: &[u8]) -> Self {
        let mail = MessageParser::default().parse(raw).expect("it is a mail");
        let headers =
            mail.headers_raw().map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let mut headers: Vec<_> =
            headers.filter(|(name, _)| !OF_ITS_OWN.contains(&name.as_str())).collect();
        headers.sort();
        Self { headers, parts: mail.parts.iter().map(Part::of).collect() }
    }

    /// The files, without what is around them.
    fn files(&self) -> Vec<&Part> {
        self.parts.iter().filter(|part| matches!(part.content, Content::File(_))).collect()
    }
}

impl Part {
    fn of(part: &mail_parser::MessagePart<'_>) -> Self {
        let kind = part.content_type().expect("each part says what it is");
        let shown = part.content_disposition().map(|shown| shown.ctype().to_owned());
        let content = match &part.body {
            PartType::Multipart(parts) => Content::Parts(parts.len()),
            PartType::Text(text) | PartType::Html(text) if shown.is_none() => {
                Content::Text(text.trim().to_owned())
            }
            _ => Content::File(part.contents().to_vec()),
        };
        Self {
            kind: format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()),
            shown,
            name: part.attachment_name().map(str::to_owned),
            content_id: part.content_id().map(str::to_owned),
            content,
        }
    }
}

/// A sender of `grace` by Graph, and one by SMTP, with what they send.
struct Desk {
    product: Product,
    app: App,
    runtime: Runtime,
    files: u32,
}

impl Desk {
    fn new() -> Self {
        let servers = servers();
        let shown = "from = \"Zoë Grün <grace@corp.test>\"\nreply_to = \"carol@corp.test\"\n";
        let open = format!("\"none\"\n{shown}");
        let delegated = format!(
            "\"delegated\"\nregistration = \"desktop\"\ntransport = \"graph\"\n{READ_WRITE}{shown}"
        );
        let product = Product::new();
        product.apply(
            &(registration(servers, "desktop")
                + &profile("G", "grace", &delegated)
                + &profile("S", "grace", &open)
                + &smtp(servers, "relay", "none")),
        );
        product.sign_in(servers, "G", "grace@corp.test");
        let (app, runtime) = (product.app(), Runtime::new().unwrap());
        Self { product, app, runtime, files: 0 }
    }

    /// A file of its own folder, so that names may be the same.
    fn file(&mut self, name: &str, content: &[u8], content_id: Option<&str>) -> AttachmentDraft {
        self.files += 1;
        let folder = self.product.file(&format!("files-{}", self.files));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(name), content).unwrap();
        let file = folder.join(name).display().to_string();
        AttachmentDraft { file, content_id: content_id.map(str::to_owned) }
    }

    /// Sends `message` from the sender `name`; gives what bob gets. Carol may get a hidden copy.
    fn arrived(&self, name: &str, message: MessageDraft) -> Seen {
        let hidden = !message.bcc.is_empty();
        let sending = async {
            let profile_id = self.app.find_profile(name).await?;
            let request = SendRequest { send_id: Uuid::new_v4(), profile_id, message, via: None };
            self.app.send(request).await
        };
        let report =
            self.runtime.block_on(sending).unwrap_or_else(|problem| panic!("{problem:#?}"));
        assert_eq!(report.outcome, Outcome::Accepted, "{report:#?}");
        let wanted = if name == "G" { Transport::Graph } else { Transport::Smtp };
        assert_eq!(report.transport, wanted);
        if hidden {
            Mailbox::open(servers(), "carol").wait_for(&report.message_id);
        }
        Seen::of(&Mailbox::open(servers(), "bob").wait_for(&report.message_id))
    }

    /// `message` in each form, and without a copy, where Graph takes it apart and takes few headers: its
    /// files at least are the same there.
    fn is_the_same_in_each_form(&mut self, what: &str, message: &MessageDraft) {
        let with = |desk: &mut Self, size| {
            let mut whole = message.clone();
            whole.attachments.push(desk.file("data.bin", &noise(size), None));
            whole
        };
        let (small, large) = (with(self, 20_000), with(self, LARGE));
        let by_smtp = self.arrived("S", small.clone());
        let one_request = self.arrived("G", small.clone());
        assert_eq!(by_smtp, one_request, "{what}: by SMTP and in one request");

        let mut draft = self.arrived("G", large);
        let data = draft.parts.iter_mut().find(|part| part.name.as_deref() == Some("data.bin"));
        let data = data.unwrap_or_else(|| panic!("{what}: the large file arrives"));
        assert!(data.content == Content::File(noise(LARGE)), "{what}: {:?}", data.content);
        data.content = Content::File(noise(20_000));
        assert_eq!(one_request, draft, "{what}: in one request and as a draft");

        let in_json = self.arrived(
            "G",
            MessageDraft { save_to_sent_items: Some(false), headers: vec![], ..small },
        );
        assert_eq!(one_request.files(), in_json.files(), "{what}: the files in JSON");
    }
}

/// To bob, with two bodies.
fn message() -> MessageDraft {
    MessageDraft {
        to: vec!["bob@corp.test".into()],
        subject: "Two forms".into(),
        text: "Grüße".into(),
        html: "<p>Grüße <img src=\"cid:logo\"></p>".into(),
        ..MessageDraft::default()
    }
}

#[test]
fn both_forms_of_a_message_arrive_as_the_same_mail() {
    let mut desk = Desk::new();
    let attachments = vec![
        desk.file("logo.png", &noise(20_001), Some("logo")),
        desk.file("Notiz ü.txt", "Kurz\r\n".as_bytes(), None),
    ];
    let whole = MessageDraft {
        cc: vec!["Dave <dave@corp.test>".into()],
        bcc: vec!["carol@corp.test".into()],
        headers: vec![
            ("X-Order".into(), "17".into()),
            ("List-Id".into(), "<orders.corp.test>".into()),
        ],
        attachments,
        ..message()
    };
    desk.is_the_same_in_each_form("a whole letter", &whole);
}

#[test]
fn a_picture_that_is_too_large_for_one_request_arrives_where_the_small_one_does() {
    let mut desk = Desk::new();
    let mut with = |size| {
        let picture = desk.file("logo.png", &noise(size), Some("logo"));
        let data = desk.file("data.bin", &noise(20_000), None);
        desk.arrived("G", MessageDraft { attachments: vec![picture, data], ..message() })
    };
    let (small, mut large) = (with(20_000), with(LARGE));
    let picture = large.parts.iter_mut().find(|part| part.name.as_deref() == Some("logo.png"));
    let picture = picture.expect("it arrives");
    assert_eq!(picture.content_id.as_deref(), Some("logo"));
    assert!(picture.content == Content::File(noise(LARGE)), "{picture:?}");
    picture.content = Content::File(noise(20_000));
    assert_eq!(small, large);
}

#[test]
fn odd_letters_and_odd_files_arrive_the_same_in_each_form() {
    let mut desk = Desk::new();
    let long = format!("{}.bin", "ü".repeat(120));
    let mut file = |name: &str, content: &[u8], id| vec![desk.file(name, content, id)];
    let (plain, png) = (noise(300), noise(400));
    let with = |attachments| MessageDraft { attachments, ..message() };
    let text_only = || MessageDraft { html: String::new(), ..message() };
    #[rustfmt::skip]
    let table = [
        ("no subject",                  MessageDraft { subject: String::new(), ..message() }),
        ("no body",                     MessageDraft { text: String::new(), ..text_only() }),
        ("only HTML",                   MessageDraft { text: String::new(), attachments: file("logo.png", &png, Some("logo")), ..message() }),
        ("only text",                   text_only()),
        ("quotation marks in a name",   with(file("a \"b\" 'c' \\d;e.bin", &plain, None))),
        ("umlauts in a name",           with(file("Grüße aus Köln 😀.pdf", &plain, None))),
        ("a percent sign in a name",    with(file("100% ü.bin", &plain, None))),
        ("a long name",                 with(file(&long, &plain, None))),
        ("a long plain name",           with(file(&"n".repeat(200), &plain, None))),
        ("two files of one name",       with([file("a.bin", &plain, None), file("a.bin", &png, None)].concat())),
        ("an empty file",               with(file("empty.txt", b"", None))),
        ("a mail as a file",            with(file("mail.eml", b"Subject: x\r\n\r\nx\r\n", None))),
        ("a page as a file",            with(file("page.html", "<p>Grüße</p>".as_bytes(), None))),
        ("a picture nobody mentions",   with(file("photo.jpg", &png, Some("photo@corp.test")))),
        ("a picture without HTML",      MessageDraft { attachments: file("logo.png", &png, Some("logo")), ..text_only() }),
    ];
    for (what, message) in table {
        desk.is_the_same_in_each_form(what, &message);
    }
}
