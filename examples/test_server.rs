//! A Mattermost to try programs with, until standard input ends: `sleep 600 | cargo run --features testing --example
//! test_server`. Prints what to put into the environment of the program; `-- tls` serves https.

use std::io::Read;

use mattermost::testing::TestServer;

fn main() -> mattermost::Result<()> {
    let builder = TestServer::builder();
    #[cfg(feature = "native-tls")]
    let builder = if std::env::args().any(|arg| arg == "tls") { builder.tls() } else { builder };
    let server = builder.start()?;
    // janedoe is one of its users, bob another: both are in the team `awesome-team`.
    println!("MATTERMOST_URL={} MATTERMOST_TOKEN={}", server.url(), server.token("janedoe"));
    while std::io::stdin().read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
    Ok(())
}
