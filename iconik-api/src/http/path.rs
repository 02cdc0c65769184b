//! Which paths a caller may write out.

/// Why a path of the caller's own is not sent. It must name a place on the client's own host and
/// nothing that a URL parser would rewrite.
pub(crate) fn problem_of(path: &str, route: &str) -> Option<&'static str> {
    if !path.starts_with('/') || path.starts_with("//") {
        return Some(
            "a path begins with one slash: the host is the client's own and cannot be chosen per request",
        );
    }
    if path.bytes().any(|byte| {
        !byte.is_ascii_graphic()
            || matches!(
                byte,
                b'\\' | b'#' | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^'
            )
    }) {
        return Some("the path contains a character that must be percent-encoded");
    }
    let mut rest = path.split('%');
    rest.next();
    if rest.any(|tail| {
        !tail
            .get(..2)
            .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }) {
        return Some("the path holds a `%` that is not followed by two hexadecimal digits");
    }
    let dots = |segment: &str| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        plain == "." || plain == ".."
    };
    if route.split('/').any(dots) {
        return Some("the path holds a `.` or `..` segment");
    }
    None
}
