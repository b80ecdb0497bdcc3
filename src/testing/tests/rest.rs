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
