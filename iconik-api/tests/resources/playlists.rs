use iconik_api::playlists::{NewPlaylist, NewPlaylistItem, PlaylistItemType, PlaylistStatus};
use serde_json::json;

use crate::{ASSET, USER, answering, assert_arrived};

const PLAYLIST: &str = "aa31c7f2-8f15-11ec-83f0-0a580a3c2f10";
const ITEM: &str = "ab90d112-8f15-11ec-83f0-0a580a3c2f10";

#[tokio::test]
async fn a_playlist_is_read() {
    let server = answering(
        200,
        json!({
            "id": PLAYLIST, "name": "Selects", "status": "HIDDEN", "project_id": null,
            "item_count": 1, "created_by_user": USER,
            "playlist_items": [{ "id": ITEM, "object_id": ASSET, "object_type": "assets",
                                 "time_start_milliseconds": 1_000, "time_end_milliseconds": null }],
        }),
    )
    .await;

    let playlist = server.client().playlists().get(PLAYLIST).await.unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/playlists/{PLAYLIST}/"),
        json!(null),
    );
    assert_eq!(playlist.name.as_deref(), Some("Selects"));
    assert_eq!(playlist.status, Some(PlaylistStatus::Hidden));
    assert_eq!(playlist.item_count, Some(1));
    let item = &playlist.playlist_items[0];
    assert_eq!(item.object_type, Some(PlaylistItemType::Assets));
    assert_eq!(item.time_start_milliseconds, Some(1_000));
    assert_eq!(item.time_end_milliseconds, None);
}

#[tokio::test]
async fn a_playlist_is_created_with_its_items() {
    let server = answering(201, json!({ "id": PLAYLIST, "name": "Selects" })).await;

    let playlist = server
        .client()
        .playlists()
        .create(NewPlaylist::new("Selects").playlist_items([
            NewPlaylistItem::new(ASSET, PlaylistItemType::Assets).time_start_milliseconds(1_000),
        ]))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/playlists/",
        json!({ "name": "Selects", "playlist_items": [
            { "object_id": ASSET, "object_type": "assets", "time_start_milliseconds": 1_000 }
        ] }),
    );
    assert_eq!(playlist.id, Some(PLAYLIST.into()));
    assert!(playlist.playlist_items.is_empty());
}
