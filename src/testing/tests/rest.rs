use super::*;

#[test]
fn logs_in_and_out() {
    let server = TestServer::start().unwrap();
    let mut http = Http::new(&server, "");
    let got = http.get("/users/me");
    assert_eq!((got.status, &got.json()["id"]), (401, &json!("api.context.session_expired.app_error")));
    let wrong = http.post("/users/login", &json!({"login_id": "janedoe", "password": "x"}));
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json()["id"], "api.user.login.invalid_credentials_email_username");
    for login in ["janedoe", "janedoe@example.com"] {
        let got = http.post("/users/login", &json!({"login_id": login, "password": PASSWORD}));
        assert_eq!(got.status, 200);
        http.token = got.header("Token").unwrap().to_owned();
        assert_eq!(http.get("/users/me").json()["username"], "janedoe");
        assert_eq!(http.post("/users/logout", &json!({})).status, 200);
        assert_eq!(http.get("/users/me").status, 401);
    }
    assert_eq!(http.post("/users/login", &json!({"login_id": "bob", "password": ""})).status, 400);
    let record = &server.requests()[1];
    assert_eq!(record.json()["password"], "***");
    assert_eq!((record.path.as_str(), record.status), ("/api/v4/users/login", 401));
}

#[test]
fn a_code_works_once() {
    let server = TestServer::start().unwrap();
    server.set_mfa("bob", &["123456"]);
    let http = Http::new(&server, "");
    let login = |token: &str| {
        http.post("/users/login", &json!({"login_id": "bob", "password": PASSWORD, "token": token}))
    };
    assert_eq!(login("").json()["id"], "mfa.validate_token.authenticate.app_error");
    assert_eq!(login("000000").json()["id"], "api.user.check_user_mfa.bad_code.app_error");
    assert_eq!(login("123456").status, 200);
    assert_eq!(login("123456").json()["id"], "api.user.check_user_mfa.bad_code.app_error");
}

#[test]
fn one_pending_id_is_one_post() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (Http::new(&server, "janedoe"), Http::new(&server, "bob"));
    let channel = server.channel_id("town-square");
    let body = |text: &str| json!({"channel_id": channel, "message": text, "pending_post_id": "k"});
    let first = jane.post("/posts", &body("one"));
    assert_eq!(first.status, 201);
    assert_eq!(first.json()["pending_post_id"], "k");
    let other = bob.post("/posts", &body("two"));
    assert_eq!((other.status, other.id()), (201, first.id()));
    assert_eq!(other.json()["pending_post_id"], "");
    server.advance(Duration::from_secs(31));
    assert_ne!(bob.post("/posts", &body("two")).id(), first.id());
}

#[test]
fn knows_what_is_not_there() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let got = jane.get("/nosuch");
    assert_eq!((got.status, &got.json()["id"]), (404, &json!("api.context.404.app_error")));
    assert_eq!(jane.get("/users/xyz").status, 400);
    assert_eq!(jane.get("/users/aaaaaaaaaaaaaaaaaaaaaaaaaa").status, 404);
    assert_eq!(jane.post("/posts", &json!({"channel_id": "nope", "message": "x"})).status, 403);
    let page = jane.raw(b"GET /sub/api HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    let huge = json!({"channel_id": "x", "message": "x".repeat(400_000)});
    assert_eq!(jane.post("/posts", &huge).status, 413);
    let long = json!({"channel_id": server.channel_id("town-square"), "message": "é".repeat(16_384)});
    assert_eq!(jane.post("/posts", &long).json()["id"], "model.post.is_valid.message_length.app_error");
}

