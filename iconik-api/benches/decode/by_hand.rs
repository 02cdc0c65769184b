//! The same models, written as one would by hand: text for ids and dates, derived impls.
//!
//! `J` is what free JSON becomes: trees of values, or the text as it came.

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Page<T, J> {
    #[serde(default = "Vec::new")]
    pub objects: Vec<T>,
    pub page: Option<i64>,
    pub pages: Option<i64>,
    pub per_page: Option<i64>,
    pub total: Option<i64>,
    pub first_url: Option<String>,
    pub last_url: Option<String>,
    pub next_url: Option<String>,
    pub prev_url: Option<String>,
    pub scroll_id: Option<String>,
    #[serde(default = "Vec::new")]
    pub search_after: Vec<J>,
    pub facets: Option<J>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asset<J> {
    pub id: Option<String>,
    pub title: Option<String>,
    pub r#type: Option<AssetType>,
    pub status: Option<ObjectStatus>,
    pub category: Option<String>,
    pub external_id: Option<String>,
    pub external_link: Option<String>,
    pub site_name: Option<String>,
    pub warning: Option<String>,
    pub is_blocked: Option<bool>,
    pub is_online: Option<bool>,
    #[serde(default)]
    pub limit_download_to_groups: Vec<String>,
    pub archive_status: Option<ArchiveStatus>,
    pub last_archive_restore_date: Option<String>,
    pub analyze_status: Option<ProcessingStatus>,
    pub face_recognition_status: Option<ProcessingStatus>,
    #[serde(default)]
    pub person_ids: Vec<String>,
    pub has_unconfirmed_persons: Option<bool>,
    pub custom_keyframe: Option<String>,
    pub custom_poster: Option<String>,
    pub original_asset_id: Option<String>,
    pub original_version_id: Option<String>,
    pub original_segment_id: Option<String>,
    pub time_start_milliseconds: Option<i64>,
    pub time_end_milliseconds: Option<i64>,
    pub clip_id: Option<i64>,
    #[serde(default)]
    pub in_collections: Vec<String>,
    #[serde(default)]
    pub versions: Vec<AssetVersion>,
    pub favoured: Option<bool>,
    pub date_created: Option<String>,
    pub date_modified: Option<String>,
    pub date_imported: Option<String>,
    pub date_viewed: Option<String>,
    pub date_deleted: Option<String>,
    pub created_by_user: Option<String>,
    pub created_by_user_info: Option<User>,
    pub updated_by_user: Option<String>,
    pub updated_by_user_info: Option<User>,
    pub deleted_by_user: Option<String>,
    pub deleted_by_user_info: Option<User>,
    pub object_type: Option<ObjectType>,
    pub metadata: Option<J>,
    pub media_type: Option<String>,
    pub duration_milliseconds: Option<i64>,
    pub versions_number: Option<i64>,
    pub comments_count: Option<i64>,
    pub approval: Option<Approval>,
    #[serde(default)]
    pub ancestor_collections: Vec<String>,
    pub position: Option<i64>,
    #[serde(default)]
    pub relations: Vec<AssetRelation>,
    #[serde(default)]
    pub formats: Vec<J>,
    #[serde(default)]
    pub files: Vec<J>,
    #[serde(default)]
    pub proxies: Vec<J>,
    #[serde(default)]
    pub keyframes: Vec<J>,
    pub publication_id: Option<i64>,
    pub publication_status: Option<PublicationStatus>,
    pub date_published_at: Option<String>,
    pub destination_name: Option<String>,
    pub destination_type: Option<String>,
    pub destination_icon: Option<String>,
    pub destination_picture: Option<String>,
    pub clip_mime_type: Option<String>,
    pub clip_duration: Option<f64>,
    pub clip_aspect_ratio: Option<String>,
    pub likes: Option<i64>,
    pub views: Option<i64>,
    pub default_version_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct AssetVersion {
    pub id: Option<String>,
    pub version_number: Option<i64>,
    pub status: Option<VersionStatus>,
    pub is_online: Option<bool>,
    pub archive_status: Option<ArchiveStatus>,
    pub analyze_status: Option<ProcessingStatus>,
    pub face_recognition_status: Option<ProcessingStatus>,
    pub transcribe_status: Option<ProcessingStatus>,
    #[serde(default)]
    pub transcribed_languages: Vec<String>,
    #[serde(default)]
    pub person_ids: Vec<String>,
    pub has_unconfirmed_persons: Option<bool>,
    pub date_created: Option<String>,
    pub created_by_user: Option<String>,
    pub created_by_user_info: Option<User>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct User {
    pub id: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub photo: Option<String>,
    pub photo_big: Option<String>,
    pub photo_small: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Approval {
    pub object_type: Option<ObjectType>,
    pub object_id: Option<String>,
    pub version_id: Option<String>,
    pub status: Option<ApprovalStatus>,
    pub user_status: Option<ApprovalStatus>,
    pub min_number: Option<i64>,
    #[serde(default)]
    pub users: Vec<String>,
    #[serde(default)]
    pub users_info: Vec<User>,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default)]
    pub externals: Vec<String>,
    #[serde(default)]
    pub approvals_by: Vec<ApprovalBy>,
    pub share_id: Option<String>,
    pub requested_by: Option<String>,
    pub request_date: Option<String>,
    pub change_date: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ApprovalBy {
    pub object_type: Option<ObjectType>,
    pub object_id: Option<String>,
    pub version_id: Option<String>,
    pub status: Option<ApprovalStatus>,
    pub user: Option<String>,
    pub external: Option<String>,
    pub change_date: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct AssetRelation {
    pub relation_type: Option<String>,
    pub related_from_asset_id: Option<String>,
    pub related_to_asset_id: Option<String>,
    pub description: Option<String>,
    pub date_created: Option<String>,
    pub date_modified: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Segment<J> {
    pub id: Option<String>,
    pub asset_id: Option<String>,
    pub version_id: Option<String>,
    pub segment_type: Option<SegmentType>,
    pub status: Option<SegmentStatus>,
    pub time_start_milliseconds: Option<i64>,
    pub time_end_milliseconds: Option<i64>,
    pub segment_text: Option<String>,
    pub segment_color: Option<String>,
    pub segment_track: Option<String>,
    pub segment_checked: Option<bool>,
    pub parent_id: Option<String>,
    pub top_level: Option<bool>,
    pub path: Option<String>,
    pub is_internal: Option<bool>,
    pub drawing: Option<Drawing>,
    pub has_drawing: Option<bool>,
    #[serde(default)]
    pub attachments: Vec<J>,
    pub has_attachments: Option<bool>,
    pub keyframe_id: Option<String>,
    pub subclip_id: Option<String>,
    pub metadata: Option<J>,
    pub metadata_view_id: Option<String>,
    pub person_id: Option<String>,
    #[serde(default)]
    pub face_bounding_boxes: Vec<FaceBoundingBox>,
    pub transcription_id: Option<String>,
    pub transcription: Option<Transcription>,
    pub semantic_transcription: Option<SemanticTranscription>,
    pub shot: Option<Shot>,
    pub project_id: Option<String>,
    pub share_id: Option<String>,
    pub share_session_id: Option<String>,
    pub share_user_email: Option<String>,
    pub external_id: Option<String>,
    pub user_id: Option<String>,
    pub user_info: Option<User>,
    pub user_first_name: Option<String>,
    pub user_last_name: Option<String>,
    pub user_photo: Option<String>,
    pub date_created: Option<String>,
    pub date_modified: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Drawing {
    pub version: Option<i64>,
    #[serde(default)]
    pub primitives: Vec<DrawingPrimitive>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct DrawingPrimitive {
    pub r#type: Option<DrawingPrimitiveType>,
    #[serde(default)]
    pub points: Vec<Point>,
    pub text: Option<String>,
    pub color: Option<String>,
    pub opacity: Option<f64>,
    pub width: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Point {
    pub x: Option<f64>,
    pub y: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct FaceBoundingBox {
    pub person_version_face_id: Option<String>,
    pub timestamp_ms: Option<i64>,
    #[serde(default)]
    pub bounding_box: Vec<f64>,
    #[serde(default)]
    pub landmarks: Vec<Point>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Transcription {
    pub speaker: Option<i64>,
    #[serde(default)]
    pub words: Vec<TranscriptionElement>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct TranscriptionElement {
    pub value: Option<String>,
    pub start_ms: Option<i64>,
    pub end_ms: Option<i64>,
    pub score: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct SemanticTranscription {
    pub language: Option<String>,
    #[serde(default)]
    pub topics: Vec<UnderstandingTag>,
    #[serde(default)]
    pub entities: Vec<SemanticTranscriptionEntity>,
    pub tone: Option<String>,
    pub valence: Option<String>,
    pub speaker_count: Option<String>,
    #[serde(default)]
    pub cut_reasons: Vec<String>,
    pub track_id: Option<String>,
    pub embedding: Option<String>,
    pub embedding_dim: Option<i64>,
    pub embedding_encoding: Option<String>,
    pub embedding_model: Option<String>,
    pub embedding_model_version: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct UnderstandingTag {
    pub label: Option<String>,
    pub level: Option<String>,
    pub score: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct SemanticTranscriptionEntity {
    pub text: Option<String>,
    pub label: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Shot {
    pub caption: Option<String>,
    pub keyframe_ts: Option<i64>,
    pub track_id: Option<String>,
    #[serde(default)]
    pub objects: Vec<UnderstandingTag>,
    #[serde(default)]
    pub actions: Vec<UnderstandingTag>,
    pub place: Option<UnderstandingTag>,
    pub setting: Option<UnderstandingTag>,
    pub season: Option<UnderstandingTag>,
    pub weather: Option<UnderstandingTag>,
    pub time_of_day: Option<String>,
    #[serde(default)]
    pub subject_type: Vec<UnderstandingTag>,
    pub people_count: Option<i64>,
    pub people_bucket: Option<String>,
    #[serde(default)]
    pub people_age_range: Vec<String>,
    #[serde(default)]
    pub people_gender: Vec<String>,
    #[serde(default)]
    pub people_features: Vec<UnderstandingTag>,
    #[serde(default)]
    pub facial_expression: Vec<UnderstandingTag>,
    #[serde(default)]
    pub animal_species: Vec<UnderstandingTag>,
    #[serde(default)]
    pub dog_breeds: Vec<UnderstandingTag>,
    pub sport_type: Option<UnderstandingTag>,
    #[serde(default)]
    pub brand_logo: Vec<UnderstandingTag>,
    pub ocr_text: Option<String>,
    #[serde(default)]
    pub sensitive_content: Vec<UnderstandingTag>,
    #[serde(default)]
    pub mood: Vec<UnderstandingTag>,
    pub mood_valence: Option<String>,
    pub shot_scale: Option<UnderstandingTag>,
    pub scale_rank: Option<i64>,
    pub camera_angle: Option<UnderstandingTag>,
    #[serde(default)]
    pub movement: Vec<String>,
    pub composition: Option<String>,
    pub orientation: Option<String>,
    pub resolution: Option<String>,
    #[serde(default)]
    pub color_palette: Vec<UnderstandingTag>,
    pub dominant_hue: Option<String>,
    pub light_key: Option<String>,
    pub light_side: Option<String>,
    #[serde(default)]
    pub light_style: Vec<String>,
    pub light_time: Option<String>,
    pub embedding: Option<String>,
    pub embedding_dim: Option<i64>,
    pub embedding_encoding: Option<String>,
    pub embedding_model: Option<String>,
    pub embedding_model_version: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub enum AssetType {
    #[serde(rename = "ASSET")]
    Asset,
    #[serde(rename = "SEQUENCE")]
    Sequence,
    #[serde(rename = "NLE_PROJECT")]
    NleProject,
    #[serde(rename = "PLACEHOLDER")]
    Placeholder,
    #[serde(rename = "CUSTOM")]
    Custom,
    #[serde(rename = "LINK")]
    Link,
    #[serde(rename = "SUBCLIP")]
    Subclip,
    #[serde(rename = "POST")]
    Post,
}

#[derive(Clone, Debug, Deserialize)]
pub enum ObjectStatus {
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "DELETED")]
    Deleted,
}

#[derive(Clone, Debug, Deserialize)]
pub enum ArchiveStatus {
    #[serde(rename = "NOT_ARCHIVED")]
    NotArchived,
    #[serde(rename = "ARCHIVING")]
    Archiving,
    #[serde(rename = "FAILED_TO_ARCHIVE")]
    FailedToArchive,
    #[serde(rename = "ARCHIVED")]
    Archived,
}

#[derive(Clone, Debug, Deserialize)]
pub enum ProcessingStatus {
    #[serde(rename = "N/A")]
    NotApplicable,
    #[serde(rename = "REQUESTED")]
    Requested,
    #[serde(rename = "IN_PROGRESS")]
    InProgress,
    #[serde(rename = "FAILED")]
    Failed,
    #[serde(rename = "DONE")]
    Done,
}

#[derive(Clone, Debug, Deserialize)]
pub enum VersionStatus {
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "IN_PROGRESS")]
    InProgress,
    #[serde(rename = "FAILED")]
    Failed,
    #[serde(rename = "DELETING")]
    Deleting,
    #[serde(rename = "DELETED")]
    Deleted,
}

#[derive(Clone, Debug, Deserialize)]
pub enum ObjectType {
    #[serde(rename = "assets")]
    Assets,
    #[serde(rename = "collections")]
    Collections,
    #[serde(rename = "playlists")]
    Playlists,
    #[serde(rename = "saved_searches")]
    SavedSearches,
    #[serde(rename = "sequences")]
    Sequences,
}

#[derive(Clone, Debug, Deserialize)]
pub enum ApprovalStatus {
    #[serde(rename = "N/A")]
    NotApplicable,
    #[serde(rename = "REQUESTED")]
    Requested,
    #[serde(rename = "APPROVED")]
    Approved,
    #[serde(rename = "NOT_APPROVED")]
    NotApproved,
    #[serde(rename = "MIXED")]
    Mixed,
}

#[derive(Clone, Debug, Deserialize)]
pub enum PublicationStatus {
    #[serde(rename = "SCHEDULED")]
    Scheduled,
    #[serde(rename = "RUNNING")]
    Running,
    #[serde(rename = "PUBLISHED")]
    Published,
    #[serde(rename = "PUBLISHED_WITH_WARNING")]
    PublishedWithWarning,
    #[serde(rename = "FAILED")]
    Failed,
    #[serde(rename = "CANCELED")]
    Canceled,
}

#[derive(Clone, Debug, Deserialize)]
pub enum SegmentType {
    #[serde(rename = "MARKER")]
    Marker,
    #[serde(rename = "QC")]
    Qc,
    #[serde(rename = "GENERIC")]
    Generic,
    #[serde(rename = "COMMENT")]
    Comment,
    #[serde(rename = "TAG")]
    Tag,
    #[serde(rename = "TRANSCRIPTION")]
    Transcription,
    #[serde(rename = "SCENE")]
    Scene,
    #[serde(rename = "PERSON")]
    Person,
    #[serde(rename = "SEMANTIC_TRANSCRIPTION")]
    SemanticTranscription,
    #[serde(rename = "SHOT")]
    Shot,
}

#[derive(Clone, Debug, Deserialize)]
pub enum SegmentStatus {
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "DELETED")]
    Deleted,
    #[serde(rename = "AWAITED")]
    Awaited,
}

#[derive(Clone, Debug, Deserialize)]
pub enum DrawingPrimitiveType {
    #[serde(rename = "LINE")]
    Line,
    #[serde(rename = "RECTANGLE")]
    Rectangle,
    #[serde(rename = "ARROW")]
    Arrow,
    #[serde(rename = "ELLIPSE")]
    Ellipse,
    #[serde(rename = "PENCIL")]
    Pencil,
    #[serde(rename = "TEXT")]
    Text,
    #[serde(rename = "CROSS")]
    Cross,
}
