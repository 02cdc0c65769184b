use iconik_api::custom_actions::{
    CustomActionContext, CustomActionHealth, CustomActionTargets, CustomActionType, NewCustomAction,
};
use serde_json::json;

use crate::{ASSET, answering, assert_arrived};

const ACTION: &str = "c3a1f0de-8f13-11ec-b1aa-0a580a3c2f10";

#[tokio::test]
async fn the_custom_actions_of_a_context_are_read() {
    let server = answering(
        200,
        json!({
            "objects": [{
                "id": ACTION, "context": "ASSET", "type": "POST", "title": "Send to grading",
                "url": "https://hooks.example/grade", "headers": { "X-Key": "s3cr3t-header" },
                "status": "FAILING", "last_error": "timeout", "metadata_view": null,
                "last_error_date": "2024-06-01T10:00:00", "disabled": false,
            }],
        }),
    )
    .await;

    let actions = server
        .client()
        .custom_actions()
        .list_in_context(CustomActionContext::Asset)
        .await
        .unwrap();

    assert_arrived(
        &server,
        "GET /API/assets/v1/custom_actions/ASSET/",
        json!(null),
    );
    let [action] = &actions.objects[..] else {
        panic!("{actions:?}")
    };
    assert_eq!(action.id, Some(ACTION.into()));
    assert_eq!(action.r#type, Some(CustomActionType::Post));
    assert_eq!(action.status, Some(CustomActionHealth::Failing));
    assert_eq!(action.headers["X-Key"].expose(), "s3cr3t-header");
    assert_eq!(action.disabled, Some(false));
}

#[tokio::test]
async fn a_custom_action_is_created() {
    let server = answering(
        201,
        json!({ "id": ACTION, "context": "BULK", "title": "Send to grading" }),
    )
    .await;

    let action = server
        .client()
        .custom_actions()
        .create(
            CustomActionContext::Bulk,
            NewCustomAction::new(
                CustomActionContext::Bulk,
                "Send to grading",
                "https://hooks.example/grade?queue=7",
            )
            .r#type(CustomActionType::Post)
            .headers([("X-Key", "s3cr3t-header")]),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/custom_actions/BULK/",
        json!({ "context": "BULK", "title": "Send to grading", "type": "POST",
                "url": "https://hooks.example/grade?queue=7",
                "headers": { "X-Key": "s3cr3t-header" } }),
    );
    assert_eq!(action.context, Some(CustomActionContext::Bulk));
}

#[tokio::test]
async fn a_custom_action_is_run() {
    let server = answering(
        200,
        json!({ "redirect_url": "https://hooks.example/job/5" }),
    )
    .await;

    let reply = server
        .client()
        .custom_actions()
        .run(
            CustomActionContext::Asset,
            ACTION,
            CustomActionTargets::new().asset_ids([ASSET]),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("POST /API/assets/v1/custom_actions/ASSET/{ACTION}/callback/"),
        json!({ "asset_ids": [ASSET] }),
    );
    assert_eq!(
        reply.redirect_url.as_deref(),
        Some("https://hooks.example/job/5")
    );
}
