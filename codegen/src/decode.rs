//! Tables of keys: one table says what a mapping may hold, to the reader and to the schema.

use std::marker::PhantomData;

use serde_json::{Value as Json, json};

use crate::diag::Diagnostic;
use crate::node::{Key, Node, Value};
use crate::schema::Definitions;
use crate::source::{Source, Span};
use crate::yaml::Yaml;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub(crate) span: Span,
    pub(crate) value: T,
}

impl<T> At<T> {
    /// A value that is not written anywhere yet.
    pub(crate) fn new(value: T) -> Self {
        Self {
            span: Span::default(),
            value,
        }
    }
}

/// A kind of value: how to read it and how to write it, and how to describe it to an editor.
pub(crate) trait Decode {
    /// Whether the name before it may be empty.
    const MAY_BE_NAMELESS: bool = false;

    /// What it is once it is read.
    type Output;

    /// Its JSON Schema.
    fn schema(definitions: &mut Definitions) -> Json;

    /// As it is written.
    fn encode(value: &Self::Output) -> Yaml;

    /// Reads it; what is wrong goes to the mistakes. `owner` is the key that it belongs to.
    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self::Output>;
}

/// A mapping with a table of keys.
pub(crate) trait Record: Decode<Output = Self> + Sized {
    /// One without any key.
    fn empty(span: Span) -> Self;

    /// Whether it has no keys.
    fn is_bare(&self) -> bool;

    /// This one; the keys that it lacks are those of `base`.
    fn over(self, base: &Self) -> Self;
}

/// What a mapping may hold.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) rows: &'static [Row],
}

/// One key of a [`Table`].
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) required: bool,
    pub(crate) schema: fn(&mut Definitions) -> Json,
}

/// Declares a mapping: the struct, its reader and its schema come from the same lines.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident {
            $($(#[doc = $key_doc:literal])+ $presence:ident $key:literal $field:ident: $kind:ty,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            /// The key that it belongs to.
            pub(crate) span: Span,
            /// Whether one of its keys is there but says nothing that can be understood.
            pub(crate) broken: bool,
            $($(#[doc = $key_doc])+ pub(crate) $field: Option<<$kind as Decode>::Output>,)+
        }

        impl $name {
            const TABLE: Table = Table {
                name: stringify!($name),
                doc: concat!($($doc),+),
                rows: &[$(Row {
                    key: $key,
                    doc: concat!($($key_doc),+),
                    required: record!(@$presence),
                    schema: <$kind as Decode>::schema,
                }),+],
            };
        }

        impl Record for $name {
            fn empty(span: Span) -> Self {
                Self { span, broken: false, $($field: None,)+ }
            }

            fn is_bare(&self) -> bool {
                $(self.$field.is_none())&&+
            }

            fn over(self, base: &Self) -> Self {
                Self {
                    span: self.span,
                    broken: self.broken || base.broken,
                    $($field: self.$field.or_else(|| base.$field.clone()),)+
                }
            }
        }

        impl Decode for $name {
            type Output = Self;

            fn schema(definitions: &mut Definitions) -> Json {
                definitions.record(&Self::TABLE)
            }

            fn encode(value: &Self) -> Yaml {
                let members = [
                    $((
                        $key,
                        value.$field.as_ref().map(<$kind as Decode>::encode),
                    ),)+
                ];
                let members = members.into_iter();
                Yaml::Record(
                    members
                        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
                        .collect(),
                )
            }

            fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self> {
                let mut found = cx.rows(&Self::TABLE, node, owner)?.into_iter();
                let mut record = Self::empty(owner);
                $(
                    if let Some((key, value)) = found.next().flatten() {
                        record.$field = <$kind as Decode>::decode(value, key.span, cx);
                        record.broken |= record.$field.is_none();
                    }
                )+
                Some(record)
            }
        }
    };
    (@required) => { true };
    (@optional) => { false };
}
pub(crate) use record;

/// What reading needs to know and collects.
pub(crate) struct Context<'s> {
    pub(crate) source: &'s Source,
    pub(crate) mistakes: Vec<Diagnostic>,
}

