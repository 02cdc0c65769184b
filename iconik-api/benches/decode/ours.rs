//! The models as this crate has them.

pub use iconik_api::Page;
use iconik_api::{Extra, IdKind, RawJson, Timestamp, UnknownValue};

type Id = iconik_api::Id<Any>;

#[derive(Clone, Debug)]
pub enum Any {}

impl IdKind for Any {
    const NAME: &'static str = "Id";
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asset {
    pub analyze_status: Option<JobState>,
    pub ancestor_collections: Vec<Id>,
    pub approval: Option<Box<Approval>>,
    pub archive_status: Option<AssetArchiveStatus>,
    pub category: Option<String>,
    pub clip_id: Option<i64>,
    pub comments_count: Option<i64>,
    pub created_by_user: Option<Id>,
    pub created_by_user_info: Option<Box<User>>,
    pub custom_keyframe: Option<Id>,
    pub custom_poster: Option<Id>,
    pub date_created: Option<Timestamp>,
    pub date_deleted: Option<Timestamp>,
    pub date_imported: Option<Timestamp>,
    pub date_modified: Option<Timestamp>,
    pub date_viewed: Option<Timestamp>,
    pub deleted_by_user: Option<Id>,
    pub deleted_by_user_info: Option<Box<User>>,
    pub duration_milliseconds: Option<i64>,
    pub external_id: Option<String>,
    pub external_link: Option<String>,
    pub face_recognition_status: Option<JobState>,
    pub favoured: Option<bool>,
    pub files: Vec<RawJson>,
    pub formats: Vec<RawJson>,
    pub has_unconfirmed_persons: Option<bool>,
    pub id: Option<Id>,
    pub in_collections: Vec<Id>,
    pub is_blocked: Option<bool>,
    pub is_online: Option<bool>,
    pub keyframes: Vec<RawJson>,
    pub last_archive_restore_date: Option<Timestamp>,
    pub limit_download_to_groups: Vec<Id>,
    pub media_type: Option<String>,
    pub metadata: Option<RawJson>,
    pub object_type: Option<String>,
    pub original_asset_id: Option<Id>,
    pub original_segment_id: Option<Id>,
    pub original_version_id: Option<Id>,
    pub person_ids: Vec<Id>,
    pub position: Option<i64>,
    pub proxies: Vec<RawJson>,
    pub relations: Vec<AssetRelation>,
    pub site_name: Option<String>,
    pub status: Option<AssetStatus>,
    pub time_end_milliseconds: Option<i64>,
    pub time_start_milliseconds: Option<i64>,
    pub title: Option<String>,
    pub r#type: Option<AssetType>,
    pub updated_by_user: Option<Id>,
    pub updated_by_user_info: Option<Box<User>>,
    pub versions: Vec<AssetVersion>,
    pub versions_number: Option<i64>,
    pub warning: Option<String>,
    pub extra: Extra,
}

iconik_api::response_model!(Asset {
    analyze_status: "analyze_status",
    ancestor_collections: "ancestor_collections",
    approval: "approval",
    archive_status: "archive_status",
    category: "category",
    clip_id: "clip_id",
    comments_count: "comments_count",
    created_by_user: "created_by_user",
    created_by_user_info: "created_by_user_info",
    custom_keyframe: "custom_keyframe",
    custom_poster: "custom_poster",
    date_created: "date_created",
    date_deleted: "date_deleted",
    date_imported: "date_imported",
    date_modified: "date_modified",
    date_viewed: "date_viewed",
    deleted_by_user: "deleted_by_user",
    deleted_by_user_info: "deleted_by_user_info",
    duration_milliseconds: "duration_milliseconds",
    external_id: "external_id",
    external_link: "external_link",
    face_recognition_status: "face_recognition_status",
    favoured: "favoured",
    files: "files",
    formats: "formats",
    has_unconfirmed_persons: "has_unconfirmed_persons",
    id: "id",
    in_collections: "in_collections",
    is_blocked: "is_blocked",
    is_online: "is_online",
    keyframes: "keyframes",
    last_archive_restore_date: "last_archive_restore_date",
    limit_download_to_groups: "limit_download_to_groups",
    media_type: "media_type",
    metadata: "metadata",
    object_type: "object_type",
    original_asset_id: "original_asset_id",
    original_segment_id: "original_segment_id",
    original_version_id: "original_version_id",
    person_ids: "person_ids",
    position: "position",
    proxies: "proxies",
    relations: "relations",
    site_name: "site_name",
    status: "status",
    time_end_milliseconds: "time_end_milliseconds",
    time_start_milliseconds: "time_start_milliseconds",
    title: "title",
    r#type: "type",
    updated_by_user: "updated_by_user",
    updated_by_user_info: "updated_by_user_info",
    versions: "versions",
    versions_number: "versions_number",
    warning: "warning",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssetVersion {
    pub analyze_status: Option<JobState>,
    pub archive_status: Option<AssetArchiveStatus>,
    pub created_by_user: Option<Id>,
    pub created_by_user_info: Option<Box<User>>,
    pub date_created: Option<Timestamp>,
    pub face_recognition_status: Option<JobState>,
    pub has_unconfirmed_persons: Option<bool>,
    pub id: Option<Id>,
    pub is_online: Option<bool>,
    pub person_ids: Vec<Id>,
    pub status: Option<AssetVersionStatus>,
    pub transcribe_status: Option<JobState>,
    pub transcribed_languages: Vec<String>,
    pub version_number: Option<i64>,
    pub extra: Extra,
}

iconik_api::response_model!(AssetVersion {
    analyze_status: "analyze_status",
    archive_status: "archive_status",
    created_by_user: "created_by_user",
    created_by_user_info: "created_by_user_info",
    date_created: "date_created",
    face_recognition_status: "face_recognition_status",
    has_unconfirmed_persons: "has_unconfirmed_persons",
    id: "id",
    is_online: "is_online",
    person_ids: "person_ids",
    status: "status",
    transcribe_status: "transcribe_status",
    transcribed_languages: "transcribed_languages",
    version_number: "version_number",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub id: Option<Id>,
    pub last_name: Option<String>,
    pub photo: Option<String>,
    pub photo_big: Option<String>,
    pub photo_small: Option<String>,
    pub extra: Extra,
}

iconik_api::response_model!(User {
    email: "email",
    first_name: "first_name",
    id: "id",
    last_name: "last_name",
    photo: "photo",
    photo_big: "photo_big",
    photo_small: "photo_small",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssetRelation {
    pub date_created: Option<Timestamp>,
    pub date_modified: Option<Timestamp>,
    pub description: Option<String>,
    pub related_from_asset_id: Option<Id>,
    pub related_to_asset_id: Option<Id>,
    pub relation_type: Option<String>,
    pub extra: Extra,
}

iconik_api::response_model!(AssetRelation {
    date_created: "date_created",
    date_modified: "date_modified",
    description: "description",
    related_from_asset_id: "related_from_asset_id",
    related_to_asset_id: "related_to_asset_id",
    relation_type: "relation_type",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Approval {
    pub approvals_by: Vec<ApprovalBy>,
    pub change_date: Option<Timestamp>,
    pub externals: Vec<String>,
    pub groups: Vec<Id>,
    pub min_number: Option<i64>,
    pub object_id: Option<Id>,
    pub object_type: Option<String>,
    pub request_date: Option<Timestamp>,
    pub requested_by: Option<Id>,
    pub share_id: Option<Id>,
    pub status: Option<ApprovalStatus>,
    pub user_status: Option<ApprovalStatus>,
    pub users: Vec<Id>,
    pub users_info: Vec<User>,
    pub version_id: Option<Id>,
    pub extra: Extra,
}

iconik_api::response_model!(Approval {
    approvals_by: "approvals_by",
    change_date: "change_date",
    externals: "externals",
    groups: "groups",
    min_number: "min_number",
    object_id: "object_id",
    object_type: "object_type",
    request_date: "request_date",
    requested_by: "requested_by",
    share_id: "share_id",
    status: "status",
    user_status: "user_status",
    users: "users",
    users_info: "users_info",
    version_id: "version_id",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApprovalBy {
    pub change_date: Option<Timestamp>,
    pub external: Option<String>,
    pub object_id: Option<Id>,
    pub object_type: Option<String>,
    pub status: Option<ApprovalStatus>,
    pub user: Option<Id>,
    pub version_id: Option<Id>,
    pub extra: Extra,
}

iconik_api::response_model!(ApprovalBy {
    change_date: "change_date",
    external: "external",
    object_id: "object_id",
    object_type: "object_type",
    status: "status",
    user: "user",
    version_id: "version_id",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    pub asset_id: Option<Id>,
    pub attachments: Vec<RawJson>,
    pub date_created: Option<Timestamp>,
    pub date_modified: Option<Timestamp>,
    pub drawing: Option<RawJson>,
    pub external_id: Option<String>,
    pub face_bounding_boxes: Vec<RawJson>,
    pub has_attachments: Option<bool>,
    pub has_drawing: Option<bool>,
    pub id: Option<Id>,
    pub is_internal: Option<bool>,
    pub keyframe_id: Option<Id>,
    pub metadata: Option<RawJson>,
    pub metadata_view_id: Option<Id>,
    pub parent_id: Option<Id>,
    pub path: Option<String>,
    pub person_id: Option<Id>,
    pub project_id: Option<Id>,
    pub segment_checked: Option<bool>,
    pub segment_color: Option<String>,
    pub segment_text: Option<String>,
    pub segment_track: Option<String>,
    pub segment_type: Option<SegmentSegmentType>,
    pub semantic_transcription: Option<RawJson>,
    pub share_id: Option<Id>,
    pub share_session_id: Option<Id>,
    pub share_user_email: Option<String>,
    pub shot: Option<RawJson>,
    pub status: Option<SegmentStatus>,
    pub subclip_id: Option<Id>,
    pub time_end_milliseconds: Option<i64>,
    pub time_start_milliseconds: Option<i64>,
    pub top_level: Option<bool>,
    pub transcription: Option<Transcription>,
    pub transcription_id: Option<Id>,
    pub user_first_name: Option<String>,
    pub user_id: Option<Id>,
    pub user_info: Option<Box<User>>,
    pub user_last_name: Option<String>,
    pub user_photo: Option<String>,
    pub version_id: Option<Id>,
    pub extra: Extra,
}

iconik_api::response_model!(Segment {
    asset_id: "asset_id",
    attachments: "attachments",
    date_created: "date_created",
    date_modified: "date_modified",
    drawing: "drawing",
    external_id: "external_id",
    face_bounding_boxes: "face_bounding_boxes",
    has_attachments: "has_attachments",
    has_drawing: "has_drawing",
    id: "id",
    is_internal: "is_internal",
    keyframe_id: "keyframe_id",
    metadata: "metadata",
    metadata_view_id: "metadata_view_id",
    parent_id: "parent_id",
    path: "path",
    person_id: "person_id",
    project_id: "project_id",
    segment_checked: "segment_checked",
    segment_color: "segment_color",
    segment_text: "segment_text",
    segment_track: "segment_track",
    segment_type: "segment_type",
    semantic_transcription: "semantic_transcription",
    share_id: "share_id",
    share_session_id: "share_session_id",
    share_user_email: "share_user_email",
    shot: "shot",
    status: "status",
    subclip_id: "subclip_id",
    time_end_milliseconds: "time_end_milliseconds",
    time_start_milliseconds: "time_start_milliseconds",
    top_level: "top_level",
    transcription: "transcription",
    transcription_id: "transcription_id",
    user_first_name: "user_first_name",
    user_id: "user_id",
    user_info: "user_info",
    user_last_name: "user_last_name",
    user_photo: "user_photo",
    version_id: "version_id",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcription {
    pub speaker: Option<i64>,
    pub words: Vec<TranscriptionWord>,
    pub extra: Extra,
}

iconik_api::response_model!(Transcription {
    speaker: "speaker",
    words: "words",
});

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TranscriptionWord {
    pub end_ms: Option<i64>,
    pub score: Option<f64>,
    pub start_ms: Option<i64>,
    pub value: Option<String>,
    pub extra: Extra,
}

iconik_api::response_model!(TranscriptionWord {
    end_ms: "end_ms",
    score: "score",
    start_ms: "start_ms",
    value: "value",
});

#[derive(Clone, Debug)]
pub enum JobState {
    NotApplicable,
    Requested,
    InProgress,
    Failed,
    Done,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(JobState {
    NotApplicable => "N/A",
    Requested => "REQUESTED",
    InProgress => "IN_PROGRESS",
    Failed => "FAILED",
    Done => "DONE",
});

#[derive(Clone, Debug)]
pub enum AssetArchiveStatus {
    NotArchived,
    Archiving,
    FailedToArchive,
    Archived,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(AssetArchiveStatus {
    NotArchived => "NOT_ARCHIVED",
    Archiving => "ARCHIVING",
    FailedToArchive => "FAILED_TO_ARCHIVE",
    Archived => "ARCHIVED",
});

#[derive(Clone, Debug)]
pub enum AssetStatus {
    Active,
    Deleted,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(AssetStatus {
    Active => "ACTIVE",
    Deleted => "DELETED",
});

#[derive(Clone, Debug)]
pub enum AssetType {
    Asset,
    Sequence,
    NleProject,
    Placeholder,
    Custom,
    Link,
    Subclip,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(AssetType {
    Asset => "ASSET",
    Sequence => "SEQUENCE",
    NleProject => "NLE_PROJECT",
    Placeholder => "PLACEHOLDER",
    Custom => "CUSTOM",
    Link => "LINK",
    Subclip => "SUBCLIP",
});

#[derive(Clone, Debug)]
pub enum AssetVersionStatus {
    Active,
    InProgress,
    Failed,
    Deleting,
    Deleted,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(AssetVersionStatus {
    Active => "ACTIVE",
    InProgress => "IN_PROGRESS",
    Failed => "FAILED",
    Deleting => "DELETING",
    Deleted => "DELETED",
});

#[derive(Clone, Debug)]
pub enum ApprovalStatus {
    NotApplicable,
    Requested,
    Approved,
    NotApproved,
    Mixed,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(ApprovalStatus {
    NotApplicable => "N/A",
    Requested => "REQUESTED",
    Approved => "APPROVED",
    NotApproved => "NOT_APPROVED",
    Mixed => "MIXED",
});

#[derive(Clone, Debug)]
pub enum SegmentSegmentType {
    Marker,
    Qc,
    Generic,
    Comment,
    Tag,
    Transcription,
    Scene,
    Person,
    SemanticTranscription,
    Shot,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(SegmentSegmentType {
    Marker => "MARKER",
    Qc => "QC",
    Generic => "GENERIC",
    Comment => "COMMENT",
    Tag => "TAG",
    Transcription => "TRANSCRIPTION",
    Scene => "SCENE",
    Person => "PERSON",
    SemanticTranscription => "SEMANTIC_TRANSCRIPTION",
    Shot => "SHOT",
});

#[derive(Clone, Debug)]
pub enum SegmentStatus {
    Active,
    Deleted,
    Awaited,
    Unknown(UnknownValue),
}

iconik_api::open_enum!(SegmentStatus {
    Active => "ACTIVE",
    Deleted => "DELETED",
    Awaited => "AWAITED",
});
