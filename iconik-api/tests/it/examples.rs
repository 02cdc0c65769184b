//! The examples, as their users run them.
//!
//! `cargo test` builds the examples before it runs the tests. `cargo test --test it` does not: what is missing
//! or older than its source is reported. What the examples print is in `snapshots/examples/`.

#[path = "../../examples/support/mod.rs"]
mod support;

/// The words of the command line that two examples share, with their tests.
#[path = "../../examples/selection/mod.rs"]
mod selection;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use iconik_api::Client;
use iconik_api::assets::ShareSelection;
use iconik_api::ids::AssetId;
use iconik_api::mock::{Expected, Fault, Server};
use support::Sample;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// A folder in which an example runs, removed in the end; and what it printed there.
struct Session {
    folder: PathBuf,
    /// The iconik that it uses, if not its own.
    server: Option<Server>,
    transcript: String,
}

impl Session {
    /// Runs examples without credentials.
    fn without_credentials(test: &str) -> Self {
        let name = format!("iconik-examples-{}-{test}", std::process::id());
        let folder = std::env::temp_dir().canonicalize().unwrap().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self {
            folder,
            server: None,
            transcript: String::new(),
        }
    }

    /// Runs examples against a local iconik with sample data, in the way that they run against iconik.
    async fn with_credentials(test: &str) -> (Self, Client, Sample) {
        let server = Server::start().unwrap();
        let client = server.client().unwrap();
        let sample = Sample::create(&server, &client).await.unwrap();
        let mut session = Self::without_credentials(test);
        session.server = Some(server);
        (session, client, sample)
    }

    /// Writes a file into the folder.
    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Runs an example and notes what it prints; returns its exit code.
    fn run(&mut self, name: &str, arguments: &[&str]) -> i32 {
        let mut command = Command::new(binary(name));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("TMPDIR", &self.folder)
            .env("TMP", &self.folder)
            .stdin(Stdio::null());
        for variable in ["ICONIK_APP_ID", "ICONIK_AUTH_TOKEN", "ICONIK_BASE_URL"] {
            command.env_remove(variable);
        }
        if let Some(server) = &self.server {
            command
                .env("ICONIK_APP_ID", "an-app-id")
                .env("ICONIK_AUTH_TOKEN", "a-token")
                .env("ICONIK_BASE_URL", server.url());
        }
        let output = command.output().unwrap();
        let mut line = format!("$ {name}");
        for argument in arguments {
            line.push(' ');
            line.push_str(argument);
        }
        self.note(&line);
        self.note(&String::from_utf8(output.stdout).unwrap());
        let errors = String::from_utf8(output.stderr).unwrap();
        if !errors.is_empty() {
            self.note("[stderr]");
            self.note(&errors);
        }
        let code = output.status.code().expect("it was not killed");
        if code != 0 {
            self.note(&format!("[exit code {code}]\n"));
        }
        self.note("\n");
        code
    }

    /// Runs an example that must end with this exit code.
    #[track_caller]
    fn expect(&mut self, code: i32, name: &str, arguments: &[&str]) {
        let result = self.run(name, arguments);
        assert_eq!(result, code, "{}", self.transcript);
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs with credentials")
    }

