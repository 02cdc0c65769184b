//! Names that the language or the library needs itself, by name space.
//!
//! Tests compare the lists with the sources of the library.

use crate::ident;

/// Types in scope where generated code and the macros that it calls name types: those of the prelude,
/// those at the root of the library, and the type parameters.
///
/// Many of them would compile. A model `Error` in one module and the error of the library in another
/// would still mislead.
const TYPES: &[&str] = &[
    "A",
    "Action",
    "ActionMeta",
    "AsMut",
    "AsRef",
    "Auth",
    "BTreeMap",
    "Binary",
    "Body",
    "Box",
    "BoxError",
    "BoxFuture",
    "C",
    "Call",
    "Client",
    "ClientBuilder",
    "Clone",
    "Content",
    "Copy",
    "Credentials",
    "CredentialsProvider",
    "Cursor",
    "CursorError",
    "D",
    "Debug",
    "Decode",
    "Default",
    "Deserialize",
    "Display",
    "DoubleEndedIterator",
    "Drop",
    "Empty",
    "Eq",
    "Err",
    "Error",
    "ErrorKind",
    "ErrorMessage",
    "ExactSizeIterator",
    "Extend",
    "FilePart",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Future",
    "H",
    "HasObjectType",
    "Hash",
    "Id",
    "IdKind",
    "Incomplete",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "ItemKey",
    "Items",
    "ItemsWithCursors",
    "Iterator",
    "Json",
    "Limiter",
    "List",
    "ListItem",
    "Location",
    "M",
    "MediaContent",
    "MissingFieldError",
    "None",
    "NotATimeError",
    "Nullable",
    "ObjectRef",
    "Ok",
    "Option",
    "OptionalExt",
    "OptionalJson",
    "Ord",
    "Page",
    "Paged",
    "Pages",
    "Paging",
    "ParamMeta",
    "ParamValue",
    "PartialEq",
    "PartialOrd",
    "PreparedRequest",
    "Raw",
    "RawJson",
    "RawResponse",
    "Redirect",
    "RequestWriter",
    "ResponseFuture",
    "Result",
    "RetryPolicy",
    "RotatingCredentials",
    "S",
    "Secret",
    "Self",
    "Send",
    "Serialize",
    "ServiceMeta",
    "Sized",
    "Some",
    "StreamedResponse",
    "String",
    "Sync",
    "Text",
    "Timestamp",
    "ToOwned",
    "ToString",
    "TokenSource",
    "Transport",
    "TransportError",
    "TryFrom",
    "TryInto",
    "Unknown",
    "UnknownFields",
    "UnknownValue",
    "Unpin",
    "Unrecognized",
    "Vec",
];

/// Types in scope where the markers of ids are defined.
const MARKERS: &[&str] = &["IdKind", "Self"];

/// Modules of the library and methods of its client, which the module of a service and the method that
/// returns its handle are among.
const SERVICES: &[&str] = &[
    "abandon_upload",
    "actions",
    "base_url",
    "batch",
    "builder",
    "call",
    "catalogue",
    "client",
    "common",
    "criteria",
    "data",
    "download_file",
    "download_keyframe",
    "download_proxy",
    "error",
    "facets",
    "fetch",
    "fixture",
    "from_env",
    "generated",
    "ids",
    "job_report",
    "job_wait",
    "login",
    "metadata_values",
    "object_ref",
    "optional",
    "paging",
    "request",
    "response",
    "services",
    "session",
    "testing",
    "tree",
    "value_reading",
    "wait",
    "webhooks",
    "with_credentials",
    "xml",
];

/// Cargo features of the library that are no services.
const FEATURES: &[&str] = &[
    "blocking",
    "chrono",
    "default",
    "download",
    "full",
    "gzip",
    "http2",
    "mock",
    "native-tls",
    "rustls",
    "rustls-no-provider",
    "time",
    "tracing",
    "upload",
];

/// Crates that the library uses by these names.
const CRATES: &[&str] = &[
    "alloc",
    "base64",
    "bytes",
    "chrono",
    "core",
    "fastrand",
    "form_urlencoded",
    "futures_core",
    "http",
    "http_body",
    "http_body_util",
    "httpdate",
    "hyper",
    "hyper_util",
    "iconik_api",
    "jiff",
    "md_5",
    "memchr",
    "percent_encoding",
    "reqwest",
    "secrecy",
    "serde",
    "serde_json",
    "sha1",
    "simdutf8",
    "std",
    "time",
    "tokio",
    "tracing",
    "url",
];

