//! Answers as iconik sends them: members in alphabetical order, nulls written, a field now and then
//! that no document mentions.

use serde_json::{Value, json};

/// A different UUID for every number.
fn uuid(n: usize) -> String {
    let bits = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{:08x}-f149-11eb-a843-{:012x}",
        bits >> 32,
        bits & 0xffff_ffff_ffff
    )
}

fn date(n: usize) -> String {
    let (second, minute, hour, day) = (n % 60, n / 7 % 60, n / 11 % 24, 1 + n / 13 % 28);
    format!(
        "2024-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}+00:00",
        1 + n % 12,
        n * 7919 % 1_000_000
    )
}

fn user(n: usize) -> Value {
    json!({
        "email": format!("person{}@example.com", n % 9), "first_name": "Ada", "id": uuid(n % 9),
        "last_name": "Lovelace", "photo": null, "photo_big": null, "photo_small": null,
    })
}

fn signed_url(n: usize) -> String {
    format!(
        "https://storage.example.com/iconik-assets/{}/{}/keyframe.jpg?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=\
         iconik-production%40iconik.iam.gserviceaccount.com%2F20240513%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20240513T\
         101500Z&X-Goog-Expires=43200&X-Goog-SignedHeaders=host&X-Goog-Signature={:0>256x}",
        uuid(n),
        uuid(n + 1),
        n * 31
    )
}

fn version(n: usize) -> Value {
    json!({
        "analyze_status": "N/A", "archive_status": "NOT_ARCHIVED", "created_by_user": uuid(n % 9),
        "created_by_user_info": user(n), "date_created": date(n), "face_recognition_status": "N/A",
        "has_unconfirmed_persons": false, "id": uuid(n), "is_online": true, "person_ids": [], "status": "ACTIVE",
        "transcribe_status": "DONE", "transcribed_languages": ["en"], "version_number": 1,
    })
}

fn keyframe(n: usize) -> Value {
    json!({
        "asset_id": uuid(n), "date_created": date(n), "filename": "keyframe.jpg", "format": "JPEG", "id": uuid(n + 5),
        "is_custom_keyframe": false, "is_public": false, "name": "keyframe", "resolution": {"height": 540, "width": 960},
        "rotation": 0, "size": 61_234 + n, "status": "CLOSED", "storage_id": uuid(2), "storage_method": "GCS",
        "time_code": {"frame_rate": "25", "is_drop_frame": false, "milliseconds": n * 40, "use_conversion": false},
        "type": "KEYFRAME", "url": signed_url(n), "version_id": uuid(n + 3),
    })
}

fn asset(n: usize) -> Value {
    let field = |text: &str| json!({"date_created": date(n), "field_values": [{"label": text, "value": text}]});
    let mut asset = json!({
        "analyze_status": "DONE", "ancestor_collections": [uuid(n + 11), uuid(n + 12), uuid(n + 13)], "approval": null,
        "archive_status": "NOT_ARCHIVED", "category": null, "clip_id": null, "comments_count": n % 5,
        "created_by_user": uuid(n % 9), "created_by_user_info": user(n), "custom_keyframe": null,
        "custom_poster": uuid(n + 14), "date_created": date(n), "date_deleted": null, "date_imported": date(n + 1),
        "date_modified": date(n + 2), "date_viewed": date(n + 3), "default_version_id": uuid(n + 3),
        "deleted_by_user": null, "deleted_by_user_info": null, "duration_milliseconds": 61_000 + n, "external_id": null,
        "external_link": null, "face_recognition_status": "N/A", "favoured": false,
        "files": [{
            "directory_path": "2024/05/rushes", "file_set_id": uuid(n + 21), "format_id": uuid(n + 22), "id": uuid(n + 23),
            "name": format!("A{n:03}_C012_0513.mov"), "original_name": format!("A{n:03}_C012_0513.mov"),
            "size": 264_032_992 + n, "status": "CLOSED", "storage_id": uuid(1), "type": "FILE",
        }],
        "formats": [{
            "archive_status": "NOT_ARCHIVED", "id": uuid(n + 22), "is_online": true, "metadata": [
                {"codec": "prores", "frame_rate": "25.000", "height": 1080, "width": 1920, "pixel_aspect_ratio": 1.0},
            ], "name": "ORIGINAL", "status": "ACTIVE", "storage_methods": ["GCS"],
        }],
        "has_unconfirmed_persons": false, "id": uuid(n), "in_collections": [uuid(n + 13)], "is_blocked": false,
        "is_online": true, "keyframes": [keyframe(n), keyframe(n + 1)],
        "last_archive_restore_date": null, "limit_download_to_groups": [], "media_type": "video",
        "metadata": {
            "Description": field("A person walks along a quay at dusk, the camera follows from behind."),
            "Location": field("Göteborg"), "Rights": field("cleared"), "Scene": field("12A"), "Take": field("3"),
        },
        "object_type": "assets", "original_asset_id": null, "original_segment_id": null, "original_version_id": null,
        "person_ids": [uuid(n % 4), uuid(n % 3)], "position": n, "proxies": [keyframe(n + 3)],
        "relations": [{
            "date_created": date(n), "date_modified": date(n), "description": "Made from",
            "related_from_asset_id": uuid(n), "related_to_asset_id": uuid(n + 1), "relation_type": "DERIVED_FROM",
        }],
        "site_name": null, "status": "ACTIVE", "time_end_milliseconds": null, "time_start_milliseconds": null,
        "title": format!("A{n:03}_C012_0513 – Göteborg, quay \"3\""), "type": "ASSET", "updated_by_user": uuid(n % 9),
        "updated_by_user_info": user(n + 1), "versions": [version(n + 3)], "versions_number": 1, "warning": null,
    });
    if n % 10 == 0 {
        asset["viewers_online"] = json!(n % 3);
    }
    if n % 2 == 0 {
        asset["approval"] = json!({
            "approvals_by": [{"change_date": date(n), "external": null, "object_id": uuid(n), "object_type": "assets", "status": "APPROVED", "user": uuid(n % 9), "version_id": uuid(n + 3)}],
            "change_date": date(n),
            "externals": [], "groups": [uuid(n % 5)], "min_number": 1, "object_id": uuid(n), "object_type": "assets",
            "request_date": date(n + 1), "requested_by": uuid(n % 9), "share_id": null, "status": "REQUESTED",
            "user_status": null, "users": [uuid(1), uuid(2)], "users_info": [user(1), user(2)], "version_id": uuid(n + 3),
        });
        asset["versions"] = json!([version(n + 3), version(n + 4)]);
    }
    asset
}

