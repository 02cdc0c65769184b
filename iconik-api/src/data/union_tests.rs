//! The tests of unions, whose variants are models.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{RawJson, UnknownFields, Unrecognized};

#[derive(Clone, Debug, Default, PartialEq)]
struct Asset {
    title: Option<String>,
    r#type: Option<String>,
    extra: UnknownFields,
}

response_model!(Asset {
    title,
    r#type: "type"
});

#[derive(Clone, Debug, PartialEq)]
enum Post {
    Asset(Box<Asset>),
    Sequence(Box<Asset>),
    Unknown(Box<Unrecognized>),
}

tagged_union!(Post by "type" { Asset(Asset) => "ASSET", Sequence(Asset) => "SEQUENCE" });

#[derive(Clone, Debug, Default, PartialEq)]
struct Range {
    min: Option<i64>,
}

request_model!(Range { min });

#[derive(Clone, Debug, PartialEq)]
enum Predicate {
    Range(Box<Range>),
    Unknown(Box<Unrecognized>),
}

tagged_union!(sent Predicate by "kind" { Range(Range) => "range" });
from_variants!(Predicate { Range(Range) });

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Archive {
        parameters: Box<Asset>,
        extra: UnknownFields,
    },
    Wait {
        extra: UnknownFields,
    },
    Unknown(Box<Unrecognized>),
}

adjacent_union!(Step by "type" in parameters "parameters" {
    Archive(Asset) => "ARCHIVE",
    Wait => "WAIT",
});

fn read<'de, T: Deserialize<'de>>(json: &'de str) -> T {
    serde_json::from_str(json).unwrap()
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn several_tags_may_have_one_model() {
    let json = r#"{"type":"SEQUENCE","title":"t","new":1}"#;

    let post: Post = read(json);

    assert!(matches!(&post, Post::Sequence(asset) if asset.title.as_deref() == Some("t")));
    assert_eq!(written(&post), json);
    assert!(matches!(read(r#"{"type":"ASSET"}"#), Post::Asset(_)));
}

#[test]
fn the_tag_is_written_by_itself_and_once() {
    let asset = Asset {
        title: Some("t".into()),
        ..Asset::default()
    };
    assert_eq!(
        written(&Post::Sequence(Box::new(asset.clone()))),
        r#"{"type":"SEQUENCE","title":"t"}"#
    );

    let mistyped = Asset {
        r#type: Some("ASSET".into()),
        ..asset
    };
    assert_eq!(
        written(&Post::Sequence(Box::new(mistyped))),
        r#"{"type":"SEQUENCE","title":"t"}"#
    );

    let mut unknown = Asset::default();
    unknown.extra.insert("type", "OTHER");
    unknown.extra.insert("a", 1);
    assert_eq!(
        written(&Post::Asset(Box::new(unknown))),
        r#"{"type":"ASSET","a":1}"#
    );
}

#[test]
fn a_union_that_is_only_sent_has_the_tag() {
    let predicate = Predicate::from(Range { min: Some(1) });

    assert_eq!(written(&predicate), r#"{"kind":"range","min":1}"#);
}

#[test]
fn a_kind_that_is_not_known_can_be_sent() {
    let json = RawJson::from(json!({ "kind": "exists" }));

    let predicate = Predicate::Unknown(Box::new(json.into()));

    assert_eq!(written(&predicate), r#"{"kind":"exists"}"#);
}

#[test]
fn a_model_in_a_member_is_read_and_written() {
    for json in [
        r#"{"type":"ARCHIVE","parameters":{"title":"t","new":1.50}}"#,
        r#"{"type":"ARCHIVE","parameters":{},"id":"7"}"#,
        r#"{"type":"WAIT"}"#,
        r#"{"type":"WAIT","parameters":{"a":1}}"#,
        r#"{"type":"NEW", "parameters":{"a":1.50}}"#,
        r#"{"parameters":{}}"#,
    ] {
        assert_eq!(written(&read::<Step>(json)), json);
    }
    let reordered: Step = read(r#"{"parameters":{"title":"t"},"id":"7","type":"ARCHIVE"}"#);
    let Step::Archive { parameters, extra } = &reordered else {
        panic!("{reordered:?}")
    };
    assert_eq!(parameters.title.as_deref(), Some("t"));
    assert_eq!(extra.raw("id"), Some(r#""7""#));
}

#[test]
fn absent_parameters_are_empty_ones() {
    for json in [
        r#"{"type":"ARCHIVE"}"#,
        r#"{"type":"ARCHIVE","parameters":null}"#,
    ] {
        let step: Step = read(json);
        assert!(
            matches!(&step, Step::Archive { parameters, .. } if **parameters == Asset::default())
        );
    }
}

#[test]
fn an_error_in_a_member_names_the_place() {
    let error = serde_json::from_str::<Step>(r#"{"type":"ARCHIVE","parameters":[]}"#);
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("parameters: "), "{error}");
}

#[test]
fn a_union_is_read_from_every_source() {
    let json = json!({ "type": "ARCHIVE", "parameters": { "title": "t" } });

    let step: Step = serde_json::from_value(json.clone()).unwrap();

    assert_eq!(serde_json::to_value(&step).unwrap(), json);
}

#[test]
fn a_union_nested_without_end_is_an_error_or_kept_and_never_a_crash() {
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Shelf {
        item: Option<Nested>,
        extra: UnknownFields,
    }

    response_model!(Shelf { item });

    #[derive(Clone, Debug, PartialEq)]
    enum Nested {
        Shelf(Box<Shelf>),
        Unknown(Box<Unrecognized>),
    }

    tagged_union!(Nested by "type" { Shelf(Shelf) => "SHELF" });

    let nested = |levels: usize| {
        let (open, close) = (r#"{"type":"SHELF","item":"#, "}");
        format!("{}null{}", open.repeat(levels), close.repeat(levels))
    };
    assert!(serde_json::from_str::<Nested>(&nested(60)).is_ok());
    let deep = nested(100_000);
    assert!(serde_json::from_str::<Nested>(&deep).is_err());
    let json = format!(r#"{{"item":{deep}}}"#);
    let shelf: Shelf = read(&json);
    assert_eq!((&shelf.item, shelf.extra.len()), (&None, 1));
    assert_eq!(written(&shelf), json);
}
