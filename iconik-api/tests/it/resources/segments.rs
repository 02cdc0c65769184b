use iconik_api::assets::{
    NewSegment, NewSegments, SegmentDeletion, SegmentStatus, SegmentType, Transcription,
    TranscriptionElement,
};
use serde_json::json;

use super::{ASSET, USER, VERSION, answering, assert_arrived};
use crate::support::{Reply, Server};

const SEGMENT: &str = "e4d0aa18-8f17-11ec-9f52-0a580a3c2f10";
const TRANSCRIPTION: &str = "e5213c6a-8f17-11ec-9f52-0a580a3c2f10";

#[tokio::test]
async fn segments_are_read() {
    let server = answering(
        200,
        json!({
            "objects": [{
                "id": SEGMENT, "asset_id": ASSET, "segment_type": "TRANSCRIPTION",
                "status": "ACTIVE", "segment_text": "Cast off.", "parent_id": null,
                "time_start_milliseconds": 24_000, "time_end_milliseconds": 25_000,
                "transcription_id": TRANSCRIPTION, "user_id": USER,
                "user_info": { "id": USER, "email": "ada@example.com" },
                "transcription": { "speaker": 0, "words": [
                    { "value": "Cast", "start_ms": 0, "end_ms": 400, "score": 1.0 },
                    { "value": "off.", "start_ms": 420, "end_ms": 900, "score": 0.87 },
                ] },
            }],
            "facets": { "segment_type": { "TRANSCRIPTION": 1 } },
            "page": 1, "pages": 1, "per_page": 150, "total": 1, "next_url": null,
        }),
    )
    .await;

    let page = server
        .client()
        .assets()
        .segments()
        .list(ASSET)
        .segment_type(SegmentType::Transcription)
        .time_start_milliseconds_gte(20_000)
        .include_users(true)
        .per_page(150)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!(
            "GET /API/assets/v1/assets/{ASSET}/segments/?segment_type=TRANSCRIPTION&time_start_milliseconds__gte=20000&include_users=true&per_page=150"
        ),
        json!(null),
    );
    assert_eq!(
        page.facets,
        Some(json!({ "segment_type": { "TRANSCRIPTION": 1 } }).into())
    );
    let segment = &page.objects[0];
    assert_eq!(segment.segment_type, Some(SegmentType::Transcription));
    assert_eq!(segment.status, Some(SegmentStatus::Active));
    assert_eq!(segment.parent_id, None);
    let words = &segment.transcription.as_ref().unwrap().words;
    assert_eq!(words[1].value.as_deref(), Some("off."));
    assert_eq!(words[1].start_ms, Some(420));
    assert_eq!(words[1].score, Some(0.87));
}

#[tokio::test]
async fn a_comment_is_created() {
    let server = answering(
        201,
        json!({ "id": SEGMENT, "segment_type": "COMMENT", "segment_text": "Too dark" }),
    )
    .await;

    let segment = server
        .client()
        .assets()
        .segments()
        .create(
            ASSET,
            NewSegment::new(SegmentType::Comment)
                .segment_text("Too dark")
                .time_start_milliseconds(1_500),
        )
        .await
        .unwrap();

    let sent = assert_arrived(
        &server,
        &format!("POST /API/assets/v1/assets/{ASSET}/segments/"),
        json!({ "segment_type": "COMMENT", "segment_text": "Too dark",
                "time_start_milliseconds": 1_500 }),
    );
    assert_eq!(sent.header("share-user-email"), None);
    assert_eq!(segment.id, Some(SEGMENT.into()));
}

#[tokio::test]
async fn a_transcription_is_written_in_bulk() {
    let server = Server::always(Reply::empty(201)).await;
    let words = [
        TranscriptionElement::new("Cast")
            .start_ms(0)
            .end_ms(400)
            .score(1.0),
        TranscriptionElement::new("off.").start_ms(420).end_ms(900),
    ];

    let () = server
        .client()
        .assets()
        .segments()
        .create_many(
            ASSET,
            NewSegments::new([NewSegment::new(SegmentType::Transcription)
                .version_id(VERSION)
                .transcription_id(TRANSCRIPTION)
                .transcription(Transcription::new(words).speaker(0))]),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/assets/{ASSET}/segments/bulk/"),
        json!({ "objects": [{
            "segment_type": "TRANSCRIPTION", "version_id": VERSION,
            "transcription_id": TRANSCRIPTION,
            "transcription": { "speaker": 0, "words": [
                { "value": "Cast", "start_ms": 0, "end_ms": 400, "score": 1.0 },
                { "value": "off.", "start_ms": 420, "end_ms": 900 },
            ] },
        }] }),
    );
}

#[tokio::test]
async fn segments_are_deleted_by_what_they_have_in_common() {
    let server = Server::always(Reply::empty(204)).await;

    let () = server
        .client()
        .assets()
        .segments()
        .delete_many(
            ASSET,
            SegmentDeletion::new()
                .segment_type(SegmentType::Transcription)
                .version_id(VERSION),
        )
        .immediately(true)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("DELETE /API/assets/v1/assets/{ASSET}/segments/bulk/?immediately=true"),
        json!({ "segment_type": "TRANSCRIPTION", "version_id": VERSION }),
    );
}
