//! Data as iconik really sends it, and what callers really pass in: every promise that a client
//! made by a generator is likely to break.

mod calls;
mod copies;
mod empty_bodies;
mod errors;
mod free_form_items;
mod patches;
mod paths;
mod round_trips;
mod secrets;
mod share_logins;
mod strange_values;
mod texts;
mod unions;

const ASSET: &str = "b6a8d1f0-9f31-11ec-8c1d-0a580a3c7702";
const COLLECTION: &str = "c01e5a84-9f31-11ec-8c1d-0a580a3c7702";
const VERSION: &str = "b6a90428-9f31-11ec-8c1d-0a580a3c7702";
const SEGMENT: &str = "d7f3b7de-9f31-11ec-a2e6-0a580a3c7702";
const USER: &str = "5c40d3a6-6b1b-11ea-9b0e-0a580a3c7702";
