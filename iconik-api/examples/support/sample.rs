//! The sample data of the local iconik: a small production, always with the same ids and dates.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use iconik_api::Client;
use iconik_api::assets::{
    AssetIdList, CollectionContent, NewAsset, NewCollection, NewSegment, NewSegments, NewShareUrl,
    SegmentType,
};
use iconik_api::ids::{AssetId, CollectionId, MetadataViewId};
use iconik_api::metadata::{FieldType, NewMetadataField, NewMetadataView, ViewField};
use iconik_api::metadata_values::MetadataChanges;
use iconik_api::mock::Server;

use super::Result;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the examples refer to.
pub(crate) struct Sample {
    /// The collection with everything in it.
    pub(crate) production: CollectionId,
    /// The collection with the transcribed assets.
    pub(crate) interviews: CollectionId,
    /// The view of the metadata values.
    pub(crate) view: MetadataViewId,
    /// An asset with comments, and one without.
    pub(crate) takes: [AssetId; 2],
}

impl Sample {
    /// Creates the data.
    pub(crate) async fn create(server: &Server, client: &Client) -> Result<Self> {
        delete_assets(client, &["Harbour, take 0", "Colour test"]).await?;
        server.advance(40 * DAY);
        delete_assets(client, &["Storm, out of focus"]).await?;
        server.advance(2 * DAY);

        let production = collection(client, "Storm over the bay", None).await?;
        let dailies = collection(client, "Dailies", Some(&production)).await?;
        let monday = collection(client, "Monday", Some(&dailies)).await?;
        let tuesday = collection(client, "Tuesday", Some(&dailies)).await?;
        let interviews = collection(client, "Interviews", Some(&production)).await?;
        asset(client, "Call sheet", Some(&production)).await?;
        let first = asset(client, "Harbour, take 1", Some(&monday)).await?;
        let second = asset(client, "Harbour, take 2", Some(&monday)).await?;
        let storm = asset(client, "MVI_0041", Some(&tuesday)).await?;
        let keeper = asset(client, "The keeper", Some(&interviews)).await?;
        let pilot = asset(client, "The pilot", Some(&interviews)).await?;
        asset(client, "Unfiled", None).await?;

        let view = view(client).await?;
        let values = [
            (&first, "12A", 1, false, "2026-02-09", &["harbour"][..]),
            (&second, "12A", 2, true, "2026-02-09", &["harbour", "fog"]),
            (&storm, "31", 1, false, "2026-02-10", &["storm", "sea"]),
        ];
        for (asset, scene, take, approved, date, keywords) in values {
            let changes = MetadataChanges::new()
                .set("Scene", scene)
                .set("Take", take)
                .set("Approved", approved)
                .set("ShotOn", date)
                .set_all("Keywords", keywords.iter().copied());
            let metadata = client.metadata();
            metadata.write(asset, &view, changes).await?;
        }

        let keeper_says = [
            (1_500, "The light has never failed, not once."),
            (5_200, "But that night nobody saw it."),
            (9_000, "The fog stood in the bay like a wall."),
        ];
        segments(client, &keeper, SegmentType::Transcription, &keeper_says).await?;
        let pilot_says = [(800, "We heard the horn."), (3_100, "Then the rocks.")];
        segments(client, &pilot, SegmentType::Transcription, &pilot_says).await?;
        comments(client, &first).await?;
        share(client, &production).await?;
        Ok(Self {
            production,
            interviews,
            view,
            takes: [first, second],
        })
    }

    /// Writes a file with metadata values: one asset changes, the other does not.
    pub(crate) fn metadata_csv(&self) -> Result<PathBuf> {
        let path = super::scratch()?.join("metadata.csv");
        let [first, second] = &self.takes;
        let csv = format!(
            "asset_id,Take,Approved,Keywords\n\
             {first},1.0,TRUE,\n\
             {second},2,TRUE,\"[\"\"harbour\"\",\"\"fog\"\"]\"\n"
        );
        std::fs::write(&path, csv)?;
        Ok(path)
    }
}

/// Creates folders, of which the sample data have collections in part.
pub(crate) fn folders() -> Result<PathBuf> {
    let folder = super::scratch()?.join("production");
    for path in ["Dailies/Monday", "Dailies/Wednesday", "Sound/Foley"] {
        std::fs::create_dir_all(folder.join(path))?;
    }
    Ok(folder)
}

