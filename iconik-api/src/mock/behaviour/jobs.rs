//! Jobs: their progress and their end, and the jobs that other actions start.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Rule, set};
use crate::mock::call::Call;
use crate::mock::description::Description;
use crate::mock::list::{facets, matching, paged};
use crate::mock::reply::{Content, Reply, Result};
use crate::mock::select::{sort, sort_keys};
use crate::mock::state::State;

pub(super) const RULES: &[Rule] = &[
    ("GET", "/API/jobs/v1/jobs/", list),
    ("PUT", "/API/jobs/v1/jobs/{}/", |call| write(call, true)),
    ("PATCH", "/API/jobs/v1/jobs/{}/", |call| write(call, false)),
    ("DELETE", "/API/jobs/v1/jobs/{}/", |call| {
        let id = call.last().to_owned();
        let recursive = call.flag("recursive", false);
        remove(call.state, &id, recursive);
        Ok(call.nothing())
    }),
    ("PATCH", "/API/jobs/v1/jobs/", update_many),
    ("DELETE", "/API/jobs/v1/jobs/", delete_many),
    ("PUT", "/API/jobs/v1/jobs/state/", control),
    ("PUT", "/API/jobs/v1/jobs/priority/", |call| {
        let priority = call.body.get("priority").cloned().unwrap_or_default();
        for id in call.texts("job_ids") {
            set(call.state, "JobId", &id, [("priority", priority.clone())]);
        }
        let fields = call.sent();
        Ok(call.respond(fields))
    }),
];

/// The statuses after which nothing happens any more.
const FINAL: [&str; 6] = [
    "FINISHED",
    "FINISHED_WITH_WARNING",
    "FAILED",
    "ABORTED",
    "SKIPPED",
    "DISCARDED",
];

/// In how many steps a job reports its progress.
const STEPS: u32 = 4;

fn is_final(state: &State, job: &str) -> bool {
    let job = state.store.get("JobId", job);
    job.and_then(|job| job.text("status"))
        .is_none_or(|status| FINAL.contains(&status))
}

