//! The repository on disk: where it is, what is read from it and what is written to it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use iconik_codegen::api::Api;
use iconik_codegen::{Diagnostics, Files, GENERATED, Source, coverage, is_generated, pages};

/// The folder of the spec.
pub(crate) const SPEC: &str = "spec";

/// The generator's own test spec.
pub(crate) const FIXTURE: &str = "codegen/tests/emit";

/// The page that opens the repository. Of it, the table of coverage alone is generated.
pub(crate) const README: &str = "README.md";

/// The line above that table.
const COVERAGE: &str = "<!-- coverage:";

/// The JSON Schema of the spec's format.
const SCHEMA: &str = "spec/schema.json";

/// A command could not do its work.
#[derive(Debug)]
pub(crate) enum Error {
    /// The spec has mistakes.
    Spec(Diagnostics),
    /// A file could not be read, written or removed.
    File(PathBuf, io::Error),
    /// Something else, as it is to be shown.
    Advice(String),
}

impl Error {
    /// One sentence that says what is wrong.
    pub(crate) fn plain(message: impl fmt::Display) -> Self {
        Self::Advice(format!("error: {message}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spec(mistakes) => {
                let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
                f.write_str(mistakes.render(colour).trim_end())
            }
            Self::File(path, error) => write!(f, "error: {}: {error}", path.display()),
            Self::Advice(text) => f.write_str(text.trim_end()),
        }
    }
}

/// What a command comes back with.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The repository that a command works on.
pub(crate) struct Repo {
    root: PathBuf,
}

impl Repo {
    /// The repository that this program was built from.
    pub(crate) fn here() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::at(manifest.parent().unwrap_or(manifest))
    }

    /// The repository with this root.
    pub(crate) fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that it is in.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The checked spec.
    pub(crate) fn api(&self) -> Result<Api> {
        self.load(SPEC)
    }

    /// The files of the spec.
    pub(crate) fn sources(&self) -> Result<Vec<Source>> {
        self.yaml(SPEC)
    }

    fn load(&self, folder: &str) -> Result<Api> {
        iconik_codegen::load(&self.yaml(folder)?).map_err(Error::Spec)
    }

    /// The YAML files below a folder.
    pub(crate) fn yaml(&self, folder: &str) -> Result<Vec<Source>> {
        let mut sources = Vec::new();
        self.walk(folder, &mut |path| {
            if is_yaml(path) && !is_hidden(path) {
                sources.push(Source::new(path, self.read(path)?));
            }
            Ok(())
        })?;
        if sources.is_empty() {
            let place = self.root.join(folder);
            return Err(Error::Advice(format!(
                "error: {}: no YAML files here",
                place.display()
            )));
        }
        Ok(sources)
    }

    /// The checked spec as it was in a git revision.
    pub(crate) fn api_at(&self, revision: &str) -> Result<Api> {
        // What follows `--` is a path.
        let listing = self.git(&["ls-tree", "-r", "--name-only", revision, "--", SPEC])?;
        let mut sources = Vec::new();
        for path in listing
            .lines()
            .filter(|path| is_yaml(path) && !is_hidden(path))
        {
            sources.push(Source::new(
                path,
                self.git(&["show", &format!("{revision}:{path}")])?,
            ));
        }
        if sources.is_empty() {
            let message = format!("`{revision}` has no YAML files below {SPEC}/");
            return Err(Error::plain(message));
        }
        iconik_codegen::load(&sources).map_err(Error::Spec)
    }

    fn git(&self, arguments: &[&str]) -> Result<String> {
        let failed = |what: String| Error::plain(format!("git {}: {what}", arguments.join(" ")));
        let output = Command::new("git")
            .current_dir(&self.root)
            .args(arguments)
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(failed(message.trim().to_owned()));
        }
        String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
    }

    /// Everything that is made from the spec, as it should be.
    pub(crate) fn wanted(&self, api: &Api) -> Result<Files> {
        let mut files = iconik_codegen::generate(api);
        files.insert(SCHEMA.to_owned(), iconik_codegen::schema());
        files.extend(pages::pages(api));
        files.extend(iconik_codegen::generate_fixture(&self.load(FIXTURE)?));
        let readme = self.bytes_if_there(README)?;
        let readme = readme.and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(readme) = readme.and_then(|text| with_coverage(&text, &coverage(api))) {
            files.insert(README.to_owned(), readme);
        }
        Ok(files)
    }

    /// What differs between the files as they should be and as they are.
    pub(crate) fn compare(&self, wanted: Files) -> Result<Comparison> {
        let mut changes = BTreeMap::new();
        let mut foreign = Vec::new();
        for (path, new) in wanted.iter() {
            let old = self.bytes_if_there(path)?;
            if old.as_deref() != Some(new.as_bytes()) {
                let old = old.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                changes.insert(
                    path.clone(),
                    Change {
                        old,
                        new: Some(new.clone()),
                    },
                );
            }
        }
        for folder in GENERATED.iter().chain(&[pages::FOLDER]) {
            self.walk(folder, &mut |path| {
                if wanted.contains_key(path) {
                    return Ok(());
                }
                // Another run may have removed it in the meantime.
                let Some(bytes) = self.bytes_if_there(path)? else {
                    return Ok(());
                };
                let text = String::from_utf8_lossy(&bytes);
                if is_generated(&text) && !is_hidden(path) {
                    let old = Some(text.into_owned());
                    changes.insert(path.to_owned(), Change { old, new: None });
                } else {
                    foreign.push(path.to_owned());
                }
                Ok(())
            })?;
        }
        self.walk(SPEC, &mut |path| {
            if is_yaml(path) && is_hidden(path) {
                foreign.push(path.to_owned());
            }
            Ok(())
        })?;
        Ok(Comparison { changes, foreign })
    }

    /// Makes a file as it should be. Several runs at once write the same files: none of them reads
    /// half a file, and what another one has done already is no error.
    pub(crate) fn apply(&self, path: &str, change: &Change) -> Result<()> {
        let full = self.root.join(path);
        let outcome = match &change.new {
            Some(text) => replace(&full, text),
            None => remove(&full),
        };
        outcome.map_err(|error| Error::File(full, error))
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> Result<String> {
        let full = self.root.join(path);
        fs::read_to_string(&full).map_err(|error| Error::File(full, error))
    }

    fn bytes_if_there(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let full = self.root.join(path);
        match fs::read(&full) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::File(full, error)),
        }
    }

    /// Visits every file below a folder, by its path below the root. No folder is no files.
    fn walk(&self, folder: &str, visit: &mut impl FnMut(&str) -> Result<()>) -> Result<()> {
        let full = self.root.join(folder);
        let failed = |error| Error::File(full.clone(), error);
        let entries = match fs::read_dir(&full) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let mut entries = entries.collect::<io::Result<Vec<_>>>().map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let kind = match entry.file_type() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                kind => kind.map_err(failed)?,
            };
            if kind.is_dir() {
                self.walk(&path, visit)?;
            } else {
                visit(&path)?;
            }
        }
        Ok(())
    }
}

