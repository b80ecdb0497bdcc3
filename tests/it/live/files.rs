//! Files up and down.

use mattermost::{Payload, PostDraft, Upload};

use super::world::{World, next};

pub(super) fn up_and_down(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("files", &[&jane, &bob]);
    let events = bob.client.events().unwrap();
    let folder = std::env::temp_dir().join(format!("mattermost-live-{}", world.run));
    std::fs::create_dir_all(&folder).unwrap();
    let content: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
    // Windows has no quotes in names.
    let name = if cfg!(windows) { "质量 ä '1'.bin" } else { "质量 ä \"1\".bin" };
    let source = folder.join(name);
    std::fs::write(&source, &content).unwrap();

    let files = jane.client.files();
    let from_path = files.upload(&channel.id, Upload::path(&source).unwrap()).unwrap();
    assert_eq!((from_path.name.as_str(), from_path.size), (name, content.len() as u64));
    let from_bytes = files.upload(&channel.id, Upload::bytes("b.txt", "some text")).unwrap();
    let read = content.len() as u64;
    let from_reader = files.upload(&channel.id, Upload::reader("c.bin", &content[..], Some(read))).unwrap();
    let ids = [&from_path.id, &from_bytes.id, &from_reader.id];
    let post = jane.client.posts().create(&PostDraft::new(&channel.id, "three files").file_ids(ids)).unwrap();
    assert_eq!(post.file_ids.len(), 3);
    let seen = next(&events, "the post with files", |_, payload| match payload {
        Payload::Posted(posted) if posted.post.id == post.id => Some(posted.clone()),
        _ => None,
    });
    assert_eq!(seen.post.file_ids, post.file_ids);
    let mut other = Vec::new();
    bob.client.files().download(&from_bytes.id).write_to(&mut other).unwrap();
    assert_eq!(other, b"some text");

    let mut down = Vec::new();
    files.download(&from_reader.id).write_to(&mut down).unwrap();
    assert_eq!(down, content);
    let mut rest = Vec::new();
    files.download(&from_reader.id).from_byte(399_990).write_to(&mut rest).unwrap();
    assert_eq!(rest, content[399_990..]);
    let saved = folder.join(from_path.safe_name());
    assert_eq!(files.save(&from_path, folder.join("saved.bin")).unwrap(), read);
    assert_eq!(std::fs::read(folder.join("saved.bin")).unwrap(), content);
    assert_eq!(saved.parent().unwrap(), folder);
    assert_eq!(files.info(&from_bytes.id).unwrap().extension, "txt");
    std::fs::remove_dir_all(&folder).unwrap();
}

pub(super) fn a_post_needs_all_its_files(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("with-files", &[&jane]);
    let draft = PostDraft::new(&channel.id, "two logs");
    let logs = [Upload::bytes("a.log", "one"), Upload::bytes("b.log", "two")];
    let post = jane.client.posts().create_with_files(&draft, logs).unwrap();
    assert_eq!(post.file_ids.len(), 2);
    let broken = std::io::Read::chain(&b"begins"[..], Broken);
    let uploads = [Upload::bytes("a.log", "one"), Upload::reader("b.log", broken, Some(1000))];
    let before = jane.client.posts().list(&channel.id, &Default::default()).unwrap().order.len();
    assert!(jane.client.posts().create_with_files(&draft, uploads).is_err());
    assert_eq!(jane.client.posts().list(&channel.id, &Default::default()).unwrap().order.len(), before);
}

struct Broken;

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}
