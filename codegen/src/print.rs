//! From tokens to the text of a file, as a person would have laid it out.

use std::collections::BTreeSet;

use proc_macro2::{Group, Punct, Spacing, TokenStream, TokenTree};

use crate::source::MARK;

/// One generated Rust file, to be printed.
pub(crate) struct File {
    /// The spec file or folder it is made from.
    pub(crate) from: String,
    /// What the file is for: its `//!` lines.
    pub(crate) docs: Vec<String>,
    /// What it uses besides what its chunks import themselves: paths.
    pub(crate) uses: Vec<String>,
    /// What it contains, in order.
    pub(crate) chunks: Vec<Chunk>,
}

/// A part of a file.
pub(crate) enum Chunk {
    /// Items in Rust's own grammar.
    Items(TokenStream),
    /// A call of one of the runtime's macros, whose list Rust's formatters leave alone.
    List(List),
}

/// A macro call around a list: `open_enum!(SegmentType { Marker => "MARKER" });`.
pub(crate) struct List {
    /// The macro's name.
    pub(crate) name: &'static str,
    /// What is before the braces.
    pub(crate) head: String,
    /// The entries, each on a line of its own.
    pub(crate) entries: Vec<Entry>,
}

/// An entry of a [`List`].
pub(crate) enum Entry {
    /// One line.
    Line(String),
    /// A list in the list, filled into lines: its opening, items and closing.
    Group(&'static str, Vec<String>, &'static str),
    /// Words, filled into lines.
    Words(Vec<String>),
}

/// What generated code uses without defining it. Emitters write the whole path; the printer
/// shortens it and adds the `use`.
const IMPORTS: &[(&str, &[&str])] = &[
    ("std::collections", &["BTreeMap"]),
    (
        "crate",
        &[
            "Action",
            "ActionMeta",
            "Client",
            "Id",
            "Content",
            "FilePart",
            "IdKind",
            "List",
            "MediaContent",
            "Nullable",
            "Page",
            "RawJson",
            "Secret",
            "ServiceMeta",
            "Timestamp",
            "UnknownFields",
            "UnknownValue",
            "Unrecognized",
        ],
    ),
    (
        "crate::response",
        &[
            "Binary",
            "Empty",
            "Json",
            "OptionalJson",
            "Redirect",
            "Text",
        ],
    ),
];

/// The names that a file imports.
type Imports = BTreeSet<(&'static str, &'static str)>;

/// Lines of the crate's own text are at most this long where the text can be broken.
const WIDTH: usize = 100;

impl File {
    /// The text of the file.
    pub(crate) fn print(self) -> String {
        let mut text = format!("// {MARK} from {}; edit that instead.\n\n", self.from);
        for line in &self.docs {
            text.push_str("//!");
            if !line.is_empty() {
                text.push(' ');
                text.push_str(line);
            }
            text.push('\n');
        }
        let known = |path: &String| {
            let found = importables().find(|(from, name)| *path == format!("{from}::{name}"));
            found.ok_or_else(|| path.clone())
        };
        let (mut imports, mut others) = (Imports::new(), Vec::new());
        for path in &self.uses {
            match known(path) {
                Ok(import) => drop(imports.insert(import)),
                Err(other) => others.push(other),
            }
        }
        let chunks: Vec<String> = self
            .chunks
            .into_iter()
            .map(|chunk| chunk.print(&mut imports))
            .collect();
        if !others.is_empty() || !imports.is_empty() {
            text.push('\n');
        }
        text.push_str(&use_lines(&imports));
        for path in &others {
            text.push_str(&format!("use {path};\n"));
        }
        for chunk in chunks {
            text.push('\n');
            text.push_str(&chunk);
        }
        text
    }
}

impl Chunk {
    fn print(self, imports: &mut Imports) -> String {
        match self {
            Self::Items(tokens) => items(shorten(tokens, imports)),
            Self::List(list) => shorten_text(list.print(), imports),
        }
    }
}

impl List {
    fn print(&self) -> String {
        let Self {
            name,
            head,
            entries,
        } = self;
        if let [Entry::Words(words)] = entries.as_slice() {
            let line = format!("{name}!({head} {{ {} }});\n", words.join(", "));
            if line.len() <= WIDTH {
                return line;
            }
        }
        if entries.is_empty() {
            return format!("{name}!({head} {{}});\n");
        }
        let entries: String = entries.iter().map(Entry::print).collect();
        format!("{name}!({head} {{\n{entries}}});\n")
    }
}

