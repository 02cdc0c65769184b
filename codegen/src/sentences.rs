//! Sentences and lists of words in documentation and reports.

/// The text as a sentence: with a full stop if it lacks an end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let ends = [".", "!", "?", ":", "|", "```", ".)", "*"];
    if text.is_empty() || ends.iter().any(|end| text.ends_with(end)) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// The roles that an action needs, as a sentence.
pub(crate) fn needs_roles(roles: &[String]) -> String {
    let quoted: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
    match quoted.as_slice() {
        // A role that is not documented may still be needed.
        [] => "No role is documented for it.".to_owned(),
        [role] => format!("Needs the role {role}."),
        roles => format!("Needs the roles {}.", all_of(roles)),
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn all_of(words: &[String]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

/// The note on a field that iconik sets and a request cannot.
pub(crate) const READ_ONLY: &str = "Set by iconik: a request does not change it.";

/// "1 difference", "2 differences".
pub(crate) fn count(n: usize, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if n == 1 => format!("1 {one}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{n} {stem}ies"),
        _ => format!("{n} {one}s"),
    }
}
