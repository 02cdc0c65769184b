//! Uploads, against a server that speaks the protocols of the storages.

pub(crate) mod cloud;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_core::Stream;
use iconik_api::upload::{Source, UploadError, UploadEvent, UploadState};
use iconik_api::{BoxError, ErrorKind, RetryPolicy};
use serde_json::json;

use self::cloud::{ASSET, Cloud, FILE, Fault, SIGNATURE};

const CLOUDS: [&str; 4] = ["GCS", "S3", "B2", "AZURE"];

/// Content that is different everywhere.
pub(crate) fn content(length: usize) -> Vec<u8> {
    let mut value = 0x9e37_79b9_u32;
    let next = || {
        value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (value >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A file that is deleted with the value.
pub(crate) struct TempFile(pub(crate) std::path::PathBuf);

impl TempFile {
    pub(crate) fn new(content: &[u8]) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("iconik-api-test-{}-{number}.bin", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A stream of chunks of this size.
fn stream(content: Vec<u8>, chunk: usize) -> impl Stream<Item = Result<Bytes, BoxError>> + Send {
    struct Chunks(Bytes, usize);
    impl Stream for Chunks {
        type Item = Result<Bytes, BoxError>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            let length = self.1.min(self.0.len());
            let chunk = self.0.split_to(length);
            std::task::Poll::Ready((length > 0).then_some(Ok(chunk)))
        }
    }
    Chunks(content.into(), chunk)
}

#[tokio::test]
async fn every_source_reaches_every_storage_in_one_request_and_in_parts() {
    for method in CLOUDS {
        for length in [0, 1_000, 300_000, 786_432] {
            let bytes = content(length);
            let file = TempFile::new(&bytes);
            let sources = [
                Source::file(&file.0).await.unwrap(),
                Source::bytes("clip.bin", bytes.clone()),
                Source::stream("clip.bin", stream(bytes.clone(), 70_001)).with_size(length as u64),
                Source::stream("clip.bin", stream(bytes.clone(), 4_096)),
                Source::reader("clip.bin", std::io::Cursor::new(bytes.clone())),
            ];
            for (kind, source) in sources.into_iter().enumerate() {
                let cloud = Cloud::start(method).await;
                let client = cloud.client();
                let upload = client.upload(source).part_size(262_144).checksum();
                let uploaded = upload.await;
                let uploaded =
                    uploaded.unwrap_or_else(|error| panic!("{method} {length} {kind}: {error}"));

                assert_eq!(uploaded.file_id.as_str(), FILE);
                assert!(cloud.object() == bytes, "{method} {length} {kind}");
                let record = cloud.state().file.clone();
                assert_eq!(record["status"], "CLOSED");
                assert_eq!(record["size"], length, "{method} {kind}");
                let digest = <md5::Md5 as md5::Digest>::digest(&bytes);
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(record["checksum"], digest, "{method} {length} {kind}");
                cloud.check();
            }
        }
    }
}

#[tokio::test]
async fn the_records_are_created_as_iconik_wants_them() {
    let cloud = Cloud::start("S3").await;
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let source = Source::bytes("clip.mxf", "abc").with_modified(day);
    let uploaded = cloud
        .client()
        .upload(source)
        .title("A storm")
        .collection("7e6abeea-4bff-4153-912d-2880617046ce")
        .directory("/2026/dailies/")
        .transcode()
        .await
        .unwrap();

    assert_eq!(uploaded.asset_id.as_str(), ASSET);
    assert!(uploaded.job_id.is_some() && !uploaded.existed);
    let steps: Vec<_> = cloud
        .seen("")
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.path()))
        .collect();
    let expected = [
        "GET /API/files/v1/storages/matching/FILES/".to_owned(),
        "POST /API/assets/v1/assets/".to_owned(),
        format!("POST /API/files/v1/assets/{ASSET}/formats/"),
        format!("POST /API/files/v1/assets/{ASSET}/file_sets/"),
        format!("POST /API/files/v1/assets/{ASSET}/files/"),
        "PUT /s3/object/1".to_owned(),
        format!("PATCH /API/files/v1/assets/{ASSET}/files/{FILE}/"),
        format!("POST /API/files/v1/assets/{ASSET}/files/{FILE}/keyframes/"),
    ];
    assert_eq!(steps, expected);

    let body = |matching: &str| cloud.seen(matching)[0].json();
    let asset = body("POST /API/assets/");
    assert_eq!(asset["title"], "A storm");
    assert_eq!(
        asset["collection_id"],
        "7e6abeea-4bff-4153-912d-2880617046ce"
    );
    let format = body("/formats/");
    assert_eq!(format["name"], "ORIGINAL");
    assert_eq!(format["storage_methods"], json!(["S3"]));
    assert_eq!(
        format["metadata"],
        json!([{ "internet_media_type": "application/mxf" }])
    );
    let file_set = body("/file_sets/");
    assert_eq!(file_set["base_dir"], "2026/dailies");
    assert_eq!(file_set["component_ids"], json!([]));
    let file = body(&format!("POST /API/files/v1/assets/{ASSET}/files/"));
    assert_eq!(file["original_name"], "clip.mxf");
    // iconik makes the name from the original name and the id.
    assert!(file["name"].is_null());
    assert_eq!(file["directory_path"], "2026/dailies");
    assert_eq!((&file["size"], &file["type"]), (&json!(3), &json!("FILE")));
    assert!(file["status"].is_null());
    for date in ["file_date_created", "file_date_modified"] {
        assert!(
            file[date]
                .as_str()
                .unwrap()
                .starts_with("2023-11-14T22:13:20"),
            "{file}"
        );
    }
    assert_eq!(body("PATCH"), json!({ "status": "CLOSED" }));
}

#[tokio::test]
async fn the_format_of_an_existing_asset_is_used_with_its_components() {
    let cloud = Cloud::start("GCS").await;
    cloud.state().formats = vec![
        json!({ "id": "f0000000-0000-11ee-8000-000000000001", "name": "PPRO_PROXY" }),
        json!({ "id": "f0000000-0000-11ee-8000-000000000002", "name": "ORIGINAL", "status": "DELETED" }),
        json!({ "id": "f0000000-0000-11ee-8000-000000000003", "name": "ORIGINAL",
                "components": [{ "id": "c0000000-0000-11ee-8000-000000000001" }] }),
    ];
    let uploaded = cloud
        .client()
        .upload(Source::bytes("b.wav", "abc"))
        .asset(ASSET)
        .await
        .unwrap();

    assert_eq!(
        uploaded.format_id.unwrap().as_str(),
        "f0000000-0000-11ee-8000-000000000003"
    );
    assert!(cloud.seen("POST /API/assets/").is_empty());
    let file_set = cloud.seen("/file_sets/")[0].json();
    assert_eq!(
        file_set["component_ids"],
        json!(["c0000000-0000-11ee-8000-000000000001"])
    );
}

#[tokio::test]
async fn gcs_continues_where_the_storage_says() {
    let bytes = content(3_000_000);
    let file = TempFile::new(&bytes);
    for source in [
        Source::file(&file.0).await.unwrap(),
        Source::stream("a", stream(bytes.clone(), 10_000)),
    ] {
        let cloud = Cloud::start("GCS").await;
        cloud.fail("PUT /gcs/session", Fault::Cut(1_000_000));
        cloud.fail("PUT /gcs/session", Fault::Status(503, ""));
        cloud
            .client()
            .upload(source)
            .part_size(2 << 20)
            .await
            .unwrap();

        assert!(cloud.object() == bytes);
        assert_eq!(cloud.seen("POST /gcs/object").len(), 1, "one session");
        let ranges: Vec<_> = cloud
            .seen("PUT /gcs")
            .iter()
            .filter_map(|seen| seen.header("content-range").map(str::to_owned))
            .collect();
        // 3 units of 256 KiB were kept of the 1,000,000 bytes.
        assert!(
            ranges
                .iter()
                .any(|range| range.starts_with("bytes 786432-")),
            "{ranges:?}"
        );
        cloud.check();
    }
}

#[tokio::test]
async fn a_lost_session_is_started_again_with_a_new_url() {
    let cloud = Cloud::start("GCS").await;
    let bytes = content(600_000);
    cloud.fail("PUT /gcs/session", Fault::Status(410, ""));
    cloud
        .client()
        .upload(Source::bytes("a", bytes.clone()))
        .await
        .unwrap();
    assert!(cloud.object() == bytes);
    let starts = cloud.seen("POST /gcs/object");
    assert_eq!(starts.len(), 2);
    assert_ne!(starts[0].target, starts[1].target);
}

#[tokio::test]
async fn a_session_without_a_location_is_found_by_its_id() {
    let cloud = Cloud::start("GCS").await;
    cloud.state().hides_location = true;
    let bytes = content(600_000);
    cloud.fail("PUT /gcs/object", Fault::Cut(300_000));
    cloud
        .client()
        .upload(Source::bytes("a", bytes.clone()))
        .await
        .unwrap();
    assert!(cloud.object() == bytes);
    cloud.check();
}

#[tokio::test]
async fn a_part_that_fails_is_sent_again_with_a_new_url() {
    for (method, request, faults) in [
        (
            "S3",
            "PUT /s3/part",
            vec![
                Fault::Cut(100_000),
                Fault::Status(
                    403,
                    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                ),
                Fault::Status(503, "<Error><Code>SlowDown</Code></Error>"),
                Fault::Unheard,
            ],
        ),
        (
            "B2",
            "POST /b2/part",
            vec![
                Fault::Cut(100_000),
                Fault::Status(503, "{\"code\":\"service_unavailable\"}"),
                Fault::Status(401, "{\"code\":\"expired_auth_token\"}"),
            ],
        ),
        (
            "AZURE",
            "comp=block&",
            vec![Fault::Cut(100_000), Fault::Status(500, "")],
        ),
    ] {
        let bytes = content(1_500_000);
        let cloud = Cloud::start(method).await;
        let count = faults.len();
        for fault in faults {
            cloud.fail(request, fault);
        }
        let client = cloud.client();
        client
            .upload(Source::bytes("a", bytes.clone()))
            .part_size(300_000)
            .await
            .unwrap();
        assert!(cloud.object() == bytes, "{method}");
        assert_eq!(cloud.status(), "CLOSED");
        let sent = cloud.seen(request);
        assert_eq!(sent.len(), 5 + count, "{method}");
        cloud.check();
    }
}

#[tokio::test]
async fn a_single_request_that_fails_is_sent_again_with_a_new_url() {
    for (method, request) in [
        ("S3", "PUT /s3/object"),
        ("B2", "POST /b2/object"),
        ("AZURE", "PUT /azure/object"),
    ] {
        let bytes = content(200_000);
        let cloud = Cloud::start(method).await;
        cloud.fail(request, Fault::Cut(100_000));
        cloud.fail(request, Fault::Status(408, ""));
        cloud.fail(request, Fault::Unheard);
        cloud
            .client()
            .upload(Source::bytes("a", bytes.clone()))
            .await
            .unwrap();
        assert!(cloud.object() == bytes, "{method}");
        let sent = cloud.seen(request);
        assert_eq!(sent.len(), 4, "{method}");
        let urls: std::collections::HashSet<_> = sent.iter().map(|seen| &seen.target).collect();
        assert_eq!(urls.len(), 4, "{method}: no URL is used twice");
        cloud.check();
    }
}

#[tokio::test]
async fn s3_reports_a_failure_in_a_success() {
    let bytes = content(700_000);
    let cloud = Cloud::start("S3").await;
    cloud.fail(
        "POST /s3/complete",
        Fault::Status(
            200,
            "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>",
        ),
    );
    cloud
        .client()
        .upload(Source::bytes("a", bytes.clone()))
        .part_size(300_000)
        .await
        .unwrap();
    assert!(cloud.object() == bytes);

    let cloud = Cloud::start("S3").await;
    cloud.fail(
        "POST /s3/complete",
        Fault::Status(
            200,
            "<Error><Code>InvalidPart</Code><Message>A part is missing.</Message></Error>",
        ),
    );
    let upload = cloud
        .client()
        .upload(Source::bytes("a", bytes))
        .part_size(300_000);
    let error = upload.await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("InvalidPart: A part is missing."),
        "{error}"
    );
    assert_eq!(cloud.status(), "OPEN");
}

#[tokio::test]
async fn parts_are_sent_at_once_and_can_be_bound_to_their_checksums() {
    for method in ["S3", "B2", "AZURE"] {
        let bytes = content(2_000_000);
        let cloud = Cloud::start(method).await;
        let upload = cloud
            .client()
            .upload(Source::bytes("a", bytes.clone()))
            .part_size(100_000);
        upload.at_once(3).checked_parts().await.unwrap();
        assert!(cloud.object() == bytes);
        let most = cloud.state().most_in_flight;
        assert!((2..=3).contains(&most), "{method}: {most}");
        cloud.check();
    }
}

#[tokio::test]
async fn b2_without_a_second_place_uploads_one_part_after_the_other() {
    let bytes = content(500_000);
    let cloud = Cloud::start("B2").await;
    cloud.state().b2_starts_anew = true;
    let client = cloud.client();
    client
        .upload(Source::bytes("a", bytes.clone()))
        .part_size(100_000)
        .await
        .unwrap();
    assert!(cloud.object() == bytes);
    assert_eq!(cloud.state().most_in_flight, 1);
    assert_eq!(
        cloud.seen("b2/cancel").len(),
        1,
        "what was started instead is deleted"
    );
}

#[tokio::test]
async fn what_is_on_the_storage_is_only_registered() {
    for method in ["FILE", "S3"] {
        let cloud = Cloud::start(method).await;
        let source = Source::placed("clip.mxf", 1_234);
        cloud.client().upload(source).directory("in").await.unwrap();
        assert_eq!(cloud.status(), "CLOSED");
        let record = cloud.state().file.clone();
        assert_eq!(
            (&record["name"], &record["size"]),
            (&json!("clip.mxf"), &json!(1_234))
        );
        assert!(cloud.seen("").iter().all(|seen| !seen.to_storage));
        assert!(cloud.seen("PATCH").is_empty());
    }
}

#[tokio::test]
async fn a_storage_behind_a_gateway_takes_no_bytes_and_gets_no_asset() {
    let cloud = Cloud::start("FILE").await;
    let error = cloud
        .client()
        .upload(Source::bytes("a", "abc"))
        .await
        .unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::Request);
    assert!(error.to_string().contains("Source::placed"), "{error}");
    assert!(cloud.seen("POST").is_empty());
}

