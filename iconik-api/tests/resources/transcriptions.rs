use iconik_api::transcriptions::{
    NewTranscriptionProperties, TranscriptionEngineInfo, TranscriptionEngineType,
};
use serde_json::json;

use crate::{ASSET, VERSION, answering, assert_arrived};

const TRANSCRIPTION: &str = "1b7c2ee0-8f1a-11ec-b5d8-0a580a3c2f10";

#[tokio::test]
async fn the_transcriptions_of_a_version_are_read() {
    let server = answering(
        200,
        json!({ "objects": [{
            "id": TRANSCRIPTION, "asset_id": ASSET, "version_id": VERSION, "language": "en",
            "speaker_labels": { "0": "Ben", "1": null }, "engine_info": { "type": "EXTERNAL", "name": "Scribe" },
        }] }),
    )
    .await;

    let found = server
        .client()
        .transcriptions()
        .list(ASSET, VERSION)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/assets/{ASSET}/versions/{VERSION}/transcriptions/properties/"),
        json!(null),
    );
    let transcription = &found.objects[0];
    assert_eq!(transcription.id, Some(TRANSCRIPTION.into()));
    assert_eq!(transcription.speaker_labels["0"], "Ben");
    assert_eq!(transcription.speaker_labels.len(), 1);
    let engine = transcription.engine_info.as_ref().unwrap();
    assert_eq!(engine.r#type, Some(TranscriptionEngineType::External));
}

#[tokio::test]
async fn a_transcription_is_begun() {
    let server = answering(200, json!({ "id": TRANSCRIPTION, "language": "en" })).await;

    let transcription = server
        .client()
        .transcriptions()
        .create(
            ASSET,
            VERSION,
            NewTranscriptionProperties::new()
                .language("en")
                .speaker_labels([("0", "Ben")])
                .engine_info(
                    TranscriptionEngineInfo::new()
                        .name("Scribe")
                        .r#type(TranscriptionEngineType::External),
                ),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!(
            "POST /API/assets/v1/assets/{ASSET}/versions/{VERSION}/transcriptions/properties/"
        ),
        json!({ "language": "en", "speaker_labels": { "0": "Ben" },
                "engine_info": { "name": "Scribe", "type": "EXTERNAL" } }),
    );
    assert_eq!(transcription.id, Some(TRANSCRIPTION.into()));
}
