//! Which object an id identifies, by the name of its field or parameter.

use crate::ident::upper_camel;

/// What a name that looks like an id says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identified {
    /// It identifies an object: the name of its id.
    As(String),
    /// It is text: it identifies nothing of iconik.
    Nothing,
}

/// Names that identify nothing of iconik although they end like ids.
const FOREIGN: &[&str] = &[
    "account_id",
    "auth0_id",
    "bucket_id",
    "celery_task_id",
    "client_id",
    "entity_id",
    "external_id",
    "factory_id",
    "filename_is_external_id",
    "last_id",
    "okta_id",
    "onelogin_id",
    "ordway_id",
    "parent_id",
    "public_id",
    "request_id",
    "sales_force_id",
    "scroll_id",
    "stripe_id",
    "track_id",
    "upload_file_id",
    "upload_id",
    "watermark_id",
    "workflow_id",
];

/// Names whose words are not those of the object. Names that end with `_` and one of these are the
/// same: `original_file_set_id` is a `file_set_id`.
const ENTITIES: &[(&str, &str)] = &[
    ("access_group_id", "GroupId"),
    ("acl_template_id", "AclTemplateId"),
    ("admin_id", "UserId"),
    ("app_id", "ApplicationId"),
    ("approved_instance_id", "ApplicationInstanceId"),
    ("cluster_id", "GatewayClusterId"),
    ("collection_parent_id", "CollectionId"),
    ("container_id", "ProxyContainerId"),
    ("created_by", "UserId"),
    ("created_by_user", "UserId"),
    ("deleted_by_user", "UserId"),
    ("main_face_id", "FaceId"),
    ("object_id", "ObjectId"),
    ("object_key", "ObjectId"),
    ("owner_id", "UserId"),
    ("poster_id", "KeyframeId"),
    ("primary_group", "GroupId"),
    ("recipient_id", "UserId"),
    ("record_id", "TranscodeRecordId"),
    ("search_id", "SavedSearchId"),
    ("sender_id", "UserId"),
    ("share_user_id", "ShareUserId"),
    ("storage_gateway_id", "GatewayId"),
    ("storage_gateway_cluster_id", "GatewayClusterId"),
    ("sub_object_id", "ObjectId"),
    ("team_id", "GroupId"),
    ("template_id", "AclTemplateId"),
    ("transcode_job_id", "TranscodeJobId"),
    ("updated_by_user", "UserId"),
    ("view_id", "MetadataViewId"),
];

/// Names that another object has in one service.
const OF_SERVICES: &[(&str, &str, &str)] = &[
    ("search", "group_id", "SavedSearchGroupId"),
    ("search", "view_id", "SearchViewId"),
    ("settings", "view_id", "SearchViewId"),
    ("transcode", "profile_id", "TranscodeProfileId"),
    ("files", "profile_id", "AnalysisProfileId"),
];

/// What a field or parameter of this name identifies; `known` says which ids there are. `None` where
/// the name says nothing.
pub(super) fn identified(
    service: &str,
    name: &str,
    known: &dyn Fn(&str) -> bool,
) -> Option<Identified> {
    let one = match name.strip_suffix("ids") {
        Some(stem) if stem.ends_with('_') => format!("{stem}id"),
        _ => name
            .strip_suffix("keys")
            .map_or(name.to_owned(), |stem| format!("{stem}key")),
    };
    let ends = |suffix: &str| {
        one == suffix
            || one
                .strip_suffix(suffix)
                .is_some_and(|rest| rest.ends_with('_'))
    };
    let own = OF_SERVICES
        .iter()
        .find(|(of, suffix, _)| *of == service && ends(suffix))
        .map(|(_, _, id)| *id);
    // The longest ending is the most precise.
    let mut entities: Vec<&(&str, &str)> =
        ENTITIES.iter().filter(|(suffix, _)| ends(suffix)).collect();
    entities.sort_by_key(|(suffix, _)| std::cmp::Reverse(suffix.len()));
    if let Some(id) = own.or(entities.first().map(|(_, id)| *id)) {
        return Some(Identified::As(id.to_owned()));
    }
    if FOREIGN.iter().any(|foreign| ends(foreign)) {
        return Some(Identified::Nothing);
    }
    let mut stem = one.strip_suffix("_id")?;
    loop {
        let id = format!("{}Id", upper_camel(stem));
        if known(&id) {
            return Some(Identified::As(id));
        }
        // `destination_storage` is a `storage`.
        stem = stem.split_once('_')?.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(service: &str, name: &str) -> Option<Identified> {
        let known = [
            "AssetId",
            "StorageId",
            "JobId",
            "ViewId",
            "SegmentId",
            "UserId",
        ];
        identified(service, name, &|id| known.contains(&id))
    }

    #[test]
    fn an_id_is_known_by_the_end_of_its_name() {
        let cases = [
            ("asset_id", "AssetId"),
            ("asset_ids", "AssetId"),
            ("destination_storage_id", "StorageId"),
            ("parent_job_id", "JobId"),
            ("object_keys", "ObjectId"),
            ("created_by", "UserId"),
            ("metadata_view_id", "MetadataViewId"),
            ("share_user_id", "ShareUserId"),
            ("on_behalf_of_user_id", "UserId"),
        ];
        for (name, expected) in cases {
            assert_eq!(
                id("jobs", name),
                Some(Identified::As(expected.to_owned())),
                "{name}"
            );
        }
    }

    #[test]
    fn a_service_may_have_an_object_of_its_own() {
        assert_eq!(
            id("search", "view_id"),
            Some(Identified::As("SearchViewId".into()))
        );
        assert_eq!(
            id("metadata", "view_id"),
            Some(Identified::As("MetadataViewId".into()))
        );
    }

    #[test]
    fn what_identifies_nothing_of_iconik_is_text() {
        for name in ["parent_id", "external_id", "last_id", "some_request_id"] {
            assert_eq!(id("jobs", name), Some(Identified::Nothing), "{name}");
        }
        assert_eq!(id("jobs", "title"), None);
        assert_eq!(id("jobs", "unheard_of_id"), None);
    }
}