/// Lets an upload fail, and returns its error.
async fn failed(cloud: &Cloud, source: Source, fault: &'static str) -> UploadError {
    for _ in 0..40 {
        cloud.fail(fault, Fault::Status(500, ""));
    }
    let upload = cloud.client().upload(source).part_size(262_144).at_once(1);
    let error = upload.await.unwrap_err();
    cloud.state().faults.clear();
    error
}

#[tokio::test]
async fn a_failed_upload_stays_open_and_is_resumed_with_what_is_missing() {
    for (method, fault) in [
        ("GCS", "PUT /gcs/session"),
        ("S3", "PUT /s3/part/s3-3/3/"),
        ("S3", "POST /s3/complete"),
        ("B2", "POST /b2/part"),
        ("AZURE", "MDAwMDAwMDI"),
        ("AZURE", "comp=blocklist"),
    ] {
        let bytes = content(1_200_000);
        for streamed in [false, true] {
            // File systems have dates with nanoseconds.
            let modified = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
            let source = || {
                let source = match streamed {
                    false => Source::bytes("a", bytes.clone()),
                    true => Source::stream("a", stream(bytes.clone(), 50_000)),
                };
                source.with_modified(modified)
            };
            let cloud = Cloud::start(method).await;
            let error = failed(&cloud, source(), fault).await;
            assert_eq!(cloud.status(), "OPEN", "{method} {fault}");
            assert!(cloud.state().object.is_none());
            assert_eq!(error.error().status().unwrap(), 500, "{error}");
            let parts = cloud.seen("/1/").len();

            // As if the program had ended in between.
            let json = serde_json::to_string(error.state()).unwrap();
            let state: UploadState = serde_json::from_str(&json).unwrap();
            assert_eq!(&state, error.state());
            let upload = cloud
                .client()
                .upload(source())
                .part_size(262_144)
                .resume(state);
            upload
                .await
                .unwrap_or_else(|error| panic!("{method} {fault} {streamed}: {error}"));

            assert!(cloud.object() == bytes, "{method} {fault} {streamed}");
            assert_eq!(cloud.status(), "CLOSED");
            assert_eq!(cloud.seen("POST /API/assets/").len(), 1, "one asset");
            assert_eq!(cloud.seen("/file_sets/").len(), 1, "one file set");
            if method == "S3" {
                assert_eq!(cloud.seen("/1/").len(), parts, "part 1 is not sent again");
                assert_eq!(cloud.seen("POST /s3/start").len(), 1);
            }
            cloud.check();
        }
    }
}

