//! Waiting for jobs, and reporting the progress of one's own, over HTTP.

use std::time::Duration;

use crate::support::{Reply, Server};
use iconik_api::jobs::{JobReference, JobStatus, JobType, NewJob};
use iconik_api::wait::PollOptions;
use iconik_api::{ErrorKind, Limiter, RetryPolicy};
use serde_json::json;

const LIMIT: PollOptions = PollOptions::up_to(Duration::from_secs(20))
    .pauses(Duration::from_millis(5), Duration::from_millis(20));

fn client(server: &Server) -> iconik_api::Client {
    let builder = server.builder().limiter(Limiter::unlimited());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

fn job(status: &str) -> Reply {
    Reply::json(200, json!({ "id": "j1", "status": status }).to_string())
}

#[tokio::test]
async fn a_job_is_requested_until_it_has_ended_and_shown_each_time() {
    let server = Server::replies([
        job("READY"),
        job("STARTED"),
        job("PENDING_USER"),
        job("FINISHED"),
    ])
    .await;
    let mut reference = JobReference::default();
    reference.job_id = Some("j1".into());

    let mut seen = Vec::new();
    let jobs = client(&server).jobs();
    let job = jobs
        .watch(&reference, LIMIT, |job| {
            seen.push(job.status.clone().unwrap())
        })
        .await
        .unwrap();

    assert_eq!(job.status, Some(JobStatus::Finished));
    assert_eq!(seen.len(), 4);
    assert!(
        server
            .received()
            .iter()
            .all(|request| request.target == "/API/jobs/v1/jobs/j1/")
    );
}

#[tokio::test]
async fn every_final_status_ends_the_waiting_and_no_other_does() {
    for status in ["FINISHED", "FINISHED_WITH_WARNING", "SKIPPED"] {
        let server = Server::always(job(status)).await;
        let job = client(&server).jobs().wait_for("j1", LIMIT).await.unwrap();
        assert_eq!(job.status.unwrap().as_str(), status);
    }
    for status in ["FAILED", "ABORTED", "DISCARDED"] {
        let server = Server::always(job(status)).await;
        let error = client(&server)
            .jobs()
            .wait_for("j1", LIMIT)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Job);
        assert!(error.to_string().contains(status), "{error}");
        let failure = error.job_failure().unwrap();
        assert_eq!(failure.job().status.as_ref().unwrap().as_str(), status);
        assert_eq!(
            server.count(),
            1,
            "a job without children has no list of them"
        );
    }
    let short = PollOptions::up_to(Duration::from_millis(60))
        .pauses(Duration::from_millis(5), Duration::from_millis(10));
    for status in [
        "READY",
        "STARTED",
        "WAITING",
        "ABORT_PENDING",
        "PAUSED",
        "PENDING_USER",
        "IN_PROGRESS",
    ] {
        let server = Server::always(job(status)).await;
        let error = client(&server)
            .jobs()
            .wait_for("j1", short)
            .await
            .unwrap_err();
        assert!(error.is_timeout(), "{status}");
        assert!(error.to_string().contains(status), "{error}");
    }
}

#[tokio::test]
async fn the_error_contains_the_messages_of_the_children() {
    let server = Server::start(|request| match request.path() {
        "/API/jobs/v1/jobs/j1/" => Reply::json(
            200,
            r#"{"id":"j1","status":"FAILED","has_children":true,"error_message":null}"#,
        ),
        // The index lags behind.
        _ if request.number == 1 => Reply::json(200, r#"{"objects":[],"total":0}"#),
        _ => Reply::json(
            200,
            r#"{"objects":[{"id":"c1","error_message":"disk full\nforged"},{"id":"c2","error_message":"disk full\nforged"},
                {"id":"c3","error_message":"no such file"}],"total":3}"#,
        ),
    })
    .await;

    let error = client(&server)
        .jobs()
        .wait_for("j1", LIMIT)
        .await
        .unwrap_err();
    let failure = error.job_failure().unwrap();
    assert_eq!(failure.causes().len(), 3);
    assert!(failure.causes_error().is_none());
    assert_eq!(
        error.to_string(),
        "the job j1 ended with the status FAILED: disk full forged; no such file"
    );
    let list = &server.received()[1];
    assert!(
        list.query().contains("parent_id=j1") && list.query().contains("status=FAILED"),
        "{list:?}"
    );
}

