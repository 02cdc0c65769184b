//! The payloads that iconik sends to an application: those of webhooks and of custom actions.
//!
//! Both are POST requests with a JSON body to a URL of the application. Read the body with
//! [`Webhook::from_slice`] or [`CustomActionCall::from_slice`]; this works with every web framework.
//!
//! # Trust
//!
//! **iconik does not sign what it sends**: everyone who knows the URL can send such a body. Before you use one:
//!
//! - Configure a header with a secret of your own on the webhook or custom action, and compare it with the
//!   header that you receive. [`Secret`] compares in constant time.
//! - Check that [`system_domain_id`](Webhook::system_domain_id) is that of your system.
//! - Where it matters, take only ids from a payload, and get the objects from the API.
//!
//! # Respond fast
//!
//! iconik waits about ten seconds. Store the payload, respond with 200, and do the work afterwards. After
//! a failure iconik marks a webhook as failing, and disables it when it has failed for five hours.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::de::DeserializeOwned;

use crate::data::json_error::JsonError;
use crate::data::mended_json;
use crate::error::{Error, ErrorKind};
use crate::http::meta::Endpoint;
use crate::ids::{
    AssetId, CollectionId, CustomActionId, MetadataViewId, ObjectId, SavedSearchId, SystemDomainId,
    UserId,
};
use crate::{Credentials, RawJson, Secret, Timestamp, UnknownFields};

/// The payload of a webhook: an event in iconik.
///
/// ```
/// use iconik_api::webhooks::Webhook;
///
/// let body = br#"{
///     "system_domain_id": "5f9c0d62-0e2b-11ee-9a1c-0242ac120002",
///     "event_type": "assets", "realm": "metadata", "operation": "update",
///     "object_id": "7d8b7a5e-0e2b-11ee-9a1c-0242ac120002",
///     "data": { "title": "Storm over the bay" }
/// }"#;
/// let webhook = Webhook::from_slice(body)?;
/// if webhook.is("assets", "metadata", "update") {
///     println!("the metadata of {:?} changed", webhook.object_id);
/// }
/// # Ok::<(), iconik_api::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Webhook {
    /// The system that it comes from. Refuse every other system than yours.
    pub system_domain_id: Option<SystemDomainId>,
    /// The kind of the object, in the plural: `assets`, `collections`, `shares`.
    pub event_type: Option<String>,
    /// The object. In events of shares it is the share, and [`data`](Self::data) contains the shared object.
    pub object_id: Option<ObjectId>,
    /// The user who caused the event.
    pub user_id: Option<UserId>,
    /// The part of the object that changed: `entity` (the object itself), `contents`, `acls`,
    /// `metadata`, `segments`, `shares`; iconik may add values.
    pub realm: Option<String>,
    /// What happened to it: `create`, `update`, `delete`, `purge`, `restore`, `download`; iconik may add values.
    pub operation: Option<String>,
    /// The object or the relation, as it is now; its members depend on event type and realm. See
    /// [`data_as`](Self::data_as).
    pub data: Option<RawJson>,
    /// The id of the delivery: 32 hexadecimal digits.
    pub request_id: Option<String>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

response_model!(Webhook {
    system_domain_id,
    event_type,
    object_id,
    user_id,
    realm,
    operation,
    data,
    request_id,
});

impl Webhook {
    /// Reads the body of a request.
    ///
    /// # Errors
    ///
    /// When it is not a JSON object.
    pub fn from_slice(body: &[u8]) -> Result<Self, PayloadError> {
        read("webhook", body)
    }

    /// Returns `true` if the event is of this kind.
    #[must_use]
    pub fn is(&self, event_type: &str, realm: &str, operation: &str) -> bool {
        self.event_type.as_deref() == Some(event_type)
            && self.realm.as_deref() == Some(realm)
            && self.operation.as_deref() == Some(operation)
    }

    /// Returns [`data`](Self::data) as a type of this crate or of yours: `webhook.data_as::<Asset>()?`. Missing
    /// data is read as an empty object.
    ///
    /// # Errors
    ///
    /// When it is not of this type.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        let data = self.data.as_ref().map_or("{}", RawJson::as_str);
        mended_json::read(data).map_err(|source| PayloadError {
            payload: "webhook",
            problem: format!("`data`: {}", JsonError::new(data, &source)),
        })
    }
}

impl FromStr for Webhook {
    type Err = PayloadError;