#[tokio::test]
async fn a_dropped_upload_is_resumed_from_its_last_checkpoint() {
    for method in CLOUDS {
        let bytes = content(1_200_000);
        let cloud = Cloud::start(method).await;
        let kept: Arc<Mutex<Option<UploadState>>> = Arc::default();
        let keep = Arc::clone(&kept);
        let upload = cloud
            .client()
            .upload(Source::bytes("a", bytes.clone()))
            .part_size(300_000);
        let upload = upload
            .at_once(1)
            .on_checkpoint(move |state| *keep.lock().unwrap() = Some(state.clone()));
        // The storage never responds to one of the parts; then the program ends.
        let silent = match method {
            "GCS" => "PUT /gcs",
            "S3" => "PUT /s3/part/s3-3/3/",
            "B2" => "POST /b2/part",
            _ => "MDAwMDAwMDM",
        };
        cloud.fail(silent, Fault::Silence);
        let ended = tokio::time::timeout(Duration::from_millis(300), upload.into_future()).await;
        assert!(ended.is_err(), "{method}");
        assert_eq!(cloud.status(), "OPEN", "{method}");
        cloud.state().faults.clear();

        let state = kept.lock().unwrap().take().unwrap();
        let upload = cloud.client().upload(Source::bytes("a", bytes.clone()));
        upload.resume(state).await.unwrap();
        assert!(cloud.object() == bytes, "{method}");
        assert_eq!(cloud.seen("POST /API/assets/").len(), 1, "{method}");
        assert_eq!(cloud.status(), "CLOSED");
    }
}

