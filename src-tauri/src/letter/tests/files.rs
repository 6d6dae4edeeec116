//! Files that go along.

use super::*;

#[tokio::test]
async fn a_message_in_a_message_is_not_taken_for_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.eml");
    fs::write(&file, "Subject: old\r\n\r\nold").unwrap();
    let all = composed(&Draft { attachments: vec![attach(&file, None)], ..draft() }).await;
    assert!(String::from_utf8(all).unwrap().contains("Content-Type: application/octet-stream\r\n"));
}

#[tokio::test]
async fn a_file_that_changes_ends_the_reading() {
    type Change = fn(&Path);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("big.bin");
    let changes: [(&str, Change); 4] = [
        ("grows", |file| fs::write(file, vec![1; 300_001]).unwrap()),
        ("shrinks", |file| fs::write(file, vec![1; 10]).unwrap()),
        ("is touched", |file| {
            let file = fs::File::options().write(true).open(file).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }),
        ("goes", |file| fs::remove_file(file).unwrap()),
    ];
    for (what, change) in changes {
        for blocks_before in [0, 1] {
            fs::write(&file, vec![0; 300_000]).unwrap();
            let draft = Draft { attachments: vec![attach(&file, None)], ..draft() };
            let letter = Letter::compose(&draft, now()).await.unwrap();
            let (mut reader, mut block) = (letter.read(), Vec::new());
            for _ in 0..blocks_before {
                reader.next(&mut block).await.unwrap();
            }
            change(&file);
            let mut ended = None;
            while ended.is_none() && !reader.is_at_end() {
                ended = reader.next(&mut block).await.err();
            }
            match ended {
                Some(LetterError::Changed { .. } | LetterError::File { .. }) => {}
                None if what == "goes" && blocks_before == 1 => {} // what is open can still be read
                other => panic!("{what} after {blocks_before}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_a_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("absent")] {
        let draft = Draft { attachments: vec![attach(&path, None)], ..draft() };
        let refused = Letter::compose(&draft, now()).await;
        assert!(matches!(refused, Err(LetterError::File { .. })), "{refused:?}");
    }
}
