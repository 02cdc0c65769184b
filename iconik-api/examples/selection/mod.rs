//! Which actions are meant by the words of a command line.

use std::collections::BTreeSet;

use iconik_api::ActionMeta;

/// The actions of these names, each the id of an action, a resource or a service; all without a name.
pub(crate) fn actions(names: &[String]) -> Result<Vec<&'static ActionMeta>, String> {
    let unknown: Vec<String> = names
        .iter()
        .filter(|name| !iconik_api::actions().any(|action| means(name, action)))
        .map(|name| advice(name))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown.join("\n"));
    }
    let meant =
        |action: &&ActionMeta| names.is_empty() || names.iter().any(|name| means(name, action));
    Ok(iconik_api::actions().filter(meant).collect())
}

/// Whether a name is an action's id, or the part of it before a dot.
fn means(name: &str, action: &ActionMeta) -> bool {
    let rest = action.id.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What to write in place of a name that nothing has.
fn advice(name: &str) -> String {
    let ids: Vec<&str> = iconik_api::actions().map(|action| action.id).collect();
    let groups: BTreeSet<&str> = ids
        .iter()
        .flat_map(|id| id.match_indices('.').map(|(dot, _)| &id[..dot]))
        .collect();
    let known = groups.iter().copied().chain(ids.iter().copied());
    if let Some(meant) = nearest(name, known) {
        return format!("there is no action or resource `{name}`; did you mean `{meant}`?");
    }
    let group = name.rsplit_once('.').map_or(name, |(group, _)| group);
    if groups.contains(group) {
        let siblings: Vec<&str> = iconik_api::actions()
            .filter(|action| means(group, action))
            .map(|action| action.id)
            .collect();
        return format!(
            "there is no action `{name}`; `{group}` has: {}",
            siblings.join(", ")
        );
    }
    let groups: Vec<&str> = groups.into_iter().collect();
    format!(
        "there is no action or resource `{name}`; the resources are: {}",
        groups.join(", ")
    )
}

/// The known name that somebody may have meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |it: &&str| distance(name, it) <= 1 + name.len() / 8;
    known
        .into_iter()
        .filter(near)
        .min_by_key(|it| distance(name, it))
}

/// How many letters have to be put in, taken out or replaced.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Result<Vec<&'static str>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Ok(actions(&names)?.iter().map(|action| action.id).collect())
    }

    #[test]
    fn a_name_is_an_action_or_a_resource() {
        let found = ids(&["assets.segments", "assets.get"]).expect("both are there");

        assert!(found.contains(&"assets.get") && !found.contains(&"assets.list"));
        assert!(found.contains(&"assets.segments.list"));
        assert!(
            found.contains(&"assets.segments.create") && !found.contains(&"assets.shares.list")
        );
        assert_eq!(
            ids(&[]).map(|all| all.len()),
            Ok(iconik_api::actions().count())
        );
    }

    #[test]
    fn what_is_unknown_comes_with_what_was_meant() {
        let error = ids(&[
            "asset.get",
            "assets.segments.transcribe",
            "nonsense",
            "assets",
        ])
        .unwrap_err();

        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 3, "{error}");
        assert_eq!(
            lines[0],
            "there is no action or resource `asset.get`; did you mean `assets.get`?"
        );
        assert!(
            lines[1].contains("`assets.segments` has: assets.segments.list, "),
            "{error}"
        );
        assert!(
            lines[2].contains("the resources are: acls, acls.group_acls, "),
            "{error}"
        );
    }
}