#[tokio::test]
async fn a_failure_of_iconik_is_resumed_at_the_same_step() {
    for (step, asset, file_sets, status) in [
        ("POST /API/assets/", false, 1, "none"),
        ("/formats/", true, 1, "none"),
        ("/file_sets/", true, 2, "none"),
        ("/files/f11e0000", true, 1, "OPEN"),
        ("/keyframes/", true, 1, "CLOSED"),
    ] {
        let cloud = Cloud::start("S3").await;
        cloud.fail(step, Fault::Status(403, "{\"errors\":[\"not now\"]}"));
        let upload = || cloud.client().upload(Source::bytes("a", "abc")).transcode();
        let error = upload().await.unwrap_err();
        assert!(error.error().is_forbidden(), "{step}: {error}");
        assert_eq!(error.state().asset_id().is_some(), asset, "{step}");
        assert_eq!(error.state().is_closed(), status == "CLOSED", "{step}");
        assert_eq!(cloud.status(), status, "{step}");
        let sent = cloud.seen("PUT /s3").len();

        let uploaded = upload().resume(error.into_state()).await.unwrap();

        assert!(uploaded.job_id.is_some());
        assert_eq!(cloud.status(), "CLOSED");
        assert_eq!(
            cloud.seen("POST /API/assets/").len(),
            1 + usize::from(!asset),
            "{step}"
        );
        assert_eq!(cloud.seen("/file_sets/").len(), file_sets, "{step}");
        // What is stored is not sent again, although it was not closed.
        assert_eq!(cloud.seen("PUT /s3").len(), 1, "{step}: {sent}");
    }
}