impl Context<'_> {
    pub(crate) fn report(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    /// Complains that something else stands here.
    pub(crate) fn expected<T>(&mut self, what: &str, node: &Node, owner: Span) -> Option<T> {
        let found = node.kind();
        let span = if matches!(node.value, Value::Null) {
            owner
        } else {
            node.span
        };
        let mut mistake = Diagnostic::new(span, format!("expected {what}, found {found}"));
        if what.starts_with("text")
            && matches!(
                node.value,
                Value::Integer(_) | Value::Number(_) | Value::Boolean(_)
            )
        {
            mistake = mistake.help(format!(
                "put it in quotes: \"{}\"",
                self.source.slice(node.span)
            ));
        }
        if what.starts_with("text") && matches!(node.value, Value::Map(_)) {
            mistake = mistake.help("text that holds `{` or `: ` must stand in quotes");
        }
        self.report(mistake);
        None
    }

    /// The entries of a mapping without those that repeat a key.
    fn entries<'n>(
        &mut self,
        what: &str,
        node: &'n Node,
        owner: Span,
    ) -> Option<Vec<(&'n Key, &'n Node)>> {
        let Value::Map(entries) = &node.value else {
            return self.expected(what, node, owner);
        };
        let mut kept: Vec<(&Key, &Node)> = Vec::new();
        for (key, value) in entries {
            match kept.iter().find(|(first, _)| first.text == key.text) {
                Some((first, _)) => self.report(
                    Diagnostic::new(key.span, format!("duplicate `{}`", key.text))
                        .label("again")
                        .related(first.span, "first here"),
                ),
                None => kept.push((key, value)),
            }
        }
        Some(kept)
    }

    /// The entries of a mapping in the order of its table.
    pub(crate) fn rows<'n>(
        &mut self,
        table: &Table,
        node: &'n Node,
        owner: Span,
    ) -> Option<Vec<Option<(&'n Key, &'n Node)>>> {
        let what = table.name.to_lowercase();
        let entries = self.entries(&format!("a mapping ({what})"), node, owner)?;
        let keys = || table.rows.iter().map(|row| row.key);
        for (key, _) in &entries {
            if !keys().any(|known| known == key.text) {
                let mistake = Diagnostic::new(key.span, format!("unknown key `{}`", key.text));
                // No key has a space: this is the rest of a text that a comma has cut.
                self.report(match key.text.contains(' ') {
                    true => mistake.help("within braces, a text with a comma needs quotes"),
                    false => mistake.did_you_mean(&key.text, keys()),
                });
            }
        }
        let mut found = Vec::new();
        for row in table.rows {
            let entry = entries.iter().find(|(key, _)| key.text == row.key).copied();
            if entry.is_none() && row.required {
                self.report(
                    Diagnostic::new(owner, format!("missing key `{}`", row.key))
                        .help(row.doc.trim()),
                );
            }
            found.push(entry);
        }
        Some(found)
    }
}

/// Text that says something.
pub(crate) enum Text {}

impl Decode for Text {
    type Output = At<String>;

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Text(value.value.clone())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<String>> {
        let Value::Text(text) = &node.value else {
            return cx.expected("text", node, owner);
        };
        let value = text.trim();
        if value.is_empty() {
            cx.report(Diagnostic::new(node.span, "this text is empty"));
            return None;
        }
        Some(At {
            span: node.span,
            value: value.to_owned(),
        })
    }
}

/// `true` or `false`.
pub(crate) enum Flag {}

impl Decode for Flag {
    type Output = At<bool>;

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "boolean" })
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Word(value.value.to_string())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<bool>> {
        let Value::Boolean(value) = node.value else {
            return cx.expected("true or false", node, owner);
        };
        Some(At {
            span: node.span,
            value,
        })
    }
}

/// A number.
pub(crate) enum Number {}

impl Decode for Number {
    type Output = At<f64>;

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "number" })
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Word(value.value.to_string())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<f64>> {
        let value = match node.value {
            // Bounds that are written down are far below the numbers that lose digits here.
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(value) => value as f64,
            Value::Number(value) => value,
            _ => return cx.expected("a number", node, owner),
        };
        Some(At {
            span: node.span,
            value,
        })
    }
}

/// How many of something.
pub(crate) enum Count {}

impl Decode for Count {
    type Output = At<u32>;

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Word(value.value.to_string())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<u32>> {
        let Value::Integer(value) = node.value else {
            return cx.expected("a whole number", node, owner);
        };
        let Ok(value) = u32::try_from(value) else {
            cx.report(Diagnostic::new(
                node.span,
                "expected a count: a number from 0 to 4294967295",
            ));
            return None;
        };
        Some(At {
            span: node.span,
            value,
        })
    }
}

/// Words of which one is meant.
pub(crate) trait Words: Copy + Sized + 'static {
    /// What they are, for a sentence such as "unknown method".
    const WHAT: &'static str;
    /// Everything that there is a word for.
    const ALL: &'static [Self];

    /// The word for it.
    fn word(self) -> &'static str;
}

/// One of a few words.
pub(crate) struct OneOf<T>(PhantomData<T>);

