//! Finds out why a program cannot connect: `MATTERMOST_URL=.. MATTERMOST_TOKEN=.. doctor [TEAM CHANNEL]`.
//!
//! Nothing is posted. Exits with 1 if something is wrong.

use std::process::ExitCode;

use mattermost::ClientBuilder;

fn main() -> mattermost::Result<ExitCode> {
    let builder = ClientBuilder::from_env()?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let report = match args.as_slice() {
        [team, channel] => builder.doctor_for(team, channel),
        _ => builder.doctor(),
    };
    println!("{report}");
    Ok(if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
