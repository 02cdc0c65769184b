//! Uploads to the local endpoints, in the protocol of each kind of storage.

use http::Method;
use iconik_api::Client;
use iconik_api::assets::NewAsset;
use iconik_api::mock::Server;
use serde_json::{Value, json};

use super::{Raw, raw, send, start, status};

/// An asset with a format and a file set on a storage of this kind, and the body of a new file in it.
async fn prepared(client: &Client, method: &str) -> (String, Value) {
    let asset = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    let path = format!("/API/files/v1/storages/matching/FILES/method/{method}/");
    let storage = send(client, Method::GET, &path, &Value::Null)
        .await
        .unwrap();
    assert_eq!(storage["method"], method);
    let below = format!("/API/files/v1/assets/{asset}");
    let formats = format!("{below}/formats/");
    let format = json!({ "name": "ORIGINAL" });
    let format = send(client, Method::POST, &formats, &format).await.unwrap();
    let body = json!({
        "format_id": format["id"],
        "storage_id": storage["id"],
        "name": "a",
        "base_dir": "",
        "component_ids": [],
    });
    let set = send(client, Method::POST, &format!("{below}/file_sets/"), &body)
        .await
        .unwrap();
    let body = json!({
        "original_name": "clip.mxf",
        "directory_path": "day 1/",
        "size": "11",
        "type": "FILE",
        "storage_id": storage["id"],
        "format_id": format["id"],
        "file_set_id": set["id"],
    });
    (format!("{below}/files/"), body)
}

async fn new_file(client: &Client, method: &str) -> (String, Value) {
    let (path, body) = prepared(client, method).await;
    let file = send(client, Method::POST, &path, &body).await.unwrap();
    (format!("{path}{}/", file["id"].as_str().unwrap()), file)
}

/// What is at the download URL of a file.
async fn downloaded(client: &Client, file: &str) -> Raw {
    let url = send(
        client,
        Method::GET,
        &format!("{file}download_url/"),
        &Value::Null,
    )
    .await
    .unwrap();
    raw("GET", url["url"].as_str().unwrap(), &[], b"").await
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is {}", value[name]))
}

#[tokio::test]
async fn a_file_says_where_its_bytes_go() {
    let (_server, client) = start();
    let (path, file) = new_file(&client, "S3").await;

    assert_eq!(
        (&file["status"], &file["size"]),
        (&json!("OPEN"), &json!(11))
    );
    assert_eq!(file["directory_path"], "day 1");
    let id = text(&file, "id");
    assert_eq!(file["name"], format!("clip_{id}.mxf"));
    assert_eq!(file["upload_filename"], format!("day 1/clip_{id}.mxf"));
    assert!(file["version_id"].is_string());

    // A plain read has no upload URL; one that asks for it has a new one.
    let read = send(&client, Method::GET, &path, &Value::Null)
        .await
        .unwrap();
    assert!(read["upload_url"].is_null());
    let fresh = format!("{path}?generate_signed_post_url=true");
    let fresh = send(&client, Method::GET, &fresh, &Value::Null)
        .await
        .unwrap();
    assert_ne!(fresh["upload_url"], file["upload_url"]);
    assert!(fresh["upload_url"].is_string());
}

#[tokio::test]
async fn references_of_a_file_must_exist() {
    let (_server, client) = start();
    let (path, body) = prepared(&client, "S3").await;
    for field in ["storage_id", "format_id", "file_set_id"] {
        let mut wrong = body.clone();
        wrong[field] = "nothing".into();
        assert_eq!(
            status(send(&client, Method::POST, &path, &wrong).await),
            400,
            "{field}"
        );
    }
    let mut wrong = body;
    wrong["directory_path"] = "/day 1".into();
    assert_eq!(
        status(send(&client, Method::POST, &path, &wrong).await),
        400
    );
}

