//! What changed between two states of the spec.

use iconik_codegen::changes::{Changes, Effect, changes};

use super::{api, edited, sources};

fn after(replacements: &[(&str, &str)]) -> Changes {
    changes(&api(&sources()), &api(&edited(replacements)))
}

#[test]
fn nothing_changes_by_itself() {
    assert!(after(&[]).is_empty());
    assert!(after(&[("Lists playlists", "Lists all playlists")]).is_empty());
}

#[test]
fn additions_do_not_break() {
    let cases = [
        (
            "      HIDDEN: It does not.",
            "      HIDDEN: It does not.\n      GONE: It is gone.",
            "- `spec::PlaylistStatus`: `GONE` is a new value.",
        ),
        (
            "      labels: {",
            "      color: { type: string, doc: \"A color.\" }\n      labels: {",
            "- `spec::Playlist`: `color` is a new field: `string`.",
        ),
        (
            "    params: { sort: }",
            "    params: { sort: , status: { type: string, doc: \"Only these.\" } }",
            "- `spec.projects.list_assets`: `status` is a new parameter: `string`.",
        ),
        (
            "    paging: [page]",
            "    paging: [page, scroll]",
            "- `spec.projects.list_assets` can page by `scroll`.",
        ),
    ];
    for (old, new, line) in cases {
        let changes = after(&[(old, new)]);
        assert!(
            changes.markdown().contains(line),
            "no {line} in\n{}",
            changes.markdown()
        );
        assert_eq!(changes.breaking().count(), 0, "{}", changes.markdown());
    }
}

#[test]
fn what_stops_a_build_is_breaking() {
    let cases = [
        (
            "      ids: { type: list<PlaylistItemId>, doc: \"Only these.\" }",
            "      ids: { type: list<PlaylistItemId>, required: true, doc: \"Only these.\" }",
            "`spec.playlists.list_items`: `ids` is required now: the constructor takes it",
        ),
        (
            "      ids: { type: list<PlaylistItemId>, doc: \"Only these.\" }",
            "      ids: { type: list<string>, doc: \"Only these.\" }",
            "`spec.playlists.list_items`: `ids` is of type `list<string>` instead of `list<PlaylistItemId>`",
        ),
        (
            "      name: { required: true }",
            "      name: { note: Free. }",
            "`spec::NewPlaylist`: `name` is not required any more",
        ),
        (
            "      name: { required: true }",
            "      name: { required: true, rename: label }",
            "`spec::NewPlaylist`: `name` is called `label` instead of `its own name`",
        ),
        (
            "      name: { required: true }",
            "      name: { required: true, nullable: true }",
            "`spec::NewPlaylist`: `name` can be null",
        ),
        (
            "      name: { required: true }",
            "      name: { required: true }\n      status: { read_only: true }",
            "`spec::NewPlaylist`: `status` is set by iconik: it has no setter",
        ),
        (
            "      note: { type: string, nullable: true, doc: \"A remark.\" }\n",
            "",
            "`spec::PlaylistItem`: `note` is gone",
        ),
        (
            "      HIDDEN: It does not.\n",
            "",
            "`spec::PlaylistStatus`: `HIDDEN` is gone",
        ),
        (
            "  get_item_as_text:",
            "  print_item:",
            "`spec.playlists.get_item_as_text`: `spec.playlists.print_item` is its name now",
        ),
        (
            "    returns: { 200: text }",
            "    returns: { 200: string }",
            "`spec.playlists.get_item_as_text` returns `string` instead of `text`",
        ),
        (
            "  reindex:
    title: Indexes a playlist again
    method: POST
    path: /v1/playlists/{playlist_id}/reindex/
    roles: [can_write_playlists]
    body: ReindexOptions
    returns: { 201: nothing }
",
            "",
            "`spec.playlists.reindex` is gone",
        ),
        (
            "duration: { type: number",
            "duration: { type: string",
            "`spec::Asset`: `duration` is of type `string` instead of `number`",
        ),
        (
            "    auth: app_id\n",
            "",
            "`spec.projects.reindex` takes the credentials `token` instead of `app_id`",
        ),
        (
            "    returns: { 202: nothing }",
            "    returns: { 202: nothing, 200: Playlist }",
            "`spec.playlists.delete` returns `Playlist or nothing` instead of `nothing`",
        ),
    ];
    for (old, new, line) in cases {
        // What a replacement leaves unused or without home is not the point here.
        let changes = after(&[(old, new)]);
        let sentences: Vec<String> = changes.breaking().map(|it| it.sentence()).collect();
        assert!(
            sentences.iter().any(|it| it.contains(line)),
            "no {line} in {sentences:#?}"
        );
    }
}

