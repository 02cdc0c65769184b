//! Searches, metadata and jobs.

use std::time::Duration;

use http::Method;
use iconik_api::Client;
use iconik_api::assets::{NewAsset, NewCollection};
use iconik_api::mock::Server;
use serde_json::{Value, json};

use super::{impatient, send, start, status};

const SEARCH: &str = "/API/search/v1/search/";

async fn post(client: &Client, path: &str, body: Value) -> Value {
    let result = send(client, Method::POST, path, &body).await;
    result.unwrap_or_else(|error| panic!("{error} {:?}", error.body()))
}

async fn get(client: &Client, path: &str) -> Value {
    send(client, Method::GET, path, &Value::Null).await.unwrap()
}

fn titles(page: &Value) -> Vec<&str> {
    let objects = page["objects"].as_array().unwrap().iter();
    objects
        .map(|object| object["title"].as_str().unwrap())
        .collect()
}

async fn searchable() -> (Server, Client) {
    let (server, client) = start();
    for (title, category) in [
        ("Alpha one", "raw"),
        ("Beta", "raw"),
        ("Alpha two", "cut"),
        ("Delta", "cut"),
    ] {
        client
            .assets()
            .create(NewAsset::new(title).category(category))
            .await
            .unwrap();
    }
    let folder = NewCollection::new("Alpha folder");
    client.assets().collections().create(folder).await.unwrap();
    (server, client)
}

#[tokio::test]
async fn searches_find_filter_sort_and_count() {
    let (_server, client) = searchable().await;
    let title = json!([{ "name": "title", "order": "desc" }]);

    let found = post(&client, SEARCH, json!({ "query": "alpha", "sort": title })).await;
    assert_eq!(titles(&found), ["Alpha two", "Alpha one", "Alpha folder"]);
    assert_eq!(found["objects"][2]["object_type"], "collections");

    let quoted = post(&client, SEARCH, json!({ "query": "title:\"Alpha one\"" })).await;
    assert_eq!(titles(&quoted), ["Alpha one"]);
    // A phrase finds its words in longer titles, in their order, and whole words only.
    for (query, expected) in [
        (
            "title:\"alpha\"",
            &["Alpha folder", "Alpha one", "Alpha two"][..],
        ),
        ("title:\"two alpha\"", &[]),
        ("title:\"alph\"", &[]),
        ("title:alph*", &["Alpha folder", "Alpha one", "Alpha two"]),
        ("category:\"ra\"", &[]),
    ] {
        let sort = json!([{ "name": "title", "order": "asc" }]);
        let found = post(&client, SEARCH, json!({ "query": query, "sort": sort })).await;
        assert_eq!(titles(&found), expected, "{query}");
    }
    let without = post(
        &client,
        SEARCH,
        json!({ "query": "alpha NOT two", "doc_types": ["assets"] }),
    )
    .await;
    assert_eq!(titles(&without), ["Alpha one"]);

    let filter = json!({
        "operator": "AND",
        "terms": [{ "name": "category", "value_in": ["raw", "cut"] }],
        "filters": [{ "operator": "NOT", "terms": [{ "name": "title", "value": "Beta" }] }],
    });
    let body = json!({ "filter": filter, "facets": ["category"], "sort": title });
    let found = post(&client, SEARCH, body).await;
    assert_eq!(titles(&found), ["Delta", "Alpha two", "Alpha one"]);
    let buckets = &found["facets"]["category"]["buckets"];
    assert_eq!(
        buckets,
        &json!([{ "key": "cut", "doc_count": 2 }, { "key": "raw", "doc_count": 1 }])
    );

    let range = json!({ "name": "title", "range": { "min": "B", "max": "C" } });
    let body = json!({ "filter": { "operator": "AND", "terms": [range] } });
    assert_eq!(titles(&post(&client, SEARCH, body).await), ["Beta"]);
}

