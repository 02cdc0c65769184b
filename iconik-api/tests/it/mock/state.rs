//! What a local iconik keeps.

use std::time::Duration;

use http::Method;
use iconik_api::Client;
use iconik_api::assets::*;
use iconik_api::ids::AssetId;
use iconik_api::mock::Server;
use serde_json::{Value, json};

use super::{impatient, send, start, status};

async fn asset(client: &Client, title: &str) -> AssetId {
    client
        .assets()
        .create(NewAsset::new(title))
        .await
        .unwrap()
        .id
        .unwrap()
}

#[tokio::test]
async fn a_patch_changes_what_is_sent_and_null_clears() {
    let (_server, client) = start();
    let new = NewAsset::new("a").category("raw").external_id("x-1");
    let id = client.assets().create(new).await.unwrap().id.unwrap();

    let patch = AssetPatch::new().title("b").clear_category();
    let changed = client.assets().update(&id, patch).await.unwrap();

    assert_eq!(changed.title.as_deref(), Some("b"));
    assert_eq!(changed.category, None);
    assert_eq!(changed.external_id.as_deref(), Some("x-1"));
    assert!(changed.date_modified > changed.date_created);
}

#[tokio::test]
async fn a_put_unsets_what_is_not_sent() {
    let (_server, client) = start();
    let new = NewAsset::new("a").category("raw");
    let id = client.assets().create(new).await.unwrap().id.unwrap();
    let path = format!("/API/assets/v1/assets/{id}/");

    let replaced = send(&client, Method::PUT, &path, &json!({ "title": "b" }))
        .await
        .unwrap();

    assert_eq!(replaced["title"], "b");
    assert_eq!(replaced["category"], Value::Null);
    assert_eq!(replaced["id"], id.as_str());
}

#[tokio::test]
async fn read_only_fields_are_ignored() {
    let (_server, client) = start();
    let body = json!({ "title": "a", "id": "mine", "date_viewed": "2001-01-01T00:00:00" });

    let created = send(&client, Method::POST, "/API/assets/v1/assets/", &body)
        .await
        .unwrap();

    assert_ne!(created["id"], "mine");
    assert_eq!(created["date_viewed"], Value::Null);
}

#[tokio::test]
async fn deleted_assets_wait_to_be_restored_or_purged() {
    let (_server, client) = start();
    let (one, two) = (asset(&client, "one").await, asset(&client, "two").await);
    let queue = client.assets().delete_queue();

    client.assets().delete(&one).await.unwrap();
    queue.add_assets(AssetIdList::new([&two])).await.unwrap();

    let read = client.assets().get(&one).await.unwrap();
    assert_eq!(read.status, Some(ObjectStatus::Deleted));
    assert!(read.date_deleted.is_some());
    assert!(client.assets().list().await.unwrap().objects.is_empty());
    assert_eq!(queue.list_assets().await.unwrap().objects.len(), 2);

    queue
        .restore_assets(AssetIdList::new([&one]))
        .await
        .unwrap();
    queue.purge_all_assets().await.unwrap();

    let read = client.assets().get(&one).await.unwrap();
    assert_eq!(
        (read.status, read.date_deleted),
        (Some(ObjectStatus::Active), None)
    );
    assert_eq!(status(client.assets().get(&two).await), 404);
}

#[tokio::test]
async fn what_belongs_to_an_asset_goes_with_it() {
    let (_server, client) = start();
    let id = asset(&client, "a").await;
    let segments = client.assets().segments();
    let segment = segments
        .create(&id, NewSegment::new(SegmentType::Marker))
        .await
        .unwrap();

    client.assets().purge(&id).await.unwrap();

    assert_eq!(status(segments.get(&id, segment.id.unwrap()).await), 404);
}

#[tokio::test]
async fn collections_contain_assets_and_collections() {
    let (_server, client) = start();
    let collections = client.assets().collections();
    let root = collections
        .create(NewCollection::new("Root"))
        .await
        .unwrap();
    let root_id = root.id.clone().unwrap();
    let child = NewCollection::new("Child").parent_id(&root_id);
    let child = collections.create(child).await.unwrap().id.unwrap();
    let id = asset(&client, "a").await;
    let item = CollectionContent::new(id.as_str(), ContentObjectType::Assets);
    collections.add_item(&child, item.clone()).await.unwrap();
    collections.add_item(&root_id, item).await.unwrap();

    assert_eq!(root.is_root, Some(true));
    let contents = collections.list_items(&root_id).await.unwrap().objects;
    let kinds: Vec<bool> = contents
        .iter()
        .map(|item| matches!(item, CollectionItem::Asset(_)))
        .collect();
    assert_eq!(kinds, [false, true]);
    assert_eq!(
        collections.get_full_path(&child).await.unwrap(),
        "Root/Child"
    );
    let ancestors = collections.list_ancestors(&child).await.unwrap().objects;
    assert_eq!(ancestors[0].title.as_deref(), Some("Root"));
    let read = client.assets().get(&id).await.unwrap();
    assert_eq!(read.in_collections.len(), 2);

    collections
        .remove_item(&child, (ContentObjectType::Assets, id.as_str()))
        .await
        .unwrap();
    assert!(
        collections
            .list_items(&child)
            .await
            .unwrap()
            .objects
            .is_empty()
    );

    // A tree has no circle.
    let patch = CollectionPatch::new().parent_id(&child);
    assert_eq!(status(collections.update(&root_id, patch).await), 400);
}

