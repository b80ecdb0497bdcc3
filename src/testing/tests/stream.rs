use super::*;

#[test]
fn says_hello_and_tells_of_posts() {
    let server = TestServer::start().unwrap();
    let mut bob = Ws::user(&server, "bob");
    let hello = bob.next().unwrap();
    assert_eq!((&hello["event"], &hello["seq"]), (&json!("hello"), &json!(0)));
    assert_eq!(hello["broadcast"]["user_id"], json!(server.user_id("bob")));
    assert_eq!(bob.next().unwrap()["event"], "status_change");
    server.post_as("janedoe", "town-square", "hey @bob");
    let posted = bob.next().unwrap();
    assert_eq!(message(&posted), "hey @bob");
    assert_eq!(posted["seq"], 2);
    let data = &posted["data"];
    assert_eq!(data["sender_name"], "@janedoe");
    assert_eq!(data["channel_display_name"], "Town Square");
    assert_eq!(data["channel_name"], "town-square");
    assert_eq!(data["channel_type"], "O");
    assert_eq!(data["set_online"], true);
    assert_eq!(data["team_id"], json!(server.team_id("awesome-chat")));
    assert_eq!(data["mentions"], json!(json!([server.user_id("bob")]).to_string()));
    assert_eq!(server.status("bob"), "online");
}

#[test]
fn resumes_after_a_cut_with_what_came_meanwhile() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    let id = bob.next().unwrap()["data"]["connection_id"].as_str().unwrap().to_owned();
    server.post_as("janedoe", "town-square", "one");
    bob.event("posted");
    server.cut_connections();
    assert_eq!((server.connections(), server.resumable()), (0, 1));
    assert!(bob.next().is_err());
    server.post_as("janedoe", "town-square", "two");
    let mut bob = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
    let first = bob.next().unwrap();
    assert_eq!((message(&first), &first["seq"]), ("one".into(), &json!(2)), "replay from the dead queue");
    assert_eq!(message(&bob.event("posted")), "two");
    server.cut_connections();
    server.post_as("janedoe", "town-square", "three");
    let mut bob = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=6"));
    let next = bob.next().unwrap();
    assert_eq!(next["event"], "status_change", "{next}");
    assert_eq!(message(&bob.event("posted")), "three");
    assert_eq!(server.resumed(), 2);
}