#[tokio::test]
async fn a_search_goes_on_behind_the_last_object() {
    let (_server, client) = searchable().await;
    let path = format!("{SEARCH}?per_page=2");
    let mut found = Vec::new();
    let mut after = json!([]);
    loop {
        let body = json!({ "doc_types": ["assets"], "sort": [{ "name": "title" }], "search_after": after });
        let page = post(&client, &path, body).await;
        let Some(last) = page["objects"].as_array().unwrap().last() else {
            break;
        };
        assert_eq!(last["_sort"], page["search_after"]);
        after = last["_sort"].clone();
        found.extend(titles(&page).into_iter().map(str::to_owned));
    }
    assert_eq!(found, ["Alpha one", "Alpha two", "Beta", "Delta"]);

    let far = format!("{SEARCH}?per_page=100&page=101");
    assert_eq!(
        status(send(&client, Method::POST, &far, &json!({})).await),
        400
    );
}

#[tokio::test]
async fn the_second_version_of_the_search_has_errors_of_its_own() {
    let (_server, client) = start();
    let body = json!({ "doc_types": ["nothing"] });

    let error = send(&client, Method::POST, "/API/search/v2/search/", &body)
        .await
        .unwrap_err();

    assert_eq!(error.status().unwrap().as_u16(), 422);
    let body: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    assert_eq!(body["detail"][0]["loc"], json!(["body", "doc_types", "0"]));
}

#[tokio::test]
async fn saved_searches_run() {
    let (_server, client) = searchable().await;
    let criteria = json!({ "query": "beta", "doc_types": ["assets"] });
    let saved = "/API/search/v1/search/saved/";
    let created = post(
        &client,
        saved,
        json!({ "name": "Betas", "criteria": criteria }),
    )
    .await;
    let path = format!("{saved}{}/", created["id"].as_str().unwrap());

    assert_eq!(titles(&get(&client, &path).await), ["Beta"]);
    let definition = get(&client, &format!("{path}?include_results=false")).await;
    assert_eq!(
        definition["search_criteria_document"]["criteria"]["query"],
        "beta"
    );
}

#[tokio::test]
async fn a_view_shows_the_values_of_its_fields() {
    let (_server, client) = start();
    let asset = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    let field = json!({ "name": "scene", "label": "Scene", "field_type": "string" });
    post(&client, "/API/metadata/v1/fields/", field).await;
    let fields = json!([{ "name": "scene" }, { "name": "take" }]);
    let view = json!({ "name": "Log", "view_fields": fields });
    let view = post(&client, "/API/metadata/v1/views/", view).await;
    let id = view["id"].as_str().unwrap();
    let full = get(&client, &format!("/API/metadata/v1/views/{id}/")).await;
    assert_eq!(full["view_fields"][0]["label"], "Scene");

    let path = format!("/API/metadata/v1/assets/{asset}/views/{id}/");
    assert_eq!(
        status(send(&client, Method::GET, &path, &Value::Null).await),
        404
    );
    let set = async |values: Value| {
        send(
            &client,
            Method::PUT,
            &path,
            &json!({ "metadata_values": values }),
        )
        .await
    };
    let values = |values: &[&str]| -> Value {
        values
            .iter()
            .map(|value| json!({ "value": value }))
            .collect()
    };
    set(json!({ "scene": { "field_values": values(&["12"]) } }))
        .await
        .unwrap();
    let both = set(json!({ "take": { "field_values": values(&["1"]) } }))
        .await
        .unwrap();
    assert_eq!(
        both["metadata_values"]["scene"]["field_values"],
        values(&["12"])
    );

    let more = json!({ "scene": { "mode": "append", "field_values": values(&["13"]) } });
    let more = set(more).await.unwrap();
    assert_eq!(
        more["metadata_values"]["scene"]["field_values"],
        values(&["12", "13"])
    );
    assert!(more["metadata_values"]["scene"].get("mode").is_none());
    set(json!({ "take": { "field_values": [] } }))
        .await
        .unwrap();
    let read = get(&client, &path).await;
    assert_eq!(read["metadata_values"]["take"]["field_values"], json!([]));
    assert_eq!(
        status(set(json!({ "other": { "field_values": [] } })).await),
        400
    );

    // The view is found by its name as well, and the values by a search.
    assert!(
        send(&client, Method::GET, &path.replace(id, "Log"), &Value::Null)
            .await
            .is_ok()
    );
    let found = post(&client, SEARCH, json!({ "query": "metadata.scene:13" })).await;
    assert_eq!(
        found["objects"][0]["metadata"]["scene"],
        json!(["12", "13"])
    );
}

