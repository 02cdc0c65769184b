//! Downloads by signed URLs.

use std::sync::{Arc, Mutex};

use iconik_api::download::Download;
use iconik_api::{ErrorKind, Result, RetryPolicy};

use crate::upload::cloud::{ASSET, Cloud, FILE, Fault, SIGNATURE};
use crate::upload::content;

/// A directory that is deleted with the value.
struct TempDirectory(std::path::PathBuf);

impl TempDirectory {
    fn new(name: &str) -> Self {
        let name = format!("iconik-api-test-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }
}

impl Drop for TempDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn cloud(bytes: &[u8]) -> Cloud {
    let cloud = Cloud::start("S3").await;
    cloud.state().object = Some(bytes.to_vec());
    cloud
}

fn download(cloud: &Cloud) -> Download {
    cloud.client().download_file(ASSET, FILE)
}

async fn read(download: Download) -> Result<Vec<u8>> {
    let mut stream = download.open().await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[tokio::test]
async fn the_bytes_arrive_as_a_stream_and_as_a_file() {
    for length in [0, 1, 500_000] {
        let bytes = content(length);
        let cloud = cloud(&bytes).await;
        let directory = TempDirectory::new(&format!("whole-{length}"));
        let path = directory.0.join("clip.mxf");
        std::fs::write(&path, "an older file").unwrap();

        assert!(read(download(&cloud)).await.unwrap() == bytes);
        let written = download(&cloud)
            .expect_size(length as u64)
            .to_path(&path)
            .await
            .unwrap();

        assert_eq!(written, length as u64);
        assert!(std::fs::read(&path).unwrap() == bytes);
        assert_eq!(directory.names(), ["clip.mxf"]);
        let sent = cloud.seen("GET /get/");
        assert!(
            sent.iter()
                .all(|seen| seen.header("accept-encoding") == Some("identity"))
        );
        cloud.check();
    }
}

#[tokio::test]
async fn a_break_is_continued_with_the_next_byte_and_a_new_url() {
    for ignores_range in [false, true] {
        let bytes = content(600_000);
        let cloud = cloud(&bytes).await;
        cloud.state().ignores_range = ignores_range;
        cloud.fail("GET /get/", Fault::Truncated(200_000));
        cloud.fail(
            "GET /get/",
            Fault::Status(403, "<Error><Code>AccessDenied</Code></Error>"),
        );
        cloud.fail("GET /get/", Fault::Truncated(500_000));
        let progress: Arc<Mutex<Vec<u64>>> = Arc::default();
        let seen = Arc::clone(&progress);
        let listening = download(&cloud).on_progress(move |progress| {
            assert_eq!(progress.total, Some(600_000));
            seen.lock().unwrap().push(progress.received);
        });

        assert!(read(listening).await.unwrap() == bytes, "{ignores_range}");

        let sent = cloud.seen("GET /get/");
        let ranges: Vec<_> = sent.iter().map(|seen| seen.header("range")).collect();
        assert_eq!(
            ranges[..3],
            [None, Some("bytes=200000-"), Some("bytes=200000-")]
        );
        let urls: std::collections::HashSet<_> = sent.iter().map(|seen| &seen.target).collect();
        assert_eq!(urls.len(), sent.len());
        let progress = progress.lock().unwrap();
        assert!(progress.is_sorted());
        assert_eq!(progress.last(), Some(&600_000));
    }
}

#[tokio::test]
async fn a_failed_download_leaves_no_file_and_is_continued_later() {
    let bytes = content(600_000);
    let cloud = cloud(&bytes).await;
    let directory = TempDirectory::new("later");
    let path = directory.0.join("clip.mxf");
    cloud.fail("GET /get/", Fault::Truncated(250_000));
    let error = download(&cloud)
        .retry(RetryPolicy::none())
        .to_path(&path)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert!(!path.exists());
    assert_eq!(directory.names().len(), 1);

    download(&cloud).to_path(&path).await.unwrap();

    assert!(std::fs::read(&path).unwrap() == bytes);
    assert_eq!(
        cloud.seen("GET /get/")[1].header("range"),
        Some("bytes=250000-")
    );
    assert_eq!(directory.names(), ["clip.mxf"]);
}

#[tokio::test]
async fn what_an_earlier_run_has_left_may_be_everything_or_too_much() {
    let bytes = content(10_000);
    for (left, requests) in [(bytes.clone(), 1), (content(20_000), 2)] {
        let cloud = cloud(&bytes).await;
        let directory = TempDirectory::new(&format!("left-{requests}"));
        let path = directory.0.join("clip.mxf");
        cloud.fail("GET /get/", Fault::Truncated(1));
        download(&cloud)
            .retry(RetryPolicy::none())
            .to_path(&path)
            .await
            .unwrap_err();
        std::fs::write(directory.0.join(&directory.names()[0]), left).unwrap();

        download(&cloud).to_path(&path).await.unwrap();

        assert!(std::fs::read(&path).unwrap() == bytes);
        assert_eq!(cloud.seen("GET /get/").len(), 1 + requests);
    }
}

#[tokio::test]
async fn an_object_that_changes_or_has_another_size_is_refused() {
    let cloud = cloud(&content(600_000)).await;
    cloud.fail("GET /get/", Fault::Truncated(200_000));
    let mut stream = download(&cloud).open().await.unwrap();
    stream.chunk().await.unwrap();
    cloud.state().etag = 2;
    let error = loop {
        match stream.chunk().await {
            Ok(chunk) => assert!(chunk.is_some()),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("has changed"), "{error}");

    let directory = TempDirectory::new("size");
    let path = directory.0.join("clip.mxf");
    let error = download(&cloud)
        .expect_size(5)
        .to_path(&path)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("600000 bytes where 5"),
        "{error}"
    );
    assert!(directory.names().is_empty());
}

#[tokio::test]
async fn a_missing_object_is_an_error_without_its_url() {
    let cloud = cloud(b"abc").await;
    for _ in 0..3 {
        cloud.fail(
            "GET /get/",
            Fault::Status(
                404,
                "<Error><Code>NoSuchKey</Code><Key>SIGNATURE-9f8e7d6c5b4a3f2e</Key></Error>",
            ),
        );
    }
    let download = download(&cloud);
    let error = download.clone().open().await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(
        cloud.seen("GET /get/").len(),
        1,
        "it is not requested again"
    );
    for shown in [format!("{error} {error:?}"), format!("{download:?}")] {
        assert!(!shown.contains(SIGNATURE), "{shown}");
    }
}

#[tokio::test]
async fn a_dropped_future_loses_nothing() {
    let bytes = content(300_000);
    let cloud = cloud(&bytes).await;
    let mut stream = download(&cloud).open().await.unwrap();
    let mut received = Vec::new();
    loop {
        let none = std::time::Duration::ZERO;
        match tokio::time::timeout(none, stream.chunk()).await {
            Ok(Ok(Some(chunk))) => received.extend_from_slice(&chunk),
            Ok(end) => break assert!(end.unwrap().is_none()),
            Err(_) => tokio::task::yield_now().await,
        }
    }
    assert!(received == bytes);
}