/// The page with this table below its comment; nothing where there is no such comment.
fn with_coverage(page: &str, table: &str) -> Option<String> {
    let comment = page.find(COVERAGE)?;
    let start = comment + page[comment..].find('\n')? + 1;
    let old: usize = page[start..]
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('|'))
        .map(str::len)
        .sum();
    Some(format!("{}{table}{}", &page[..start], &page[start + old..]))
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Whether an operating system or an editor keeps it for itself, as `._name.yaml`.
fn is_hidden(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with('.'))
}

/// Writes a file whole or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let Some((folder, name)) = path.parent().zip(path.file_name()) else {
        return fs::write(path, text);
    };
    static DRAFTS: AtomicUsize = AtomicUsize::new(0);
    let count = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let name = name.to_string_lossy();
    let draft = folder.join(format!(".{name}.{}-{count}", std::process::id()));
    // Another run may remove the folder while it is empty.
    retried(|| {
        fs::create_dir_all(folder)?;
        fs::write(&draft, text)?;
        fs::rename(&draft, path)
    })
}

/// Removes a file, and its folder if that is empty then.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // A folder that is not empty stays.
    path.parent().map(fs::remove_dir);
    Ok(())
}

/// Tries again, at most nine times, while something is not there.
fn retried(mut attempt: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for _ in 0..9 {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            outcome => return outcome,
        }
    }
    attempt()
}

/// The files as they are, compared with the files as they should be.
pub(crate) struct Comparison {
    /// What differs, by path.
    pub(crate) changes: BTreeMap<String, Change>,
    /// Files in generated folders that the generator did not write, and hidden files of the spec:
    /// they are neither read nor removed.
    pub(crate) foreign: Vec<String>,
}

/// A file before and after.
pub(crate) struct Change {
    /// What is there; nothing if the file is new.
    pub(crate) old: Option<String>,
    /// What should be there; nothing if the file is stale.
    pub(crate) new: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_table_of_coverage() {
        let repo = Repo::here();
        let readme = repo.read(README).expect("there is a README.md");
        let table = coverage(&repo.api().unwrap_or_else(|error| panic!("{error}")));

        let wanted = with_coverage(&readme, &table)
            .expect("README.md has a line `<!-- coverage: … -->` above the table");

        assert!(
            readme == wanted,
            "README.md has another table than `cargo xtask coverage` prints: run `cargo xtask regen`"
        );
        assert!(readme.contains(&format!("-->\n{table}\n")), "{readme}");
    }

    #[test]
    fn only_the_table_below_the_comment_is_replaced() {
        let page = "| a |\n\n<!-- coverage: x -->\n| old |\n| old |\n\n| b |\n";

        assert_eq!(
            with_coverage(page, "| new |\n").as_deref(),
            Some("| a |\n\n<!-- coverage: x -->\n| new |\n\n| b |\n")
        );
        assert_eq!(with_coverage("| a |\n", "| new |\n"), None);
    }
}
