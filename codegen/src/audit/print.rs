//! The report for people, and the report for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::finding::{Finding, Group, Note, Subject};
use super::{Outdated, Report};
use crate::sentences::count;

/// The report as text, for the person who has to settle the differences. Writing to a `String` cannot
/// fail, so the results of `writeln!` are dropped here.
pub(super) fn text(report: &Report) -> String {
    let mut out = String::new();
    let compared = &report.compared;
    let _ = writeln!(out, "{} against {}", report.service, report.document);
    let _ = writeln!(
        out,
        "compared: {}, {}, {}, {}, {}",
        count(compared.actions, "action"),
        count(compared.params, "parameter"),
        count(compared.models, "model"),
        count(compared.fields, "field"),
        count(compared.values, "enum value"),
    );
    for group in &report.groups {
        let _ = writeln!(out);
        self::group(&mut out, group);
    }
    if !report.outdated.is_empty() {
        let _ = writeln!(
            out,
            "\nacknowledged, but not a difference: remove the `differs` entry"
        );
        for entry in &report.outdated {
            outdated(&mut out, entry);
        }
    }
    if !report.not_in_the_spec.is_empty() {
        let _ = writeln!(
            out,
            "\nnot in the spec ({}; `--scaffold` prints them as YAML)",
            report.not_in_the_spec.len()
        );
        for request in &report.not_in_the_spec {
            let _ = writeln!(out, "  {request}");
        }
    }
    let _ = writeln!(
        out,
        "\n{}, {} acknowledged, {} outdated, {} not in the spec",
        count(report.differences(), "difference"),
        report.acknowledged.len(),
        count(report.outdated.len(), "acknowledgement"),
        count(report.not_in_the_spec.len(), "action"),
    );
    let first = report.groups.first();
    if let Some((group, finding)) = first.and_then(|group| Some((group, group.findings.first()?))) {
        advice(&mut out, &group.subject.name, finding);
    }
    out
}

fn group(out: &mut String, group: &Group) {
    let subject = &group.subject;
    let request = subject
        .request
        .as_ref()
        .map(|request| format!("  {request}"))
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "{} {}{request}  ({})",
        subject.kind.as_str(),
        subject.name,
        subject.file
    );
    for finding in &group.findings {
        let _ = writeln!(out, "  {}", line(finding));
        if let Some(note) = &finding.note {
            let _ = writeln!(out, "    ({})", note_text(note));
        }
    }
}

fn line(finding: &Finding) -> String {
    let item = finding
        .item
        .as_ref()
        .map(|item| format!("{} {}: ", item.kind.as_str(), item.name))
        .unwrap_or_default();
    let aspect = finding.aspect.key();
    match (finding.aspect.documented(), finding.aspect.specified()) {
        (Some(document), Some(spec)) => format!("{item}{aspect}: document {document}; spec {spec}"),
        (Some(document), None) => format!("{item}{aspect}: only in the document: {document}"),
        (None, Some(spec)) => format!("{item}{aspect}: only in the spec: {spec}"),
        (None, None) => format!("{item}{aspect}"),
    }
}

fn note_text(note: &Note) -> String {
    let list = |actions: &std::collections::BTreeSet<String>| {
        actions
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match note {
        Note::AcknowledgedFor(before) => format!("acknowledged while the document said: {before}"),
        Note::NotIn(actions) => format!("not in the body of {}", list(actions)),
        Note::In(actions) => format!("in {}", list(actions)),
    }
}

fn outdated(out: &mut String, entry: &Outdated) {
    let places = entry.places.join(", ");
    let of = match places == entry.name {
        true => String::new(),
        false => format!(" of {places}"),
    };
    let _ = writeln!(
        out,
        "  {} {}{of}: {}: {}",
        entry.kind.as_str(),
        entry.name,
        entry.aspect,
        entry.reason
    );
}

/// The first difference, acknowledged: to be copied and changed.
fn advice(out: &mut String, subject: &str, finding: &Finding) {
    let on = match &finding.item {
        Some(item) => format!("`{}` of `{subject}`", item.name),
        None => format!("`{subject}`"),
    };
    let _ = writeln!(
        out,
        "\nTo settle a difference, correct the spec, or acknowledge it at {on}:"
    );
    let _ = writeln!(out, "  {}", acknowledgement(finding));
}

/// The line of YAML that acknowledges a finding.
fn acknowledgement(finding: &Finding) -> String {
    let reason = "reason: \"Why the spec is right.\"";
    let aspect = finding.aspect.key();
    match finding.aspect.documented() {
        Some(document) => {
            let text = document.replace('\\', "\\\\").replace('"', "\\\"");
            format!("differs: {{ {aspect}: {{ documented: \"{text}\", {reason} }} }}")
        }
        None => format!("differs: {{ {aspect}: {{ {reason} }} }}"),
    }
}

/// The report as JSON.
pub(super) fn json(report: &Report) -> Value {
    let compared = &report.compared;
    let groups: Vec<Value> = report
        .groups
        .iter()
        .map(|group| {
            let findings: Vec<Value> = group.findings.iter().map(finding_json).collect();
            json!({ "subject": subject_json(&group.subject), "findings": findings })
        })
        .collect();
    let acknowledged: Vec<Value> = report
        .acknowledged
        .iter()
        .map(|entry| {
            json!({
                "subject": subject_json(&entry.subject),
                "finding": finding_json(&entry.finding),
                "reason": entry.reason,
            })
        })
        .collect();
    let outdated: Vec<Value> = report
        .outdated
        .iter()
        .map(|entry| {
            json!({
                "kind": entry.kind.as_str(),
                "name": entry.name,
                "places": entry.places,
                "aspect": entry.aspect,
                "documented": entry.documented,
                "reason": entry.reason,
            })
        })
        .collect();
    json!({
        "service": report.service,
        "document": report.document,
        "compared": {
            "actions": compared.actions,
            "params": compared.params,
            "models": compared.models,
            "fields": compared.fields,
            "values": compared.values,
        },
        "groups": groups,
        "acknowledged": acknowledged,
        "outdated": outdated,
        "not_in_the_spec": report.not_in_the_spec,
    })
}

fn subject_json(subject: &Subject) -> Value {
    json!({
        "kind": subject.kind.as_str(),
        "name": subject.name,
        "request": subject.request,
        "file": subject.file,
    })
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "item": finding.item.as_ref().map(|item| json!({
            "kind": item.kind.as_str(),
            "name": item.name,
        })),
        "aspect": finding.aspect.key(),
        "document": finding.aspect.documented(),
        "spec": finding.aspect.specified(),
        "note": finding.note.as_ref().map(note_text),
    })
}