#[tokio::test]
async fn s3_takes_one_put() {
    let (_server, client) = start();
    let (path, file) = new_file(&client, "S3").await;
    assert_eq!(file["upload_method"], "PUT");
    let url = text(&file, "upload_url");

    assert_eq!(
        raw(
            "PUT",
            &url.replace("signature=", "signature=x"),
            &[],
            b"bytes"
        )
        .await
        .status,
        403
    );
    let leaked = raw("PUT", url, &[("auth-token", "secret")], b"bytes").await;
    assert_eq!(leaked.status, 400);
    assert_eq!(raw("PUT", url, &[], b"hello world").await.status, 200);

    let closed = send(
        &client,
        Method::PATCH,
        &path,
        &json!({ "status": "CLOSED" }),
    )
    .await
    .unwrap();
    assert_eq!(closed["status"], "CLOSED");
    assert_eq!(downloaded(&client, &path).await.body, "hello world");
}

#[tokio::test]
async fn s3_takes_parts() {
    let (_server, client) = start();
    let (path, file) = new_file(&client, "S3").await;
    let started = raw("POST", text(&file, "multipart_upload_url"), &[], b"").await;
    let upload = started.inside("UploadId");
    let urls = format!("{path}multipart_url/part/?upload_id={upload}&parts_num=12&page=2");
    let urls = send(&client, Method::GET, &urls, &Value::Null)
        .await
        .unwrap();
    let numbers: Vec<i64> = urls["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [11, 12]);

    let one = format!("{path}multipart_url/part/?upload_id={upload}&parts_num=2");
    let urls = send(&client, Method::GET, &one, &Value::Null)
        .await
        .unwrap();
    let mut parts = String::new();
    for (index, bytes) in [(1, "world"), (0, "hello ")] {
        let part = raw(
            "PUT",
            text(&urls["objects"][index], "url"),
            &[],
            bytes.as_bytes(),
        )
        .await;
        let number = index + 1;
        let tag = part.header("etag");
        parts = format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>{parts}");
    }
    let complete = format!("{path}multipart_url/?upload_id={upload}&type=complete_url");
    let complete = send(&client, Method::GET, &complete, &Value::Null)
        .await
        .unwrap();
    let url = text(&complete, "complete_url");

    let wrong = raw(
        "POST",
        url,
        &[],
        b"<CompleteMultipartUpload></CompleteMultipartUpload>",
    )
    .await;
    assert_eq!(wrong.inside("Code"), "MalformedXML");
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    assert_eq!(raw("POST", url, &[], body.as_bytes()).await.status, 200);
    assert_eq!(downloaded(&client, &path).await.body, "hello world");
    // The upload is over.
    assert_eq!(
        raw("POST", url, &[], body.as_bytes()).await.inside("Code"),
        "NoSuchUpload"
    );
}

#[tokio::test]
async fn gcs_takes_a_resumable_upload() {
    let (_server, client) = start();
    let (path, file) = new_file(&client, "GCS").await;
    assert_eq!(file["upload_method"], "POST");
    let url = text(&file, "upload_url");

    // The URL is signed for one header, and for no media type.
    assert_eq!(
        raw("POST", url, &[], b"").await.inside("Code"),
        "SignatureDoesNotMatch"
    );
    let both = [("x-goog-resumable", "start"), ("content-type", "video/mp4")];
    assert_eq!(raw("POST", url, &both, b"").await.status, 403);
    let started = raw("POST", url, &[("x-goog-resumable", "start")], b"").await;
    assert_eq!(started.status, 201);
    let location = started.header("location");
    let id = started.header("x-guploader-uploadid");
    assert_eq!(location, format!("{url}&upload_id={id}"));

    let first = raw(
        "PUT",
        &location,
        &[("content-range", "bytes 0-5/11")],
        b"hello ",
    )
    .await;
    assert_eq!(
        (first.status, first.header("range")),
        (308, "bytes=0-5".to_owned())
    );
    let asked = raw("PUT", &location, &[("content-range", "bytes */11")], b"").await;
    assert_eq!(
        (asked.status, asked.header("range")),
        (308, "bytes=0-5".to_owned())
    );
    let rest = raw(
        "PUT",
        &location,
        &[("content-range", "bytes 6-10/11")],
        b"world",
    )
    .await;
    assert_eq!(rest.status, 200);
    assert_eq!(downloaded(&client, &path).await.body, "hello world");
}

#[tokio::test]
async fn b2_urls_work_once() {
    const SHA1: &str = "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed";
    let (_server, client) = start();
    let (path, file) = new_file(&client, "B2").await;
    let token = file["upload_credentials"]["authorizationToken"]
        .as_str()
        .unwrap();
    let url = text(&file, "upload_url");
    let name = ("x-bz-file-name", "day%201/clip.mxf");
    let headers = [("authorization", token), name, ("x-bz-content-sha1", SHA1)];

    assert_eq!(
        raw("POST", url, &headers[1..], b"hello world").await.status,
        401
    );
    assert_eq!(raw("POST", url, &headers, b"hello world").await.status, 200);
    let again = raw("POST", url, &headers, b"hello world").await;
    assert_eq!(again.status, 401);
    assert!(again.body.contains("auth_token_limit"), "{}", again.body);
    assert_eq!(downloaded(&client, &path).await.body, "hello world");

    let fresh = format!("{path}?generate_signed_post_url=true");
    let fresh = send(&client, Method::GET, &fresh, &Value::Null)
        .await
        .unwrap();
    let token = fresh["upload_credentials"]["authorizationToken"]
        .as_str()
        .unwrap();
    let headers = [("authorization", token), name, ("x-bz-content-sha1", SHA1)];
    let damaged = raw("POST", text(&fresh, "upload_url"), &headers, b"hello w0rld").await;
    assert_eq!(damaged.status, 400);
}

#[tokio::test]
async fn b2_takes_parts() {
    let (_server, client) = start();
    let (path, _) = new_file(&client, "B2").await;
    let start = format!("{path}multipart/b2/start/");
    let started = send(&client, Method::POST, &start, &Value::Null)
        .await
        .unwrap();
    let tags = [
        ("hello ", "c4d871ad13ad00fde9a7bb7ff7ed2543aec54241"),
        ("world", "7c211433f02071597741e6ff5a8ea34789abbf43"),
    ];
    for (number, (bytes, sha1)) in (1..).zip(tags) {
        let number = number.to_string();
        let headers = [
            ("authorization", text(&started, "authorization_token")),
            ("x-bz-part-number", &number),
            ("x-bz-content-sha1", sha1),
        ];
        let part = raw(
            "POST",
            text(&started, "upload_url"),
            &headers,
            bytes.as_bytes(),
        )
        .await;
        assert_eq!(part.status, 200, "{}", part.body);
    }
    let finish = format!("{path}multipart/b2/finish/");
    let id = &started["upload_file_id"];
    let wrong = json!({ "upload_file_id": id, "sha1_list": [tags[1].1, tags[0].1] });
    assert_eq!(
        status(send(&client, Method::POST, &finish, &wrong).await),
        400
    );
    let right = json!({ "upload_file_id": id, "sha1_list": [tags[0].1, tags[1].1] });
    send(&client, Method::POST, &finish, &right).await.unwrap();
    assert_eq!(downloaded(&client, &path).await.body, "hello world");
}

#[tokio::test]
async fn azure_takes_blobs_and_blocks() {
    let (_server, client) = start();
    let (path, file) = new_file(&client, "AZURE").await;
    let url = text(&file, "upload_url");

    assert_eq!(raw("PUT", url, &[], b"hello world").await.status, 400);
    let kind = [("x-ms-blob-type", "BlockBlob")];
    assert_eq!(raw("PUT", url, &kind, b"first").await.status, 201);
    assert_eq!(downloaded(&client, &path).await.body, "first");

    for (block, bytes) in [("Mg", "world"), ("MQ", "hello ")] {
        let url = format!("{url}&comp=block&blockid={block}");
        assert_eq!(raw("PUT", &url, &[], bytes.as_bytes()).await.status, 201);
    }
    let list = b"<BlockList><Latest>MQ</Latest><Latest>Mg</Latest></BlockList>";
    assert_eq!(
        raw("PUT", &format!("{url}&comp=blocklist"), &[], list)
            .await
            .status,
        201
    );
    assert_eq!(downloaded(&client, &path).await.body, "hello world");
}

#[tokio::test]
async fn gateways_take_their_bytes_themselves() {
    let (_server, client) = start();
    let (_, file) = new_file(&client, "FILE").await;

    assert!(file["upload_url"].is_null());
    let server = Server::start().unwrap();
    let nothing = raw(
        "GET",
        &format!("{}/_storage/files/x?signature=y", server.url()),
        &[],
        b"",
    )
    .await;
    assert_eq!(nothing.status, 403);
}
