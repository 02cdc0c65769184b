use iconik_api::versions::{AssetVersionFromAsset, NewAssetVersion, SegmentType, VersionStatus};
use serde_json::json;

use crate::support::{Reply, Server};
use crate::{ASSET, OTHER_ASSET, VERSION, answering, assert_arrived};

/// Versions are read with their asset; what answers here is a write that lists them.
#[tokio::test]
async fn the_versions_of_an_asset_are_answered() {
    let server = answering(
        200,
        json!({ "asset_id": ASSET, "versions": [
            { "id": VERSION, "status": "IN_PROGRESS", "version_number": 2.0 },
            { "id": "v1", "status": "ACTIVE", "version_number": 1 },
        ] }),
    )
    .await;

    let answer = server
        .client()
        .versions()
        .promote(ASSET, VERSION)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("PUT /API/assets/v1/assets/{ASSET}/versions/{VERSION}/promote/"),
        json!(null),
    );
    assert_eq!(answer.asset_id, Some(ASSET.into()));
    assert_eq!(answer.versions[0].status, Some(VersionStatus::InProgress));
    assert_eq!(answer.versions[0].version_number, Some(2));
}

#[tokio::test]
async fn a_version_is_added() {
    let server = answering(
        200,
        json!({ "asset_id": ASSET, "versions": [{ "id": VERSION }] }),
    )
    .await;

    let answer = server
        .client()
        .versions()
        .create(
            ASSET,
            NewAssetVersion::new()
                .copy_segments(true)
                .include_segment_types([SegmentType::Marker, "HOLOGRAM".into()]),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/assets/{ASSET}/versions/"),
        json!({ "copy_segments": true, "include_segment_types": ["MARKER", "HOLOGRAM"] }),
    );
    assert_eq!(answer.versions.len(), 1);
}

#[tokio::test]
async fn a_version_with_the_media_of_another_asset_is_added() {
    let server = Server::always(Reply::empty(202)).await;

    let () = server
        .client()
        .versions()
        .create_from_asset(
            ASSET,
            OTHER_ASSET,
            AssetVersionFromAsset::new().copy_previous_version_segments(true),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/assets/{ASSET}/versions/from/assets/{OTHER_ASSET}/"),
        json!({ "copy_previous_version_segments": true }),
    );
}
