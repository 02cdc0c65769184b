//! Prints everything below a collection, level by level, and counts it.
//!
//! ```text
//! cargo run --example walk_collection_tree -- <collection id>
//! ```

mod support;

use std::collections::HashMap;

use iconik_api::assets::CollectionItem;
use iconik_api::ids::CollectionId;
use serde_json::json;
use support::{Answer, Ask, Result, not_found, page};

#[tokio::main]
async fn main() -> Result {
    let (client, real) = support::client(small_iconik).await?;
    let root = match std::env::args().nth(1) {
        Some(id) => id,
        None if real => return Err("give the id of a collection".into()),
        None => "dailies".to_owned(),
    };

    let (mut assets, mut collections, mut problems) = (0, 0, 0);
    let root = CollectionId::new(root);
    let mut paths = HashMap::from([(root.clone(), String::new())]);
    let mut tree = client
        .assets()
        .collections()
        .walk(root)
        .at_once(8)
        .per_page(200);
    while let Some(found) = tree.next().await {
        let found = match found {
            Ok(found) => found,
            // The rest of the tree is still worth seeing.
            Err(error) => {
                eprintln!("{error}");
                problems += 1;
                continue;
            }
        };
        let folder = paths.get(&found.parent).cloned().unwrap_or_default();
        match found.item {
            CollectionItem::Asset(asset) => {
                assets += 1;
                println!("{folder}/{}", asset.title.unwrap_or_default());
            }
            CollectionItem::Collection(collection) => {
                collections += 1;
                let path = format!("{folder}/{}", collection.title.unwrap_or_default());
                println!("{path}/");
                if let Some(id) = collection.id {
                    paths.entry(id).or_insert(path);
                }
            }
            _ => {}
        }
    }
    println!("{assets} assets in {collections} collections below");
    match problems {
        0 => Ok(()),
        _ => Err(format!("{problems} collections could not be read").into()),
    }
}

/// A tree of three collections, one of which lies in itself.
fn small_iconik(ask: &Ask) -> Answer {
    let asset =
        |id: &str, title: &str| json!({ "id": id, "title": title, "object_type": "assets" });
    let folder =
        |id: &str, title: &str| json!({ "id": id, "title": title, "object_type": "collections" });
    match ask.parts()[..] {
        ["collections", "dailies", "contents"] => page(vec![
            folder("monday", "Monday"),
            folder("tuesday", "Tuesday"),
            asset("call-sheet", "Call sheet"),
        ]),
        ["collections", "monday", "contents"] => page(vec![
            asset("1", "Harbour, take 1"),
            asset("2", "Harbour, take 2"),
        ]),
        ["collections", "tuesday", "contents"] => page(vec![
            asset("3", "Storm"),
            folder("tuesday", "Tuesday again"),
        ]),
        _ => not_found(),
    }
}