#[test]
fn posts_are_edited_pinned_and_deleted_as_since_shows() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let town = server.channel_id("town-square");
    let last_post_at = || {
        let channels =
            jane.get(&format!("/users/me/teams/{}/channels", server.team_id("awesome-chat"))).json();
        let channels = channels.as_array().unwrap().clone();
        channels.into_iter().find(|channel| channel["id"] == town).unwrap()["last_post_at"].as_i64().unwrap()
    };
    let since = |at: i64| {
        let list = jane.get(&format!("/channels/{town}/posts?since={at}")).json();
        let order = list["order"].as_array().unwrap();
        order.iter().map(|id| list["posts"][id.as_str().unwrap()].clone()).collect::<Vec<Value>>()
    };
    let id = server.post_as("janedoe", "town-square", "old");
    let step = || {
        server.advance(Duration::from_millis(10));
        let at = server.now();
        server.advance(Duration::from_millis(10));
        (at, last_post_at())
    };
    let (at, last) = step();
    assert_eq!(jane.put(&format!("/posts/{id}/patch"), &json!({"message": "new"})).json()["message"], "new");
    assert!(last_post_at() > last, "an edit moves it");
    let rows = since(at);
    assert_eq!(rows.len(), 2);
    let history = rows.iter().find(|row| row["original_id"] == json!(id)).unwrap();
    assert_eq!(history["message"], "");
    assert!(history["delete_at"].as_i64().unwrap() > at);
    let post = rows.iter().find(|row| row["id"] == json!(id)).unwrap();
    assert!(post["edit_at"].as_i64().unwrap() > at && post["create_at"].as_i64().unwrap() < at);
    assert_eq!(jane.get(&format!("/posts/{id}/edit_history")).json()[0]["message"], "old");

    let (at, last) = step();
    let reaction = json!({"user_id": server.user_id("janedoe"), "post_id": id, "emoji_name": "+1"});
    assert_eq!(jane.post("/reactions", &reaction).status, 200);
    assert_eq!(last_post_at(), last, "a reaction does not move it");
    assert_eq!(since(at).len(), 1);
    assert_eq!(server.posts("town-square")[0].reactions, [("janedoe".to_owned(), "+1".to_owned())]);
    assert_eq!(jane.get(&format!("/posts/{id}/reactions")).json()[0]["emoji_name"], "+1");
    assert_eq!(jane.delete(&format!("/users/me/posts/{id}/reactions/+1")).status, 200);
    assert_eq!(jane.get(&format!("/posts/{id}/reactions")).json(), Value::Null);

    let (at, last) = step();
    assert_eq!(jane.post(&format!("/posts/{id}/pin"), &json!(null)).status, 200);
    assert!(last_post_at() > last, "a pin moves it");
    assert_eq!(since(at).len(), 1);
    assert_eq!(jane.get(&format!("/channels/{town}/pinned")).json()["order"], json!([id]));

    let (at, last) = step();
    let reply = json!({"channel_id": town, "root_id": id, "message": "reply"});
    let reply = Http::new(&server, "bob").post("/posts", &reply);
    assert!(last_post_at() > last, "a reply moves it");
    assert_eq!(since(at).len(), 2, "the reply, and its root with a new time");
    let nested = json!({"channel_id": town, "root_id": reply.id(), "message": "no"});
    assert_eq!(jane.post("/posts", &nested).json()["id"], "api.post.create_post.root_id.app_error");
    assert_eq!(jane.get(&format!("/posts/{id}/thread")).json()["order"].as_array().unwrap().len(), 2);
    assert_eq!(Http::new(&server, "zoe").delete(&format!("/posts/{id}")).status, 403);

    let (at, last) = step();
    assert_eq!(jane.delete(&format!("/posts/{id}")).status, 200);
    assert_eq!(last_post_at(), last, "a deletion does not move it");
    let gone = since(at);
    assert_eq!(gone.len(), 2, "the root and its reply");
    assert!(gone.iter().all(|row| row["message"] == "" && row["delete_at"].as_i64().unwrap() > 0));
    assert!(server.posts("town-square").is_empty());
    assert_eq!(jane.get(&format!("/posts/{id}")).json()["id"], "app.post.get.app_error");
}