const WORDS: [&str; 8] = [
    "so", "then", "we", "walked", "down", "to", "the", "harbour,",
];

fn segment(n: usize) -> Value {
    let words: Vec<Value> = (0..32)
        .map(|word| {
            json!({
                "end_ms": word * 260 + 240, "score": (1000 - (word * 37 + n) % 400) as f64 / 1000.0,
                "start_ms": word * 260, "value": WORDS[(word + n) % WORDS.len()],
            })
        })
        .collect();
    json!({
        "asset_id": uuid(1), "date_created": date(n), "date_modified": date(n + 1), "drawing": null, "external_id": null,
        "face_bounding_boxes": [], "has_attachments": false, "has_drawing": false, "id": uuid(n), "is_internal": false,
        "keyframe_id": null, "metadata": {}, "metadata_view_id": null, "parent_id": null, "path": uuid(n),
        "person_id": null, "project_id": null, "segment_checked": false, "segment_color": "#ffffff",
        "segment_text": "so then we walked down to the harbour, so then we walked down to the harbour,",
        "segment_track": null, "segment_type": "TRANSCRIPTION", "share_id": null, "share_user_email": null,
        "status": "ACTIVE", "time_end_milliseconds": n * 10_000 + 9_900, "time_start_milliseconds": n * 10_000,
        "top_level": true, "transcription": {"speaker": n % 3, "words": words}, "transcription_id": uuid(7),
        "user_first_name": "Ada", "user_id": uuid(n % 9), "user_info": user(n), "user_last_name": "Lovelace",
        "user_photo": null, "version_id": uuid(3),
    })
}

fn page(objects: Vec<Value>) -> String {
    json!({
        "facets": null, "first_url": "/API/assets/v1/assets/?page=1", "last_url": "/API/assets/v1/assets/?page=9",
        "next_url": "/API/assets/v1/assets/?page=2", "page": 1, "pages": 9, "per_page": objects.len(), "prev_url": null,
        "scroll_id": null, "total": 9 * objects.len(), "objects": objects,
    })
    .to_string()
}

/// A page of 100 assets.
pub fn assets() -> String {
    page((0..100).map(asset).collect())
}

/// A page of 1,000 transcript segments.
pub fn segments() -> String {
    page((0..1000).map(segment).collect())
}

/// One asset, of 7 KB, as a GET of it answers.
pub fn one_asset() -> String {
    let mut asset = asset(1);
    asset["keyframes"] = json!([keyframe(1)]);
    asset.to_string()
}

/// A page of a longer list of assets: `number` counts from 1.
pub fn page_of_assets(number: usize, per_page: usize, total: usize) -> String {
    let first = (number - 1) * per_page;
    let assets: Vec<_> = (first..total.min(first + per_page)).map(asset).collect();
    json!({
        "objects": assets, "page": number, "pages": total.div_ceil(per_page), "per_page": per_page, "total": total,
    })
    .to_string()
}
