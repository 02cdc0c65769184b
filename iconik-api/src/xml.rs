//! The little XML that storages use: flat documents whose texts are looked up by name.

/// The text of the first element of this name, whatever its namespace; `None` where there is none,
/// and where it contains other elements.
pub(crate) fn text_of(document: &str, name: &str) -> Option<String> {
    let mut rest = document;
    loop {
        let tag;
        (_, rest) = rest.split_once('<')?;
        (tag, rest) = rest.split_once('>')?;
        let qualified = tag.split([' ', '\t', '\r', '\n']).next().unwrap_or(tag);
        let local = qualified.rsplit(':').next().unwrap_or(qualified);
        if tag.ends_with('/') || local != name {
            continue;
        }
        let (text, after) = rest.split_once('<')?;
        return after.starts_with('/').then(|| unescape(text.trim()));
    }
}

/// Whether the outermost element has this name.
pub(crate) fn is_document(document: &str, name: &str) -> bool {
    let root = document
        .split('<')
        .skip(1)
        .find(|tag| !tag.starts_with(['?', '!']));
    root.is_some_and(|tag| {
        let end = tag.find([' ', '\t', '\r', '\n', '>', '/']);
        let qualified = &tag[..end.unwrap_or(tag.len())];
        qualified.rsplit(':').next() == Some(name)
    })
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after.split_once(';').and_then(|(name, after)| {
            let char = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(digits) => u32::from_str_radix(digits, 16),
                        None => number.parse(),
                    };
                    char::from_u32(code.ok()?)?
                }
            };
            Some((char, after))
        });
        match entity {
            Some((char, after)) => {
                plain.push(char);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_whatever_its_namespace() {
        for document in [
            r#"<?xml version="1.0"?><InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>b</Bucket><UploadId>a&amp;b</UploadId></InitiateMultipartUploadResult>"#,
            "<s3:R><s3:UploadId xml:lang='en'>\n a&#38;b </s3:UploadId></s3:R>",
            "<R><UploadId/><UploadId>a&#x26;b</UploadId></R>",
        ] {
            assert_eq!(text_of(document, "UploadId").as_deref(), Some("a&b"));
        }
    }

    #[test]
    fn what_is_not_there_is_none() {
        for document in [
            "",
            "<",
            "<a",
            "<UploadId>",
            "<UploadId><b>x</b></UploadId>",
            "UploadId",
        ] {
            assert_eq!(text_of(document, "UploadId"), None, "{document}");
        }
    }

    #[test]
    fn escapes_are_replaced_and_what_is_none_stays() {
        assert_eq!(
            unescape("&lt;&quot;a&apos;&#228;&#xE4;&amp;lt;&gt;"),
            "<\"a'ää&lt;>"
        );
        assert_eq!(
            unescape("a & b &nope; &#xFFFFFFFF;"),
            "a & b &nope; &#xFFFFFFFF;"
        );
    }

    #[test]
    fn the_root_decides_what_a_document_is() {
        assert!(is_document(
            "<?xml version='1.0'?>\n<Error><Code>x</Code></Error>",
            "Error"
        ));
        assert!(is_document("<s3:Error/>", "Error"));
        assert!(!is_document("<Result><Error>x</Error></Result>", "Error"));
        assert!(!is_document("Error", "Error"));
    }
}