#[test]
fn pages_and_a_thousand_since() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let town = server.channel_id("town-square");
    let ids: Vec<String> = (0..1100)
        .map(|n| {
            server.advance(Duration::from_millis(1));
            server.post_as("bob", "town-square", &format!("{n}"))
        })
        .collect();
    let list = |query: &str| jane.get(&format!("/channels/{town}/posts{query}")).json();
    let order = |list: &Value| list["order"].as_array().unwrap().clone();
    assert_eq!(order(&list("?since=1")).len(), 1000);
    let first = list("?per_page=500");
    assert_eq!(order(&first).len(), 200, "silently clamped");
    assert_eq!(order(&first)[0], json!(ids[1099]));
    assert_eq!((&first["next_post_id"], &first["prev_post_id"]), (&json!(""), &json!(ids[899])));
    let past = list(&format!("?per_page=2&before={}", ids[500]));
    assert_eq!(past["order"], json!([ids[499], ids[498]]));
    assert_eq!((&past["next_post_id"], &past["prev_post_id"]), (&json!(ids[500]), &json!(ids[497])));
    let newer = list(&format!("?per_page=2&after={}", ids[500]));
    assert_eq!(newer["order"], json!([ids[502], ids[501]]));
    assert_eq!((&newer["next_post_id"], &newer["prev_post_id"]), (&json!(ids[503]), &json!(ids[500])));
    assert_eq!(order(&list(&format!("?per_page=200&before={}", ids[3]))).len(), 3);
    let tag = jane.get(&format!("/channels/{town}/posts")).header("etag").unwrap().to_owned();
    let path = format!("/channels/{town}/posts");
    let same = jane.send("GET", &path, "", &format!("If-None-Match: {tag}\r\n"), b"");
    assert_eq!((same.status, same.body.len()), (304, 0));
}

#[test]
fn files_go_up_and_down() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (Http::new(&server, "janedoe"), Http::new(&server, "bob"));
    let town = server.channel_id("town-square");
    let raw =
        jane.send("POST", &format!("/files?channel_id={town}&filename=a%20b.txt"), "", "", b"0123456789");
    assert_eq!((raw.status, &raw.json()["client_ids"]), (201, &json!([])));
    let id = raw.json()["file_infos"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(bob.get(&format!("/files/{id}")).status, 403, "not attached yet");
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\n{town}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"files\"; filename=\"x.png\"\r\n\r\nPNG\r\n--b--\r\n"
    );
    let two = jane.send("POST", "/files", "multipart/form-data; boundary=b", "", body.as_bytes());
    assert_eq!(two.json()["file_infos"][0]["mime_type"], "image/png");
    assert_eq!(jane.send("POST", "/files", "multipart/form-data; boundary=b", "", b"").status, 400);
    let post = jane.post("/posts", &json!({"channel_id": town, "message": "", "file_ids": [id, id, "nope"]}));
    assert_eq!(post.json()["file_ids"], json!([id]));
    assert_eq!(post.json()["metadata"]["files"][0]["name"], "a b.txt");
    assert_eq!(server.posts("town-square")[0].files, ["a b.txt"]);
    let whole = bob.get(&format!("/files/{id}"));
    assert_eq!(whole.body, b"0123456789");
    assert!(whole.header("content-disposition").unwrap().contains("filename*=UTF-8''a%20b.txt"));
    let range = |range: &str| {
        let got = bob.send("GET", &format!("/files/{id}"), "", &format!("Range: bytes={range}\r\n"), b"");
        (
            got.status,
            String::from_utf8(got.body.clone()).unwrap(),
            got.header("content-range").map(str::to_owned),
        )
    };
    assert_eq!(range("3-5"), (206, "345".into(), Some("bytes 3-5/10".into())));
    assert_eq!(range("7-"), (206, "789".into(), Some("bytes 7-9/10".into())));
    assert_eq!(range("-2"), (206, "89".into(), Some("bytes 8-9/10".into())));
    assert_eq!(range("10-").0, 416);
    assert_eq!(bob.send("HEAD", &format!("/files/{id}"), "", "", b"").body, b"");
    assert_eq!(bob.get(&format!("/files/{id}/link")).status, 403);
    server.set_max_file_size(5);
    assert_eq!(
        jane.send("POST", &format!("/files?channel_id={town}&filename=c"), "", "", b"123456").status,
        413
    );
}

