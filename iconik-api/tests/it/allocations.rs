//! What an answer costs in memory: ids, dates and known enum values take no heap allocation; and
//! what a call through the client costs beyond the HTTP library.

use allocation_counter::measure;
use iconik_api::assets::{Asset, ObjectStatus};
use iconik_api::ids::AssetId;
use serde::Deserialize;

fn allocations<'de, T: Deserialize<'de>>(json: &'de str) -> u64 {
    let counted = measure(|| {
        serde_json::from_str::<T>(json).unwrap();
    });
    counted.count_total
}

#[test]
fn ids_dates_and_known_values_take_no_allocation() {
    let json = r#"{
        "date_created": "2021-07-30T15:16:54.406403+00:00", "duration_milliseconds": 61000, "files": [],
        "id": "2c5bfe1a-f149-11eb-a843-0a580a3db916", "is_online": true, "status": "DELETED", "title": null
    }"#;
    let asset: Asset = serde_json::from_str(json).unwrap();
    assert_eq!(asset.status, Some(ObjectStatus::Deleted));
    assert_eq!(allocations::<Asset>(json), 0);
}

#[test]
fn only_what_is_kept_as_text_is_allocated() {
    assert_eq!(allocations::<Asset>(r#"{"title": "Take 3"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"status": "FROZEN"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"date_created": "yesterday"}"#), 1);
    assert_eq!(allocations::<Asset>(r#"{"date_created": ""}"#), 0);
    assert_eq!(
        allocations::<Asset>(r#"{"metadata": {"a": 1, "b": "c"}}"#),
        1
    );
}

#[test]
fn an_id_is_copied_without_allocation() {
    let id = AssetId::from("2c5bfe1a-f149-11eb-a843-0a580a3db916");
    assert_eq!(measure(|| drop(id.clone())).count_total, 0);
}

mod a_call {
    use std::future::Future;
    use std::sync::mpsc;

    use super::*;

    const ASSET: &str = "2c5bfe1a-f149-11eb-a843-0a580a3db916";

    /// A server on a thread of its own, because allocations are counted by thread. Lives as long as
    /// the test.
    fn serve(body: &'static str) -> String {
        let (address, wait) = mpsc::channel();
        std::thread::spawn(move || {
            current_thread().block_on(async {
                let server =
                    crate::support::Server::always(crate::support::Reply::json(200, body)).await;
                address.send(server.url()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        wait.recv().unwrap()
    }

    fn current_thread() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    /// Allocations of one call, on a connection that is there already.
    fn per_call<F: Future<Output = ()>>(
        runtime: &tokio::runtime::Runtime,
        call: impl Fn() -> F,
    ) -> u64 {
        const CALLS: u64 = 50;
        for _ in 0..5 {
            runtime.block_on(call());
        }
        let counted = measure(|| {
            for _ in 0..CALLS {
                runtime.block_on(call());
            }
        });
        counted.count_total / CALLS
    }

    /// What an application would write without this library: two fields, no error worth the name.
    #[derive(Deserialize)]
    struct ByHand {
        id: String,
        title: String,
    }

    #[test]
    fn a_typed_call_allocates_little_beyond_the_http_library() {
        let url = serve(r#"{"id":"2c5bfe1a-f149-11eb-a843-0a580a3db916","title":"Take 3"}"#);
        let runtime = current_thread();

        let raw = reqwest::Client::builder().no_proxy().build().unwrap();
        let path = format!("{url}/API/assets/v1/assets/{ASSET}/");
        let by_hand = per_call(&runtime, || async {
            let request = raw
                .get(&path)
                .header("App-ID", crate::support::APP_ID)
                .header("Auth-Token", crate::support::TOKEN)
                .header("Accept", "application/json");
            let body = request.send().await.unwrap().bytes().await.unwrap();
            let asset: ByHand = serde_json::from_slice(&body).unwrap();
            assert_eq!((asset.id.as_str(), asset.title.as_str()), (ASSET, "Take 3"));
        });

        let client = iconik_api::Client::builder()
            .app_id(crate::support::APP_ID)
            .auth_token(crate::support::TOKEN)
            .base_url(url)
            .build()
            .unwrap();
        let typed = per_call(&runtime, || async {
            let asset = client.assets().get(ASSET).await.unwrap();
            assert_eq!(asset.id, Some(ASSET.into()));
            assert_eq!(asset.title.as_deref(), Some("Take 3"));
        });

        println!(
            "allocations of one typed GET: {typed}; of the same with reqwest alone: {by_hand}"
        );
        assert!(typed <= by_hand + 40, "{typed} beside {by_hand}");
    }
}