impl Entry {
    fn print(&self) -> String {
        match self {
            Self::Line(line) => format!("    {line},\n"),
            Self::Words(words) => filled("    ", words),
            Self::Group(open, items, close) => {
                let line = format!("    {open}{}{close},\n", items.join(", "));
                if line.len() <= WIDTH {
                    return line;
                }
                let items = filled("        ", items);
                format!(
                    "    {}\n{items}    {},\n",
                    open.trim_end(),
                    close.trim_start()
                )
            }
        }
    }
}

/// Items with commas, as many on each line as fit there.
fn filled(indent: &str, items: &[String]) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for item in items {
        if !line.is_empty() && indent.len() + line.len() + item.len() + 2 > WIDTH {
            text.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        let space = if line.is_empty() { "" } else { " " };
        line.push_str(&format!("{space}{item},"));
    }
    text + &format!("{indent}{line}\n")
}

/// Items as text, with blank lines where a reader wants them.
pub(crate) fn items(tokens: TokenStream) -> String {
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => spaced(&rejoined(&prettyplease::unparse(&file))),
        // Only a mistake in this crate leads here. The compiler will point at it.
        Err(_) => format!("{tokens}\n"),
    }
}

/// The lines of a function body made of these statements.
pub(crate) fn statements(tokens: TokenStream) -> Vec<String> {
    let text = items(quote::quote!(fn body() { #tokens }));
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned())
        .collect();
    lines.pop();
    if !lines.is_empty() {
        lines.remove(0);
    }
    lines
}

/// Puts on one line what fits there: the formatter breaks earlier than people do.
fn rejoined(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        lines.push(line.to_owned());
        join_bracket(&mut lines);
        join_chain(&mut lines);
    }
    lines.join("\n") + "\n"
}

/// If the last line closes a bracket, joins it with what is inside.
fn join_bracket(lines: &mut Vec<String>) {
    let Some(last) = lines.last() else { return };
    let (open, pad) = match last.trim_start().chars().next() {
        Some(')') => ('(', ""),
        Some(']') => ('[', ""),
        Some('}') => ('{', " "),
        _ => return,
    };
    let depth = indent(last);
    let inside = |line: &&String| indent(line) > depth || line.trim().is_empty();
    let count = lines.iter().rev().skip(1).take_while(inside).count();
    let Some(start) = (lines.len() - 1).checked_sub(count + 1) else {
        return;
    };
    // `start` lies before the last line, which exists: so do both ends of what is sliced here.
    let first = &lines[start];
    let body = &lines[start + 1..lines.len() - 1];
    let opens = first.ends_with(open) && indent(first) == depth;
    // Of all braces only those of a struct literal have nothing but values inside.
    let literal = open != '{' || first.trim_start() == "Self {";
    let flat = body
        .iter()
        .all(|line| indent(line) == depth + 4 && is_value(line));
    if !opens || !literal || !flat || body.is_empty() {
        return;
    }
    let values: Vec<&str> = body.iter().map(|line| line.trim()).collect();
    let values = values.join(" ");
    let values = values.strip_suffix(',').unwrap_or(&values);
    let joined = format!("{first}{pad}{values}{pad}{}", last.trim_start());
    if joined.len() <= WIDTH {
        lines.truncate(start);
        lines.push(joined);
    }
}

/// If the last line ends a chain of method calls, joins the chain.
fn join_chain(lines: &mut Vec<String>) {
    let is_link = |line: &&String| line.trim_start().starts_with('.');
    let Some(last) = lines.last().filter(is_link) else {
        return;
    };
    if !last.ends_with(';') {
        return;
    }
    let depth = indent(last);
    let links = lines
        .iter()
        .rev()
        .take_while(|line| is_link(line) && indent(line) == depth);
    let Some(start) = lines.len().checked_sub(links.count() + 1) else {
        return;
    };
    // A line before the last one: the subtraction has checked it.
    if indent(&lines[start]) + 4 != depth {
        return;
    }
    let links: String = lines[start + 1..].iter().map(|line| line.trim()).collect();
    let joined = format!("{}{links}", lines[start]);
    if joined.len() <= WIDTH {
        lines.truncate(start);
        lines.push(joined);
    }
}

fn is_value(line: &str) -> bool {
    let line = line.trim_start();
    let link = line.starts_with('.') && !line.starts_with("..");
    !link && !line.starts_with(['/', '#', '}', ')', ']']) && !line.ends_with(['{', '(', '[', ';'])
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Puts a blank line between items, between methods, and before every documented field.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut last = "";
    for line in text.lines() {
        if wants_blank_line(last, line) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        last = line;
    }
    out
}

fn wants_blank_line(last: &str, line: &str) -> bool {
    let (before, starts) = (last.trim_start(), line.trim_start());
    let documented = starts.starts_with("///");
    let decorated = documented || starts.starts_with("#[");
    let after_decoration = before.starts_with("///") || before.starts_with("#[");
    let opens = before.is_empty() || before.ends_with(['{', '[', '(']);
    if opens || after_decoration || indent(last) != indent(line) {
        return false;
    }
    let item = [
        "pub fn ",
        "fn ",
        "impl ",
        "impl<",
        "pub struct ",
        "pub enum ",
        "pub use ",
    ]
    .iter()
    .any(|keyword| starts.starts_with(keyword));
    let uses = |text: &str| text.starts_with("use ") || text.starts_with("pub use ");
    let in_list = before.ends_with(',') && !documented;
    (decorated || item) && !in_list && !(uses(before) && uses(starts)) && before != "};"
}

/// The `use` lines of a file.
fn use_lines(imports: &Imports) -> String {
    let mut text = String::new();
    for (path, _) in IMPORTS {
        let names: Vec<&str> = imports
            .iter()
            .filter(|(from, _)| from == path)
            .map(|(_, name)| *name)
            .collect();
        match names.as_slice() {
            [] => {}
            [name] => text.push_str(&format!("use {path}::{name};\n")),
            names => text.push_str(&format!("use {path}::{{{}}};\n", names.join(", "))),
        }
    }
    text
}

/// Everything that can be imported.
pub(crate) fn importables() -> impl Iterator<Item = (&'static str, &'static str)> {
    IMPORTS
        .iter()
        .flat_map(|(path, names)| names.iter().map(|name| (*path, *name)))
}

/// Replaces `path::Name` by `Name` and notes the import.
fn shorten(tokens: TokenStream, imports: &mut Imports) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = Vec::with_capacity(trees.len());
    let mut at = 0;
    while at < trees.len() {
        let rest = &mut trees[at..];
        at += if is_module(rest) {
            // A module inside has its own imports.
            out.extend_from_slice(&rest[..3]);
            3
        } else if let Some((path, name, length)) = importable(rest) {
            imports.insert((path, name));
            out.push(rest[length - 1].clone());
            length
        } else {
            let tree = std::mem::replace(&mut rest[0], Punct::new(',', Spacing::Alone).into());
            out.push(match tree {
                TokenTree::Group(group) => {
                    let (delimiter, inner) = (group.delimiter(), group.stream());
                    // Now `inner` is the only one that holds the tokens: they need not be copied.
                    drop(group);
                    Group::new(delimiter, shorten(inner, imports)).into()
                }
                tree => tree,
            });
            1
        };
    }
    out.into_iter().collect()
}

