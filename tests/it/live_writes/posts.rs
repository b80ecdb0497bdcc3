//! Posts, marks on them, threads, drafts and files.

use mattermost::http::Body;
use mattermost::rest::Upload;
use mattermost::{PostDraft, PostPatch, PostSearch, RewriteAction, RewriteRequest, Timestamp, UploadDraft};

use super::{GIF, Writes, nobodys, wait_for};

pub(super) fn posts(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let ann = world.account("pst");
    let channel = world.channel("posts", &[&ann]);
    let posts = ann.client.posts();
    let word = format!("needle{}", world.run);
    let post = w.call("POST /posts", posts.create(&PostDraft::new(&channel, format!("a {word} \u{e4}"))))?;
    w.check("POST /posts", post.message.contains(&word) && post.user_id == ann.id, "as drafted");
    let shown = admin.posts().create_ephemeral(&ann.id, &PostDraft::new(&channel, "for you only"));
    if let Some(shown) = w.call("POST /posts/ephemeral", shown) {
        w.check("POST /posts/ephemeral", shown.message == "for you only", "what was shown");
    }
    if let Some(found) = w.call("POST /posts/ids", posts.list_by_ids(std::slice::from_ref(&post.id))) {
        w.check("POST /posts/ids", found.len() == 1 && found[0].message == post.message, "the one asked for");
    }
    let search = PostSearch::new(&*word);
    let route = "POST /teams/{team_id}/posts/search";
    let found =
        wait_for(|| posts.search(&world.team.id, &search).ok().filter(|found| !found.order.is_empty()));
    w.check(route, found.is_some_and(|found| found.order == [post.id.clone()]), "found");
    w.call(route, posts.search(&world.team.id, &search));
    if let Some(found) = w.call("POST /posts/search", posts.search_all(&search)) {
        w.check("POST /posts/search", found.order == [post.id.clone()], "found");
    }

    let patched =
        w.call("PUT /posts/{post_id}/patch", posts.patch(&post.id, &PostPatch::new().message("patched")))?;
    w.check(
        "PUT /posts/{post_id}/patch",
        patched.message == "patched" && patched.edit_at > post.edit_at,
        "patched",
    );
    let mut whole = w.look("PUT /posts/{post_id}", posts.get(&post.id))?;
    whole.message = "replaced".into();
    let replaced = w.call("PUT /posts/{post_id}", posts.update(&whole))?;
    w.check("PUT /posts/{post_id}", replaced.message == "replaced" && replaced.id == post.id, "replaced");
    if let Ok(versions) = posts.edit_history(&post.id) {
        let route = "POST /posts/{post_id}/restore/{restore_version_id}";
        let first = versions.iter().find(|one| one.message.contains(&word))?;
        if let Some(back) = w.call(route, posts.restore(&post.id, &first.id)) {
            w.check(route, back.message == post.message && back.id == post.id, "as it was at first");
        }
    } else {
        w.call("POST /posts/{post_id}/restore/{restore_version_id}", posts.restore(&post.id, &nobodys()));
    }

    let elsewhere = world.channel("moved", &[&ann]);
    w.call("POST /posts/{post_id}/move", admin.posts().move_to(&post.id, &elsewhere.id));
    w.refusal(
        "DELETE /posts/{post_id}/burn",
        &["app.burn_post.not_burn_on_read.app_error"],
        posts.burn(&post.id),
    );
    let request = RewriteRequest::new(crate::calls::ID, "make it short", RewriteAction::Shorten);
    w.refusal("POST /posts/rewrite", &["app.post.rewrite.agent_call_failed"], posts.rewrite(&request));

    w.call("DELETE /posts/{post_id}", posts.delete(&post.id));
    w.check("DELETE /posts/{post_id}", posts.get(&post.id).is_err_and(|e| e.is_not_found()), "gone");
    if world.is_real() && !w.old {
        let post = w.look("POST /posts", admin.posts().create(&PostDraft::new(&channel, "for good")))?;
        if w.call("DELETE /posts/{post_id}", admin.posts().delete_permanently(&post.id)).is_some() {
            let gone = admin.posts().get_with_deleted(&post.id);
            w.check("DELETE /posts/{post_id}", gone.is_err_and(|e| e.is_not_found()), "gone for good");
        }
    }
    for channel in [channel, elsewhere] {
        w.look("DELETE /channels/{channel_id}", admin.channels().archive(&channel.id));
    }
    Some(())
}