/// Sends a webhook receiver what iconik would send, and two calls that it must refuse.
pub(crate) async fn call_receiver(address: SocketAddr, asset: &AssetId) {
    let webhook = format!(
        r#"{{"event_type":"assets","realm":"metadata","operation":"update","object_id":"{asset}"}}"#
    );
    let action = format!(r#"{{"context":"ASSET","asset_ids":["{asset}"],"auth_token":"sample"}}"#);
    let client = reqwest::Client::new();
    for (path, secret, body) in [
        ("webhook", "sample", webhook.as_str()),
        ("webhook", "wrong", &webhook),
        ("webhook", "sample", "no JSON"),
        ("action", "sample", &action),
    ] {
        let request = client.post(format!("http://{address}/{path}"));
        let request = request.header("x-webhook-secret", secret);
        let status = match request.body(body.to_owned()).send().await {
            Ok(response) => response.status().to_string(),
            Err(error) => error.to_string(),
        };
        eprintln!("{path}: {status}");
    }
}

async fn delete_assets(client: &Client, titles: &[&str]) -> Result<()> {
    for title in titles {
        let asset = asset(client, title, None).await?;
        let queue = client.assets().delete_queue();
        queue.add_assets(AssetIdList::new([asset])).await?;
    }
    Ok(())
}

async fn collection(
    client: &Client,
    title: &str,
    parent: Option<&CollectionId>,
) -> Result<CollectionId> {
    let mut new = NewCollection::new(title);
    if let Some(parent) = parent {
        new = new.parent_id(parent);
    }
    let created = client.assets().collections().create(new).await?;
    created.id.ok_or("no id".into())
}

async fn asset(client: &Client, title: &str, collection: Option<&CollectionId>) -> Result<AssetId> {
    let asset = client.assets().create(NewAsset::new(title)).await?;
    let id = asset.id.ok_or("no id")?;
    if let Some(collection) = collection {
        let content = CollectionContent::new(id.as_str(), "assets");
        let collections = client.assets().collections();
        collections.add_item(collection, content).await?;
    }
    Ok(id)
}

/// Creates a view with a field of each kind that is in use most.
async fn view(client: &Client) -> Result<MetadataViewId> {
    let fields = [
        ("Scene", FieldType::String),
        ("Take", FieldType::Integer),
        ("Approved", FieldType::Boolean),
        ("ShotOn", FieldType::Date),
        ("Keywords", FieldType::TagCloud),
    ];
    for (name, kind) in fields.clone() {
        let many = kind == FieldType::TagCloud;
        let field = NewMetadataField::new(kind).name(name).label(name);
        client.metadata().fields().create(field.multi(many)).await?;
    }
    let fields = fields.map(|(name, _)| ViewField::new(name));
    let view = NewMetadataView::new("Production", fields);
    let view = client.metadata().views().create(view).await?;
    view.id.ok_or("no id".into())
}

/// Creates segments of three seconds.
async fn segments(
    client: &Client,
    asset: &AssetId,
    kind: SegmentType,
    texts: &[(i64, &str)],
) -> Result<()> {
    let segments = texts.iter().map(|(start, text)| {
        NewSegment::new(kind.clone())
            .time_start_milliseconds(*start)
            .time_end_milliseconds(start + 3_000)
            .segment_text(*text)
    });
    let segments = NewSegments::new(segments);
    client
        .assets()
        .segments()
        .create_many(asset, segments)
        .await?;
    Ok(())
}

/// Creates a comment, a reply to it, and another comment.
async fn comments(client: &Client, asset: &AssetId) -> Result<()> {
    let comment = |start, text| {
        NewSegment::new(SegmentType::Comment)
            .time_start_milliseconds(start)
            .time_end_milliseconds(start)
            .segment_text(text)
    };
    let handle = client.assets().segments();
    let soft = comment(12_000, "Focus is soft");
    let soft = handle.create(asset, soft).await?;
    let reply = comment(12_000, "Only until she turns").parent_id(soft.id.ok_or("no id")?);
    handle.create(asset, reply).await?;
    let best = comment(47_500, "Use it from here");
    handle.create(asset, best).await?;
    Ok(())
}

/// Creates a share that anybody may use for ever, one that is over, and one as it should be.
async fn share(client: &Client, collection: &CollectionId) -> Result<()> {
    let share = |title| {
        NewShareUrl::new()
            .title(title)
            .allow_comments(true)
            .allow_approving_comments(false)
            .allow_setting_approve_status(false)
            .allow_download(false)
    };
    let shares = [
        share("For the press").allow_download(true),
        share("Rough cut, January")
            .password("fog")
            .expires("2026-01-31T00:00:00+00:00"),
        share("Fine cut")
            .password("horn")
            .expires("2026-06-30T00:00:00+00:00"),
    ];
    for share in shares {
        let shares = client.assets().shares();
        shares.create_url(collection, share).await?;
    }
    Ok(())
}
