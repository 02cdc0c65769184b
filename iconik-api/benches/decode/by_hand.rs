//! The same models as one would write them by hand: derived, with ids and dates as plain text.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
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
    pub facets: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asset {
    pub analyze_status: Option<JobState>,
    #[serde(default)]
    pub ancestor_collections: Vec<String>,
    pub approval: Option<Box<Approval>>,
    pub archive_status: Option<AssetArchiveStatus>,
    pub category: Option<String>,
    pub clip_id: Option<i64>,
    pub comments_count: Option<i64>,
    pub created_by_user: Option<String>,
    pub created_by_user_info: Option<Box<User>>,
    pub custom_keyframe: Option<String>,
    pub custom_poster: Option<String>,
    pub date_created: Option<String>,
    pub date_deleted: Option<String>,
    pub date_imported: Option<String>,
    pub date_modified: Option<String>,
    pub date_viewed: Option<String>,
    pub deleted_by_user: Option<String>,
    pub deleted_by_user_info: Option<Box<User>>,
    pub duration_milliseconds: Option<i64>,
    pub external_id: Option<String>,
    pub external_link: Option<String>,
    pub face_recognition_status: Option<JobState>,
    pub favoured: Option<bool>,
    #[serde(default)]
    pub files: Vec<Map<String, Value>>,
    #[serde(default)]
    pub formats: Vec<Map<String, Value>>,
    pub has_unconfirmed_persons: Option<bool>,
    pub id: Option<String>,
    #[serde(default)]
    pub in_collections: Vec<String>,
    pub is_blocked: Option<bool>,
    pub is_online: Option<bool>,
    #[serde(default)]
    pub keyframes: Vec<Map<String, Value>>,
    pub last_archive_restore_date: Option<String>,
    #[serde(default)]
    pub limit_download_to_groups: Vec<String>,
    pub media_type: Option<String>,
    #[serde(default)]
    pub metadata: Map<String, Value>,
    pub object_type: Option<String>,
    pub original_asset_id: Option<String>,
    pub original_segment_id: Option<String>,
    pub original_version_id: Option<String>,
    #[serde(default)]
    pub person_ids: Vec<String>,
    pub position: Option<i64>,
    #[serde(default)]
    pub proxies: Vec<Map<String, Value>>,
    #[serde(default)]
    pub relations: Vec<AssetRelation>,
    pub site_name: Option<String>,
    pub status: Option<AssetStatus>,
    pub time_end_milliseconds: Option<i64>,
    pub time_start_milliseconds: Option<i64>,
    pub title: Option<String>,
    pub r#type: Option<AssetType>,
    pub updated_by_user: Option<String>,
    pub updated_by_user_info: Option<Box<User>>,
    #[serde(default)]
    pub versions: Vec<AssetVersion>,
    pub versions_number: Option<i64>,
    pub warning: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct AssetVersion {
    pub analyze_status: Option<JobState>,
    pub archive_status: Option<AssetArchiveStatus>,
    pub created_by_user: Option<String>,
    pub created_by_user_info: Option<Box<User>>,
    pub date_created: Option<String>,
    pub face_recognition_status: Option<JobState>,
    pub has_unconfirmed_persons: Option<bool>,
    pub id: Option<String>,
    pub is_online: Option<bool>,
    #[serde(default)]
    pub person_ids: Vec<String>,
    pub status: Option<AssetVersionStatus>,
    pub transcribe_status: Option<JobState>,
    #[serde(default)]
    pub transcribed_languages: Vec<String>,
    pub version_number: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct User {
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub id: Option<String>,
    pub last_name: Option<String>,
    pub photo: Option<String>,
    pub photo_big: Option<String>,
    pub photo_small: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct AssetRelation {
    pub date_created: Option<String>,
    pub date_modified: Option<String>,
    pub description: Option<String>,
    pub related_from_asset_id: Option<String>,
    pub related_to_asset_id: Option<String>,
    pub relation_type: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Approval {
    #[serde(default)]
    pub approvals_by: Vec<ApprovalBy>,
    pub change_date: Option<String>,
    #[serde(default)]
    pub externals: Vec<String>,
    #[serde(default)]
    pub groups: Vec<String>,
    pub min_number: Option<i64>,
    pub object_id: Option<String>,
    pub object_type: Option<String>,
    pub request_date: Option<String>,
    pub requested_by: Option<String>,
    pub share_id: Option<String>,
    pub status: Option<ApprovalStatus>,
    pub user_status: Option<ApprovalStatus>,
    #[serde(default)]
    pub users: Vec<String>,
    #[serde(default)]
    pub users_info: Vec<User>,
    pub version_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ApprovalBy {
    pub change_date: Option<String>,
    pub external: Option<String>,
    pub object_id: Option<String>,
    pub object_type: Option<String>,
    pub status: Option<ApprovalStatus>,
    pub user: Option<String>,
    pub version_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Segment {
    pub asset_id: Option<String>,
    #[serde(default)]
    pub attachments: Vec<Map<String, Value>>,
    pub date_created: Option<String>,
    pub date_modified: Option<String>,
    pub drawing: Option<Value>,
    pub external_id: Option<String>,
    #[serde(default)]
    pub face_bounding_boxes: Vec<Value>,
    pub has_attachments: Option<bool>,
    pub has_drawing: Option<bool>,
    pub id: Option<String>,
    pub is_internal: Option<bool>,
    pub keyframe_id: Option<String>,
    #[serde(default)]
    pub metadata: Map<String, Value>,
    pub metadata_view_id: Option<String>,
    pub parent_id: Option<String>,
    pub path: Option<String>,
    pub person_id: Option<String>,
    pub project_id: Option<String>,
    pub segment_checked: Option<bool>,
    pub segment_color: Option<String>,
    pub segment_text: Option<String>,
    pub segment_track: Option<String>,
    pub segment_type: Option<SegmentSegmentType>,
    pub semantic_transcription: Option<Value>,
    pub share_id: Option<String>,
    pub share_session_id: Option<String>,
    pub share_user_email: Option<String>,
    pub shot: Option<Value>,
    pub status: Option<SegmentStatus>,
    pub subclip_id: Option<String>,
    pub time_end_milliseconds: Option<i64>,
    pub time_start_milliseconds: Option<i64>,
    pub top_level: Option<bool>,
    pub transcription: Option<Transcription>,
    pub transcription_id: Option<String>,
    pub user_first_name: Option<String>,
    pub user_id: Option<String>,
    pub user_info: Option<Box<User>>,
    pub user_last_name: Option<String>,
    pub user_photo: Option<String>,
    pub version_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Transcription {
    pub speaker: Option<i64>,
    #[serde(default)]
    pub words: Vec<TranscriptionWord>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct TranscriptionWord {
    pub end_ms: Option<i64>,
    pub score: Option<f64>,
    pub start_ms: Option<i64>,
    pub value: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub enum JobState {
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
pub enum AssetArchiveStatus {
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
pub enum AssetStatus {
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "DELETED")]
    Deleted,
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
}

#[derive(Clone, Debug, Deserialize)]
pub enum AssetVersionStatus {
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
pub enum SegmentSegmentType {
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
