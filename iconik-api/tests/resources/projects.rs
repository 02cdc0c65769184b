use iconik_api::projects::{NewProject, NewProjectMember, ProjectStatus};
use serde_json::json;

use crate::{COLLECTION, USER, answering, assert_arrived};

const PROJECT: &str = "d07be7c4-8f16-11ec-a4b3-0a580a3c2f10";

#[tokio::test]
async fn projects_are_read() {
    let server = answering(
        200,
        json!({ "objects": [{ "id": PROJECT, "name": "Season 2", "status": "ACTIVE",
                              "collection_id": COLLECTION, "storage_id": null }],
                "scroll_id": "DXF1ZXJ5QW5kRmV0Y2gBAAAA==", "total": 1 }),
    )
    .await;

    let page = server
        .client()
        .projects()
        .list()
        .status(ProjectStatus::Active)
        .scroll(true)
        .per_page(100)
        .await
        .unwrap();

    assert_arrived(
        &server,
        "GET /API/assets/v1/projects/?status=ACTIVE&per_page=100&scroll=true",
        json!(null),
    );
    assert_eq!(
        page.scroll_id.as_deref(),
        Some("DXF1ZXJ5QW5kRmV0Y2gBAAAA==")
    );
    assert_eq!(page.objects[0].collection_id, Some(COLLECTION.into()));
}

#[tokio::test]
async fn a_project_is_created() {
    let server = answering(201, json!({ "id": PROJECT, "name": "Season 2" })).await;

    let project = server
        .client()
        .projects()
        .create(NewProject::new("Season 2").collection_parent_id(COLLECTION))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/projects/",
        json!({ "name": "Season 2", "collection_parent_id": COLLECTION }),
    );
    assert_eq!(project.id, Some(PROJECT.into()));
}

#[tokio::test]
async fn a_member_is_added_to_a_project() {
    let server = answering(201, json!({ "id": USER, "project_id": PROJECT })).await;

    let member = server
        .client()
        .projects()
        .add_member(PROJECT, NewProjectMember::new(USER))
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/projects/{PROJECT}/members/"),
        json!({ "id": USER }),
    );
    assert_eq!(member.project_id, Some(PROJECT.into()));
}
