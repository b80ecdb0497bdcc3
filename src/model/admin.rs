//! Types used by the administrative routes.

mod access;
mod agents;
mod attributes;
mod cloud;
mod compliance;
mod config;
mod connection;
mod flagging;
mod job;
mod ldap;
mod license;
mod plugin;
mod remote;
mod report;
mod retention;
mod scheme;
mod server;

pub use access::*;
pub use agents::*;
pub use attributes::*;
pub use cloud::*;
pub use compliance::*;
pub use config::*;
pub use connection::*;
pub use flagging::*;
pub use job::*;
pub use ldap::*;
pub use license::*;
pub use plugin::*;
pub use remote::*;
pub use report::*;
pub use retention::*;
pub use scheme::*;
pub use server::*;
