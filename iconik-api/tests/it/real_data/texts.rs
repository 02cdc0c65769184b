//! Answers that are text, and the one that is a JSON text.

use super::{ASSET, COLLECTION};
use crate::support::{Reply, Server};

const VTT: &str = "\u{feff}WEBVTT\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.500\r\n<v Ülkü>– {\"not\": \"json\"}\r\n\r\n";
const SRT: &str = "1\r\n00:00:01,000 --> 00:00:02,500\r\n東京\r\n\r\n";
const CSV: &str = "id,text\r\n1,\"a \"\"quoted\"\", value\"\r\n2,\"two\nlines\"\r\n";

#[tokio::test]
async fn subtitles_and_tables_are_not_parsed() {
    let server = Server::replies([
        Reply::new(200, &[("content-type", "text/vtt")], VTT),
        Reply::new(200, &[("content-type", "text/srt; charset=utf-8")], SRT),
        Reply::new(200, &[("content-type", "text/csv")], CSV),
        // Even where the server calls it JSON.
        Reply::json(200, r#"{"a": 1}"#),
        Reply::empty(200),
    ])
    .await;
    let segments = server.client().assets().segments();

    assert_eq!(
        segments.export_vtt(ASSET).words_per_line(7).await.unwrap(),
        VTT
    );
    assert_eq!(segments.export_srt(ASSET).await.unwrap(), SRT);
    assert_eq!(segments.export_csv(ASSET).await.unwrap(), CSV);
    assert_eq!(segments.export_csv(ASSET).await.unwrap(), r#"{"a": 1}"#);
    assert_eq!(segments.export_csv(ASSET).await.unwrap(), "");

    let sent = server.received();
    let base = format!("/API/assets/v1/assets/{ASSET}/segments");
    assert_eq!(sent[0].target, format!("{base}/vtt/?words_per_line=7"));
    assert_eq!(sent[1].target, format!("{base}/srt/"));
    assert_eq!(sent[2].target, format!("{base}/csv/"));
    assert!(sent.iter().all(|one| one.header("accept") == Some("*/*")));
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_an_error_that_keeps_it() {
    let latin = b"WEBVTT\n\n\xdcbung\n";
    let server = Server::always(Reply::new(200, &[("content-type", "text/vtt")], latin)).await;

    let error = server
        .client()
        .assets()
        .segments()
        .export_vtt(ASSET)
        .await
        .unwrap_err();

    assert!(error.is_decode());
    assert_eq!(&error.body().unwrap()[..], latin);
}

#[tokio::test]
async fn a_bare_json_text_is_an_answer() {
    let server = Server::always(Reply::json(200, r#""Archive/\u00dcbersee \"A\"/2024""#)).await;

    let path = server
        .client()
        .assets()
        .collections()
        .get_full_path(COLLECTION)
        .await
        .unwrap();

    assert_eq!(path, "Archive/Übersee \"A\"/2024");
    assert_eq!(
        server.single().path(),
        format!("/API/assets/v1/collections/{COLLECTION}/full/path/")
    );
}