fn is_module(trees: &[TokenTree]) -> bool {
    matches!(trees, [TokenTree::Ident(word), _, TokenTree::Group(_), ..] if word == "mod")
}

/// Which importable path the tokens begin with, and how many of them it takes.
fn importable(trees: &[TokenTree]) -> Option<(&'static str, &'static str, usize)> {
    // Few tokens begin a path.
    if !matches!(trees, [TokenTree::Ident(_), TokenTree::Punct(colon), ..] if colon.as_char() == ':')
    {
        return None;
    }
    let (path, names) = IMPORTS.iter().find(|(path, _)| begins_with(trees, path))?;
    // A segment is one token, `::` is two.
    let length = path.split("::").count() * 3;
    let last = trees.get(length)?.to_string();
    let name = names.iter().find(|name| last == **name)?;
    Some((path, name, length + 1))
}

fn begins_with(trees: &[TokenTree], path: &str) -> bool {
    path.split("::").enumerate().all(|(index, segment)| {
        matches!(trees.get(index * 3), Some(TokenTree::Ident(ident)) if ident == segment)
            && matches!(trees.get(index * 3 + 1), Some(TokenTree::Punct(p)) if p.as_char() == ':')
    })
}

/// The same for the text of a list.
fn shorten_text(mut text: String, imports: &mut Imports) -> String {
    for (path, names) in IMPORTS {
        for name in *names {
            let full = format!("{path}::{name}");
            if text.contains(&full) {
                imports.insert((path, name));
                text = text.replace(&full, name);
            }
        }
    }
    text
}