    /// Whether there is such a file in the folder.
    fn has(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    /// Reads a file in the folder.
    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// Notes what is in a file.
    fn show(&mut self, name: &str) {
        let text = self.read(name);
        self.note(&format!("$ cat {name}"));
        self.note(&text);
        self.note("\n");
    }

    fn note(&mut self, text: &str) {
        // The port differs from run to run.
        let lines = text.split_inclusive('\n');
        let lines = lines.filter(|line| !line.starts_with("listening at "));
        let text: String = lines.collect();
        if text.is_empty() {
            return;
        }
        // What differs from run to run.
        let text = text.replace(&*self.folder.to_string_lossy(), "<folder>");
        let mut parts = text.split("iconik-example-");
        self.transcript.push_str(parts.next().unwrap());
        for part in parts {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
            self.transcript.push_str("iconik-example-<number>");
            self.transcript.push_str(rest);
        }
        if !text.ends_with('\n') {
            self.transcript.push('\n');
        }
    }

    /// Compares everything that was printed with the snapshot of this name.
    fn check(self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("snapshots/examples");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, self.transcript));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The program of an example.
fn binary(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let folder = this.ancestors().nth(2).unwrap().join("examples");
    let binary = folder
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    let changed = |path: &Path| path.metadata().and_then(|it| it.modified()).ok();
    let examples = Path::new(CRATE).join("examples");
    let mut sources = vec![examples.join(format!("{name}.rs"))];
    if fs::read_to_string(&sources[0])
        .unwrap()
        .contains("mod support;")
    {
        let shared = fs::read_dir(examples.join("support")).unwrap();
        sources.extend(shared.map(|file| file.unwrap().path()));
    }
    let built = changed(&binary);
    assert!(
        built.is_some() && sources.iter().all(|source| changed(source) <= built),
        "{} is missing or old: run `cargo build --package iconik-api --examples`, or `cargo test`",
        binary.display()
    );
    binary
}

/// The names of all examples.
fn names() -> Vec<String> {
    let files = fs::read_dir(Path::new(CRATE).join("examples")).unwrap();
    let mut names: Vec<String> = files
        .filter_map(|file| file.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        // A long test rather than an example.
        .filter(|name| name != "soak")
        .collect();
    names.sort();
    names
}

#[test]
fn every_example_explains_itself_and_refuses_what_it_does_not_know() {
    let mut session = Session::without_credentials("help");
    for name in names() {
        session.expect(0, &name, &["--help"]);
        session.expect(2, &name, &["--unknown"]);
    }
    session.check("help");
}

#[test]
fn every_example_is_short() {
    for name in names() {
        let path = Path::new(CRATE).join("examples").join(format!("{name}.rs"));
        let lines = fs::read_to_string(path).unwrap().lines().count();
        assert!(lines < 150, "{name} has {lines} lines");
    }
}

#[test]
fn the_readme_shows_the_tour() {
    let mut session = Session::without_credentials("tour");
    session.expect(0, "tour", &[]);
    let printed = session.transcript.split("[stderr]").next().unwrap();
    let (_, printed) = printed.split_once('\n').unwrap();
    let readme = fs::read_to_string(Path::new(CRATE).join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("```text\n{printed}```")),
        "README.md must have what the tour prints:\n{printed}"
    );
    session.check("tour");
}

#[tokio::test]
async fn the_tour_leaves_nothing_behind() {
    let (mut session, client, _) = Session::with_credentials("clean_tour").await;
    let before = client.assets().list().await.unwrap().total;
    session.expect(0, "tour", &[]);
    assert_eq!(client.assets().list().await.unwrap().total, before);
}

#[tokio::test]
async fn a_tree_is_walked() {
    let mut session = Session::without_credentials("walk");
    session.run("walk_collection_tree", &[]);
    session.run("walk_collection_tree", &["--depth", "1"]);
    session.run("walk_collection_tree", &["no-such-collection"]);
    session.check("walk_collection_tree");

    let (mut session, _, _) = Session::with_credentials("walk_argument").await;
    session.expect(2, "walk_collection_tree", &[]);
    session.check("walk_collection_tree_argument");
}

#[tokio::test]
async fn assets_are_exported_and_an_interrupted_export_continues() {
    let mut session = Session::without_credentials("export_assets");
    session.run("export_assets", &["--output", "assets.csv"]);
    session.show("assets.csv");
    session.check("export_assets");

    let (mut session, _, _) = Session::with_credentials("export_continued").await;
    session.run("export_assets", &["--output", "all.csv"]);
    let fault = Fault::status(400).on("search.run").after(2);
    session.server().add_fault(fault);
    let pages = ["--output", "assets.csv", "--per-page", "2"];
    session.expect(1, "export_assets", &pages);
    assert!(session.has("assets.csv.state") && !session.has("assets.csv"));
    // A row that was written after the last checkpoint, half of it.
    let torn = session.read("assets.csv.part") + "0000,\"half";
    session.write("assets.csv.part", &torn);
    session.server().clear_faults();
    session.server().clear_received();
    session.expect(0, "export_assets", &pages);
    let searches = Expected::action("search.run");
    let searches = session.server().count_received(&searches);
    assert!(searches <= 3, "{searches} searches: it began again");
    assert_eq!(session.read("assets.csv"), session.read("all.csv"));
    assert!(!session.has("assets.csv.state") && !session.has("assets.csv.part"));

    // Nothing is pasted together from two runs.
    session
        .server()
        .add_fault(Fault::status(400).on("search.run").after(1));
    session.expect(1, "export_assets", &pages);
    session.write("assets.csv.part", "id\n");
    session.server().clear_faults();
    session.expect(1, "export_assets", &pages);
    let restart = [&pages[..], &["--restart"]].concat();
    session.expect(0, "export_assets", &restart);
    assert_eq!(session.read("assets.csv"), session.read("all.csv"));
    session.check("export_assets_continued");
}

#[tokio::test]
async fn titles_come_from_csv() {
    let mut session = Session::without_credentials("retitle");
    session.run("retitle_from_csv", &[]);
    session.run("retitle_from_csv", &["--apply"]);
    session.check("retitle_from_csv");

    let (mut session, client, sample) = Session::with_credentials("retitle_rows").await;
    let [first, second] = &sample.takes;
    let rows =
        format!("\u{feff}title,id\r\n\"One, two\",{first}\r\nLost,none\r\nThree,{second}\r\n");
    session.write("titles.csv", &rows);
    let title = async |id: &AssetId| client.assets().get(id).await.unwrap().title.unwrap();
    session.expect(1, "retitle_from_csv", &["titles.csv"]);
    assert_eq!(title(first).await, "Harbour, take 1");
    session.expect(1, "retitle_from_csv", &["titles.csv", "--apply"]);
    assert_eq!(
        (title(first).await, title(second).await),
        ("One, two".into(), "Three".into())
    );
    session.run("retitle_from_csv", &["titles.csv", "--apply"]);
    // A mistake anywhere in the file changes nothing.
    for rows in [
        format!("id,title\n{first},Four\n{first},Five\n"),
        format!("id,title\n{first},Four\n{second},\n"),
        format!("id,title\n{first},Four\n{second}\n"),
        "id;title\n".to_owned() + first.as_str() + ";Four\n",
    ] {
        session.write("wrong.csv", &rows);
        session.expect(1, "retitle_from_csv", &["wrong.csv", "--apply"]);
    }
    assert_eq!(title(first).await, "One, two");
    session.check("retitle_from_csv_rows");
}

#[tokio::test]
async fn transcripts_are_exported_in_three_formats() {
    let (mut session, _, sample) = Session::with_credentials("transcripts").await;
    let folder = sample.interviews.as_str();
    for format in ["txt", "srt", "vtt"] {
        let arguments = [folder, "--folder", "out", "--format", format];
        session.expect(0, "export_transcripts", &arguments);
        let mut files: Vec<_> = fs::read_dir(session.folder.join("out")).unwrap().collect();
        files.retain(|file| {
            let name = file.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(format)
        });
        let mut names: Vec<_> = files
            .into_iter()
            .map(|file| format!("out/{}", file.unwrap().file_name().to_string_lossy()))
            .collect();
        names.sort();
        assert_eq!(names.len(), 2);
        session.show(&names[0]);
    }
    let whole = sample.production.as_str();
    session.expect(0, "export_transcripts", &[whole, "--folder", "out"]);
    let fault = Fault::status(403).on("assets.segments.list").times(1);
    session.server().add_fault(fault);
    session.expect(1, "export_transcripts", &[whole, "--folder", "new"]);
    session.check("export_transcripts");

    let mut session = Session::without_credentials("transcripts_sample");
    session.expect(0, "export_transcripts", &[]);
}

#[tokio::test]
async fn the_delete_queue_is_cleaned_by_age() {
    let mut session = Session::without_credentials("clean");
    session.run("clean_delete_queue", &[]);
    session.run("clean_delete_queue", &["41", "--apply"]);
    session.run("clean_delete_queue", &["1", "--apply"]);
    session.run("clean_delete_queue", &["100", "--apply"]);
    session.run("clean_delete_queue", &["0"]);
    session.check("clean_delete_queue");

    let (mut session, client, _) = Session::with_credentials("clean_rest").await;
    let queue = async || {
        let queue = client.assets().delete_queue().list_assets();
        queue.await.unwrap().objects.len()
    };
    session.expect(2, "clean_delete_queue", &[]);
    session.expect(0, "clean_delete_queue", &["1"]);
    assert_eq!(queue().await, 3, "it only showed them");
    let fault = Fault::status(403).on("assets.delete_queue.purge_assets");
    session.server().add_fault(fault);
    session.expect(1, "clean_delete_queue", &["1", "--apply"]);
    assert_eq!(queue().await, 3);
    session.server().clear_faults();
    session.expect(0, "clean_delete_queue", &["1", "--apply"]);
    assert_eq!(queue().await, 0);
}

#[tokio::test]
async fn shares_are_audited() {
    let mut session = Session::without_credentials("audit");
    session.expect(1, "audit_shares", &[]);
    session.expect(1, "audit_shares", &["--all", "--longest", "30"]);
    session.check("audit_shares");

    let (mut session, client, _) = Session::with_credentials("audit_clean").await;
    let all = client.assets().shares().list_all().await.unwrap().objects;
    let all = ShareSelection::new(all.into_iter().map(|share| share.id.unwrap()));
    client
        .assets()
        .shares()
        .delete_many_as_admin(all)
        .await
        .unwrap();
    session.expect(0, "audit_shares", &[]);
}

#[tokio::test]
async fn a_folder_is_ingested_once() {
    let mut session = Session::without_credentials("ingest");
    session.expect(0, "ingest_folder", &[]);
    session.check("ingest_folder");

    let (mut session, client, sample) = Session::with_credentials("ingest_twice").await;
    fs::create_dir_all(session.folder.join("card/clips")).unwrap();
    session.write("card/clips/A001.mov", "moving pictures");
    session.write("card/notes.txt", "notes");
    session.write("card/.hidden", "nothing");
    let arguments = ["card", "--collection", sample.interviews.as_str()];
    let count = async || {
        let items = client.assets().collections().list_items(&sample.interviews);
        items.await.unwrap().objects.len()
    };
    session
        .server()
        .add_fault(Fault::status(403).on("files.create").times(1));
    session.expect(1, "ingest_folder", &arguments);
    session.expect(0, "ingest_folder", &arguments);
    assert_eq!(count().await, 4, "{}", session.transcript);
    session.expect(0, "ingest_folder", &arguments);
    assert_eq!(count().await, 4, "{}", session.transcript);
    assert!(!session.has("card/.notes.txt.upload"));
    session.expect(1, "ingest_folder", &["no-such-folder"]);
}

#[test]
fn other_examples_run() {
    let mut session = Session::without_credentials("others");
    session.expect(0, "automations", &[]);
    session.expect(0, "download_asset", &["--folder", "."]);
    assert_eq!(session.read("A001.mov").len(), 300_000);
    session.expect(0, "roles_needed", &["assets.segments"]);
    session.expect(2, "roles_needed", &["assets.segmants"]);
    let allowed = ["--roles", "can_read_assets,can_read_segments", "assets.get"];
    session.expect(0, "check_roles", &allowed);
    let refused = ["--roles", "can_read_asets", "assets.get", "assets.update"];
    session.expect(1, "check_roles", &refused);
    session.expect(2, "check_roles", &[]);
    session.check("others");
}

#[tokio::test]
async fn metadata_goes_to_csv_and_comes_back() {
    let mut session = Session::without_credentials("metadata");
    session.expect(0, "metadata_to_csv", &["--output", "metadata.csv"]);
    session.show("metadata.csv");
    session.expect(0, "metadata_from_csv", &[]);
    session.expect(0, "metadata_from_csv", &["--apply"]);
    session.check("metadata_csv");

    let (mut session, client, sample) = Session::with_credentials("metadata_round_trip").await;
    let view = sample.view.as_str();
    let to_csv = |file| [sample.production.as_str(), "--view", view, "--output", file];
    let from_csv = |file| [file, "--view", view, "--apply"];
    session.expect(0, "metadata_to_csv", &to_csv("old.csv"));
    let writes = Expected::action("metadata.set");
    let before = session.server().count_received(&writes);
    // What was exported is what is there: nothing is written.
    session.expect(0, "metadata_from_csv", &from_csv("old.csv"));
    assert_eq!(session.server().count_received(&writes), before);

    let [first, second] = &sample.takes;
    let edited = session
        .read("old.csv")
        .replace(
            "12A,1,false,2026-02-09,harbour",
            "12B,4,TRUE,,\"[\"\"a, b\"\",\"\"[c]\"\"]\"",
        )
        .replace(",Call sheet,,", ",Call sheet,\"[\"\" x \"\"]\",");
    session.write("new.csv", &edited);
    session.expect(0, "metadata_from_csv", &from_csv("new.csv")[..3]);
    assert_eq!(
        session.server().count_received(&writes),
        before,
        "it only showed them"
    );
    session.expect(0, "metadata_from_csv", &from_csv("new.csv"));
    assert_eq!(
        session.server().count_received(&writes),
        before + 2,
        "those that differ"
    );
    let values = client.metadata().get(first, &sample.view).await.unwrap();
    assert_eq!(values.field("Keywords").unwrap().texts(), ["a, b", "[c]"]);
    assert!(values.field("ShotOn").unwrap().is_unset(), "it was cleared");
    assert_eq!(values.field("Take").unwrap().integer(), Some(4));
    session.expect(0, "metadata_to_csv", &to_csv("again.csv"));
    session.write("normal.csv", &edited.replace("TRUE", "true"));
    assert_eq!(session.read("again.csv"), session.read("normal.csv"));

    // A mistake anywhere in the file changes nothing.
    for (columns, cells) in [
        ("Take", "one"),
        ("Approved", "maybe"),
        ("ShotOn", "09.02.2026"),
        ("Scene", "\"[\"\"1\"\",\"\"2\"\"]\""),
        ("Keywords", "[a]"),
        ("Tkae", "1"),
    ] {
        let rows = format!("asset_id,{columns}\n{second},\n{first},{cells}\n");
        session.write("wrong.csv", &rows);
        session.expect(1, "metadata_from_csv", &from_csv("wrong.csv"));
    }
    session.write("wrong.csv", &format!("asset_id,Take\nnone,1\n{second},7\n"));
    session.expect(1, "metadata_from_csv", &from_csv("wrong.csv"));
    let values = client.metadata().get(second, &sample.view).await.unwrap();
    assert_eq!(values.field("Take").unwrap().integer(), Some(7));
    session.check("metadata_csv_round_trip");
}

#[tokio::test]
async fn comments_are_copied_once() {
    let mut session = Session::without_credentials("comments");
    session.expect(0, "sync_comments", &[]);
    session.expect(0, "sync_comments", &["--apply"]);
    session.check("sync_comments");

    let (mut session, client, sample) = Session::with_credentials("comments_once").await;
    let [first, second] = &sample.takes;
    let [first, second] = [first.as_str(), second.as_str()];
    let comments = async || {
        let comments = client.assets().segments().list(second).await.unwrap();
        comments.objects
    };
    session.expect(0, "sync_comments", &[first, "comments.json", "--apply"]);
    session.show("comments.json");
    session.expect(0, "sync_comments", &["comments.json", second]);
    assert!(comments().await.is_empty(), "it only showed them");
    // The first comment fails, and its reply with it.
    let fault = Fault::status(403).on("assets.segments.create").times(1);
    session.server().add_fault(fault);
    session.expect(1, "sync_comments", &["comments.json", second, "--apply"]);
    assert_eq!(comments().await.len(), 1);
    for _ in 0..2 {
        session.expect(0, "sync_comments", &[first, second, "--apply"]);
    }
    let copies = comments().await;
    assert_eq!(copies.len(), 3);
    let reply = copies.iter().find(|it| it.parent_id.is_some()).unwrap();
    let parent = copies.iter().find(|it| it.id == reply.parent_id).unwrap();
    assert_eq!(parent.segment_text.as_deref(), Some("Focus is soft"));
    session.expect(0, "sync_comments", &[second, first, "--apply"]);
    session.check("sync_comments_once");
}

#[tokio::test]
async fn a_folder_tree_is_mirrored_once() {
    let mut session = Session::without_credentials("mirror");
    session.expect(0, "mirror_folder_tree", &[]);
    session.expect(0, "mirror_folder_tree", &["--apply"]);
    session.check("mirror_folder_tree");

    let (mut session, client, sample) = Session::with_credentials("mirror_once").await;
    for path in ["tree/a/b/c", "tree/d/e", "tree/.git/objects"] {
        fs::create_dir_all(session.folder.join(path)).unwrap();
    }
    let arguments = ["tree", "--into", sample.interviews.as_str(), "--apply"];
    session.expect(0, "mirror_folder_tree", &arguments[..3]);
    // A folder that fails is passed over, with what is in it.
    let fault = Fault::status(403).on("assets.collections.create").times(1);
    session.server().add_fault(fault);
    session.expect(1, "mirror_folder_tree", &arguments);
    session.expect(0, "mirror_folder_tree", &arguments);
    let creates = Expected::action("assets.collections.create");
    let before = session.server().count_received(&creates);
    session.expect(0, "mirror_folder_tree", &arguments);
    assert_eq!(session.server().count_received(&creates), before);
    let mut tree = client.assets().collections().walk(&sample.interviews);
    let mut depth = 0;
    while let Some(found) = tree.next().await {
        depth = depth.max(found.unwrap().depth);
    }
    assert_eq!(depth, 3);
    session.expect(1, "mirror_folder_tree", &["no-such-folder", "--into", "x"]);
    session.check("mirror_folder_tree_once");
}

#[test]
fn webhooks_are_received() {
    let mut session = Session::without_credentials("webhooks");
    session.expect(0, "webhook_receiver", &[]);
    assert!(
        session.transcript.contains("webhook: 401 Unauthorized"),
        "{}",
        session.transcript
    );
    session.check("webhook_receiver");
}
