//! The blocking client, with and without a runtime around it.

use crate::support::{Reply, Server};
use iconik_api::assets::NewPlaylist;
use iconik_api::assets::requests::{CreatePlaylist, GetPlaylist};
use iconik_api::blocking::Wait;
use iconik_api::wait::PollOptions;
use iconik_api::{ErrorKind, blocking};

const PLAYLIST: &str = r#"{"id":"p","name":"Dailies"}"#;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn the_same_requests_work_without_async() {
    let runtime = runtime();
    let server = runtime.block_on(Server::always(Reply::json(200, PLAYLIST)));
    let client = blocking::Client::new(server.client()).unwrap();

    let sent = client.call(&GetPlaylist::new("p")).unwrap();
    let waited = client.assets().playlists().get("p").wait().unwrap();
    let raw = client
        .wait(
            client
                .inner()
                .call(&CreatePlaylist::new(NewPlaylist::new("x")))
                .raw(),
        )
        .unwrap();

    let until = PollOptions::up_to(std::time::Duration::from_secs(5))
        .until(|| client.assets().playlists().get("p"), |_| true)
        .wait();

    assert_eq!(sent, waited);
    assert_eq!(sent, until.unwrap());
    assert_eq!(raw.body(), PLAYLIST);
    assert_eq!(server.count(), 4);
}

#[test]
fn threads_share_one_client() {
    let runtime = runtime();
    let server = runtime.block_on(Server::always(Reply::json(200, PLAYLIST)));
    let client = blocking::Client::new(server.client()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| client.call(&GetPlaylist::new("p")).unwrap());
        }
    });
    assert_eq!(server.count(), 8);
}

#[test]
fn it_works_within_a_multi_threaded_runtime() {
    let runtime = runtime();
    let server = runtime.block_on(Server::always(Reply::json(200, PLAYLIST)));
    let client = blocking::Client::new(server.client()).unwrap();
    runtime.block_on(async move {
        let client = tokio::spawn(async move {
            client.call(&GetPlaylist::new("p")).unwrap();
            client
        });
        // Also the last clone may end within a runtime.
        drop(client.await.unwrap());
    });
}

#[tokio::test]
async fn on_a_current_thread_runtime_it_says_so_instead_of_hanging() {
    let server = Server::always(Reply::json(200, PLAYLIST)).await;
    let client = blocking::Client::new(server.client()).unwrap();
    let error = client.call(&GetPlaylist::new("p")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert!(
        error.to_string().contains("use the async client"),
        "{error}"
    );
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn it_works_in_spawn_blocking_of_a_current_thread_runtime() {
    let objects = r#"{"objects":[{"id":"a"},{"id":"b"}],"next_url":null}"#;
    let server = Server::always(Reply::json(200, objects)).await;
    let client = blocking::Client::new(server.client()).unwrap();
    let seen = tokio::task::spawn_blocking(move || {
        client.call(&GetPlaylist::new("p")).unwrap();
        let list = client.inner().assets().collections().list().items();
        client
            .iter(list)
            .map(|item| item.unwrap().id)
            .collect::<Vec<_>>()
    });
    assert_eq!(seen.await.unwrap(), [Some("a".into()), Some("b".into())]);
}

#[tokio::test]
async fn an_iterator_that_met_a_runtime_keeps_its_place() {
    let objects = r#"{"objects":[{"id":"a"}],"next_url":null}"#;
    let server = Server::always(Reply::json(200, objects)).await;
    let client = blocking::Client::new(server.client()).unwrap();
    let mut items = client.iter(client.inner().assets().collections().list().items());
    let error = items.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);

    let rest = tokio::task::spawn_blocking(move || items.map(Result::unwrap).count());
    assert_eq!(rest.await.unwrap(), 1);
}

#[test]
fn pages_and_trees_are_iterated_over_as_items_are() {
    let runtime = runtime();
    let server = runtime.block_on(Server::start(|request| {
        let objects = match request.path() {
            "/API/assets/v1/collections/root/contents/" => {
                r#"[{"id":"c1","object_type":"collections","title":"Day 1"}]"#
            }
            "/API/assets/v1/collections/c1/contents/" => r#"[{"id":"a1","object_type":"assets"}]"#,
            "/API/assets/v1/collections/" => r#"[{"id":"a"},{"id":"b"}]"#,
            _ => return Reply::json(404, "{}"),
        };
        Reply::json(200, format!(r#"{{"objects":{objects},"next_url":null}}"#))
    }));
    let client = blocking::Client::new(server.client()).unwrap();
    let collections = client.assets().collections();

    let pages = client.iter(collections.list().pages());
    let sizes: Vec<_> = pages.map(|page| page.unwrap().objects.len()).collect();
    assert_eq!(sizes, [2]);

    let tree = client.iter(collections.walk("root"));
    let paths: Vec<_> = tree.map(|found| found.unwrap().path().join("/")).collect();
    assert_eq!(paths, ["Day 1", "Day 1/a1"]);

    let mut tree = client.iter(collections.walk("root"));
    let found = tree.next().unwrap().unwrap();
    tree.get_mut().skip(&found);
    assert!(tree.next().is_none());

    let error = client.iter(collections.walk("missing")).next().unwrap();
    assert!(error.unwrap_err().is_not_found());
}
