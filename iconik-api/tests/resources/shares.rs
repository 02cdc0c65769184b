use iconik_api::shares::{NewShareUrl, ObjectType, ProtectionMode, ShareSelection};
use serde_json::json;

use crate::support::{Reply, Server};
use crate::{COLLECTION, USER, answering, assert_arrived};

const SHARE: &str = "0a9fd1b6-8f19-11ec-9f11-0a580a3c2f10";

#[tokio::test]
async fn a_share_is_read() {
    let server = answering(
        200,
        json!({
            "id": SHARE, "title": "For the client", "object_type": "collections",
            "object_id": COLLECTION, "url": "https://share.example/s/abc", "has_password": true,
            "expires": "2030-01-26", "allow_download": false, "watermark": "standard", "drm": null,
            "owner_id": USER, "metadata_views": null,
            "users": [{ "id": "u1", "email": "client@agency.example", "access_count": 3,
                        "last_access_date": "2024-01-01T00:00:00.5" }],
            "upload_storage": { "id": "st1", "method": "S3", "add_uuid_to_filenames": true },
        }),
    )
    .await;

    let share = server
        .client()
        .shares()
        .get(ObjectType::Collections, COLLECTION, SHARE)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/collections/{COLLECTION}/shares/{SHARE}/"),
        json!(null),
    );
    assert_eq!(share.title.as_deref(), Some("For the client"));
    assert_eq!(share.expires, Some("2030-01-26T00:00:00Z".into()));
    assert_eq!(share.has_password, Some(true));
    assert_eq!(share.watermark, Some(ProtectionMode::Standard));
    assert!(share.metadata_views.is_empty());
    assert_eq!(share.users[0].access_count, Some(3));
    assert_eq!(share.upload_storage.unwrap().id, Some("st1".into()));
}

#[tokio::test]
async fn a_share_by_url_is_created() {
    for status in [200, 201] {
        let server = answering(
            status,
            json!({ "id": SHARE, "url": "https://share.example/s/abc" }),
        )
        .await;

        let share = server
            .client()
            .shares()
            .create_url(
                ObjectType::Collections,
                COLLECTION,
                NewShareUrl::new(true, false, false, true)
                    .title("For the client")
                    .expires("2030-01-26T00:00:00Z")
                    .password("open sesame"),
            )
            .await
            .unwrap();

        assert_arrived(
            &server,
            &format!("POST /API/assets/v1/collections/{COLLECTION}/shares/url/"),
            json!({ "title": "For the client", "expires": "2030-01-26T00:00:00Z",
                    "allow_comments": true, "allow_approving_comments": false,
                    "allow_setting_approve_status": false, "allow_download": true,
                    "password": "open sesame" }),
        );
        assert_eq!(share.url.as_deref(), Some("https://share.example/s/abc"));
    }
}

#[tokio::test]
async fn several_shares_are_deleted() {
    let server = Server::always(Reply::empty(202)).await;

    let () = server
        .client()
        .shares()
        .delete_mine(ShareSelection::new([SHARE]))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "DELETE /API/assets/v1/shares/bulk/",
        json!({ "share_ids": [SHARE] }),
    );
}