#[tokio::test]
async fn an_asset_has_a_version_from_the_start() {
    let (_server, client) = start();
    let created = client.assets().create(NewAsset::new("a")).await.unwrap();
    let id = created.id.unwrap();
    let first = created.versions[0].id.clone().unwrap();
    let versions = client.assets().versions();

    let two = versions
        .create(&id, NewAssetVersion::new())
        .await
        .unwrap()
        .versions;
    assert_eq!(two.len(), 2);
    assert_eq!(two[0].version_number, Some(2));

    let promoted = versions.promote(&id, &first).await.unwrap().versions;
    assert_eq!(promoted[0].id.as_ref(), Some(&first));

    versions.delete_old(&id).await.unwrap();
    let left = client.assets().get(&id).await.unwrap().versions;
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn segments_come_many_at_once_and_leave_as_subtitles() {
    let (_server, client) = start();
    let id = asset(&client, "a").await;
    let segments = client.assets().segments();
    let spoken = |start: i64, text: &str| {
        let segment = NewSegment::new(SegmentType::Transcription);
        segment
            .time_start_milliseconds(start)
            .time_end_milliseconds(start + 900)
            .segment_text(text)
    };
    let both = NewSegments::new([spoken(61_000, "two"), spoken(0, "one")]);
    segments.create_many(&id, both).await.unwrap();
    segments
        .create(&id, NewSegment::new(SegmentType::Marker))
        .await
        .unwrap();

    let spoken = segments
        .list_by_type(&id, SegmentType::Transcription)
        .await
        .unwrap();
    assert_eq!(spoken.objects.len(), 2);
    let vtt = segments
        .export_vtt(&id)
        .segment_type(SegmentType::Transcription)
        .await
        .unwrap();
    assert_eq!(
        vtt,
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\none\n\n00:01:01.000 --> 00:01:01.900\ntwo\n\n"
    );

    let body = SegmentDeletion::new().segment_type(SegmentType::Transcription);
    segments.delete_many(&id, body).await.unwrap();
    assert_eq!(segments.list(&id).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn an_awaited_comment_is_not_listed() {
    let (_server, client) = start();
    let id = asset(&client, "a").await;
    let segments = client.assets().segments();
    let awaited = |kind| NewSegment::new(kind).status(SegmentStatus::Awaited);

    segments
        .create(&id, awaited(SegmentType::Comment))
        .await
        .unwrap();

    assert!(segments.list(&id).await.unwrap().objects.is_empty());
    let asked = segments
        .list(&id)
        .status(SegmentStatus::Awaited)
        .await
        .unwrap();
    assert_eq!(asked.objects.len(), 1);
    assert_eq!(
        status(segments.create(&id, awaited(SegmentType::Marker)).await),
        400
    );
}

#[tokio::test]
async fn guests_log_into_shares() {
    let (_server, client) = start();
    let id = asset(&client, "Dailies").await;
    let path = format!("/API/assets/v1/assets/{id}/shares/url/");
    let body = json!({
        "allow_comments": true,
        "allow_approving_comments": false,
        "allow_setting_approve_status": false,
        "allow_download": false,
        "password": "open sesame",
    });
    let share = send(&client, Method::POST, &path, &body).await.unwrap();
    assert_eq!(
        (&share["object_title"], &share["has_password"]),
        (&json!("Dailies"), &json!(true))
    );
    assert!(share.get("password").is_none());

    let hash = share["url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let login = "/API/assets/v1/shares/auth/login/";
    let wrong = send(
        &client,
        Method::POST,
        login,
        &json!({ "hash": hash, "password": "x" }),
    )
    .await;
    assert_eq!(status(wrong), 401);
    let body = json!({ "hash": hash, "password": "open sesame" });
    let token = send(&client, Method::POST, login, &body).await.unwrap();
    assert_eq!(
        (&token["share_id"], &token["object_id"]),
        (&share["id"], &json!(id.as_str()))
    );
}

#[tokio::test]
async fn names_serve_where_there_are_no_ids() {
    let (_server, client) = start();
    let types = "/API/assets/v1/assets/relation_types/";
    let body = json!({ "name": "trailer of", "source_label": "a", "destination_label": "b" });
    let created = send(&client, Method::POST, types, &body).await;
    let created = created.unwrap_or_else(|error| panic!("{error} {:?}", error.body()));
    assert_eq!(created["name"], "trailer of");

    let one = format!("{types}trailer%20of/");
    assert!(send(&client, Method::GET, &one, &Value::Null).await.is_ok());
    let all = send(&client, Method::GET, types, &Value::Null)
        .await
        .unwrap();
    assert_eq!(all["objects"].as_array().unwrap().len(), 1);
    send(&client, Method::DELETE, &one, &Value::Null)
        .await
        .unwrap();
    assert_eq!(
        status(send(&client, Method::GET, &one, &Value::Null).await),
        404
    );
}

#[tokio::test]
async fn work_in_the_background_takes_its_time() {
    let server = Server::builder()
        .delay(Duration::from_secs(600))
        .start()
        .unwrap();
    let client = impatient(&server);
    let id = asset(&client, "a").await;

    client.assets().purge(&id).await.unwrap();

    assert!(client.assets().get(&id).await.is_ok());
    server.finish_work();
    assert_eq!(status(client.assets().get(&id).await), 404);
}

#[tokio::test]
async fn lists_trail_writes_by_the_index_lag() {
    let lag = Duration::from_millis(300);
    let server = Server::builder().index_lag(lag).start().unwrap();
    let client = impatient(&server);
    let id = asset(&client, "old").await;

    assert!(client.assets().get(&id).await.is_ok());
    assert!(client.assets().list().await.unwrap().objects.is_empty());
    tokio::time::sleep(lag).await;
    client
        .assets()
        .update(&id, AssetPatch::new().title("new"))
        .await
        .unwrap();
    let listed = client.assets().list().await.unwrap().objects;
    assert_eq!(listed[0].title.as_deref(), Some("old"));
    assert_eq!(
        client.assets().get(&id).await.unwrap().title.as_deref(),
        Some("new")
    );

    client.assets().purge(&id).await.unwrap();
    assert_eq!(client.assets().list().await.unwrap().objects.len(), 1);
    tokio::time::sleep(lag).await;
    assert!(client.assets().list().await.unwrap().objects.is_empty());
}

#[tokio::test]
async fn a_file_keeps_the_state() {
    let file = std::env::temp_dir().join(format!("local-iconik-{}.json", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let start = || Server::builder().data(&file).start().unwrap();
    let first = start();
    let one = asset(&impatient(&first), "one").await;
    drop(first);

    let second = start();
    let client = impatient(&second);
    assert_eq!(
        client.assets().get(&one).await.unwrap().title.as_deref(),
        Some("one")
    );
    let two = asset(&client, "two").await;
    assert_ne!(one, two);
    drop(second);

    std::fs::write(&file, "[]").unwrap();
    assert!(Server::builder().data(&file).start().is_err());
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn the_same_seed_and_requests_give_the_same_ids() {
    let ids = async |seed: u64| {
        let server = Server::builder().seed(seed).start().unwrap();
        let client = impatient(&server);
        let first = client.assets().create(NewAsset::new("a")).await.unwrap();
        (first.id, first.date_created, asset(&client, "b").await)
    };

    assert_eq!(ids(7).await, ids(7).await);
    assert_ne!(ids(7).await.0, ids(8).await.0);
}

#[tokio::test]
async fn the_clock_can_be_moved_forward() {
    let (server, client) = start();
    let created = async || {
        let asset = client.assets().create(NewAsset::new("a")).await.unwrap();
        asset.date_created.unwrap().as_jiff().unwrap()
    };
    let before = created().await;
    server.advance(Duration::from_secs(86_400));
    let after = created().await;
    assert_eq!((after - before).as_secs(), 86_400);
    assert!(server.now().as_jiff() >= Some(after));

    // Beyond the end of all dates, it stands still.
    server.advance(Duration::MAX);
    assert_eq!(created().await, created().await);
}

/// No runtime is needed, and none is disturbed.
#[test]
fn a_server_works_from_blocking_code() {
    let server = Server::start().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let id = runtime.block_on(asset(&server.client().unwrap(), "a"));
    drop(runtime);

    let other = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let read = other.block_on(async { server.client().unwrap().assets().get(&id).await });
    assert!(read.is_ok());
}
