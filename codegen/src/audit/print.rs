//! The report as text, for the person who has to settle the differences.

use std::fmt::Write as _;

use super::{Finding, Group, Outdated, Report};
use crate::words::count;

/// Writing to a `String` cannot fail, so the results of `writeln!` are dropped here.
pub(super) fn text(report: &Report) -> String {
    let mut out = String::new();
    let c = &report.compared;
    let _ = writeln!(out, "{} against {}", report.service, report.document);
    let _ = writeln!(
        out,
        "compared: {}, {}, {}, {}, {}",
        count(c.actions, "action"),
        count(c.params, "parameter"),
        count(c.models, "model"),
        count(c.fields, "field"),
        count(c.values, "enum value"),
    );
    for group in &report.groups {
        let _ = writeln!(out);
        self::group(&mut out, group);
    }
    if !report.outdated.is_empty() {
        let _ = writeln!(
            out,
            "\nacknowledged, but no difference (any more): remove the `differs` entry"
        );
        report.outdated.iter().for_each(|it| outdated(&mut out, it));
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
    if let Some((place, finding)) = report.groups.iter().find_map(|it| {
        it.findings
            .first()
            .map(|finding| (it.place.name.as_str(), finding))
    }) {
        advice(&mut out, place, finding);
    }
    out
}

fn group(out: &mut String, group: &Group) {
    let place = &group.place;
    let request = place
        .request
        .as_deref()
        .map(|it| format!("  {it}"))
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "{} {}{request}  ({})",
        place.kind, place.name, place.file
    );
    for finding in &group.findings {
        let _ = writeln!(out, "  {}", line(finding));
        if let Some(remark) = &finding.remark {
            let _ = writeln!(out, "    ({remark})");
        }
    }
}

fn line(finding: &Finding) -> String {
    let item = finding
        .item
        .as_ref()
        .map(|it| format!("{} {}: ", it.kind, it.name))
        .unwrap_or_default();
    match (&finding.document, &finding.spec) {
        (Some(document), Some(spec)) => {
            format!("{item}{}: document {document}; spec {spec}", finding.aspect)
        }
        (Some(document), None) => {
            format!("{item}{}: only in the document: {document}", finding.aspect)
        }
        (None, Some(spec)) => format!("{item}{}: only in the spec: {spec}", finding.aspect),
        (None, None) => format!("{item}{}", finding.aspect),
    }
}

fn outdated(out: &mut String, it: &Outdated) {
    let places = it.places.join(", ");
    let place = if places == it.name {
        String::new()
    } else {
        format!(" of {places}")
    };
    let _ = writeln!(
        out,
        "  {} {}{place}: {}: {}",
        it.kind, it.name, it.aspect, it.reason
    );
}

/// The first difference, acknowledged: to be copied and changed.
fn advice(out: &mut String, place: &str, finding: &Finding) {
    let on = finding.item.as_ref().map_or_else(
        || format!("`{place}`"),
        |it| format!("`{}` of `{place}`", it.name),
    );
    let _ = writeln!(
        out,
        "\nTo settle a difference, correct the spec, or acknowledge it beside {on}:"
    );
    let _ = writeln!(out, "  {}", acknowledgement(finding));
}

/// The line of YAML that acknowledges a finding.
pub(super) fn acknowledgement(finding: &Finding) -> String {
    let reason = "reason: \"Why the spec is right.\"";
    match &finding.document {
        Some(document) => {
            let text = document.replace('\\', "\\\\").replace('"', "\\\"");
            format!(
                "differs: {{ {}: {{ documented: \"{text}\", {reason} }} }}",
                finding.aspect
            )
        }
        None => format!("differs: {{ {}: {{ {reason} }} }}", finding.aspect),
    }
}