/// Starts a job where the response names one, or where it says that work goes on in the background.
pub(in crate::mock) fn follow(call: &mut Call<'_>, reply: &Reply) {
    let named = match &reply.content {
        Content::Json(Value::Object(fields)) if call.action.method != http::Method::GET => fields
            .get("job_id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        _ => None,
    };
    if named.is_none() && reply.status != 202 {
        return;
    }
    // Jobs of jobs would never end.
    if call.service.base_path.ends_with("/jobs") {
        return;
    }
    let object = call.path.iter().rev().find_map(|(param, value)| {
        let entity = call.service.id(&param.ty)?;
        Some((Description::kind_of_entity(entity), value.clone()))
    });
    let id = named.filter(|id| call.state.store.get("JobId", id).is_none());
    let kind = kind(call);
    start(call.state, id, &kind, object);
}

/// The type of the job that an action starts: the documented one that its path names.
fn kind(call: &Call<'_>) -> String {
    let home = call.state.home("JobId");
    let types = home.and_then(|(service, model)| service.values(&service.field(model, "type")?.ty));
    let words: Vec<String> = call
        .action
        .path
        .split(['/', '_'])
        .map(str::to_uppercase)
        .chain((call.action.method == http::Method::DELETE).then(|| "DELETE".to_owned()))
        .collect();
    let mut types = types.unwrap_or_default().iter();
    let found = types.find(|known| {
        words
            .iter()
            .any(|word| word == *known || word.starts_with(&format!("{known}S")))
    });
    found.map_or("CUSTOM", |found| found).to_owned()
}

/// Starts a job, which reports its progress until the delay has passed.
fn start(state: &mut State, id: Option<String>, kind: &str, object: Option<(String, String)>) {
    let Some((service, model)) = state.home("JobId") else {
        return;
    };
    let now = state.source.now();
    let mut fields = Map::new();
    if let Some(id) = id {
        fields.insert("id".to_owned(), id.into());
    }
    let (object_type, object_id) = object.unzip();
    fields.insert("type".to_owned(), kind.into());
    fields.insert(
        "title".to_owned(),
        kind.to_lowercase().replace('_', " ").into(),
    );
    fields.insert("status".to_owned(), "STARTED".into());
    fields.insert("object_type".to_owned(), json!(object_type));
    fields.insert("object_id".to_owned(), json!(object_id));
    fields.insert("progress_total".to_owned(), 100.into());
    fields.insert("progress_processed".to_owned(), 0.into());
    fields.insert("progress".to_owned(), 0.into());
    fields.insert("started_at".to_owned(), now.into());
    let job = state.add(service, "JobId", model, Vec::new(), fields);
    advance(state, job, 1);
}

/// Goes on with a job after a part of the delay.
fn advance(state: &mut State, job: String, step: u32) {
    let part: Duration = state.settings.delay / STEPS;
    state.after(part, move |state| {
        if is_final(state, &job) {
            return;
        }
        let progress = 100 * step / STEPS;
        let fields = [
            ("progress", json!(progress)),
            ("progress_processed", json!(progress)),
        ];
        set(state, "JobId", &job, fields);
        if step < STEPS {
            return advance(state, job, step + 1);
        }
        let now = state.source.now();
        set(
            state,
            "JobId",
            &job,
            [("status", "FINISHED".into()), ("completed_at", now.into())],
        );
    });
}

fn remove(state: &mut State, job: &str, recursive: bool) {
    if recursive {
        let children = state
            .store
            .all("JobId")
            .filter(|child| child.text("parent_id") == Some(job));
        let children: Vec<String> = children.map(|child| child.id.clone()).collect();
        for child in children.into_iter().filter(|child| child != job) {
            remove(state, &child, true);
        }
    }
    state.store.remove("JobId", job);
}

fn list(call: &mut Call<'_>) -> Result {
    let mut items = matching(call, "JobId", "Job");
    if items.is_empty() && call.state.settings.invent {
        return Ok(call.sample_list());
    }
    let keys = call.param("sort").map(sort_keys).unwrap_or_default();
    sort(&mut items, &keys);
    let counts = call
        .flag("facets", true)
        .then(|| facets(items.iter(), ["status", "type"].into_iter()));
    let mut reply = paged(call, items, &keys, "Job")?;
    if let (Some(counts), Content::Json(Value::Object(page))) = (counts, &mut reply.content) {
        page.insert("facets".to_owned(), counts);
    }
    Ok(reply)
}

/// Changes a job; with `merge_metadata`, keeps the metadata that is not sent.
fn write(call: &mut Call<'_>, all: bool) -> Result {
    let id = call.last().to_owned();
    let mut sent = call.sent();
    if call.flag("merge_metadata", false) {
        let old = call
            .state
            .store
            .get("JobId", &id)
            .and_then(|job| job.fields().get("metadata").cloned());
        if let (Some(Value::Object(mut old)), Some(Value::Object(new))) =
            (old, sent.remove("metadata"))
        {
            old.extend(new);
            sent.insert("metadata".to_owned(), old.into());
        }
    }
    call.change("JobId", &id, sent, all)?;
    if is_final(call.state, &id) {
        let now = call.state.source.now();
        set(call.state, "JobId", &id, [("completed_at", now.into())]);
    }
    call.respond_with("JobId", &id)
}

/// The jobs that the filters of the query and the body name.
fn chosen(call: &mut Call<'_>) -> Vec<String> {
    let ids = call.texts("job_ids");
    let items = matching(call, "JobId", "Job").into_iter();
    let chosen = items.filter_map(|item| item.fields.get("id")?.as_str().map(str::to_owned));
    chosen
        .filter(|id| ids.is_empty() || ids.contains(id))
        .collect()
}

fn update_many(call: &mut Call<'_>) -> Result {
    let sent = call.sent();
    let chosen = chosen(call);
    let job = call.state.source.id();
    start(call.state, Some(job.clone()), "EDIT_JOBS", None);
    call.state.later(move |state| {
        for id in chosen {
            state
                .store
                .update("JobId", &id, |fields| fields.extend(sent.clone()));
        }
    });
    Ok(Reply::json(202, json!({ "job_id": job })))
}

/// Removes jobs: of those that are named, the ones that have ended.
fn delete_many(call: &mut Call<'_>) -> Result {
    let mut chosen = chosen(call);
    chosen.retain(|id| is_final(call.state, id));
    call.state.later(move |state| {
        for id in chosen {
            remove(state, &id, false);
        }
    });
    Ok(call.nothing())
}

fn control(call: &mut Call<'_>) -> Result {
    let status = match call.body.get("action").and_then(Value::as_str) {
        Some("PAUSE") => "PAUSED",
        Some("ABORT") => "ABORTED",
        Some("RESTART") => "READY",
        _ => "STARTED",
    };
    for id in call.texts("job_ids") {
        let open = !is_final(call.state, &id) || status == "READY";
        if open {
            set(call.state, "JobId", &id, [("status", status.into())]);
        }
    }
    Ok(call.nothing())
}
