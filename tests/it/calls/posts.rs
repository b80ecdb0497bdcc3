//! Posts and what belongs to them.

use super::Table;
use super::inputs::{
    do_post_action_request, flagged_post_page, id, post_draft, post_page, post_patch, post_search,
    rewrite_request, thread_page, time, unread_post_page, upload, upload_draft, user_thread_page, whole,
};
use mattermost::http::Body;

pub(super) fn rows(t: &mut Table) {
    t.list("drafts.list", |c| c.drafts().list(&id(), &id()));
    t.all("drafts.save", |c| c.drafts().save(&post_draft()));
    t.done("drafts.delete", |c| c.drafts().delete(&id()));
    t.done("drafts.delete_in", |c| c.drafts().delete_in(&id(), &id()));
    t.part("files.upload", |c| c.files().upload(&id(), upload()));
    t.part("files.upload_for_bookmark", |c| c.files().upload_for_bookmark(&id(), upload()));
    t.raw("files.download", |c| c.files().download(&id()).reader());
    t.all("files.info", |c| c.files().info(&id()));
    t.raw("files.thumbnail", |c| c.files().thumbnail(&id()));
    t.raw("files.preview", |c| c.files().preview(&id()));
    t.part("files.link", |c| c.files().link(&id()));
    t.raw("files.head", |c| c.files().head(&id()));
    t.raw("files.head_thumbnail", |c| c.files().head_thumbnail(&id()));
    t.raw("files.head_preview", |c| c.files().head_preview(&id()));
    t.raw("files.public", |c| c.files().public(&id(), "name").reader());
    t.raw("files.head_public", |c| c.files().head_public(&id(), "name"));
    t.map("files.search", |c| c.files().search(&id(), &post_search()));
    t.map("files.search_all", |c| c.files().search_all(&post_search()));
    t.all("posts.create", |c| c.posts().create(&post_draft()));
    t.all("posts.create_ephemeral", |c| c.posts().create_ephemeral(&id(), &post_draft()));
    t.all("posts.get", |c| c.posts().get(&id()));
    t.all("posts.get_with_deleted", |c| c.posts().get_with_deleted(&id()));
    t.all("posts.info", |c| c.posts().info(&id()));
    t.all("posts.patch", |c| c.posts().patch(&id(), &post_patch()));
    t.all("posts.update", |c| c.posts().update(&whole()));
    t.done("posts.delete", |c| c.posts().delete(&id()));
    t.done("posts.delete_permanently", |c| c.posts().delete_permanently(&id()));
    t.all("posts.restore", |c| c.posts().restore(&id(), &id()));
    t.done("posts.move_to", |c| c.posts().move_to(&id(), &id()));
    t.all("posts.list", |c| c.posts().list(&id(), &post_page()));
    t.part("posts.list_if_changed", |c| c.posts().list_if_changed(&id(), &post_page(), Some("etag")));
    t.all("posts.thread", |c| c.posts().thread(&id(), &thread_page()));
    t.list("posts.list_by_ids", |c| c.posts().list_by_ids(&[id()]));
    t.all("posts.around_unread", |c| c.posts().around_unread(&id(), &unread_post_page()));
    t.all("posts.flagged", |c| c.posts().flagged(&id(), &flagged_post_page()));
    t.all("posts.search", |c| c.posts().search(&id(), &post_search()));
    t.all("posts.search_all", |c| c.posts().search_all(&post_search()));
    t.list("posts.edit_history", |c| c.posts().edit_history(&id()));
    t.list("posts.file_infos", |c| c.posts().file_infos(&id()));
    t.done("posts.pin", |c| c.posts().pin(&id()));
    t.done("posts.unpin", |c| c.posts().unpin(&id()));
    t.all("posts.set_unread", |c| c.posts().set_unread(&id()));
    t.done("posts.remind", |c| c.posts().remind(&id(), time()));
    t.all("posts.acknowledge", |c| c.posts().acknowledge(&id()));
    t.done("posts.unacknowledge", |c| c.posts().unacknowledge(&id()));
    t.all("posts.reveal", |c| c.posts().reveal(&id()));
    t.done("posts.burn", |c| c.posts().burn(&id()));
    t.all("posts.do_action", |c| c.posts().do_action(&id(), "name"));
    t.all("posts.do_action_with", |c| c.posts().do_action_with(&id(), "name", &do_post_action_request()));
    t.part("posts.rewrite", |c| c.posts().rewrite(&rewrite_request()));
    t.all("reactions.create", |c| c.reactions().create(&id(), "name"));
    t.done("reactions.delete", |c| c.reactions().delete(&id(), "name"));
    t.done("reactions.delete_of", |c| c.reactions().delete_of(&id(), &id(), "name"));
    t.list("reactions.list", |c| c.reactions().list(&id()));
    t.map("reactions.list_by_posts", |c| c.reactions().list_by_posts(&[id()]));
    t.all("scheduled_posts.create", |c| c.scheduled_posts().create(&post_draft(), time()));
    t.all("scheduled_posts.update", |c| c.scheduled_posts().update(&whole()));
    t.all("scheduled_posts.delete", |c| c.scheduled_posts().delete(&id()));
    t.map("scheduled_posts.list", |c| c.scheduled_posts().list(&id()));
    t.map("scheduled_posts.list_with_direct", |c| c.scheduled_posts().list_with_direct(&id()));
    t.all("threads.list", |c| c.threads().list(&id(), &id(), &user_thread_page()));
    t.all("threads.get", |c| c.threads().get(&id(), &id(), &id()));
    t.all("threads.get_extended", |c| c.threads().get_extended(&id(), &id(), &id()));
    t.done("threads.follow", |c| c.threads().follow(&id(), &id(), &id()));
    t.done("threads.unfollow", |c| c.threads().unfollow(&id(), &id(), &id()));
    t.done("threads.read_all", |c| c.threads().read_all(&id(), &id()));
    t.all("threads.read", |c| c.threads().read(&id(), &id(), time()));
    t.all("threads.set_unread", |c| c.threads().set_unread(&id(), &id(), &id()));
    t.all("uploads.create", |c| c.uploads().create(&upload_draft()));
    t.all("uploads.get", |c| c.uploads().get(&id()));
    t.list("uploads.list", |c| c.uploads().list(&id()));
    t.part("uploads.send", |c| c.uploads().send(&id(), Body::bytes("x", "text/plain")));
}