#[tokio::test]
async fn what_the_storage_has_forgotten_is_uploaded_again() {
    for (method, fault) in [
        ("GCS", "PUT /gcs"),
        ("S3", "/3/"),
        ("AZURE", "comp=blocklist"),
        ("B2", "POST /b2/part"),
    ] {
        let bytes = content(1_200_000);
        let cloud = Cloud::start(method).await;
        let mut error = failed(&cloud, Source::bytes("a", bytes.clone()), fault).await;
        cloud.state().lose_sessions();
        for run in 0.. {
            let upload = cloud.client().upload(Source::bytes("a", bytes.clone()));
            match upload.resume(error.into_state()).await {
                Ok(_) => break,
                Err(next) if run == 0 => error = next,
                Err(error) => panic!("{method}: {error}"),
            }
        }
        assert!(cloud.object() == bytes, "{method}");
        assert_eq!(cloud.status(), "CLOSED", "{method}");
    }
}

#[tokio::test]
async fn another_source_is_not_mistaken_for_the_first() {
    let cloud = Cloud::start("S3").await;
    let state = failed(&cloud, Source::bytes("a", content(800_000)), "PUT /s3")
        .await
        .into_state();
    for other in [
        Source::bytes("b", content(800_000)),
        Source::bytes("a", content(800_001)),
    ] {
        let error = cloud
            .client()
            .upload(other)
            .resume(state.clone())
            .await
            .unwrap_err();
        assert_eq!(error.error().kind(), ErrorKind::Request, "{error}");
    }
}