#[test]
fn a_new_name_of_a_type_is_reported_once_and_not_where_it_is_used() {
    let renamed = |old: &str, new: &str| {
        let mut after = sources();
        for source in &mut after {
            source.text = source.text.replace(old, new);
        }
        changes(&api(&sources()), &api(&after)).markdown()
    };

    assert_eq!(
        renamed("PlaylistPatch", "PlaylistUpdate"),
        "### Breaking\n\n- `spec::PlaylistPatch`: `spec::PlaylistUpdate` is its name now.\n"
    );
    assert_eq!(
        renamed("PlaylistStatus", "PlaylistState"),
        "### Breaking\n\n- `spec::PlaylistStatus`: `spec::PlaylistState` is its name now.\n"
    );
}

#[test]
fn a_type_that_looks_different_is_not_a_new_name() {
    let changes = after(&[
        ("type: list<PlaylistItem>", "type: list<Place>"),
        ("objects<PlaylistItem>", "objects<Place>"),
        ("  PlaylistItem:\n", "  Place:\n"),
        ("      position: {", "      rank: {"),
    ]);

    let sentences: Vec<String> = changes.breaking().map(|it| it.sentence()).collect();
    assert!(
        sentences.contains(&"`spec::PlaylistItem` is gone.".to_owned()),
        "{sentences:#?}"
    );
}

#[test]
fn the_order_of_arguments_is_part_of_the_surface() {
    let two = (
        "      name: { required: true }",
        "      name: { required: true }\n      status: { required: true }",
    );
    let swapped = [
        two,
        (
            "      name:\n      status: { type: PlaylistStatus, doc: \"Whether it shows.\" }",
            "      status: { type: PlaylistStatus, doc: \"Whether it shows.\" }\n      name:",
        ),
    ];

    let changes = changes(&api(&edited(&[two])), &api(&edited(&swapped)));

    let line = "`spec::NewPlaylist` takes its arguments in the order `status, name`.";
    assert!(
        changes.breaking().any(|it| it.sentence() == line),
        "{}",
        changes.markdown()
    );
}

#[test]
fn roles_deprecations_and_facts_are_reported_but_break_nothing() {
    let changes = after(&[
        (
            "    roles: [can_read_projects]",
            "    roles: [can_read_projects, can_read_playlists]",
        ),
        (
            "    title: Lists playlists",
            "    title: Lists playlists\n    deprecated: Use another one.",
        ),
        ("max_items: 100", "max_items: 200"),
    ]);

    insta::assert_snapshot!(changes.markdown());
    assert!(changes.all.iter().all(|it| it.effect != Effect::Breaking));
}

#[test]
fn a_resource_that_comes_or_goes_is_one_line() {
    let without: Vec<_> = edited(&[
        (
            "  PlaylistId: A playlist.\n  PlaylistItemId: A place in a playlist.\n",
            "",
        ),
        (
            "  project_id: { type: ProjectId, nullable: true",
            "  unused_id: { type: ProjectId, nullable: true",
        ),
    ])
    .into_iter()
    .filter(|it| !it.path.ends_with("playlists.yaml"))
    .map(|mut it| {
        // Nobody but the playlists needs these.
        it.text = it
            .text
            .replace("can_read_playlists, can_write_playlists, ", "");
        let common = it.text.find("common_fields:").unwrap_or(it.text.len());
        it.text.truncate(common);
        it
    })
    .collect();
    let (old, new) = (api(&without), api(&sources()));

    let added = changes(&old, &new);
    let removed = changes(&new, &old);

    assert_eq!(
        added.markdown(),
        "### Added\n\n- `ids::PlaylistId` is a new id.\n- `ids::PlaylistItemId` is a new id.\n- `spec.playlists` is a new resource with 9 actions.\n"
    );
    assert_eq!(removed.breaking().count(), 3, "{}", removed.markdown());
}

#[test]
fn a_breaking_change_must_be_announced() {
    let changes = after(&[("    auth: app_id\n", "")]);

    let silent = "# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n";
    let announced = "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- `spec.projects.reindex` needs a token now.\n";

    assert_eq!(changes.unannounced(silent).len(), 1);
    assert!(changes.unannounced(announced).is_empty());
}
