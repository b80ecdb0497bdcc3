//! Says why it does not work: `MATTERMOST_URL=.. MATTERMOST_TOKEN=.. doctor [team channel]`.
//!
//! Nothing is posted. Ends with 1 if something is wrong.

mod demo;

use std::process::ExitCode;

use mattermost::ClientBuilder;

fn run() -> mattermost::Result<bool> {
    let builder = match demo::server()? {
        Some(server) => server.client_builder().login("janedoe", mattermost::testing::PASSWORD),
        None => ClientBuilder::from_env()?,
    };
    let args: Vec<String> = std::env::args().skip(1).collect();
    let report = match args.as_slice() {
        [team, channel] => builder.doctor_for(team, channel),
        _ => builder.doctor(),
    };
    println!("{report}");
    Ok(report.is_healthy())
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
