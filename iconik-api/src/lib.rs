//! A typed client for the iconik media asset management API.