pub(super) fn marks(w: &mut Writes<'_>) -> Option<()> {
    let world = w.world;
    let ann = world.account("mrk");
    let channel = world.channel("marks", &[&ann]);
    let (posts, reactions) = (ann.client.posts(), ann.client.reactions());
    let post =
        w.look("POST /posts", world.admin.posts().create(&PostDraft::new(&channel, "to be marked")))?;
    w.call("POST /posts/{post_id}/pin", posts.pin(&post.id));
    w.check("POST /posts/{post_id}/pin", posts.get(&post.id).is_ok_and(|post| post.is_pinned), "pinned");
    w.call("POST /posts/{post_id}/unpin", posts.unpin(&post.id));
    w.check(
        "POST /posts/{post_id}/unpin",
        posts.get(&post.id).is_ok_and(|post| !post.is_pinned),
        "not pinned",
    );
    let route = "POST /users/{user_id}/posts/{post_id}/set_unread";
    w.look(route, ann.client.channels().view(&channel.id));
    let unread = w.call(route, posts.set_unread(&post.id))?;
    w.check(route, unread.channel_id == channel.id && unread.user_id == ann.id, "where");
    let left = w.look(route, ann.client.channels().unread(&ann.id, &channel.id))?;
    w.check(route, left.msg_count >= 1, "unread again");
    let later = Timestamp::from_millis(Timestamp::now().as_millis() + 3_600_000);
    w.call("POST /users/{user_id}/posts/{post_id}/reminder", posts.remind(&post.id, later));
    let route = "POST /users/{user_id}/posts/{post_id}/ack";
    if let Some(done) = w.call(route, posts.acknowledge(&post.id)) {
        w.check(route, done.user_id == ann.id && done.post_id == post.id, "acknowledged");
    }
    w.call("DELETE /users/{user_id}/posts/{post_id}/ack", posts.unacknowledge(&post.id));

    let reaction = w.call("POST /reactions", reactions.create(&post.id, "smile"))?;
    w.check("POST /reactions", reaction.emoji_name == "smile" && reaction.user_id == ann.id, "as it was set");
    let all = w.call("POST /posts/ids/reactions", reactions.list_by_posts(std::slice::from_ref(&post.id)))?;
    w.check("POST /posts/ids/reactions", all.get(&post.id).is_some_and(|all| all.len() == 1), "by post");
    let route = "DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}";
    w.call(route, reactions.delete(&post.id, "smile"));
    w.check(route, reactions.list(&post.id).is_ok_and(|all| all.is_empty()), "gone");
    w.look(route, world.admin.channels().archive(&channel.id))
}

pub(super) fn threads(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let ann = world.account("thr");
    let channel = world.channel("threads", &[&ann]);
    let (threads, team, me) = (ann.client.threads(), &world.team.id, &ann.id);
    let post = w.look("POST /posts", ann.client.posts().create(&PostDraft::new(&channel, "a thread")))?;
    let reply = w.look("POST /posts", admin.posts().reply(&post, "an answer"))?;
    let route = "PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/following";
    w.call(route, threads.follow(me, team, &post.id));
    let thread = w.look(route, threads.get(me, team, &post.id))?;
    w.check(route, thread.id == post.id && thread.reply_count == 1, "followed");
    let route = "PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/read/{timestamp}";
    let read = w.call(
        route,
        threads.read(team, &post.id, Timestamp::from_millis(reply.create_at.as_millis() + 1000)),
    )?;
    w.check(route, read.id == post.id && read.unread_replies == 0, "all read");
    let route = "POST /users/{user_id}/teams/{team_id}/threads/{thread_id}/set_unread/{post_id}";
    if let Some(unread) = w.call(route, threads.set_unread(team, &post.id, &reply.id)) {
        w.check(route, unread.unread_replies == 1, "one unread");
    }
    let route = "PUT /users/{user_id}/teams/{team_id}/threads/read";
    w.call(route, threads.read_all(me, team));
    let thread = w.look(route, threads.get(me, team, &post.id))?;
    w.check(route, thread.unread_replies == 0, "all read");
    let route = "DELETE /users/{user_id}/teams/{team_id}/threads/{thread_id}/following";
    w.call(route, threads.unfollow(me, team, &post.id));
    w.check(route, threads.get(me, team, &post.id).is_err(), "not followed");
    w.look(route, admin.channels().archive(&channel.id))
}

pub(super) fn drafts(w: &mut Writes<'_>) -> Option<()> {
    let world = w.world;
    let ann = world.account("drf");
    let channel = world.channel("drafts", &[&ann]);
    let (drafts, scheduled) = (ann.client.drafts(), ann.client.scheduled_posts());
    let post = w.look("POST /posts", ann.client.posts().create(&PostDraft::new(&channel, "a thread")))?;
    let in_thread = PostDraft::new(&channel, "begun below").root_id(&post.id);
    if let Some(draft) = w.call("POST /drafts", drafts.save(&PostDraft::new(&channel, "begun"))) {
        w.check(
            "POST /drafts",
            draft.message == "begun" && draft.channel_id == channel.id,
            "as it was saved",
        );
        w.call("POST /drafts", drafts.save(&in_thread));
        let all = w.look("POST /drafts", drafts.list(&ann.id, &world.team.id))?;
        w.check("POST /drafts", all.len() == 2, "both are there");
    }
    let count = || drafts.list(&ann.id, &world.team.id).map_or(0, |all| all.len());
    let route = "DELETE /users/{user_id}/channels/{channel_id}/drafts/{thread_id}";
    if w.call(route, drafts.delete_in(&channel.id, &post.id)).is_some() {
        w.check(route, count() == 1, "one left");
    }
    let route = "DELETE /users/{user_id}/channels/{channel_id}/drafts";
    if w.call(route, drafts.delete(&channel.id)).is_some() {
        w.check(route, count() == 0, "none left");
    }

    let later = Timestamp::from_millis(Timestamp::now().as_millis() + 3_600_000);
    let made = w.call("POST /posts/schedule", scheduled.create(&PostDraft::new(&channel, "later"), later));
    let route = "PUT /posts/schedule/{scheduled_post_id}";
    let mut post = made.clone().unwrap_or_default();
    if made.is_some() {
        w.check("POST /posts/schedule", post.message == "later" && post.scheduled_at == later, "as drafted");
    } else {
        post.id = nobodys();
    }
    post.message = "even later".into();
    let updated = w.call(route, scheduled.update(&post));
    w.check(route, updated.is_none_or(|post| post.message == "even later"), "changed");
    let route = "DELETE /posts/schedule/{scheduled_post_id}";
    let deleted = w.call(route, scheduled.delete(&post.id));
    w.check(route, deleted.is_none_or(|one| one.id == post.id), "the one deleted");
    w.look(route, world.admin.channels().archive(&channel.id))
}

