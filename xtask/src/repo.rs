//! The repository on disk: where it is, what is read from it and what is written to it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use iconik_codegen::api::Api;
use iconik_codegen::{Diagnostics, Files, GENERATED, Source, coverage, pages};

/// The folder of the spec.
const SPEC: &str = "spec";

/// The generator's own test spec.
const FIXTURE: &str = "codegen/tests/emit";

/// The page that opens the repository. Of it, the table of coverage alone is generated.
pub(crate) const README: &str = "README.md";

/// What stands above that table.
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

    fn yaml(&self, folder: &str) -> Result<Vec<Source>> {
        let mut sources = Vec::new();
        self.walk(folder, &mut |path| {
            if is_yaml(path) {
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
        for path in listing.lines().filter(|it| is_yaml(it)) {
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
        let readme = self.read_if_there(README)?;
        if let Some(readme) = readme.and_then(|it| with_coverage(&it, &coverage(api))) {
            files.insert(README.to_owned(), readme);
        }
        Ok(files)
    }

    /// What differs between the files as they should be and as they are.
    pub(crate) fn changes(&self, wanted: Files) -> Result<BTreeMap<String, Change>> {
        let mut changes = BTreeMap::new();
        for (path, new) in wanted.iter() {
            let old = self.read_if_there(path)?;
            if old.as_ref() != Some(new) {
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
                if !wanted.contains_key(path) {
                    let old = Some(self.read(path)?);
                    changes.insert(path.to_owned(), Change { old, new: None });
                }
                Ok(())
            })?;
        }
        Ok(changes)
    }

    /// Makes a file as it should be.
    pub(crate) fn apply(&self, path: &str, change: &Change) -> Result<()> {
        let full = self.root.join(path);
        let failed = |error| Error::File(full.clone(), error);
        match &change.new {
            Some(text) => {
                if let Some(folder) = full.parent() {
                    fs::create_dir_all(folder).map_err(failed)?;
                }
                fs::write(&full, text).map_err(failed)
            }
            None => {
                fs::remove_file(&full).map_err(failed)?;
                // The folder goes with its last file; a folder that is not empty stays.
                full.parent().map(fs::remove_dir);
                Ok(())
            }
        }
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> Result<String> {
        let full = self.root.join(path);
        fs::read_to_string(&full).map_err(|error| Error::File(full, error))
    }

    fn read_if_there(&self, path: &str) -> Result<Option<String>> {
        match self.read(path) {
            Ok(text) => Ok(Some(text)),
            Err(Error::File(_, error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
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
            if entry.file_type().map_err(failed)?.is_dir() {
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
