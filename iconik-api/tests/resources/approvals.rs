use iconik_api::approvals::{
    ApprovalDecision, ApprovalStatus, BulkApproval, BulkObjectType, NewApproval, ObjectType,
};
use serde_json::json;

use crate::support::{Reply, Server};
use crate::{ASSET, OTHER_ASSET, USER, VERSION, answering, assert_arrived};

#[tokio::test]
async fn a_request_for_approval_is_read() {
    let server = answering(
        200,
        json!({
            "object_type": "assets", "object_id": ASSET, "version_id": VERSION, "status": "MIXED",
            "user_status": null, "min_number": 2, "users": [USER], "groups": null,
            "externals": ["client@agency.example"], "requested_by": USER,
            "request_date": "2024-03-01T08:00:00.000000+00:00",
            "approvals_by": [
                { "user": USER, "status": "APPROVED", "change_date": "2024-03-01 09:30:00" },
                { "external": "client@agency.example", "status": "NOT_APPROVED" },
            ],
        }),
    )
    .await;

    let approval = server
        .client()
        .approvals()
        .get_request(ObjectType::Assets, ASSET)
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("GET /API/assets/v1/assets/{ASSET}/approvals/request/"),
        json!(null),
    );
    assert_eq!(approval.status, Some(ApprovalStatus::Mixed));
    assert_eq!(approval.user_status, None);
    assert_eq!(approval.min_number, Some(2));
    assert_eq!(approval.users, [USER]);
    assert!(approval.groups.is_empty());
    let said: Vec<_> = approval
        .approvals_by
        .iter()
        .map(|one| one.status.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(said, ["APPROVED", "NOT_APPROVED"]);
    assert_eq!(
        approval.approvals_by[0].change_date,
        Some("2024-03-01T09:30:00Z".into())
    );
}

#[tokio::test]
async fn an_opinion_is_recorded() {
    let server = answering(
        200,
        json!({ "object_id": ASSET, "object_type": "assets", "user": USER, "status": "APPROVED" }),
    )
    .await;

    let said = server
        .client()
        .approvals()
        .set(
            ObjectType::Assets,
            ASSET,
            NewApproval::new().status(ApprovalStatus::Approved),
        )
        .await
        .unwrap();

    assert_arrived(
        &server,
        &format!("PUT /API/assets/v1/assets/{ASSET}/approvals/"),
        json!({ "status": "APPROVED" }),
    );
    assert_eq!(said.user, Some(USER.into()));
}

#[tokio::test]
async fn many_objects_are_approved_at_once() {
    let server = Server::always(Reply::empty(200)).await;

    let () = server
        .client()
        .approvals()
        .set_many(BulkApproval::new(
            BulkObjectType::Assets,
            [ASSET, OTHER_ASSET],
            ApprovalDecision::Approved,
        ))
        .await
        .unwrap();

    assert_arrived(
        &server,
        "POST /API/assets/v1/approvals/bulk/",
        json!({ "object_type": "assets", "object_ids": [ASSET, OTHER_ASSET], "status": "APPROVED" }),
    );
}
