//! One round of a program through all of the crate, which `.ci/platforms` runs on every platform.

use std::time::Duration;

use crate::event::Payload;
use crate::model::PostDraft;
use crate::rest::Upload;
use crate::testing::TestServer;

const WAIT: Duration = Duration::from_secs(60);

#[test]
fn a_program_posts_transfers_files_survives_a_cut_and_ends() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (server.client("janedoe").unwrap(), server.client("bob").unwrap());
    let channel = bob.channel("awesome-chat", "~town-square").unwrap();
    let events = bob.events().unwrap();
    let next = |text: &str| {
        loop {
            let event = events.poll(WAIT).unwrap().unwrap_or_else(|| panic!("no event with {text}"));
            match event.payload().unwrap() {
                Payload::Posted(posted) if posted.post.message == text => break posted.post.clone(),
                _ => {}
            }
        }
    };

    // Numbers that fit no 32 bits, and none of a float.
    let number = 9_007_199_254_740_993_u64;
    let text = "质量 ä \u{1F680} \"quoted\" \\ \n line";
    let draft = PostDraft::new(&channel.id, text).prop("number", number);
    let post = jane.posts().create(&draft).unwrap();
    let seen = next(text);
    assert_eq!((&seen.id, seen.create_at, &seen.props), (&post.id, post.create_at, &post.props));
    assert_eq!(seen.props.get("number"), Some(&number.into()));
    assert!(seen.create_at.as_millis() > 1 << 32, "{:?}", seen.create_at);

    let folder = std::env::temp_dir().join(format!("mattermost-round-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let content: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
    let source = folder.join("质量 ä.bin");
    std::fs::write(&source, &content).unwrap();
    let info = jane.files().upload(&channel.id, Upload::path(&source).unwrap()).unwrap();
    assert_eq!((info.name.as_str(), info.size), ("质量 ä.bin", content.len() as u64));
    jane.posts().create(&PostDraft::new(&channel.id, "a file").file_ids([&info.id])).unwrap();
    assert_eq!(next("a file").file_ids, std::slice::from_ref(&info.id));
    let target = folder.join("saved.bin");
    assert_eq!(bob.files().save(&info, &target).unwrap(), info.size);
    assert_eq!(std::fs::read(&target).unwrap(), content);
    std::fs::remove_dir_all(&folder).unwrap();

    server.cut_connections();
    server.post_as("janedoe", "town-square", "after the cut");
    next("after the cut");
    let report = events.close(WAIT);
    assert!(report.goodbye && report.detached.is_empty(), "{report:?}");
}
