//! Requests made from a response: get, change, send.

use iconik_api::ErrorKind;
use iconik_api::assets::{
    AssetEdit, AssetPatch, AssetReplacement, CollectionPatch, NewCollection, PlaylistReplacement,
    Segment, SegmentDeletion, SegmentPatch, SegmentReplacement, SegmentType,
};
use serde_json::json;

use super::{ASSET, COLLECTION, SEGMENT, USER, VERSION};
use crate::support::{Reply, Server};

#[tokio::test]
async fn what_iconik_sets_is_not_sent_back() {
    let server = Server::always(Reply::json(
        200,
        json!({
            "id": SEGMENT, "asset_id": ASSET, "segment_type": "COMMENT", "segment_text": "Too dark",
            "parent_id": "p1", "top_level": false, "path": "p1.s1", "user_id": USER,
            "user_info": { "id": USER }, "user_first_name": "Ada", "user_photo": "https://x.example/p",
            "date_created": "2024-01-01T00:00:00+00:00", "date_modified": "2024-01-01T00:00:00+00:00",
            "has_drawing": false, "keyframe_id": null, "attachments": [{ "id": "a1" }],
            "time_start_milliseconds": 40, "brand_new": true,
        })
        .to_string(),
    ))
    .await;
    let segments = server.client().assets().segments();

    let segment = segments.get(ASSET, SEGMENT).await.unwrap();
    let patch = SegmentPatch::every_field_of(segment.clone()).segment_text("Still too dark");
    segments.update(ASSET, SEGMENT, patch).await.unwrap();
    let replacement = SegmentReplacement::try_from(segment).unwrap();
    segments.replace(ASSET, SEGMENT, replacement).await.unwrap();

    let sent = server.received();
    let mut patched = sent[1].json();
    for name in [
        "id",
        "asset_id",
        "parent_id",
        "top_level",
        "path",
        "user_id",
        "user_first_name",
        "user_photo",
        "date_created",
        "date_modified",
        "has_drawing",
        "attachments",
        "brand_new",
    ] {
        assert_eq!(patched.get(name), None, "{name}");
    }
    assert_eq!(patched["segment_text"], "Still too dark");
    assert_eq!(patched["segment_type"], "COMMENT");
    assert_eq!(patched["time_start_milliseconds"], 40);
    // What the answer lacks or has as null is left as it is, not cleared.
    assert!(
        patched
            .as_object()
            .unwrap()
            .values()
            .all(|value| !value.is_null())
    );
    patched["segment_text"] = "Too dark".into();
    assert_eq!(sent[2].json(), patched, "both copies take the same fields");
}

#[tokio::test]
async fn an_asset_is_read_renamed_and_written_back() {
    let server = Server::always(Reply::json(
        200,
        json!({
            "id": ASSET, "title": "Take 2", "type": "HOLOGRAM", "category": null,
            "external_id": "E-1", "in_collections": [COLLECTION], "favoured": true,
            "versions": [{ "id": VERSION }], "created_by_user": USER, "updated_by_user": USER,
            "date_modified": "2024-01-01T00:00:00+00:00", "date_imported": "2024-01-01T00:00:00+00:00",
            "default_version_id": VERSION, "permissions": ["read"],
        })
        .to_string(),
    ))
    .await;
    let assets = server.client().assets();

    let asset = assets.get(ASSET).await.unwrap();
    assets
        .update(
            ASSET,
            AssetPatch::every_field_of(asset.clone()).title("Take 3"),
        )
        .await
        .unwrap();
    let replacement = AssetReplacement::try_from(asset.clone()).unwrap();
    assets.replace(ASSET, replacement).await.unwrap();

    let sent = server.received();
    assert_eq!(
        sent[1].json(),
        json!({ "title": "Take 3", "type": "HOLOGRAM", "external_id": "E-1" })
    );
    assert_eq!(
        sent[2].json(),
        json!({ "title": "Take 2", "type": "HOLOGRAM", "external_id": "E-1" })
    );
    assert_eq!(AssetEdit::try_from(asset).unwrap().id, ASSET);
}

#[tokio::test]
async fn a_copy_says_which_field_the_answer_lacks() {
    let server = Server::always(Reply::json(200, r#"{"status":"ACTIVE","title":null}"#)).await;
    let client = server.client();
    let collection = client.assets().collections().get(COLLECTION).await.unwrap();

    let patch = CollectionPatch::every_field_of(collection.clone());
    let error = NewCollection::try_from(collection).unwrap_err();

    assert_eq!(
        serde_json::to_value(patch).unwrap(),
        json!({ "status": "ACTIVE" })
    );
    assert_eq!((error.model(), error.field()), ("Collection", "title"));
}

#[tokio::test]
async fn the_items_of_a_playlist_stay_where_they_are() {
    let server = Server::always(Reply::json(
        200,
        json!({ "id": "p", "name": "Selects", "item_count": 1, "playlist_items": [{ "id": "i" }] })
            .to_string(),
    ))
    .await;
    let playlists = server.client().assets().playlists();

    let playlist = playlists.get("p").await.unwrap();
    let replacement = PlaylistReplacement::try_from(playlist).unwrap();
    playlists.replace("p", replacement).await.unwrap();

    assert_eq!(server.received()[1].json(), json!({ "name": "Selects" }));
}

#[tokio::test]
async fn a_patch_of_changes_contains_only_what_differs() {
    let server = Server::always(Reply::json(
        200,
        json!({
            "id": ASSET, "title": "Take 2", "status": "ACTIVE", "archive_status": "ARCHIVED",
            "category": "News", "external_id": "E-1", "date_modified": "2024-01-01T00:00:00+00:00",
        })
        .to_string(),
    ))
    .await;
    let assets = server.client().assets();

    let before = assets.get(ASSET).await.unwrap();
    let mut after = before.clone();
    after.title = Some("Take 3".to_owned());
    after.category = None;
    after.date_modified = None;
    let patch = AssetPatch::changes(&before, &after);
    assets.update(ASSET, patch).await.unwrap();

    let sent = server.received()[1].json();
    assert_eq!(sent, json!({ "title": "Take 3", "category": null }));
    assert_eq!(AssetPatch::changes(&before, &before), AssetPatch::new());

    let before = Segment::default();
    let mut after = before.clone();
    after.segment_text = Some("Too dark".to_owned());
    let patch = serde_json::to_value(SegmentPatch::changes(&before, &after)).unwrap();
    assert_eq!(patch, json!({ "segment_text": "Too dark" }));
    let patch = serde_json::to_value(SegmentPatch::changes(&after, &before)).unwrap();
    assert_eq!(
        patch.as_object().unwrap().len(),
        patch.get("segment_text").iter().len()
    );
}

#[tokio::test]
async fn a_deletion_that_selects_nothing_is_not_sent() {
    let server = Server::always(Reply::empty(204)).await;
    let segments = server.client().assets().segments();

    let no_ids: [&str; 0] = [];
    for empty in [
        SegmentDeletion::new(),
        SegmentDeletion::new().segment_ids(no_ids),
        SegmentDeletion::new().clear_version_id(),
    ] {
        let error = segments.delete_many(ASSET, empty).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(
            error.to_string().contains("could delete everything"),
            "{error}"
        );
    }
    assert_eq!(server.count(), 0);

    let some = SegmentDeletion::new().segment_type(SegmentType::Transcription);
    segments.delete_many(ASSET, some).await.unwrap();
    let call = segments.delete_many(ASSET, SegmentDeletion::new().segment_ids([SEGMENT]));
    call.await.unwrap();
    assert_eq!(server.count(), 2);
}