#[tokio::test]
async fn jobs_report_their_progress_until_they_end() {
    let server = Server::builder()
        .delay(Duration::from_secs(600))
        .start()
        .unwrap();
    let client = impatient(&server);
    let asset = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    let path = format!("/API/assets/v1/assets/{asset}/versions/from/assets/{asset}/");

    send(&client, Method::POST, &path, &json!({}))
        .await
        .unwrap();

    let list = format!("/API/jobs/v1/jobs/?object_id={asset}");
    let jobs = get(&client, &list).await;
    assert_eq!(jobs["total"], 1);
    assert_eq!(jobs["objects"][0]["status"], "STARTED");
    assert_eq!(jobs["facets"]["status"]["buckets"][0]["key"], "STARTED");
    server.finish_work();
    let job = &get(&client, &list).await["objects"][0];
    assert_eq!(
        (&job["status"], &job["progress"]),
        (&json!("FINISHED"), &json!(100))
    );
}

#[tokio::test]
async fn without_a_delay_a_job_advances_with_each_request() {
    let (_server, client) = start();
    let asset = client
        .assets()
        .create(NewAsset::new("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    let file = json!({ "original_name": "a.mov", "directory_path": "", "type": "FILE" });
    let file = post(
        &client,
        &format!("/API/files/v1/assets/{asset}/files/"),
        file,
    )
    .await;
    let path = format!(
        "/API/files/v1/assets/{asset}/files/{}/keyframes/",
        file["id"].as_str().unwrap()
    );
    let started = post(&client, &path, json!({})).await;

    let path = format!("/API/jobs/v1/jobs/{}/", started["job_id"].as_str().unwrap());
    let mut seen = Vec::new();
    while seen.last() != Some(&json!("FINISHED")) && seen.len() < 10 {
        let job = get(&client, &path).await;
        assert_eq!(
            (&job["type"], &job["object_id"]),
            (&json!("KEYFRAMES"), &file["id"])
        );
        seen.push(job["status"].clone());
    }
    assert_eq!(seen, ["STARTED", "STARTED", "STARTED", "FINISHED"]);
}

#[tokio::test]
async fn clients_drive_jobs_of_their_own() {
    let (_server, client) = start();
    let jobs = "/API/jobs/v1/jobs/";
    let new =
        json!({ "title": "Copy", "type": "CUSTOM", "status": "STARTED", "metadata": { "a": 1 } });
    let job = post(&client, jobs, new).await;
    let id = job["id"].as_str().unwrap();
    let path = format!("{jobs}{id}/");

    // A job that runs is not deleted with others.
    send(&client, Method::DELETE, jobs, &json!({ "job_ids": [id] }))
        .await
        .unwrap();
    let patch = json!({ "status": "FINISHED", "metadata": { "b": 2 } });
    let merging = format!("{path}?merge_metadata=true");
    let changed = send(&client, Method::PATCH, &merging, &patch)
        .await
        .unwrap();
    assert_eq!(changed["metadata"], json!({ "a": 1, "b": 2 }));
    send(&client, Method::DELETE, jobs, &json!({ "job_ids": [id] }))
        .await
        .unwrap();
    assert_eq!(
        status(send(&client, Method::GET, &path, &Value::Null).await),
        404
    );
}

#[tokio::test]
async fn the_user_is_known() {
    let server = Server::builder().roles(["can_read_users"]).start().unwrap();
    let client = impatient(&server);

    let user = get(&client, "/API/users/v1/users/current/").await;
    let roles = get(&client, "/API/users/v1/users/current/roles/").await;

    assert!(user["id"].is_string());
    assert_eq!(roles["objects"], json!(["can_read_users"]));
}