    fn from_str(body: &str) -> Result<Self, PayloadError> {
        Self::from_slice(body.as_bytes())
    }
}

/// The payload of a custom action: what iconik sends to its URL when a user chooses it.
///
/// ```
/// use iconik_api::webhooks::CustomActionCall;
///
/// let body = br#"{
///     "context": "BULK", "action_id": "9c1f4a70-0e2b-11ee-9a1c-0242ac120002",
///     "asset_ids": ["7d8b7a5e-0e2b-11ee-9a1c-0242ac120002"],
///     "metadata_values": { "new_title": { "field_values": [{ "value": "Storm" }] } },
///     "date_created": "2023-06-19T08:15:00.250000", "auth_token": "a.user.token"
/// }"#;
/// let call = CustomActionCall::from_slice(body)?;
/// assert_eq!(call.asset_ids.len(), 1);
/// assert_eq!(call.metadata("new_title").text().as_deref(), Some("Storm"));
/// # Ok::<(), iconik_api::Error>(())
/// ```
///
/// To work with the rights of the user who chose the action, use the token of the payload with the client that
/// the application has already. It sends to the same host and shares connections and pace; a client built
/// anew would send the token to <https://app.iconik.io>, whatever the region of the tenant.
///
/// ```
/// use iconik_api::webhooks::CustomActionCall;
///
/// # async fn example(client: iconik_api::Client, call: CustomActionCall) -> iconik_api::Result<()> {
/// if let Some(credentials) = call.credentials("the App-ID of your application") {
///     let client = client.with_credentials(credentials);
///     for id in &call.asset_ids {
///         println!("{:?}", client.assets().get(id).await?.title);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomActionCall {
    /// The user who chose the action.
    pub user_id: Option<UserId>,
    /// The system that it comes from. Refuse every other system than yours.
    pub system_domain_id: Option<SystemDomainId>,
    /// Where it was chosen: `ASSET`, `COLLECTION`, `BULK`; iconik may add values.
    pub context: Option<String>,
    /// The custom action.
    pub action_id: Option<CustomActionId>,
    /// The assets that were selected.
    pub asset_ids: Vec<AssetId>,
    /// The collections that were selected.
    pub collection_ids: Vec<CollectionId>,
    /// The saved searches that were selected.
    pub saved_search_ids: Vec<SavedSearchId>,
    /// The metadata view whose form was filled in, if the action has one.
    pub metadata_view_id: Option<MetadataViewId>,
    /// What was filled in, by the name of the field; see [`metadata`](Self::metadata).
    pub metadata_values: BTreeMap<String, MetadataEntry>,
    /// When it was chosen. iconik writes no offset here and means UTC.
    pub date_created: Option<Timestamp>,
    /// A token of the user that is valid for some hours; see [`credentials`](Self::credentials).
    pub auth_token: Option<Secret>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

response_model!(CustomActionCall {
    user_id,
    system_domain_id,
    context,
    action_id,
    asset_ids,
    collection_ids,
    saved_search_ids,
    metadata_view_id,
    metadata_values,
    date_created,
    auth_token,
});

impl CustomActionCall {
    /// Reads the body of a request.
    ///
    /// # Errors
    ///
    /// When it is not a JSON object.
    pub fn from_slice(body: &[u8]) -> Result<Self, PayloadError> {
        read("custom action", body)
    }

    /// Returns credentials that act for the user: the token of this payload with the App-ID of your
    /// application. `None` if the payload contains no token.
    ///
    /// The token has the rights of that user, and no others.
    #[must_use]
    pub fn credentials(&self, app_id: impl Into<Secret>) -> Option<Credentials> {
        let token = self.auth_token.as_ref()?;
        let app_id = app_id.into();
        Some(Credentials::new(app_id, token))
    }

    /// Returns what was filled in for a metadata field: an entry without values if there is nothing.
    ///
    /// ```
    /// # fn example(call: iconik_api::webhooks::CustomActionCall) {
    /// let title = call.metadata("new_title").text();
    /// let takes = call.metadata("takes").integer().unwrap_or(1);
    /// let genres = call.metadata("genre").texts();
    /// # }
    /// ```
    #[must_use]
    pub fn metadata(&self, field: &str) -> &MetadataEntry {
        static NOTHING: LazyLock<MetadataEntry> = LazyLock::new(MetadataEntry::default);
        self.metadata_values.get(field).unwrap_or(&NOTHING)
    }
}

impl FromStr for CustomActionCall {
    type Err = PayloadError;