#[tokio::test]
async fn children_that_cannot_be_listed_do_not_hide_the_failure() {
    let server = Server::start(|request| match request.path() {
        "/API/jobs/v1/jobs/j1/" => Reply::json(
            200,
            r#"{"id":"j1","status":"FAILED","has_children":true,"error_message":"broken"}"#,
        ),
        _ => Reply::json(403, r#"{"errors":["no"]}"#),
    })
    .await;
    let error = client(&server)
        .jobs()
        .wait_for("j1", LIMIT)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Job);
    assert!(error.to_string().ends_with("FAILED: broken"), "{error}");
    assert!(
        error
            .job_failure()
            .unwrap()
            .causes_error()
            .unwrap()
            .is_forbidden()
    );
}

#[tokio::test]
async fn a_response_without_a_job_is_an_error_and_so_is_that_of_a_request() {
    let server = Server::always(Reply::json(404, r#"{"errors":["no such job"]}"#)).await;
    let jobs = client(&server).jobs();
    let error = jobs
        .wait_for(JobReference::default(), LIMIT)
        .await
        .unwrap_err();
    assert!(error.is_decode());
    assert_eq!(server.count(), 0);
    assert!(jobs.wait_for("j1", LIMIT).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn progress_is_reported_in_bounds_and_the_end_always() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => Reply::json(201, r#"{"id":"j1","status":"STARTED"}"#),
        _ => Reply::json(200, r#"{"id":"j1","status":"STARTED"}"#),
    })
    .await;
    let new = NewJob::new("Import", JobType::Custom, JobStatus::Started).progress_total(50);
    let mut report = client(&server)
        .jobs()
        .start(new)
        .await
        .unwrap()
        .pause(Duration::from_secs(60));
    for done in 1..=50 {
        report.progress(done).await.unwrap();
    }
    assert_eq!(server.count(), 1);
    report.message("nearly").await.unwrap();
    assert!(!report.must_stop());
    report.finish().await.unwrap();

    let received = server.received();
    assert_eq!(received[0].json()["progress_total"], 50);
    assert_eq!(
        received[1].json(),
        json!({ "message": "nearly", "progress_processed": 50 })
    );
    assert_eq!(
        received[2].json(),
        json!({ "status": "FINISHED", "progress_processed": 50 })
    );
    assert_eq!(received.len(), 3);
}

#[tokio::test]
async fn a_job_that_a_user_aborts_must_stop() {
    let server = Server::replies([
        Reply::json(201, r#"{"id":"j1","status":"STARTED"}"#),
        job("ABORT_PENDING"),
    ])
    .await;
    let new = NewJob::new("Import", JobType::Custom, JobStatus::Started);
    let mut report = client(&server)
        .jobs()
        .start(new)
        .await
        .unwrap()
        .pause(Duration::ZERO);
    report.progress(7).await.unwrap();
    assert!(report.must_stop());
    report.abort().await.unwrap();

    let received = server.received();
    assert_eq!(received[0].json()["progress_total"], 100);
    assert_eq!(received[1].json(), json!({ "progress_processed": 7 }));
    assert_eq!(
        received[2].json(),
        json!({ "status": "ABORTED", "progress_processed": 7 })
    );
}

#[tokio::test]
async fn other_types_of_errors_are_allowed_in_what_is_polled() {
    #[derive(Debug)]
    enum Own {
        Api(iconik_api::Error),
        Other,
    }
    impl From<iconik_api::Error> for Own {
        fn from(error: iconik_api::Error) -> Self {
            Self::Api(error)
        }
    }
    let other = LIMIT
        .until(|| async { Err::<(), _>(Own::Other) }, |()| true)
        .await;
    assert!(matches!(other, Err(Own::Other)));
    let none = PollOptions::up_to(Duration::ZERO);
    let late = none.until(|| async { Ok::<_, Own>(()) }, |()| false).await;
    assert!(matches!(late, Err(Own::Api(error)) if error.is_timeout()));
    let report = iconik_api::batch::Batches::new(0..3)
        .send(|_| async { Err::<(), _>(Own::Other) })
        .await;
    assert!(matches!(report.failed[0].error, Own::Other));
}
