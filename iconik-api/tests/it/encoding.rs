//! Whatever a value holds, it arrives as it was and changes nothing else.

use iconik_api::assets::requests::{GetPlaylist, ListPlaylists, RemovePlaylistItem};
use iconik_api::prepare;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// Any text, with a preference for what means something in a URL.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[./?#%&=+,;:@\\\\ {}2efEF\u{e9}\n\t-]{0,12}"
    ]
}

proptest! {
    // A failure is to become a named test, not a file of seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_value_is_one_segment(value in hostile()) {
        match prepare(&GetPlaylist::new(&value[..])) {
            Ok(request) => {
                let inner = request.path().strip_prefix("/API/assets/v1/playlists/").unwrap();
                let inner = inner.strip_suffix('/').unwrap();
                prop_assert!(!inner.contains('/') && request.query().is_none());
                prop_assert_eq!(decode(inner), value);
                // A URL parser sees the same path: nothing is resolved, stripped or escaped again.
                let url = format!("https://app.iconik.io{}", request.path());
                let parsed = reqwest::Url::parse(&url).unwrap();
                prop_assert_eq!(parsed.as_str(), url);
            }
            Err(_) => prop_assert!(["", ".", ".."].contains(&value.as_str())),
        }
    }

    #[test]
    fn two_path_values_stay_apart(one in hostile(), two in hostile()) {
        if let Ok(request) = prepare(&RemovePlaylistItem::new(&one[..], &two[..])) {
            let segments: Vec<_> = request.path().split('/').map(decode).collect();
            prop_assert_eq!(segments.len(), 9);
            prop_assert_eq!((&segments[5], &segments[7]), (&one, &two));
        }
    }

    #[test]
    fn query_values_come_back(status in hostile(), ids in prop::collection::vec("[^,]{1,8}", 1..4), page in any::<i64>()) {
        let request = ListPlaylists::new().status(&status[..]).ids(ids.clone()).page(page);
        let request = prepare(&request).unwrap();
        let expected = [("status", status), ("ids", ids.join(",")), ("page", page.to_string())];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), value)).into();
        prop_assert_eq!(request.query_pairs().collect::<Vec<_>>(), expected);
        let url = format!("https://app.iconik.io{}?{}", request.path(), request.query().unwrap());
        let parsed = reqwest::Url::parse(&url).unwrap();
        prop_assert_eq!(parsed.as_str(), url);
    }
}
