//! Uploads to the local iconik, and downloads from it.

use iconik_api::files::{FileStatus, StorageMethod};
use iconik_api::mock::Server;
use iconik_api::upload::Source;

use crate::upload::content;

#[tokio::test]
async fn what_is_uploaded_to_the_local_iconik_is_downloaded_from_it() {
    let iconik = Server::start().unwrap();
    let client = iconik.client().unwrap();
    let methods = [
        StorageMethod::Azure,
        StorageMethod::B2,
        StorageMethod::Gcs,
        StorageMethod::S3,
    ];
    for method in methods {
        for part_size in [1 << 20, 262_144] {
            let bytes = content(600_000);
            let source = Source::bytes("clip.mxf", bytes.clone());
            let upload = client.upload(source).storage_method(method.clone());
            let upload = upload.directory("in/2026").part_size(part_size).transcode();
            let uploaded = upload
                .await
                .unwrap_or_else(|error| panic!("{method}: {error}"));

            let file = client
                .files()
                .get(&uploaded.asset_id, &uploaded.file_id)
                .await
                .unwrap();
            assert_eq!(file.status, Some(FileStatus::Closed));
            assert_eq!(file.directory_path.as_deref(), Some("in/2026"));
            assert_ne!(file.name, file.original_name);

            let download = client.download_file(&uploaded.asset_id, &uploaded.file_id);
            let mut stream = download.expect_size(600_000).open().await.unwrap();
            let mut received = Vec::new();
            while let Some(chunk) = stream.chunk().await.unwrap() {
                received.extend_from_slice(&chunk);
            }
            assert!(received == bytes, "{method} {part_size}");
        }
    }
}