    fn from_str(body: &str) -> Result<Self, PayloadError> {
        Self::from_slice(body.as_bytes())
    }
}

/// The values of one metadata field.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataEntry {
    /// The values: more than one where the field takes several.
    pub field_values: Vec<MetadataValue>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

response_model!(MetadataEntry { field_values });
reads_values!(MetadataEntry, field_values: MetadataValue);

/// One value of a metadata field.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataValue {
    /// The value: text, a number, a boolean or a list, depending on the type of the field.
    pub value: Option<RawJson>,
    /// The text that users see in place of the value, in fields with choices.
    pub label: Option<String>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

response_model!(MetadataValue { value, label });
reads_value!(MetadataValue);

/// The response to a custom action that sends the user's browser to another page.
///
/// ```
/// use iconik_api::webhooks::CustomActionRedirect;
///
/// let response = CustomActionRedirect::new("https://example.com/jobs/7");
/// assert_eq!(serde_json::to_string(&response)?, r#"{"redirect_url":"https://example.com/jobs/7"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use = "iconik reads it only in the body of your response"]
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct CustomActionRedirect {
    /// The page that the browser opens.
    pub redirect_url: String,
}

request_model!(CustomActionRedirect {
    redirect_url required,
});

impl CustomActionRedirect {
    /// Creates a response that sends the user's browser to this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            redirect_url: url.into(),
        }
    }
}

/// The error of a body that is not such a payload.
///
/// The message says what is wrong and where, and never repeats a value: payloads contain tokens. It converts
/// into an [`Error`] of the kind [`ErrorKind::Decode`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadError {
    payload: &'static str,
    problem: String,
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this is not the payload of a {}: {}",
            self.payload, self.problem
        )
    }
}

impl std::error::Error for PayloadError {}

impl From<PayloadError> for Error {
    fn from(error: PayloadError) -> Self {
        Self::new(ErrorKind::Decode, Endpoint::None)
            .detail(error.to_string())
            .source(error)
    }
}

