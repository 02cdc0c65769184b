//! Names that mean something to the language, to the library or to the generator.

/// In lower case, separated by spaces: keywords, also those of other editions and of some places only; the
/// prelude, primitive types and what is derived; crates and tools; modules, features and files of the library;
/// members of clients, handles, requests, models and unions; types of the library; names in the bodies of
/// macros and of generated functions; words that are one name in one form and two in another.
pub(crate) const WORDS: &str = "\
    abstract as async auto await become box break const continue crate default do dyn else enum extern \
    false final fn for gen if impl in let loop macro macro_rules match mod move mut override priv pub \
    raw ref return safe self static struct super trait true try type typeof union unsafe unsized use \
    virtual where while yield \
    bool char clone copy debug drop eq err extend f64 fmt from from_iterator from_str hash i64 into \
    into_future into_iterator iterator none ok option ord partial_eq result send sized some str string \
    sync to_owned to_string try_from try_into u8 unpin usize vec \
    alloc bytes clippy core http iconik_api jiff rustfmt serde serde_json std test tokio url \
    action actions batch blocking catalogue client common criteria data download error facets fixture \
    full generated gzip handle http2 id ids lib main markers mock models optional paging readme request \
    requests response rustls service services tests tracing tree types upload wait webhooks wire xml \
    body builder call clear content encode extra inner items new pages unknown with_client \
    auth b_tree_map binary cursor decode empty file_part id_kind json list location map media_content \
    missing_field_error nullable optional_json page param_value raw_json redirect request_writer secret \
    service_meta text timestamp unknown_fields unknown_value unrecognized value \
    a answer args c cases d deserializer e example f h item k key known lines m meta model name nothing \
    object objects other output outcome place s sealed serializer sort_values t tag this v variant x y \
    a1 a_1 as_str com1 con is_unknown url_part urlpart v2 x264";

/// What can be on the wire, and what no identifier can be made of without a word more.
pub(crate) const TEXTS: &[&str] = &[
    "",
    " ",
    "_",
    "__",
    "___x___",
    "a__b",
    "16x9",
    "3D",
    "é",
    "naïve",
    "名前",
    "a b",
    "a-b",
    "a.b",
    "a/b",
    "@type",
    "$ref",
    "#1",
    "{id}",
    "{}",
    "\"",
    "'",
    "\\",
    "\\n",
    "`",
    "*",
    "**",
    "//",
    "*/",
    "r#type",
    "Self",
    "self",
    "N/A",
    "URLPart",
    "UrlPart",
    "App-Id",
    "X-Request-Id",
    "metadata.*",
    "_sort",
    "id",
    "position",
    "name",
    "title",
    "email",
    "date",
    "NULL",
    "null",
    "true",
    "yes",
    "0",
    "1.5",
    "%",
    "%20",
    "<b>",
    "&amp;",
    "a\tb",
    "ERR",
    "OK",
];