pub(super) fn files(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let channel = world.channel("upl", &[]);
    let (files, uploads) = (admin.files(), admin.uploads());
    let name = format!("\u{8d28}\u{91cf} \u{e4} {}.gif", world.run);
    let file = w.call("POST /files", files.upload(&channel.id, Upload::bytes(&*name, GIF)))?;
    w.check("POST /files", file.name == name && file.size == GIF.len() as u64, "name and length");
    let draft = PostDraft::new(&channel, "a file").file_ids([&file.id]);
    let post = w.look("POST /files", admin.posts().create(&draft))?;
    w.check("POST /files", post.file_ids == [file.id.clone()], "attached");
    if let Some(head) = w.call("HEAD /files/{file_id}", files.head(&file.id)) {
        let known = head.length().is_none_or(|length| length == GIF.len() as u64);
        w.check(
            "HEAD /files/{file_id}",
            known && head.content_type() == Some("image/gif"),
            "length and type",
        );
    }
    let pictures = wait_for(|| files.thumbnail(&file.id).ok());
    if pictures.is_some() || world.is_real() {
        w.call("HEAD /files/{file_id}/thumbnail", files.head_thumbnail(&file.id));
        w.call("HEAD /files/{file_id}/preview", files.head_preview(&file.id));
    }
    let link = files.link(&file.id).ok();
    if let Some(hash) = link.as_ref().and_then(|link| link.split_once("h=")).map(|(_, hash)| hash) {
        if w.call("HEAD /files/{file_id}/public", files.head_public(&file.id, hash)).is_some() {
            let wrong = files.head_public(&file.id, "wrong");
            w.check("HEAD /files/{file_id}/public", wrong.is_err(), "nothing for another hash");
        }
        let mut bytes = Vec::new();
        w.look("HEAD /files/{file_id}/public", files.public(&file.id, hash).write_to(&mut bytes));
        w.check("HEAD /files/{file_id}/public", bytes == GIF, "the file, without a login");
    }
    let search = PostSearch::new(&*world.run);
    let route = "POST /teams/{team_id}/files/search";
    if w.call(route, files.search(&world.team.id, &search)).is_some() {
        let found = wait_for(|| {
            files.search(&world.team.id, &search).ok().filter(|found| found.order.contains(&file.id))
        });
        w.check(route, found.is_some(), "found");
    }
    if let Some(found) = w.call("POST /files/search", files.search_all(&search)) {
        w.check("POST /files/search", found.order.contains(&file.id), "found");
    }

    // The first piece must have 5 MiB.
    let content: Vec<u8> = (0..(5_u32 << 20) + 1000).map(|i| i.to_le_bytes()[0]).collect();
    let (first, rest) = content.split_at(5 << 20);
    let upload = w.call(
        "POST /uploads",
        uploads.create(&UploadDraft::new(&channel.id, "big.bin", content.len() as u64)),
    )?;
    w.check(
        "POST /uploads",
        upload.file_size == content.len() as u64 && upload.file_offset == 0,
        "as drafted",
    );
    let piece = |bytes: &[u8]| Body::bytes(bytes.to_vec(), "application/octet-stream");
    let route = "POST /uploads/{upload_id}";
    let more = w.call(route, uploads.send(&upload.id, piece(first)))?;
    w.check(route, more.is_none(), "more is missing");
    let there = w.look(route, uploads.get(&upload.id))?;
    w.check(route, there.file_offset == first.len() as u64, "how much is there");
    let whole = w.call(route, uploads.send(&upload.id, piece(rest)))??;
    w.check(route, whole.size == content.len() as u64 && whole.name == "big.bin", "a file");
    let mut back = Vec::new();
    w.look(route, files.download(&whole.id).write_to(&mut back));
    w.check(route, back == content, "byte for byte");
    w.look(route, admin.channels().archive(&channel.id))
}
