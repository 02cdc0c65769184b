//! What is sent and what comes of the answers, over real HTTP.

use std::time::Duration;

use crate::support::{APP_ID, Reply, SHARE_TOKEN, Server, Step, TOKEN};
use http::{Method, StatusCode};
use iconik_api::assets::requests::{CreatePlaylist, CreateSegment, GetPlaylist, ListPlaylists};
use iconik_api::assets::{AssetIdList, NewPlaylist, NewSegment, Playlist, SegmentType};
use iconik_api::{Auth, Client, Credentials, ErrorKind, RetryPolicy, prepare};

const PLAYLIST: &str = r#"{"id":"2c5bfe1a-f149-11eb-a843-0a580a3db916","name":"Dailies"}"#;

#[tokio::test]
async fn a_request_from_a_handle_can_be_awaited() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;

    let playlist = server
        .client()
        .assets()
        .playlists()
        .get("2c5bfe1a")
        .await
        .unwrap();

    assert_eq!(playlist.name.as_deref(), Some("Dailies"));
    let sent = server.single();
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("GET", "/API/assets/v1/playlists/2c5bfe1a/")
    );
    assert_eq!(sent.header("app-id"), Some(APP_ID));
    assert_eq!(sent.header("auth-token"), Some(TOKEN));
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert_eq!(
        sent.header("user-agent"),
        Some(concat!("iconik-api/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(sent.header("content-type"), None);
    assert_eq!(sent.header("content-length"), None);
}

#[tokio::test]
async fn a_request_without_client_is_a_value_that_can_be_sent_twice() {
    let server = Server::always(Reply::json(201, PLAYLIST)).await;
    let client = server.client();
    let request = CreatePlaylist::new(NewPlaylist::new("Dailies"));
    assert_eq!(request, request.clone());

    client.call(&request).await.unwrap();
    client.call(&request).await.unwrap();

    let sent = server.received();
    assert_eq!(sent[0].body, br#"{"name":"Dailies"}"#);
    assert_eq!(sent[0].header("content-type"), Some("application/json"));
    assert_eq!(sent[0].body, sent[1].body);
}

#[tokio::test]
async fn lists_are_joined_and_absent_arguments_are_left_out() {
    let server = Server::always(Reply::json(200, r#"{"objects":[]}"#)).await;
    let client = server.client();

    client.assets().playlists().list().await.unwrap();
    client
        .assets()
        .playlists()
        .list()
        .ids(["a", "b,c", "d&e=f"])
        .status("NEW & old")
        .page(2)
        .scroll(true)
        .await
        .unwrap();
    client
        .assets()
        .segments()
        .create("a", NewSegment::new(SegmentType::Marker))
        .share_user_email("a@b.example")
        .await
        .unwrap();

    let sent = server.received();
    assert_eq!(sent[0].target, "/API/assets/v1/playlists/");
    assert_eq!(
        sent[1].query(),
        "status=NEW%20%26%20old&ids=a,b%2Cc,d%26e%3Df&page=2&scroll=true"
    );
    assert_eq!(sent[1].header("share-user-email"), None);
    assert_eq!(sent[2].header("share-user-email"), Some("a@b.example"));
}

#[tokio::test]
async fn a_value_can_never_change_the_endpoint() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let client = server.client();
    let hostile = [
        "a/b",
        "a?b=c",
        "a#b",
        "100%",
        "%2e%2e",
        "%2F",
        "two words",
        "Übung",
        "日本",
        "..;",
        "...",
        "a\\b",
        "../../v1/shares",
        "\t\n\r\0",
        "{playlist_id}",
        "a@b.example",
        "a+b",
        "~._-",
    ];
    for value in hostile {
        client.assets().playlists().get(value).await.unwrap();
    }
    for (sent, value) in server.received().iter().zip(hostile) {
        let inner = sent
            .target
            .strip_prefix("/API/assets/v1/playlists/")
            .unwrap()
            .strip_suffix('/')
            .unwrap();
        assert!(!inner.contains(['/', '?', '#', '\\', ' ']), "{inner}");
        assert_eq!(
            percent_encoding::percent_decode_str(inner)
                .decode_utf8()
                .unwrap(),
            value
        );
    }
}

#[tokio::test]
async fn values_that_would_name_another_endpoint_are_refused_before_sending() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    for value in ["", ".", ".."] {
        let error = server
            .client()
            .assets()
            .playlists()
            .get(value)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(!error.maybe_sent());
        assert_eq!(error.attempts(), 0);
        assert!(
            error.to_string().starts_with(
                "assets.playlists.get GET /v1/playlists/{playlist_id}/: path parameter `playlist_id` is"
            ),
            "{error}"
        );
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_header_value_cannot_break_the_message() {
    let server = Server::always(Reply::json(200, r#"{"objects":[]}"#)).await;
    let error = server
        .client()
        .assets()
        .segments()
        .create("a", NewSegment::new(SegmentType::Marker))
        .share_user_email("a\r\nAuth-Token: x")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_delete_can_carry_a_body_and_any_success_does() {
    for status in [200, 201, 202, 204, 299] {
        let server = Server::always(Reply::empty(status)).await;
        server
            .client()
            .assets()
            .delete_queue()
            .restore_assets(AssetIdList::new(["a", "b"]))
            .await
            .unwrap();
        let sent = server.single();
        assert_eq!(sent.method, "DELETE");
        assert_eq!(sent.json(), serde_json::json!({ "ids": ["a", "b"] }));
    }
}

#[tokio::test]
async fn an_optional_body_may_be_missing_on_both_sides() {
    let server = Server::replies([
        Reply::empty(202),
        Reply::json(200, PLAYLIST),
        Reply::json(200, " \n"),
    ])
    .await;
    let client = server.client();
    let restore = async || client.assets().collections().restore("c").await.unwrap();
    assert_eq!(restore().await, None);
    assert!(restore().await.is_some());
    assert_eq!(restore().await, None);
    assert!(server.received()[0].body.is_empty());
    assert_eq!(server.received()[0].header("content-type"), None);
}

#[tokio::test]
async fn text_is_not_parsed() {
    let vtt = "WEBVTT\n\n00:00.000 --> 00:01.000\n{\"not\": json – é}\n";
    let server = Server::always(Reply::new(200, &[("content-type", "text/vtt")], vtt)).await;
    assert_eq!(
        server
            .client()
            .assets()
            .segments()
            .export_vtt("a")
            .await
            .unwrap(),
        vtt
    );
    assert_eq!(server.single().header("accept"), Some("*/*"));
}

#[tokio::test]
async fn the_caller_chooses_how_the_answer_is_read() {
    #[derive(serde::Deserialize)]
    struct Mine {
        name: String,
    }
    let server = Server::always(Reply::new(200, &[("x-request-id", "r1")], PLAYLIST)).await;
    let client = server.client();
    let request = GetPlaylist::new("p");

    let mine = client.call(&request).decode_as::<Mine>().await.unwrap();
    let json = client.call(&request).json_value().await.unwrap();
    let raw = client
        .assets()
        .playlists()
        .get("p")
        .call()
        .raw()
        .await
        .unwrap();

    assert_eq!(mine.name, "Dailies");
    assert_eq!(json["name"], "Dailies");
    assert_eq!(raw.status(), StatusCode::OK);
    assert_eq!(raw.headers()["x-request-id"], "r1");
    assert_eq!(
        raw.json::<Playlist>().unwrap().name.as_deref(),
        Some("Dailies")
    );
    assert_eq!(&raw.into_body()[..], PLAYLIST.as_bytes());
}

#[tokio::test]
async fn a_call_can_differ_from_its_client() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let client = server.builder().user_agent("nightly/3").build().unwrap();

    client
        .call(&GetPlaylist::new("p"))
        .header("X-Trace", "42")
        .query("undocumented", [1, 2])
        .credentials(Credentials::new("other-app", "other-token"))
        .await
        .unwrap();

    let sent = server.single();
    assert_eq!(sent.header("x-trace"), Some("42"));
    assert_eq!(sent.query(), "undocumented=1,2");
    assert_eq!(sent.header("app-id"), Some("other-app"));
    assert_eq!(sent.header("auth-token"), Some("other-token"));
    assert!(sent.header("user-agent").unwrap().ends_with(" nightly/3"));
}

#[tokio::test]
async fn headers_that_the_client_owns_cannot_be_set_per_call() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    for name in [
        "Auth-Token",
        "app-id",
        "Host",
        "content-length",
        "Transfer-Encoding",
    ] {
        let error = server
            .client()
            .call(&GetPlaylist::new("p"))
            .header(name, "x")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{name}");
    }
    let error = server
        .client()
        .call(&GetPlaylist::new("p"))
        .header("two words", "x")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn each_action_gets_the_credentials_that_it_takes() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();

    let missing = client.assets().shares().check_token().await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Credentials);
    assert!(
        missing.to_string().contains("`share-auth-token`"),
        "{missing}"
    );

    let shared = Credentials::new(APP_ID, TOKEN).share_token(SHARE_TOKEN);
    client
        .assets()
        .shares()
        .check_token()
        .call()
        .credentials(shared)
        .await
        .unwrap();
    client
        .request(Method::POST, "/API/assets/v1/shares/auth/login/")
        .auth(Auth::AppId)
        .await
        .unwrap();

    let sent = server.received();
    assert_eq!(sent[0].header("share-auth-token"), Some(SHARE_TOKEN));
    assert_eq!(
        (sent[0].header("app-id"), sent[0].header("auth-token")),
        (Some(APP_ID), None)
    );
    assert_eq!(
        (sent[1].header("app-id"), sent[1].header("auth-token")),
        (Some(APP_ID), None)
    );

    let app_only = Client::builder()
        .credentials(Credentials::app("a"))
        .base_url(server.url())
        .build()
        .unwrap();
    let error = app_only.assets().playlists().get("p").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_undescribed_endpoint_gets_everything_that_the_others_get() {
    let server = Server::replies([
        Reply::json(200, r#"{"n":1}"#),
        Reply::json(404, r#"{"errors":["No such thing"]}"#),
    ])
    .await;
    let client = server.client();

    let body = serde_json::json!({ "query": "storm" });
    let answer = client
        .request(Method::POST, "/API/search/v1/search/?a=b")
        .query("per_page", 50)
        .json(&body)
        .json_value()
        .await
        .unwrap();
    let error = client
        .request(Method::GET, "/API/jobs/v1/jobs/x/?secret=1")
        .await
        .unwrap_err();

    assert_eq!(answer["n"], 1);
    let sent = server.received();
    assert_eq!(sent[0].target, "/API/search/v1/search/?a=b&per_page=50");
    assert_eq!(sent[0].json(), body);
    assert_eq!(
        error.to_string(),
        "GET /API/jobs/v1/jobs/x/: 404 Not Found: No such thing"
    );
    assert_eq!(error.action(), None);
}

#[tokio::test]
async fn a_path_of_ones_own_cannot_leave_the_host() {
    let server = Server::always(Reply::json(200, "{}")).await;
    let client = server.client();
    for path in [
        "https://evil.example/API/",
        "//evil.example/",
        "API/assets/",
        "",
        "/\\evil.example/",
        "/a/../b",
        "/a/%2e%2E/b",
        "/a/./",
        "/a b",
        "/ü",
        "/a#b",
        "/a%",
        "/a%zz",
        "/a\r\nX: y",
        "http:/x",
    ] {
        let error = client.request(Method::GET, path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{path}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn error_bodies_of_every_form_are_kept_and_read() {
    let cases: [(&str, &[&str]); 12] = [
        (
            r#"{"errors":["Asset does not exist"]}"#,
            &["Asset does not exist"],
        ),
        (r#"{"errors":["a","b"]}"#, &["a", "b"]),
        (
            r#"{"errors":{"title":"Missing data"}}"#,
            &["title: Missing data"],
        ),
        (
            r#"{"errors":{"title":["Too long.","Bad."]}}"#,
            &["title: Too long.", "title: Bad."],
        ),
        (
            r#"{"errors":{"objects":{"0":{"id":["Not a UUID."]}}}}"#,
            &["objects.0.id: Not a UUID."],
        ),
        (
            r#"{"errors":[{"loc":"x"},7,null,true]}"#,
            &["loc: x", "7", "true"],
        ),
        (r#"{"errors":null,"message":"Upstream"}"#, &["Upstream"]),
        (
            r#"{"error":"invalid_grant","error_description":"Expired"}"#,
            &["Expired (invalid_grant)"],
        ),
        (r#"{"errors":"just text"}"#, &["just text"]),
        ("<html><body>nginx</body></html>", &[]),
        ("", &[]),
        (r#"{"errors":["cut o"#, &[]),
    ];
    for (body, expected) in cases {
        let server = Server::always(Reply::json(400, body)).await;
        let error = server
            .client()
            .assets()
            .playlists()
            .get("p")
            .await
            .unwrap_err();
        let messages: Vec<_> = error.messages().iter().map(ToString::to_string).collect();
        assert_eq!(messages, expected, "{body}");
        assert_eq!(error.body().unwrap(), body);
        assert!(error.is_bad_request());
        assert_eq!(error.attempts(), 1);
        assert!(!error.maybe_sent());
        assert_eq!(error.action(), Some("assets.playlists.get"));
    }
    let server = Server::always(Reply::new(400, &[], [0xff, 0xfe])).await;
    let error = server
        .client()
        .assets()
        .playlists()
        .get("p")
        .await
        .unwrap_err();
    assert_eq!(error.body().unwrap()[..], [0xff, 0xfe]);
}

#[tokio::test]
async fn an_error_is_one_line_that_says_it_all() {
    let server = Server::always(Reply::json(
        404,
        r#"{"errors":["Playlist does\nnot exist"]}"#,
    ))
    .await;
    let error = server
        .client()
        .assets()
        .playlists()
        .get("p?secret")
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(
        error.to_string(),
        "assets.playlists.get GET /API/assets/v1/playlists/p%3Fsecret/: 404 Not Found: Playlist does not exist"
    );
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");

    let long = format!(r#"{{"errors":["{}"]}}"#, "x".repeat(100_000));
    let server = Server::always(Reply::json(400, long)).await;
    let error = server
        .client()
        .assets()
        .playlists()
        .get("p")
        .await
        .unwrap_err();
    assert!(error.to_string().len() < 1_200);
    assert!(std::mem::size_of_val(&error) <= std::mem::size_of::<usize>());
}

#[tokio::test]
async fn a_403_names_the_roles_that_are_needed() {
    let server = Server::always(Reply::json(403, r#"{"errors":["Forbidden"]}"#)).await;
    let client = server.client();
    assert_eq!(
        client
            .assets()
            .playlists()
            .get("p")
            .await
            .unwrap_err()
            .to_string(),
        "assets.playlists.get GET /API/assets/v1/playlists/p/: 403 Forbidden: Forbidden (it needs the role can_read_playlists)"
    );
    let error = client.assets().delete_queue().purge().await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("(it needs the roles can_purge_assets, can_purge_collections)"),
        "{error}"
    );
    assert!(error.is_forbidden());
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_keeps_its_bytes() {
    let cases: [(&[u8], &str); 5] = [
        (b"<!doctype html><p>hello", "HTML or XML"),
        (b"", "is empty where JSON was expected"),
        (
            b"[{\"id\":\"a\"}]",
            "could not be read: invalid type: sequence, expected Playlist",
        ),
        (b"{\"id\":\"a\",\"na", "the JSON is cut off"),
        (b"{\"id\":\"\xff\xfe\"}", "it is not UTF-8 from byte 7"),
    ];
    for (body, expected) in cases {
        let server = Server::always(Reply::new(200, &[], body)).await;
        let error = server
            .client()
            .assets()
            .playlists()
            .get("p")
            .await
            .unwrap_err();
        assert!(error.is_decode());
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(&error.body().unwrap()[..], body);
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert!(std::error::Error::source(&error).is_some());
        assert!(
            error.maybe_sent(),
            "a success has happened even if its answer is garbled"
        );
    }
}

#[tokio::test]
async fn a_slow_answer_is_given_up() {
    let server = Server::always(Reply::json(200, PLAYLIST).after(Duration::from_secs(30))).await;
    let call = server
        .client()
        .assets()
        .playlists()
        .create(NewPlaylist::new("x"))
        .call()
        .timeout(Duration::from_millis(50));
    let error = call.await.unwrap_err();
    assert!(error.is_timeout());
    assert!(error.maybe_sent());
}

#[tokio::test]
async fn a_connection_that_was_never_made_has_sent_nothing() {
    let client = Client::builder()
        .retry(RetryPolicy::none())
        .app_id(APP_ID)
        .auth_token(TOKEN)
        .base_url(crate::support::closed_port().await);
    let error = client
        .build()
        .unwrap()
        .assets()
        .playlists()
        .create(NewPlaylist::new("x"))
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert!(!error.maybe_sent());
}

#[tokio::test]
async fn redirects_are_never_followed() {
    let other = Server::always(Reply::json(200, PLAYLIST)).await;
    for status in [301, 302, 303, 307, 308] {
        for target in [
            format!("{}/API/assets/v1/playlists/p/", other.url()),
            "/elsewhere".to_owned(),
        ] {
            let server = Server::always(Reply::new(status, &[("location", &target)], "")).await;
            let error = server
                .client()
                .assets()
                .playlists()
                .get("p")
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Status);
            assert!(
                error.to_string().contains("redirects are not followed"),
                "{error}"
            );
            assert_eq!(error.headers().unwrap()["location"], target.as_str());
            assert_eq!(server.count(), 1);
        }
    }
    assert_eq!(other.count(), 0, "the tokens stay where they belong");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let endless = Reply(vec![
        Step::Write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec()),
        Step::Forever([b"1000\r\n".as_slice(), &[b'x'; 4096], b"\r\n"].concat()),
    ]);
    let announced = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n");
    for reply in [endless, announced] {
        let server = Server::always(reply).await;
        let client = server.builder().max_response_size(100_000).build().unwrap();
        let error = client.assets().playlists().get("p").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error:?}");
        assert_eq!(error.status(), Some(StatusCode::OK));
    }
}

#[tokio::test]
async fn plain_http_is_for_this_machine_or_asked_for_by_name() {
    let build = |url: &str| {
        Client::builder()
            .app_id("a")
            .auth_token("t")
            .base_url(url)
            .build()
    };
    for url in [
        "http://app.iconik.io",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "http://127.0.0.1.nip.io",
    ] {
        assert_eq!(build(url).unwrap_err().kind(), ErrorKind::Config, "{url}");
    }
    for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
        build(url).unwrap();
    }
    Client::builder()
        .app_id("a")
        .auth_token("t")
        .base_url("http://10.0.0.1")
        .allow_plain_http()
        .build()
        .unwrap();
    for url in [
        "",
        "app.iconik.io",
        "ftp://x",
        "https://u:p@x",
        "https://x/?q=1",
        "/API",
    ] {
        let error = build(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{url}");
        assert!(!format!("{error:?}").contains("u:p"));
    }
}

#[tokio::test]
async fn a_base_url_may_have_a_path_of_its_own() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    for (suffix, path) in [
        ("", "/API/assets/v1/playlists/p/"),
        ("/", "/API/assets/v1/playlists/p/"),
        ("/API/", "/API/assets/v1/playlists/p/"),
        ("/gateway/", "/gateway/API/assets/v1/playlists/p/"),
    ] {
        let client = server
            .builder()
            .base_url(format!("{}{suffix}", server.url()))
            .build()
            .unwrap();
        client.assets().playlists().get("p").await.unwrap();
        assert_eq!(server.received().last().unwrap().path(), path);
    }
}

#[tokio::test]
async fn a_head_may_announce_more_than_the_client_takes() {
    let reply = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 5000000000\r\n\r\n");
    let server = Server::always(reply).await;
    let head = server
        .client()
        .request(Method::HEAD, "/API/x/")
        .await
        .unwrap();
    assert_eq!(head.headers()["content-length"], "5000000000");
}

#[test]
fn a_body_is_replaced_also_by_none() {
    let client = Client::builder()
        .app_id("a")
        .auth_token("t")
        .build()
        .unwrap();
    let call = client
        .request(Method::POST, "/API/x/")
        .json(&1)
        .json(&None::<i64>);
    assert_eq!(call.prepared().unwrap().body(), None);
}

#[tokio::test]
async fn a_base_url_may_be_spelt_in_other_ways() {
    let build = |url: &str| {
        Client::builder()
            .app_id("a")
            .auth_token("t")
            .base_url(url)
            .build()
            .unwrap()
    };
    for (spelt, url) in [
        ("HTTPS://App.Iconik.IO", "https://app.iconik.io"),
        ("https://app.iconik.io:443/API", "https://app.iconik.io"),
        ("http://[0:0:0:0:0:0:0:1]:80/", "http://[::1]"),
        (
            "https://app.iconik.io:8443/a b/",
            "https://app.iconik.io:8443/a%20b",
        ),
    ] {
        assert_eq!(build(spelt).base_url(), url);
    }

    // What is sent is what was meant, though the HTTP client would spell the host otherwise.
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let shouted = server.url().replace("127.0.0.1", "LOCALHOST");
    let client = server.builder().base_url(shouted).build().unwrap();
    client.assets().playlists().get("p").await.unwrap();
}

#[tokio::test]
async fn a_prepared_request_shows_what_would_be_sent() {
    let request = ListPlaylists::new().ids(["a", "b"]);
    let prepared = prepare(&request).unwrap();
    assert_eq!(prepared.action(), Some("assets.playlists.list"));
    assert_eq!(prepared.method(), Method::GET);
    assert_eq!(prepared.path(), "/API/assets/v1/playlists/");
    assert_eq!(prepared.query(), Some("ids=a,b"));
    assert_eq!(
        prepared.query_pairs().collect::<Vec<_>>(),
        [("ids".to_owned(), "a,b".to_owned())]
    );
    assert_eq!(prepared.body(), None);

    let request = CreateSegment::new("x", NewSegment::new(SegmentType::Marker))
        .share_user_email("a@b.example");
    let prepared = prepare(&request).unwrap();
    assert_eq!(prepared.headers()["share-user-email"], "a@b.example");

    let prepared = prepare(&CreatePlaylist::new(NewPlaylist::new("x"))).unwrap();
    assert_eq!(prepared.body().unwrap(), r#"{"name":"x"}"#);
}