fn read<T: DeserializeOwned>(payload: &'static str, body: &[u8]) -> Result<T, PayloadError> {
    let wrong = |problem: String| PayloadError { payload, problem };
    let text = std::str::from_utf8(body).map_err(|source| {
        wrong(format!(
            "it is not UTF-8 from byte {} on",
            source.valid_up_to()
        ))
    })?;
    let text = mended_json::without_byte_order_mark(text);
    if text.trim().is_empty() {
        return Err(wrong("the body is empty".to_owned()));
    }
    mended_json::read(text).map_err(|source| wrong(JsonError::new(text, &source).to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WEBHOOK: &str = r#"{
        "system_domain_id": "5f9c0d62-0e2b-11ee-9a1c-0242ac120002",
        "event_type": "collections",
        "object_id": "7d8b7a5e-0e2b-11ee-9a1c-0242ac120002",
        "user_id": "81a0c4c4-0e2b-11ee-9a1c-0242ac120002",
        "realm": "contents",
        "operation": "create",
        "data": {
            "collection_id": "8a7a7b1e-0e2b-11ee-9a1c-0242ac120002",
            "date_created": "2023-06-19T08:15:00.250000+00:00",
            "object_id": "7d8b7a5e-0e2b-11ee-9a1c-0242ac120002",
            "object_type": "assets"
        },
        "request_id": "0123456789abcdef0123456789abcdef"
    }"#;

    const CALL: &str = r#"{
        "user_id": "81a0c4c4-0e2b-11ee-9a1c-0242ac120002",
        "system_domain_id": "5f9c0d62-0e2b-11ee-9a1c-0242ac120002",
        "context": "BULK",
        "action_id": "9c1f4a70-0e2b-11ee-9a1c-0242ac120002",
        "asset_ids": ["7d8b7a5e-0e2b-11ee-9a1c-0242ac120002"],
        "collection_ids": ["8a7a7b1e-0e2b-11ee-9a1c-0242ac120002"],
        "saved_search_ids": [],
        "metadata_view_id": null,
        "metadata_values": null,
        "date_created": "2023-06-19T08:15:00.250000",
        "auth_token": "secret.user.token"
    }"#;

    #[test]
    fn a_webhook_is_read() {
        let webhook: Webhook = WEBHOOK.parse().unwrap();

        assert!(webhook.is("collections", "contents", "create"));
        assert!(!webhook.is("collections", "contents", "delete"));
        assert_eq!(
            webhook.object_id.unwrap(),
            "7d8b7a5e-0e2b-11ee-9a1c-0242ac120002"
        );
        let data = webhook.data.unwrap();
        assert_eq!(data.get("/object_type"), Some(json!("assets")));
        assert!(webhook.extra.is_empty());
    }

    #[test]
    fn the_data_of_a_webhook_become_a_type() {
        let webhook = Webhook::from_slice(WEBHOOK.as_bytes()).unwrap();

        let data: BTreeMap<String, String> = webhook.data_as().unwrap();
        assert_eq!(data["object_type"], "assets");
        assert_eq!(
            webhook.data_as::<Vec<String>>().unwrap_err().to_string(),
            "this is not the payload of a webhook: `data`: invalid type: map, expected a sequence (line 1, column 0)"
        );
    }

    #[test]
    fn a_custom_action_is_read_and_its_naive_date_is_utc() {
        let call: CustomActionCall = CALL.parse().unwrap();

        assert_eq!(call.context.as_deref(), Some("BULK"));
        assert_eq!((call.asset_ids.len(), call.collection_ids.len()), (1, 1));
        assert!(call.metadata_values.is_empty());
        assert_eq!(
            call.date_created,
            Some(Timestamp::from("2023-06-19T08:15:00.25Z"))
        );
        assert!(call.credentials("app").is_some());
    }

    #[test]
    fn the_form_of_a_custom_action_is_read() {
        let call = CustomActionCall::from_slice(
            br#"{"metadata_values": {
                "Genre": {"field_values": [{"value": "drama", "label": "Drama"}]},
                "Year": {"field_values": [{"value": 1999}, {"value": null}]},
                "Rest": null
            }}"#,
        )
        .unwrap();

        let genre = &call.metadata_values["Genre"].field_values[0];
        assert_eq!(genre.value, Some(json!("drama").into()));
        assert_eq!(genre.label.as_deref(), Some("Drama"));
        assert_eq!(
            call.metadata_values["Year"].field_values[0].value,
            Some(json!(1999).into())
        );
        assert!(!call.metadata_values.contains_key("Rest"));
        assert_eq!(call.metadata("Genre").text().as_deref(), Some("drama"));
        assert_eq!(call.metadata("Year").integer(), Some(1999));
        assert!(call.metadata("Rest").is_unset());
        assert_eq!(call.metadata("Rest").text(), None);
    }

    #[test]
    fn keys_may_be_missing_and_new_ones_are_kept() {
        let call =
            CustomActionCall::from_slice(br#"{"context": "PORTAL", "portal_id": 7}"#).unwrap();

        assert_eq!(call.context.as_deref(), Some("PORTAL"));
        assert_eq!(call.extra.raw("portal_id"), Some("7"));
        assert!(call.credentials("app").is_none());
        assert_eq!(
            CustomActionCall::from_slice(b"{}").unwrap(),
            CustomActionCall::default()
        );
    }

    #[test]
    fn a_token_is_never_shown() {
        let call: CustomActionCall = CALL.parse().unwrap();
        assert!(!format!("{call:?}").contains("secret.user.token"));

        let mixed_up = CALL.replace(
            r#"["7d8b7a5e-0e2b-11ee-9a1c-0242ac120002"]"#,
            r#""secret.user.token""#,
        );
        let call: CustomActionCall = mixed_up.parse().unwrap();
        assert!(call.extra.raw("asset_ids").is_some());
        assert!(!format!("{call:?}").contains("secret.user.token"));

        let cut = CALL.split_once(r#""auth_token""#).unwrap().0;
        let error = format!(r#"{cut}"secret.user.token": {{"#);
        let error = error.parse::<CustomActionCall>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret.user.token"));
    }

    #[test]
    fn a_wrong_body_is_an_error_that_says_where() {
        let error = |body: &[u8]| CustomActionCall::from_slice(body).unwrap_err().to_string();

        assert_eq!(
            error(br#"{"asset_ids": ["a", x]}"#),
            "this is not the payload of a custom action: asset_ids[1]: this is not JSON (line 1, column 21)"
        );
        assert!(error(b"").ends_with("the body is empty"));
        assert!(error(b"<html>").contains("this is not JSON"));
        assert!(error(br#"{"asset_ids": ["#).contains("cut off"));
        assert!(error(b"[]").contains("invalid type"));
        assert!(error(b"{\"context\": \"\xff\"}").contains("not UTF-8 from byte 13 on"));
    }
}
