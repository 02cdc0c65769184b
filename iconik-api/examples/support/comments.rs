//! Comments in assets and in JSON files.

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use iconik_api::Client;
use iconik_api::assets::{NewSegment, SegmentType};
use iconik_api::ids::AssetId;
use serde::{Deserialize, Serialize};

use super::Result;

/// Where comments are.
#[derive(Clone)]
pub(crate) enum Place {
    Asset(AssetId),
    File(PathBuf),
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(match text.ends_with(".json") {
            true => Self::File(text.into()),
            false => Self::Asset(text.into()),
        })
    }
}

/// A comment, as it is in a file.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Comment {
    pub(crate) id: String,
    /// The comment that it replies to.
    pub(crate) parent: Option<String>,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) text: String,
}

/// What makes comments the same: times and texts, from the first comment of the thread on.
pub(crate) type Key = Vec<(Option<i64>, Option<i64>, String)>;

/// Reads comments, each behind the one that it replies to.
pub(crate) async fn read(client: &Client, place: &Place) -> Result<Vec<Comment>> {
    let asset = match place {
        Place::File(path) if !path.exists() => return Ok(Vec::new()),
        Place::File(path) => return Ok(serde_json::from_slice(&fs::read(path)?)?),
        Place::Asset(asset) => asset,
    };
    let segments = client
        .assets()
        .segments()
        .list(asset)
        .segment_type(SegmentType::Comment);
    let mut comments = Vec::new();
    let mut items = segments.per_page(100).items();
    while let Some(segment) = items.try_next().await? {
        let comment = Comment {
            id: segment.id.ok_or("a comment has no id")?.to_string(),
            parent: segment.parent_id.map(|id| id.to_string()),
            start: segment.time_start_milliseconds,
            end: segment.time_end_milliseconds,
            text: segment.segment_text.unwrap_or_default(),
        };
        comments.push((segment.date_created, comment));
    }
    comments.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(comments.into_iter().map(|(_, comment)| comment).collect())
}

/// Returns what makes a comment the same as another.
pub(crate) fn key(all: &[Comment], comment: &Comment) -> Key {
    let mut key = vec![(comment.start, comment.end, comment.text.clone())];
    let mut at = comment;
    // A thread in a circle is a mistake in the file.
    while let (Some(parent), true) = (&at.parent, key.len() <= all.len()) {
        let Some(above) = all.iter().find(|other| other.id == *parent) else {
            break;
        };
        key.push((above.start, above.end, above.text.clone()));
        at = above;
    }
    key.reverse();
    key
}

/// Creates a comment; returns its id.
pub(crate) async fn create(client: &Client, asset: &AssetId, comment: &Comment) -> Result<String> {
    let mut new = NewSegment::new(SegmentType::Comment).segment_text(&comment.text);
    if let Some(start) = comment.start {
        new = new.time_start_milliseconds(start);
    }
    if let Some(end) = comment.end {
        new = new.time_end_milliseconds(end);
    }
    if let Some(parent) = &comment.parent {
        new = new.parent_id(parent);
    }
    let created = client.assets().segments().create(asset, new).await?;
    Ok(created.id.ok_or("the comment has no id")?.to_string())
}
