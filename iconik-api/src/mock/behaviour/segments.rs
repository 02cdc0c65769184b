//! Segments: many at once, comments that are not posted yet, and subtitles.

use serde_json::Value;

use super::{Rule, set, versions};
use crate::mock::call::Call;
use crate::mock::list::{matching, paged};
use crate::mock::reply::{Reply, Result};
use crate::mock::select::{sort, sort_keys};
use crate::mock::store::{Fields, Indexed};

pub(super) const RULES: &[Rule] = &[
    ("GET", "/API/assets/v1/assets/{}/segments/", list),
    ("POST", "/API/assets/v1/assets/{}/segments/", |call| {
        let fields = call.sent();
        let id = create(call, fields)?;
        call.respond_with("SegmentId", &id)
    }),
    ("DELETE", "/API/assets/v1/assets/{}/segments/{}/", |call| {
        let id = call.last().to_owned();
        match call.flag("soft_delete", false) {
            true => set(call.state, "SegmentId", &id, [("status", "DELETED".into())]),
            false => call.state.store.remove("SegmentId", &id),
        };
        Ok(call.nothing())
    }),
    ("POST", "/API/assets/v1/assets/{}/segments/bulk/", |call| {
        for fields in objects(call) {
            create(call, fields)?;
        }
        Ok(call.nothing())
    }),
    (
        "PUT",
        "/API/assets/v1/assets/{}/segments/bulk/",
        replace_many,
    ),
    (
        "DELETE",
        "/API/assets/v1/assets/{}/segments/bulk/",
        delete_many,
    ),
    ("GET", "/API/assets/v1/assets/{}/segments/csv/", |call| {
        export(call, Format::Csv)
    }),
    ("GET", "/API/assets/v1/assets/{}/segments/srt/", |call| {
        export(call, Format::Srt)
    }),
    ("GET", "/API/assets/v1/assets/{}/segments/vtt/", |call| {
        export(call, Format::Vtt)
    }),
];

/// The segments in the body, as they are stored.
fn objects(call: &Call<'_>) -> Vec<Fields> {
    let sent = call.sent();
    let Some(Value::Array(objects)) = sent.get("objects") else {
        return Vec::new();
    };
    let objects = objects.iter().filter_map(Value::as_object);
    objects.cloned().collect()
}

fn create(call: &mut Call<'_>, mut fields: Fields) -> Result<String> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if text("status") == Some("AWAITED") && text("segment_type") != Some("COMMENT") {
        return Err(Reply::error(
            400,
            "Only comments can have the status AWAITED",
        ));
    }
    let parent = text("parent_id").map(str::to_owned);
    if let Some(parent) = &parent {
        super::collections::require(call.state, "SegmentId", parent)?;
    }
    fields.insert("top_level".to_owned(), parent.is_none().into());
    let user = call.state.user.clone();
    fields.entry("user_id").or_insert_with(|| user.into());
    let latest = versions::latest(call.state, call.at("asset_id"));
    if let Some(latest) = latest {
        fields.entry("version_id").or_insert_with(|| latest.into());
    }
    Ok(call.insert("SegmentId", "Segment", fields))
}

fn replace_many(call: &mut Call<'_>) -> Result {
    let asset = call.at("asset_id").to_owned();
    for sent in objects(call) {
        let id = sent
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let object = call.state.store.get("SegmentId", &id);
        if object.is_none_or(|object| object.parent("asset_id") != Some(&asset)) {
            if call.state.settings.invent {
                continue;
            }
            return Err(Reply::not_found("SegmentId", &id));
        }
        call.change("SegmentId", &id, sent, false)?;
    }
    Ok(call.nothing())
}

/// Removes the segments that the body names, by id or by what they have in common.
fn delete_many(call: &mut Call<'_>) -> Result {
    let asset = call.at("asset_id").to_owned();
    let ids = call.texts("segment_ids");
    let text = |name: &str| {
        call.body
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let (segment_type, version) = (text("segment_type"), text("version_id"));
    if ids.is_empty() && segment_type.is_none() && version.is_none() {
        if call.state.settings.invent {
            return Ok(call.nothing());
        }
        return Err(Reply::error(400, "segment_ids or segment_type is required"));
    }
    let segments = call.state.store.all("SegmentId").filter(|segment| {
        let is = |name: &str, expected: &Option<String>| {
            expected.is_none() || segment.text(name) == expected.as_deref()
        };
        segment.parent("asset_id") == Some(&asset)
            && (ids.is_empty() || ids.contains(&segment.id))
            && is("segment_type", &segment_type)
            && is("version_id", &version)
    });
    let ids: Vec<String> = segments.map(|segment| segment.id.clone()).collect();
    let remove = move |state: &mut crate::mock::state::State| {
        for id in ids {
            state.store.remove("SegmentId", &id);
        }
    };
    match call.flag("immediately", true) {
        true => remove(call.state),
        false => call.state.later(remove),
    }
    Ok(call.nothing())
}

/// The segments that the request asks for; those that wait to be posted only where it asks for them.
fn selected(call: &mut Call<'_>) -> Vec<Indexed> {
    let asked = call.param("status").is_some();
    let mut items = matching(call, "SegmentId", "Segment");
    items.retain(|item| {
        let status = item.fields.get("status").and_then(Value::as_str);
        asked || !matches!(status, Some("AWAITED" | "DELETED"))
    });
    items
}

fn list(call: &mut Call<'_>) -> Result {
    let mut items = selected(call);
    if items.is_empty() && call.state.settings.invent {
        return Ok(call.sample_list());
    }
    let keys = call.param("sort").map(sort_keys).unwrap_or_default();
    sort(&mut items, &keys);
    paged(call, items, &keys, "Segment")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Srt,
    Vtt,
}

fn export(call: &mut Call<'_>, format: Format) -> Result {
    let mut items = selected(call);
    sort(&mut items, &sort_keys("time_start_milliseconds"));
    let mut text = match format {
        Format::Csv => {
            "id,segment_type,time_start_milliseconds,time_end_milliseconds,segment_text\n"
                .to_owned()
        }
        Format::Srt => String::new(),
        Format::Vtt => "WEBVTT\n\n".to_owned(),
    };
    for (index, item) in items.iter().enumerate() {
        let field = |name: &str| {
            item.fields
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let time = |name: &str| {
            item.fields
                .get(name)
                .and_then(Value::as_i64)
                .unwrap_or_default()
        };
        let (start, end) = (
            time("time_start_milliseconds"),
            time("time_end_milliseconds"),
        );
        let words = field("segment_text");
        text.push_str(&match format {
            Format::Csv => format!(
                "{},{},{start},{end},\"{}\"\n",
                field("id"),
                field("segment_type"),
                words.replace('"', "\"\"")
            ),
            Format::Srt => format!(
                "{}\n{} --> {}\n{words}\n\n",
                index + 1,
                clock(start, ','),
                clock(end, ',')
            ),
            Format::Vtt => format!("{} --> {}\n{words}\n\n", clock(start, '.'), clock(end, '.')),
        });
    }
    let media = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Srt => "text/srt; charset=utf-8",
        Format::Vtt => "text/vtt; charset=utf-8",
    };
    Ok(Reply::bytes(200, media, text))
}

fn clock(milliseconds: i64, point: char) -> String {
    let seconds = milliseconds / 1000;
    format!(
        "{:02}:{:02}:{:02}{point}{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        milliseconds % 1000
    )
}