#[tokio::test]
async fn a_file_that_changes_meanwhile_is_not_closed() {
    let file = TempFile::new(&content(100_000));
    let source = Source::file(&file.0).await.unwrap();
    std::fs::write(&file.0, content(90_000)).unwrap();
    let cloud = Cloud::start("S3").await;
    let error = cloud.client().upload(source).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::File, "{error}");
    assert_eq!(cloud.status(), "OPEN");

    let source = Source::file(&file.0).await.unwrap();
    std::fs::write(&file.0, content(90_001)).unwrap();
    let error = cloud.client().upload(source).await.unwrap_err();
    assert!(error.to_string().contains("has changed"), "{error}");
    assert_eq!(cloud.status(), "OPEN");
}

#[tokio::test]
async fn a_stream_of_another_length_than_stated_is_not_closed() {
    for method in CLOUDS {
        for stated in [900_000, 1_100_000] {
            let cloud = Cloud::start(method).await;
            let source = Source::stream("a", stream(content(1_000_000), 9_999)).with_size(stated);
            let error = cloud
                .client()
                .upload(source)
                .part_size(300_000)
                .await
                .unwrap_err();
            assert_eq!(error.error().kind(), ErrorKind::File, "{method}: {error}");
            assert_eq!(cloud.status(), "OPEN");
            assert!(cloud.state().object.is_none(), "{method} {stated}");
        }
    }
}

#[tokio::test]
async fn a_source_that_fails_is_the_error_and_is_not_read_again() {
    struct Broken(u32);
    impl Stream for Broken {
        type Item = Result<Bytes, BoxError>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            self.0 += 1;
            std::task::Poll::Ready(Some(match self.0 {
                ..100 => Ok(content(10_000).into()),
                _ => Err("the tape is torn".into()),
            }))
        }
    }
    for method in CLOUDS {
        let cloud = Cloud::start(method).await;
        let upload = cloud.client().upload(Source::stream("a", Broken(0)));
        let error = upload.part_size(300_000).await.unwrap_err();
        assert_eq!(error.error().kind(), ErrorKind::File, "{method}");
        assert!(error.to_string().contains("the tape is torn"), "{error}");
        assert_eq!(cloud.status(), "OPEN");
    }
}

#[tokio::test]
async fn only_a_closed_file_of_the_same_name_and_directory_is_there_already() {
    let listed = |name: &str, directory: &str, status: &str, size: u32| {
        json!({ "id": format!("f11e-{name}"), "asset_id": ASSET, "original_name": name, "name": "mangled",
                "directory_path": directory, "status": status, "size": size })
    };
    let upload = async |listed: Vec<serde_json::Value>| {
        let cloud = Cloud::start("S3").await;
        cloud.state().listed = listed;
        let upload = cloud
            .client()
            .upload(Source::bytes("a.mxf", "abc"))
            .directory("in/");
        let uploaded = upload.skip_existing().await.unwrap();
        assert_eq!(
            cloud.seen("storages/5704a6e0")[0]
                .query("directory_path")
                .unwrap(),
            "in"
        );
        assert_eq!(cloud.seen("POST").is_empty(), uploaded.existed);
        uploaded.existed
    };
    assert!(
        upload(vec![
            listed("b.mxf", "in", "CLOSED", 3),
            listed("a.mxf", "in", "CLOSED", 3)
        ])
        .await
    );
    for other in [
        listed("a.mxf", "in", "OPEN", 3),
        listed("a.mxf", "in", "DELETED", 3),
        listed("b.mxf", "in", "CLOSED", 3),
        listed("a.mxf", "in/2", "CLOSED", 3),
        listed("a.mxf", "in", "CLOSED", 4),
    ] {
        assert!(!upload(vec![other]).await);
    }
}