#[test]
fn uploads_resume() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let size = 6 * 1024 * 1024;
    let begin = json!({"channel_id": server.channel_id("town-square"), "filename": "big", "file_size": size});
    let upload = jane.post("/uploads", &begin);
    let path = format!("/uploads/{}", upload.id());
    let small = jane.send("POST", &path, "", "", &[1; 100]);
    assert_eq!(small.json()["id"], "app.upload.upload_data.first_part_too_small.app_error");
    assert_eq!(jane.send("POST", &path, "", "", &vec![1; 5 * 1024 * 1024]).status, 204);
    assert_eq!(jane.get(&path).json()["file_offset"], 5 * 1024 * 1024);
    assert_eq!(jane.get("/users/me/uploads").json().as_array().unwrap().len(), 1);
    assert_eq!(jane.send("POST", &path, "", "", &vec![1; 2 * 1024 * 1024]).status, 400);
    let done = jane.send("POST", &path, "", "", &vec![1; 1024 * 1024]);
    assert_eq!((done.status, &done.json()["size"]), (200, &json!(size)));
    assert_eq!(jane.get(&path).status, 404);
}

#[test]
fn channels_and_their_members() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (Http::new(&server, "janedoe"), Http::new(&server, "bob"));
    let team = server.team_id("awesome-chat");
    let make = |name: &str, kind: &str| {
        jane.post(
            "/channels",
            &json!({"team_id": team, "name": name, "display_name": "Dev Talk", "type": kind}),
        )
    };
    assert_eq!(make("Dev Talk", "O").status, 400);
    let open = make("dev-talk", "O");
    assert_eq!(open.status, 201);
    assert_eq!(make("dev-talk", "O").json()["id"], "store.sql_channel.save_channel.exists.app_error");
    let closed = make("secret", "P");
    assert_eq!(bob.get(&format!("/channels/{}", open.id())).status, 200);
    assert_eq!(bob.get(&format!("/channels/{}", closed.id())).status, 403);
    assert_eq!(bob.get(&format!("/teams/{team}/channels/name/secret")).status, 404);
    assert_eq!(bob.get("/teams/name/awesome-chat/channels/name/dev-talk").id(), open.id());
    assert_eq!(bob.get(&format!("/teams/{team}/channels/name/Dev-Talk")).status, 400);
    assert_eq!(bob.post("/posts", &json!({"channel_id": open.id(), "message": "x"})).status, 403);
    let members = format!("/channels/{}/members", open.id());
    assert_eq!(bob.post(&members, &json!({"user_id": server.user_id("bob")})).status, 201);
    assert_eq!(bob.post("/posts", &json!({"channel_id": open.id(), "message": "x"})).status, 201);
    assert_eq!(jane.delete(&format!("{members}/{}", server.user_id("bob"))).status, 200);
    let town = server.channel_id("town-square");
    assert_eq!(jane.delete(&format!("/channels/{town}/members/me")).status, 400);
    assert_eq!(jane.delete(&format!("/channels/{}", open.id())).status, 200);
    let late = jane.post("/posts", &json!({"channel_id": open.id(), "message": "x"}));
    assert_eq!(late.json()["id"], "api.post.create_post.can_not_post_to_deleted.error");
    let restore = format!("/channels/{}/restore", open.id());
    assert_eq!(jane.post(&restore, &json!(null)).status, 403);
    assert_eq!(Http::new(&server, "admin").post(&restore, &json!(null)).json()["delete_at"], 0);
    let ids = json!([server.user_id("janedoe"), server.user_id("bob")]);
    let direct = jane.post("/channels/direct", &ids);
    assert_eq!((direct.status, &direct.json()["type"]), (201, &json!("D")));
    assert_eq!(bob.post("/channels/direct", &ids).id(), direct.id());
    server.post_as("bob", "@janedoe", "psst");
    assert_eq!(server.posts("janedoe@bob")[0].message, "psst");
    let group = json!([server.user_id("janedoe"), server.user_id("bob"), server.user_id("zoe")]);
    assert_eq!(jane.post("/channels/group", &group).json()["name"].as_str().unwrap().len(), 40);
}

