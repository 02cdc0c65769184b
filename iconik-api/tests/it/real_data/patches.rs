//! A PATCH says what changes and nothing else.

use iconik_api::assets::{
    AssetEdit, AssetPatch, AssetPatches, CollectionPatch, CustomActionContext, CustomActionPatch,
    ObjectType, PlaylistPatch, ProjectPatch, RelationTypePatch, SegmentPatch, ShareUserPatch,
};
use serde_json::json;

use super::{ASSET, COLLECTION, SEGMENT};
use crate::support::{Reply, Server};

#[tokio::test]
async fn patch_sends_null_only_when_cleared() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let assets = server.client().assets();

    assets.update(ASSET, AssetPatch::new()).await.unwrap();
    assets
        .update(ASSET, AssetPatch::new().category("News"))
        .await
        .unwrap();
    assets
        .update(ASSET, AssetPatch::new().clear_category())
        .await
        .unwrap();
    let undecided = AssetPatch::new()
        .category("News")
        .clear_category()
        .category("Sport");
    assets.update(ASSET, undecided).await.unwrap();
    let lists = AssetPatch::new()
        .person_ids([] as [&str; 0])
        .clear_limit_download_to_groups();
    assets.update(ASSET, lists).await.unwrap();

    let bodies: Vec<_> = server.received().iter().map(|sent| sent.json()).collect();
    assert_eq!(
        bodies,
        [
            json!({}),
            json!({ "category": "News" }),
            json!({ "category": null }),
            json!({ "category": "Sport" }),
            json!({ "person_ids": [], "limit_download_to_groups": null }),
        ]
    );
}

#[tokio::test]
async fn patch_demands_no_field() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();

    client
        .assets()
        .update(ASSET, AssetPatch::new())
        .await
        .unwrap();
    client
        .assets()
        .update_many(AssetPatches::new())
        .await
        .unwrap();
    client
        .assets()
        .collections()
        .update(COLLECTION, CollectionPatch::new())
        .await
        .unwrap();
    client
        .assets()
        .segments()
        .update(ASSET, SEGMENT, SegmentPatch::new())
        .await
        .unwrap();
    client
        .assets()
        .playlists()
        .update("p", PlaylistPatch::new())
        .await
        .unwrap();
    client
        .assets()
        .projects()
        .update("p", ProjectPatch::new())
        .await
        .unwrap();
    client
        .assets()
        .relation_types()
        .update("remake", RelationTypePatch::new())
        .await
        .unwrap();
    client
        .assets()
        .custom_actions()
        .update(CustomActionContext::Asset, "a", CustomActionPatch::new())
        .await
        .unwrap();
    client
        .assets()
        .shares()
        .update_user((ObjectType::Assets, ASSET), "s", "u", ShareUserPatch::new())
        .await
        .unwrap();

    for sent in server.received() {
        assert_eq!(sent.method, "PATCH");
        assert_eq!(sent.json(), json!({}), "{}", sent.target);
    }
}

#[tokio::test]
async fn one_of_many_can_be_cleared() {
    let server = Server::always(Reply::empty(202)).await;

    let edits = [
        AssetEdit::new("a").clear_external_id(),
        AssetEdit::new("b").external_id("E-2"),
    ];
    server
        .client()
        .assets()
        .update_many(AssetPatches::new().objects(edits))
        .await
        .unwrap();

    assert_eq!(
        server.single().json(),
        json!({ "objects": [{ "id": "a", "external_id": null }, { "id": "b", "external_id": "E-2" }] })
    );
}