#[tokio::test]
async fn no_signed_url_is_ever_shown() {
    for (method, fault) in [
        ("GCS", "POST /gcs/object"),
        ("GCS", "PUT /gcs/session"),
        ("S3", "PUT /s3/part"),
        ("S3", "POST /s3/complete"),
        ("B2", "POST /b2/part"),
        ("AZURE", "PUT /azure"),
    ] {
        let cloud = Cloud::start(method).await;
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>not SIGNATURE-9f8e7d6c5b4a3f2e</Message><StringToSign>SIGNATURE-9f8e7d6c5b4a3f2e</StringToSign></Error>";
        for _ in 0..10 {
            cloud.fail(fault, Fault::Status(403, body));
        }
        let events: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&events);
        let upload = cloud
            .client()
            .upload(Source::bytes("a", content(900_000)))
            .part_size(300_000);
        let upload = upload.on_event(move |event| seen.lock().unwrap().push(format!("{event:?}")));
        let before = format!("{upload:?}");
        let error = upload.await.unwrap_err();
        let shown = [
            before,
            error.to_string(),
            format!("{error:?}"),
            format!("{:#?}", error.state()),
            events.lock().unwrap().join("\n"),
        ];
        for text in shown {
            assert!(!text.contains(SIGNATURE), "{method} {fault}: {text}");
            assert!(!text.contains("token-"), "{text}");
        }
        assert!(
            error.to_string().contains("SignatureDoesNotMatch"),
            "{error}"
        );
        // A new URL was tried once.
        assert!(cloud.seen(fault).len() >= 2);
    }
}

#[tokio::test]
async fn upload_urls_must_be_encrypted() {
    for method in CLOUDS {
        let cloud = Cloud::start(method).await;
        cloud.state().host = Some("storage.example");
        let error = cloud
            .client()
            .upload(Source::bytes("a", "abc"))
            .await
            .unwrap_err();
        assert_eq!(error.error().kind(), ErrorKind::Request);
        assert!(error.to_string().contains("allow_plain_http"), "{error}");
        assert!(!format!("{error} {error:?}").contains(SIGNATURE));
        assert_eq!(cloud.status(), "OPEN");
    }
}

#[tokio::test]
async fn progress_ends_with_the_size_and_never_exceeds_it() {
    for method in CLOUDS {
        let cloud = Cloud::start(method).await;
        cloud.fail(
            if method == "B2" { "POST /b2" } else { "PUT" },
            Fault::Cut(50_000),
        );
        let upload = cloud
            .client()
            .upload(Source::bytes("a", content(1_000_000)))
            .part_size(300_000);
        let mut events = upload.events();
        let mut all = Vec::new();
        while let Some(event) = events.next().await {
            all.push(event);
        }
        events.finish().await.unwrap();
        let progress: Vec<_> = all
            .iter()
            .filter_map(|event| match event {
                UploadEvent::Progress { sent, total, .. } => Some((*sent, *total)),
                _ => None,
            })
            .collect();
        assert!(
            progress
                .iter()
                .all(|(sent, total)| *sent <= 1_000_000 && *total == Some(1_000_000)),
            "{method}: {progress:?}"
        );
        assert_eq!(progress.last().unwrap().0, 1_000_000, "{method}");
        assert!(matches!(all[0], UploadEvent::Started { .. }), "{method}");
        assert!(
            all.iter()
                .any(|event| matches!(event, UploadEvent::Retry { .. })),
            "{method}"
        );
        assert!(
            matches!(
                all[all.len() - 2..],
                [UploadEvent::Stored, UploadEvent::Closed]
            ),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_silent_storage_is_given_up_although_the_upload_may_take_long() {
    let cloud = Cloud::start("S3").await;
    for _ in 0..4 {
        cloud.fail("PUT /s3", Fault::Silence);
    }
    let client = iconik_api::Client::builder()
        .app_id(crate::support::APP_ID)
        .auth_token(crate::support::TOKEN)
        .base_url(format!("http://{}", cloud.iconik))
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let upload = client.upload(Source::bytes("a", content(100_000)));
    let error = upload.retry(RetryPolicy::none()).await.unwrap_err();
    assert!(error.error().is_timeout(), "{error}");
    assert_eq!(cloud.status(), "OPEN");
}

#[tokio::test]
async fn an_abandoned_upload_leaves_neither_parts_nor_an_open_file() {
    for (method, cleanup) in [("S3", "multipart/cleanup/"), ("B2", "b2/cancel/")] {
        let cloud = Cloud::start(method).await;
        let fault = if method == "S3" {
            "PUT /s3"
        } else {
            "POST /b2"
        };
        let error = failed(&cloud, Source::bytes("a", content(800_000)), fault).await;
        cloud.client().abandon_upload(error.state()).await.unwrap();
        assert_eq!(cloud.seen(cleanup).len(), 1);
        assert!(cloud.state().file.is_null());
    }
}
