use iconik_api::sequences::{ContentObjectType, NewSequence, NewSequenceItem};
use serde_json::json;

use crate::{ASSET, COLLECTION, answering, assert_arrived};

const SEQUENCE: &str = "f6b0c9a4-8f18-11ec-8e21-0a580a3c2f10";

#[tokio::test]
async fn the_items_of_a_sequence_are_read() {
    let server = answering(
        200,
        json!({ "objects": [
            { "id": "i1", "object_id": ASSET, "object_type": "assets", "position": 0 },
            { "id": "i2", "object_id": COLLECTION, "object_type": "collections", "position": 1 },
        ] }),
    )
    .await;

    let items = server
        .client()
        .sequences()
        .list_items(SEQUENCE)
        .page(1)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/sequences/{SEQUENCE}/items/?page=1"),
        json!(null),
    );
    let kinds: Vec<_> = items
        .into_iter()
        .filter_map(|item| item.object_type)
        .collect();
    assert_eq!(
        kinds,
        [ContentObjectType::Assets, ContentObjectType::Collections]
    );
}

#[tokio::test]
async fn a_sequence_is_created_and_filled() {
    let server = answering(201, json!({ "id": SEQUENCE, "name": "Reel 1" })).await;

    let sequence = server
        .client()
        .sequences()
        .create(NewSequence::new("Reel 1"))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/sequences/",
        json!({ "name": "Reel 1" }),
    );
    assert_eq!(sequence.id, Some(SEQUENCE.into()));

    let server = answering(201, json!({ "id": "i1", "position": 3 })).await;

    let item = server
        .client()
        .sequences()
        .add_item(
            SEQUENCE,
            NewSequenceItem::new(ASSET, ContentObjectType::Assets).position(3),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/sequences/{SEQUENCE}/items/"),
        json!({ "object_id": ASSET, "object_type": "assets", "position": 3 }),
    );
    assert_eq!(item.position, Some(3));
}
