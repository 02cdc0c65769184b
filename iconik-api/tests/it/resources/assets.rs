use iconik_api::assets::{
    ArchiveStatus, AssetEdit, AssetPatch, AssetReplacements, AssetType, NewAsset, ObjectStatus,
    ProcessingStatus,
};
use serde_json::json;

use super::{ASSET, COLLECTION, OTHER_ASSET, USER, VERSION, answering, assert_arrived};
use crate::support::{Reply, Server};

#[tokio::test]
async fn an_asset_is_read() {
    let server = answering(
        200,
        json!({
            "id": ASSET, "title": "Harbour at dawn", "type": "ASSET", "status": "ACTIVE",
            "category": null, "is_online": true, "analyze_status": "N/A",
            "archive_status": "NOT_ARCHIVED",
            "date_created": "2022-02-16T09:21:40.118237+00:00", "date_deleted": null,
            "in_collections": [COLLECTION], "created_by_user": USER,
            "created_by_user_info": { "id": USER, "first_name": "Ada", "last_name": "Brix" },
            "default_version_id": VERSION,
            "versions": [{
                "id": VERSION, "status": "ACTIVE", "is_online": true, "version_number": 1,
                "transcribe_status": "DONE", "transcribed_languages": ["en-US"]
            }],
        }),
    )
    .await;

    let asset = server
        .client()
        .assets()
        .get(ASSET)
        .include_collections(true)
        .include_users(true)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/assets/{ASSET}/?include_collections=true&include_users=true"),
        json!(null),
    );
    assert_eq!(asset.id, Some(ASSET.into()));
    assert_eq!(asset.title.as_deref(), Some("Harbour at dawn"));
    assert_eq!(asset.r#type, Some(AssetType::Asset));
    assert_eq!(asset.status, Some(ObjectStatus::Active));
    assert_eq!(asset.category, None);
    assert_eq!(asset.is_online, Some(true));
    assert_eq!(asset.analyze_status, Some(ProcessingStatus::NotApplicable));
    assert_eq!(asset.archive_status, Some(ArchiveStatus::NotArchived));
    assert_eq!(
        asset.date_created.and_then(|date| date.as_jiff()),
        Some("2022-02-16T09:21:40.118237Z".parse().unwrap())
    );
    assert_eq!(asset.date_deleted, None);
    assert_eq!(asset.in_collections, [COLLECTION]);
    assert_eq!(
        asset.created_by_user_info.unwrap().first_name.as_deref(),
        Some("Ada")
    );
    assert_eq!(asset.default_version_id, Some(VERSION.into()));
    let [version] = &asset.versions[..] else {
        panic!("{:?}", asset.versions)
    };
    assert_eq!(version.version_number, Some(1));
    assert_eq!(version.transcribe_status, Some(ProcessingStatus::Done));
    assert_eq!(version.transcribed_languages, ["en-US"]);
    assert!(asset.extra.is_empty());
}

#[tokio::test]
async fn an_asset_is_created() {
    let server = answering(
        201,
        json!({ "id": ASSET, "title": "Harbour at dawn", "type": "PLACEHOLDER", "status": "ACTIVE",
                "versions": [{ "id": VERSION, "status": "ACTIVE" }] }),
    )
    .await;

    let asset = server
        .client()
        .assets()
        .create(
            NewAsset::new("Harbour at dawn")
                .r#type(AssetType::Placeholder)
                .external_id("H-17")
                .collection_id(COLLECTION),
        )
        .assign_to_collection(true)
        .apply_default_acls(false)
        .await
        .unwrap();

    let sent = assert_arrived(
        &server,
        "POST /API/assets/v1/assets/?apply_default_acls=false&assign_to_collection=true",
        json!({ "title": "Harbour at dawn", "type": "PLACEHOLDER", "external_id": "H-17",
                "collection_id": COLLECTION }),
    );
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert_eq!(asset.id, Some(ASSET.into()));
    assert_eq!(asset.r#type, Some(AssetType::Placeholder));
    assert_eq!(asset.versions[0].id, Some(VERSION.into()));
}

#[tokio::test]
async fn a_title_alone_makes_an_asset() {
    let server = answering(201, json!({ "id": ASSET })).await;

    server
        .client()
        .assets()
        .create(NewAsset::new("Harbour"))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/assets/",
        json!({ "title": "Harbour" }),
    );
}

#[tokio::test]
async fn an_asset_is_changed() {
    let server = answering(
        200,
        json!({ "id": ASSET, "title": "Harbour", "archive_status": "ARCHIVED" }),
    )
    .await;

    let asset = server
        .client()
        .assets()
        .update(
            ASSET,
            AssetPatch::new()
                .archive_status(ArchiveStatus::Archived)
                .clear_category(),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("PATCH /API/assets/v1/assets/{ASSET}/"),
        json!({ "archive_status": "ARCHIVED", "category": null }),
    );
    assert_eq!(asset.archive_status, Some(ArchiveStatus::Archived));
}

#[tokio::test]
async fn several_assets_are_replaced_at_once() {
    let server = Server::always(Reply::empty(202)).await;

    let () = server
        .client()
        .assets()
        .replace_many(AssetReplacements::new([
            AssetEdit::new(ASSET).title("One"),
            AssetEdit::new(OTHER_ASSET).is_blocked(true),
        ]))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "PUT /API/assets/v1/assets/",
        json!({ "objects": [{ "id": ASSET, "title": "One" }, { "id": OTHER_ASSET, "is_blocked": true }] }),
    );
}

#[tokio::test]
async fn a_page_of_assets_is_read() {
    let server = answering(
        200,
        json!({
            "objects": [
                { "id": ASSET, "title": "One", "object_type": "assets", "media_type": "video",
                  "duration_milliseconds": 61_000, "metadata": { "Scene": ["12A"] } },
                { "id": OTHER_ASSET, "title": "Two" },
            ],
            "page": 2, "pages": 3, "per_page": 2, "total": 5,
            "first_url": "/API/assets/v1/assets/?page=1&per_page=2",
            "next_url": "/API/assets/v1/assets/?page=3&per_page=2",
            "prev_url": "/API/assets/v1/assets/?page=1&per_page=2",
        }),
    )
    .await;

    let page = server
        .client()
        .assets()
        .list()
        .types([AssetType::Asset, AssetType::Subclip])
        .sort("title,asc;date_created,desc")
        .page(2)
        .per_page(2)
        .await
        .unwrap();

    assert_arrived(
        &server,
        "GET /API/assets/v1/assets/?sort=title%2Casc%3Bdate_created%2Cdesc&types=ASSET,SUBCLIP&page=2&per_page=2",
        json!(null),
    );
    assert_eq!(
        (page.page, page.pages, page.total),
        (Some(2), Some(3), Some(5))
    );
    assert_eq!(page.objects[0].duration_milliseconds, Some(61_000));
    assert_eq!(
        page.objects[0].metadata.as_ref().unwrap().value(),
        json!({ "Scene": ["12A"] })
    );
    let titles: Vec<_> = page.into_iter().filter_map(|asset| asset.title).collect();
    assert_eq!(titles, ["One", "Two"]);
}