#[test]
fn teams_keep_their_texts() {
    let server = TestServer::start().unwrap();
    let admin = Http::new(&server, "admin");
    let texts = json!({"display_name": "D", "description": "about", "company_name": "A", "allowed_domains": "example.com"});
    let mut body = texts.clone();
    body["name"] = "with-texts".into();
    body["type"] = "O".into();
    let made = admin.post("/teams", &body);
    assert_eq!(made.status, 201, "{}", made.json());
    let team = admin.get("/teams/name/with-texts").json();
    for (name, value) in texts.as_object().unwrap() {
        assert_eq!(team[name], *value, "{name}");
    }
}

#[test]
fn bots_and_their_tokens() {
    let server = TestServer::start().unwrap();
    let admin = Http::new(&server, "admin");
    let bot = admin.post("/bots", &json!({"username": "helper", "display_name": "Helper"}));
    let id = bot.json()["user_id"].as_str().unwrap().to_owned();
    let token = admin.post(&format!("/users/{id}/tokens"), &json!({"description": "x"}));
    let mut helper = Http::new(&server, "");
    token.json()["token"].as_str().unwrap().clone_into(&mut helper.token);
    assert_eq!(helper.get("/users/me").json()["is_bot"], true);
    server.expire_sessions();
    assert_eq!(helper.get("/users/me").status, 200, "tokens are no logins");
    let admin = Http::new(&server, "admin");
    assert_eq!(admin.post(&format!("/bots/{id}/disable"), &json!(null)).status, 200);
    assert_eq!(helper.get("/users/me").status, 401);
    assert_eq!(admin.post(&format!("/bots/{id}/enable"), &json!(null)).status, 200);
    assert_eq!(helper.get("/users/me").status, 200);
    server.revoke("helper");
    assert_eq!(helper.get("/users/me").status, 401);
    let login = Http::new(&server, "").post("/users/login", &json!({"login_id": "helper", "password": "x"}));
    assert_eq!(login.json()["id"], "api.user.login.bot_login_forbidden.app_error");
}

#[test]
fn threads_and_preferences() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let root = server.post_as("janedoe", "town-square", "root");
    server.reply_as("bob", &root, "hi @zoe");
    let threads = format!("/users/me/teams/{}/threads", server.team_id("awesome-chat"));
    let list = jane.get(&threads).json();
    assert_eq!((&list["total"], &list["threads"][0]["unread_replies"]), (&json!(1), &json!(1)));
    assert_eq!(Http::new(&server, "zoe").get(&threads).json()["threads"][0]["unread_mentions"], 1);
    assert_eq!(jane.put(&format!("{threads}/{root}/read/{}", server.now()), &json!(null)).status, 200);
    assert_eq!(jane.get(&threads).json()["total_unread_threads"], 0);
    assert_eq!(jane.delete(&format!("{threads}/{root}/following")).status, 200);
    let gone = jane.put(&format!("{threads}/{root}/read/1"), &json!(null));
    assert_eq!(gone.json()["id"], "app.user.get_threads_for_user.not_found");
    let one =
        json!([{"user_id": server.user_id("janedoe"), "category": "cat", "name": "name", "value": "v"}]);
    assert_eq!(jane.put("/users/me/preferences", &one).status, 200);
    assert_eq!(jane.get("/users/me/preferences/cat/name/name").json()["value"], "v");
    assert_eq!(jane.post("/users/me/preferences/delete", &one).status, 200);
    assert_eq!(jane.get("/users/me/preferences/cat").status, 404);
    let other = json!([{"user_id": server.user_id("bob"), "category": "cat", "name": "n", "value": "v"}]);
    assert_eq!(jane.put("/users/me/preferences", &other).status, 403);
}

