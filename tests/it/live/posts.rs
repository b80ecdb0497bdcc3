//! Posts by REST.

use mattermost::{ErrorKind, PostDraft, PostPage, PostPatch, Timestamp};

use super::world::World;

pub(super) fn post_reply_answer_edit_delete(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("posts", &[&jane, &bob]);
    let posts = jane.client.posts();
    let first = posts.create(&PostDraft::new(&channel.id, "**first**, with ümläuts 🦀")).unwrap();
    assert_eq!((first.message.as_str(), &first.user_id), ("**first**, with ümläuts 🦀", &jane.id));
    let reply = bob.client.posts().reply(&first, "in the thread").unwrap();
    assert_eq!(reply.root_id, first.id);
    // A reply to a reply stays in the thread; an answer goes where it was said.
    assert_eq!(posts.reply(&reply, "also in the thread").unwrap().root_id, first.id);
    assert_eq!(posts.answer(&reply, "answered in the thread").unwrap().root_id, first.id);
    assert!(posts.answer(&first, "answered in the channel").unwrap().root_id.is_empty());
    assert_eq!(posts.thread(&first.id, &Default::default()).unwrap().order.len(), 4);

    let edited = posts.patch(&first.id, &PostPatch::new().message("second")).unwrap();
    assert_eq!(edited.message, "second");
    assert!(edited.edit_at >= edited.create_at && !edited.edit_at.is_never());
    posts.delete(&first.id).unwrap();
    let error = posts.get(&first.id).unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    let error = bob
        .client
        .posts()
        .delete(&posts.create(&PostDraft::new(&channel.id, "mine")).unwrap().id)
        .unwrap_err();
    assert!(error.is_forbidden(), "{error:?}");
}

pub(super) fn react_and_take_back(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("reactions", &[&jane]);
    let post = jane.client.posts().create(&PostDraft::new(&channel.id, "nice?")).unwrap();
    let reaction = jane.client.reactions().create(&post.id, "thumbsup").unwrap();
    assert_eq!((reaction.user_id, reaction.emoji_name.as_str()), (jane.id.clone(), "thumbsup"));
    assert_eq!(jane.client.reactions().list(&post.id).unwrap().len(), 1);
    jane.client.reactions().delete(&post.id, "thumbsup").unwrap();
    assert!(jane.client.reactions().list(&post.id).unwrap().is_empty());
    jane.client.posts().pin(&post.id).unwrap();
    assert!(jane.client.posts().get(&post.id).unwrap().is_pinned);
}

pub(super) fn pages_and_history(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("history", &[&jane]);
    let texts: Vec<String> = (0..25).map(|n| format!("post {n}")).collect();
    for text in &texts {
        jane.client.posts().create(&PostDraft::new(&channel.id, text)).unwrap();
    }
    let page = jane.client.posts().list(&channel.id, &PostPage::new().per_page(10u32)).unwrap();
    let shown: Vec<&str> = page.iter().map(|post| post.message.as_str()).collect();
    let newest: Vec<&str> = texts.iter().rev().take(10).map(String::as_str).collect();
    assert_eq!(shown, newest);
    let mut all: Vec<String> = Vec::new();
    for post in jane.client.posts().history(&channel.id) {
        let post = post.unwrap();
        if !post.is_system() {
            all.push(post.message);
        }
    }
    all.reverse();
    assert_eq!(all, texts);
}

pub(super) fn a_post_with_a_key_is_found(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("keys", &[&jane]);
    let hour_ago = Timestamp::now().minus(std::time::Duration::from_secs(3600));
    let key = format!("build-{}", world.run);
    assert!(jane.client.posts().find_key(&channel.id, &key, hour_ago).unwrap().is_none());
    let draft = PostDraft::new(&channel.id, "build ok").key(&key);
    let post = jane.client.posts().create(&draft).unwrap();
    assert_eq!(jane.client.posts().find_key(&channel.id, &key, hour_ago).unwrap().unwrap().id, post.id);
    // The same draft within 30 s is the same post.
    assert_eq!(jane.client.posts().create(&draft).unwrap().id, post.id);
}

pub(super) fn too_much_is_refused_before_it_is_sent(world: &World) {
    let jane = world.account("jane");
    let channel = world.channel("limits", &[&jane]);
    let longest = "ä".repeat(16_383);
    assert_eq!(jane.client.posts().create(&PostDraft::new(&channel.id, &longest)).unwrap().message, longest);
    let error = jane.client.posts().create(&PostDraft::new(&channel.id, format!("{longest}x"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("16383"), "{error}");
    let error = jane.client.posts().create(&PostDraft::new(&channel.id, "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}