/// Types and tools that the language knows by these names: a module would hide them.
const PRIMITIVES: &[&str] = &[
    "bool",
    "char",
    "clippy",
    "diagnostic",
    "f128",
    "f16",
    "f32",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "miri",
    "rust_analyzer",
    "rustdoc",
    "rustfmt",
    "str",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// Names that files cannot have: of devices on Windows, and of the page that lists the others.
const FILES: &[&str] = &["aux", "con", "nul", "prn", "readme"];

/// Modules of a service.
const MODULES: &[&str] = &["requests", "service", "types"];

/// Methods that each handle has, and the client. Those that take `self` hide methods of the same name that
/// take `&self`.
const METHODS: &[&str] = &["clone", "into", "try_into"];

/// Fields and methods that each request has, besides those of its parameters.
const REQUEST_MEMBERS: &[&str] = &[
    "body",
    "call",
    "client",
    "clone",
    "default",
    "encode",
    "into_future",
    "items",
    "new",
    "pages",
    "with_client",
];

/// Methods that each model has that is sent.
const MODEL_METHODS: &[&str] = &["clone", "default", "new"];

/// Fields that each model has that is received.
const MODEL_FIELDS: &[&str] = &["extra"];

/// Functions that each union has.
const CONSTRUCTORS: &[&str] = &["clone", "default", "from"];

/// Whether the library or the language has a type of this name.
pub(crate) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

/// Whether the type that marks an id cannot have this name.
pub(crate) fn is_marker(name: &str) -> bool {
    MARKERS.contains(&name)
}

/// Whether a service cannot have this name.
pub(crate) fn is_service(name: &str) -> bool {
    let lists = [SERVICES, FEATURES, METHODS];
    lists.iter().any(|list| list.contains(&name)) || is_module_or_file(name)
}

/// Whether a resource cannot have this name.
pub(crate) fn is_resource(name: &str) -> bool {
    is_module_or_file(name)
}

fn is_module_or_file(name: &str) -> bool {
    let lists = [MODULES, CRATES, PRIMITIVES, FILES];
    // `self` and a few more keywords become identifiers by an underscore. On Windows, some devices have
    // numbers.
    let numbered = ["com", "lpt"].iter().any(|device| {
        let number = name.strip_prefix(device);
        number.is_some_and(|number| number.len() == 1 && number.parse::<u8>().is_ok())
    });
    lists.iter().any(|list| list.contains(&name))
        || numbered
        || ident::is_keyword(name.trim_end_matches('_'))
}

/// Whether each handle has a method of this name.
pub(crate) fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

/// Whether each request has a member of this name.
pub(crate) fn is_request_member(name: &str) -> bool {
    REQUEST_MEMBERS.contains(&name)
}

/// Whether each model that is received has a field of this name.
pub(crate) fn is_model_field(name: &str) -> bool {
    MODEL_FIELDS.contains(&name)
}

/// Whether each model that is sent has a method of this name.
pub(crate) fn is_model_method(name: &str) -> bool {
    MODEL_METHODS.contains(&name)
}

/// Whether each union has a function of this name.
pub(crate) fn is_constructor(name: &str) -> bool {
    CONSTRUCTORS.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use proc_macro2::{TokenStream, TokenTree};
    use syn::{ImplItem, Item, UseTree};

    use super::*;
    use crate::print;

    fn library() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../iconik-api")
    }

    /// The files of the library that are written by hand.
    fn files() -> Vec<(PathBuf, syn::File)> {
        let mut files = Vec::new();
        let mut folders = vec![library().join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.extend((!path.ends_with("generated")).then_some(path));
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    files.push((path.clone(), parse(&path)));
                }
            }
        }
        files
    }

    fn parse(path: &Path) -> syn::File {
        syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap()
    }

    fn modules(file: &syn::File) -> impl Iterator<Item = String> {
        file.items.iter().filter_map(|item| match item {
            Item::Mod(module) => Some(module.ident.to_string()),
            _ => None,
        })
    }

    /// The services of the spec, which are features and modules of the library, too.
    fn services() -> BTreeSet<String> {
        let folders = fs::read_dir(library().join("../spec")).unwrap();
        let folders = folders.map(|entry| entry.unwrap().path());
        let services = folders.filter(|path| path.join("service.yaml").exists());
        services
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    /// The keys of a table of the library's Cargo.toml.
    fn keys(table: &str) -> Vec<String> {
        let text = fs::read_to_string(library().join("Cargo.toml")).unwrap();
        let (_, lines) = text.split_once(&format!("\n[{table}]\n")).unwrap();
        let lines = lines.lines().take_while(|line| !line.starts_with('['));
        let keys = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        keys.map(|line| line.split([' ', '.', '=']).next().unwrap().to_owned())
            .collect()
    }

    fn assert_reserved(names: impl IntoIterator<Item = String>, is_reserved: fn(&str) -> bool) {
        let missing: BTreeSet<String> = names.into_iter().filter(|it| !is_reserved(it)).collect();
        assert!(missing.is_empty(), "add to the list: {missing:?}");
    }

    /// The modules at the root of the library, and the methods of its client.
    fn names_beside_services() -> BTreeSet<String> {
        let root = parse(&library().join("src/lib.rs"));
        let generated = parse(&library().join("src/generated/mod.rs"));
        let mut names: BTreeSet<String> = modules(&root).chain(modules(&generated)).collect();
        for (path, file) in files() {
            // Another client, which no service adds methods to.
            if path.ends_with("blocking.rs") {
                continue;
            }
            for item in file.items {
                let Item::Impl(block) = item else { continue };
                let is_client = matches!(&*block.self_ty, syn::Type::Path(path)
                    if path.path.segments.last().is_some_and(|it| it.ident == "Client"));
                if block.trait_.is_some() || !is_client {
                    continue;
                }
                names.extend(block.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                    _ => None,
                }));
            }
        }
        let services = services();
        names.retain(|name| !services.contains(name));
        names
    }

    #[test]
    fn modules_of_the_library_and_methods_of_its_client_cannot_be_services() {
        let names = names_beside_services();

        assert!(
            names.contains("batch") && names.contains("from_env"),
            "{names:?}"
        );
        assert_reserved(names, is_service);
    }

    #[test]
    fn no_name_is_reserved_that_the_library_no_longer_has() {
        let names = names_beside_services();
        let (features, crates) = (keys("features"), keys("dependencies"));
        let crates: Vec<String> = crates.iter().map(|name| name.replace('-', "_")).collect();

        for name in SERVICES {
            assert!(names.contains(*name), "remove `{name}`");
        }
        for name in FEATURES {
            assert!(features.iter().any(|it| it == name), "remove `{name}`");
        }
        for name in CRATES {
            let is_known = ["alloc", "core", "iconik_api", "std"].contains(name);
            assert!(
                is_known || crates.iter().any(|it| it == name),
                "remove `{name}`"
            );
        }
    }

    #[test]
    fn features_and_dependencies_of_the_library_cannot_be_services() {
        let services = services();
        let features = keys("features");
        let dependencies = keys("dependencies");

        assert!(features.contains(&"http2".to_owned()), "{features:?}");
        let features = features.into_iter().filter(|name| !services.contains(name));
        assert_reserved(features, is_service);
        assert!(
            dependencies.contains(&"serde".to_owned()),
            "{dependencies:?}"
        );
        let crates = dependencies.iter().map(|name| name.replace('-', "_"));
        assert_reserved(crates, is_resource);
    }

    #[test]
    fn types_at_the_root_of_the_library_are_reserved() {
        let mut names = Vec::new();
        for item in parse(&library().join("src/lib.rs")).items {
            match item {
                Item::Use(item) => names_of(&item.tree, &mut names),
                Item::Mod(module) => {
                    for item in module.content.into_iter().flat_map(|(_, items)| items) {
                        let Item::Use(item) = item else { continue };
                        names_of(&item.tree, &mut names);
                    }
                }
                _ => {}
            }
        }
        names.retain(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));

        assert!(names.contains(&"OptionalJson".to_owned()), "{names:?}");
        assert_reserved(names, is_type);
    }

    fn names_of(tree: &UseTree, into: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => names_of(&path.tree, into),
            UseTree::Name(name) => into.push(name.ident.to_string()),
            UseTree::Rename(name) => into.push(name.rename.to_string()),
            UseTree::Group(group) => group.items.iter().for_each(|it| names_of(it, into)),
            UseTree::Glob(_) => {}
        }
    }

    #[test]
    fn types_that_generated_files_import_are_reserved() {
        assert_reserved(
            print::importables().map(|(_, name)| name.to_owned()),
            is_type,
        );
    }

    /// The macros that generated files call, also through each other, by name.
    fn macros() -> BTreeMap<String, TokenStream> {
        let mut defined = BTreeMap::new();
        for (_, file) in files() {
            for item in file.items {
                if let Item::Macro(item) = item
                    && let Some(name) = item.ident
                {
                    defined.insert(name.to_string(), item.mac.tokens);
                }
            }
        }
        let mut called = BTreeMap::new();
        let mut open = called_by_generated_files();
        while let Some(name) = open.pop() {
            if called.contains_key(&name) {
                continue;
            }
            // Others are those of the standard library.
            if let Some(tokens) = defined.get(&name) {
                calls(tokens.clone(), &mut open);
                called.insert(name, tokens.clone());
            }
        }
        called
    }

    /// The macros at the beginnings of lines.
    fn called_by_generated_files() -> Vec<String> {
        let mut names = BTreeSet::new();
        let mut folders = vec![
            library().join("src/generated"),
            library().join("src/fixture/generated"),
        ];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                for line in fs::read_to_string(path).unwrap().lines() {
                    if let Some((name, _)) = line.split_once("!(")
                        && ident::is_snake(name)
                    {
                        names.insert(name.to_owned());
                    }
                }
            }
        }
        assert!(names.len() > 10, "{names:?}");
        names.into_iter().collect()
    }

    fn calls(tokens: TokenStream, into: &mut Vec<String>) {
        let mut last = None;
        for tree in tokens {
            match tree {
                TokenTree::Ident(name) => last = Some(name.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '!' => into.extend(last.take()),
                TokenTree::Group(group) => calls(group.stream(), into),
                _ => last = None,
            }
        }
    }

    #[test]
    fn types_that_the_macros_name_are_reserved() {
        let mut names = Vec::new();
        for tokens in macros().into_values() {
            unqualified(tokens, &mut names);
        }

        assert!(names.contains(&"Option".to_owned()), "{names:?}");
        assert_reserved(names, is_type);
    }

    /// The names of types that are looked up in the file that calls the macro.
    fn unqualified(tokens: TokenStream, into: &mut Vec<String>) {
        let mut before = String::new();
        for tree in tokens {
            let text = tree.to_string();
            match tree {
                TokenTree::Group(group) => {
                    // What begins with `@` is for another rule of the macro.
                    let first = group.stream().into_iter().next();
                    if first.is_none_or(|first| first.to_string() != "@") {
                        unqualified(group.stream(), into);
                    }
                }
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    let is_type = name.starts_with(|c: char| c.is_ascii_uppercase())
                        && (name.len() == 1 || name.contains(|c: char| c.is_ascii_lowercase()));
                    // Members of paths, and what is defined here.
                    let elsewhere = [":", ".", "$", "type", "const", "fn"];
                    if is_type && !elsewhere.contains(&before.as_str()) {
                        into.push(name);
                    }
                }
                _ => {}
            }
            before = text;
        }
    }

    #[test]
    fn members_that_the_macros_give_to_requests_are_reserved() {
        let mut names = Vec::new();
        for name in ["action", "awaitable", "paged"] {
            defined(macros()[name].clone(), "fn", &mut names);
        }

        assert!(names.contains(&"with_client".to_owned()), "{names:?}");
        assert_reserved(names, is_request_member);
    }

    /// The names after this keyword.
    fn defined(tokens: TokenStream, keyword: &str, into: &mut Vec<String>) {
        let mut is_next = false;
        for tree in tokens {
            match tree {
                TokenTree::Ident(name) if is_next => {
                    into.push(name.to_string());
                    is_next = false;
                }
                TokenTree::Ident(name) => is_next = name == keyword,
                TokenTree::Group(group) => defined(group.stream(), keyword, into),
                _ => is_next = false,
            }
        }
    }
}