#[test]
fn takes_chunks_and_keeps_connections() {
    let server = TestServer::start().unwrap();
    let mut tcp = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let body = json!({"login_id": "bob", "password": PASSWORD}).to_string();
    let (one, other) = body.split_at(10);
    let request = format!(
        "POST /api/v4/users/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{one}\r\n{:x}\r\n{other}\r\n0\r\n\r\nGET /api/v4/system/ping HTTP/1.1\r\nHost: x\r\n\r\n",
        one.len(),
        other.len()
    );
    for byte in request.as_bytes().chunks(7) {
        tcp.write_all(byte).unwrap();
    }
    let mut text = String::new();
    while !text.contains("ActiveSearchBackend") {
        let mut buffer = [0; 4096];
        let count = tcp.read(&mut buffer).unwrap();
        assert!(count > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("\r\nToken: "), "{text}");
    tcp.write_all(b"\x16\x03\x01 what\r\n\r\n").unwrap();
    let mut text = String::new();
    tcp.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 400"), "{text}");
}

/// The statuses of real servers of 11.6 and 5.37, with their default roles.
#[test]
fn permissions_are_those_of_the_default_roles() {
    for old in [false, true] {
        let builder = TestServer::builder();
        let server = if old { builder.version("5.37.0") } else { builder }.start().unwrap();
        let (admin, jane) = (Http::new(&server, "admin"), Http::new(&server, "janedoe"));
        let (team, town) = (server.team_id("awesome-chat"), server.channel_id("town-square"));
        let post = server.post_as("bob", "town-square", "x");
        let posts = json!({"channel_id": town, "message": 5});
        let rows = [
            ("POST", "/posts".to_owned(), posts, if old { 201 } else { 400 }, if old { 201 } else { 400 }),
            (
                "POST",
                "/posts".to_owned(),
                json!({"channel_id": town, "message": "x", "type": "odd"}),
                400,
                400,
            ),
            ("PUT", format!("/posts/{post}/patch"), json!({"message": "y"}), 403, 200),
            ("PUT", format!("/posts/{post}"), json!({"message": "y"}), 400, 400),
            ("POST", "/bots".to_owned(), json!({"username": "robot"}), 403, 201),
            ("GET", "/bots".to_owned(), json!(null), 403, 200),
            ("POST", "/hooks/incoming".to_owned(), json!({"channel_id": town}), 403, 201),
            (
                "POST",
                "/commands".to_owned(),
                json!({"team_id": team, "trigger": "x", "method": "P", "url": "http://127.0.0.1:9/"}),
                403,
                201,
            ),
            ("POST", "/users/me/tokens".to_owned(), json!({"description": "x"}), 403, 200),
            ("POST", "/users/status/ids".to_owned(), json!(["y".repeat(26)]), 200, 200),
            ("DELETE", format!("/posts/{post}"), json!(null), 403, 200),
        ];
        for (method, path, body, by_member, by_admin) in rows {
            for (http, wanted) in [(&jane, by_member), (&admin, by_admin)] {
                let got = http.send(method, &path, "application/json", "", body.to_string().as_bytes());
                assert_eq!(got.status, wanted, "{method} {path} {body}: {}", got.json());
            }
        }
        let login = json!({"login_id": "bob", "password": PASSWORD, "token": null});
        assert_eq!(Http::new(&server, "").post("/users/login", &login).status, 200);
        let moved = jane.get("/users//me");
        assert_eq!((moved.status, moved.header("location")), (301, Some("/api/v4/users/me")));
    }
}

#[test]
fn files_have_the_names_and_types_of_a_real_server() {
    let server = TestServer::start().unwrap();
    let bob = Http::new(&server, "bob");
    let channel = server.channel_id("town-square");
    let upload = |parts: &[(&str, &str, &str)]| {
        let mut body = String::new();
        for (name, file, data) in parts {
            let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
            body.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{data}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        bob.send("POST", "/files", "multipart/form-data; boundary=b", "", body.as_bytes())
    };
    for (name, kept, extension, kind) in [
        ("../../etc/x.tar.gz", "x.tar.gz", "gz", "application/gzip"),
        ("README", "README", "", ""),
        ("A.PNG", "A.PNG", "png", "image/png"),
        ("a.md", "a.md", "md", "text/markdown; charset=utf-8"),
        ("a.xyz", "a.xyz", "xyz", ""),
    ] {
        let got = upload(&[("files", name, "abc"), ("channel_id", "", &channel)]);
        let info = &got.json()["file_infos"][0];
        assert_eq!((got.status, &info["name"], &info["extension"]), (201, &json!(kept), &json!(extension)));
        assert_eq!(info["mime_type"], kind);
    }
    assert_eq!(upload(&[("channel_id", "", &channel)]).json()["file_infos"], json!([]));
    assert_eq!(upload(&[("files", "a.txt", "x")]).status, 400);
    let late = [("channel_id", "", &*channel), ("files", "a.txt", "x"), ("client_ids", "", "1")];
    assert_eq!(upload(&late).json()["id"], "api.context.invalid_body_param.app_error");
    let few =
        [("client_ids", "", "1"), ("channel_id", "", &*channel), ("files", "a", "x"), ("files", "b", "x")];
    assert_eq!(upload(&few).json()["id"], "api.context.invalid_body_param.app_error");
}

#[test]
fn administrators_see_deleted_posts_when_they_ask() {
    for version in ["11.6.0", "5.37.0"] {
        let server = TestServer::builder().version(version).start().unwrap();
        let (admin, bob) = (Http::new(&server, "admin"), Http::new(&server, "bob"));
        let post = server.post_as("bob", "town-square", "gone");
        server.delete_post(&post);
        let list = format!("/channels/{}/posts?include_deleted=true", server.channel_id("town-square"));
        let one = format!("/posts/{post}?include_deleted=true");
        let (own, seen) = (bob.get(&one).status, admin.get(&one));
        let listed = admin.get(&list).json()["posts"].get(&post).is_some();
        if version.starts_with("11") {
            assert_eq!((own, bob.get(&list).status, listed), (403, 403, true));
            assert_eq!((seen.status, &seen.json()["message"]), (200, &json!("")));
        } else {
            assert_eq!((own, bob.get(&list).status, seen.status, listed), (404, 200, 404, false));
        }
    }
}

#[test]
fn hashtags_are_found_as_on_a_real_server() {
    let server = TestServer::start().unwrap();
    let bob = Http::new(&server, "bob");
    for (message, hashtags) in [
        ("#a #ab #abc #a1 #1a #ä #äb #a-b #a- #a_b #a.b #a.", "#ab #abc #a1 #äb #a-b #a_b #a.b"),
        ("##x2 #x#y1 (#in) '#quote' #semi; #c++ #日本 #日 text", "#x2 #in #quote #semi #日本"),
        ("`#code1` **#bold1** [#link1](http://x.y) http://x.y/#frag1 #end1", "#code1 #bold1 #end1"),
        ("#one,#two #three/#four #five:six", ""),
        ("#Upper #upper #dup #dup", "#Upper #upper #dup #dup"),
    ] {
        let body = json!({"channel_id": server.channel_id("town-square"), "message": message});
        assert_eq!(bob.post("/posts", &body).json()["hashtags"], hashtags, "{message}");
    }
}

#[test]
fn unclean_paths_are_redirected() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let status = |path: &str| {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        let got = Http::new(&server, "").raw(head.as_bytes()).unwrap();
        (got.status, got.header("Location").unwrap_or_default().to_owned())
    };
    let clean = "/api/v4/users/me".to_owned();
    for path in ["/api/v4//users/me", "/api/v4/./users/me", "/api/v4/users/../users/me"] {
        assert_eq!(status(path), (301, clean.clone()), "{path}");
    }
    assert_eq!(status("/api/v4/users/me/").0, 404);
}