impl<T: Words> Decode for OneOf<T> {
    type Output = At<T>;

    fn schema(_: &mut Definitions) -> Json {
        let words: Vec<&str> = T::ALL.iter().map(|known| known.word()).collect();
        json!({ "enum": words })
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::Text(value.value.word().to_owned())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<At<T>> {
        let text = Text::decode(node, owner, cx)?;
        let mut all = T::ALL.iter();
        let Some(value) = all.find(|known| known.word() == text.value) else {
            let words = T::ALL.iter().map(|known| known.word());
            cx.report(
                Diagnostic::new(node.span, format!("unknown {} `{}`", T::WHAT, text.value))
                    .did_you_mean(&text.value, words),
            );
            return None;
        };
        Some(At {
            span: node.span,
            value: *value,
        })
    }
}

/// Several values of one kind.
pub(crate) struct ListOf<T>(PhantomData<T>);

impl<T: Decode> Decode for ListOf<T> {
    type Output = Vec<T::Output>;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "array", "items": T::schema(definitions) })
    }

    fn encode(value: &Self::Output) -> Yaml {
        Yaml::List(value.iter().map(T::encode).collect())
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self::Output> {
        let Value::List(items) = &node.value else {
            return cx.expected("a list in brackets", node, owner);
        };
        Some(
            items
                .iter()
                .filter_map(|item| T::decode(item, item.span, cx))
                .collect(),
        )
    }
}

/// One value, or a list of them.
pub(crate) struct OneOrMore<T>(PhantomData<T>);

impl<T: Decode> Decode for OneOrMore<T> {
    type Output = Vec<T::Output>;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [T::schema(definitions), ListOf::<T>::schema(definitions)] })
    }

    fn encode(value: &Self::Output) -> Yaml {
        match value.as_slice() {
            [one] => T::encode(one),
            more => Yaml::List(more.iter().map(T::encode).collect()),
        }
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self::Output> {
        match node.value {
            Value::List(_) => ListOf::<T>::decode(node, owner, cx),
            _ => Some(vec![T::decode(node, owner, cx)?]),
        }
    }
}

/// Values by a name that the writer chooses, in the order in which they were written.
pub(crate) struct Entries<T>(PhantomData<T>);

impl<T: Decode> Decode for Entries<T> {
    type Output = Vec<(At<String>, T::Output)>;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "object", "additionalProperties": T::schema(definitions) })
    }

    fn encode(value: &Self::Output) -> Yaml {
        let entries = value.iter();
        Yaml::Entries(
            entries
                .map(|(name, value)| (name.value.clone(), T::encode(value)))
                .collect(),
        )
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self::Output> {
        let entries = cx.entries("a mapping", node, owner)?;
        let mut list = Vec::new();
        for (key, value) in entries {
            if key.text.is_empty() && !T::MAY_BE_NAMELESS {
                cx.report(Diagnostic::new(
                    key.span,
                    "a name is missing before this `:`",
                ));
                continue;
            }
            if let Some(value) = T::decode(value, key.span, cx) {
                list.push((
                    At {
                        span: key.span,
                        value: key.text.clone(),
                    },
                    value,
                ));
            }
        }
        Some(list)
    }
}

/// Values by HTTP status.
pub(crate) struct ByStatus<T>(PhantomData<T>);

impl<T: Decode> Decode for ByStatus<T> {
    type Output = Vec<(At<u16>, T::Output)>;

    fn schema(definitions: &mut Definitions) -> Json {
        json!({
            "type": "object",
            "patternProperties": { "^[1-5][0-9][0-9]$": T::schema(definitions) },
            "additionalProperties": false,
        })
    }

    fn encode(value: &Self::Output) -> Yaml {
        let entries = value.iter();
        Yaml::Record(
            entries
                .map(|(status, value)| (status.value.to_string(), T::encode(value)))
                .collect(),
        )
    }

    fn decode(node: &Node, owner: Span, cx: &mut Context<'_>) -> Option<Self::Output> {
        let entries = cx.entries("a mapping from status", node, owner)?;
        let mut list = Vec::new();
        for (key, value) in entries {
            let value = T::decode(value, key.span, cx);
            let Ok(status) = key.text.parse::<u16>() else {
                cx.report(
                    Diagnostic::new(key.span, format!("`{}` is no HTTP status", key.text))
                        .help("write it as a number, for example `200`"),
                );
                continue;
            };
            list.extend(value.map(|value| {
                (
                    At {
                        span: key.span,
                        value: status,
                    },
                    value,
                )
            }));
        }
        Some(list)
    }
}
