//! Metadata values: read by type, written field by field, and written to many objects.
//!
//! iconik sends and takes values as strings, also for numbers, booleans and dates. The methods of
//! [`FieldValue`], [`FieldValues`] and [`FieldWithValues`] read them by type; [`MetadataChanges`]
//! writes them.
//!
//! ```
//! use iconik_api::ids::AssetId;
//! use iconik_api::metadata_values::MetadataChanges;
//!
//! # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
//! let asset_id = AssetId::from("427abd77-f149-11eb-a843-0a580a3db916");
//! let view_id = "50a5abc4-f149-11eb-a843-0a580a3db916";
//!
//! // An object without values is none, not an error.
//! let values = client.metadata().find(&asset_id, view_id).await?;
//! let takes = values.as_ref().and_then(|values| values.field("Takes")?.integer());
//!
//! let changes = MetadataChanges::new()
//!     .set("Takes", takes.unwrap_or(0) + 1)
//!     .append("Keywords", ["storm", "sea"])
//!     .clear("Remark");
//! client.metadata().write(&asset_id, view_id, changes).await?;
//! # Ok(())
//! # }
//! # iconik_api::mock::run_example(example);
//! ```

use std::collections::BTreeMap;

use serde_json::Value;

use crate::batch::{BatchReport, Batches};
use crate::data::timestamp::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::http::meta::Endpoint;
use crate::ids::{MetadataViewId, ObjectId};
use crate::metadata::requests::SetMetadata;
use crate::metadata::{
    FieldValue, FieldValues, FieldWithValues, ManyMetadataValuesOptions, MetadataHandle,
    MetadataValues, MetadataValuesReplacement, NewManyMetadataValues, ObjectMetadataValues,
    ValuesMode,
};
use crate::object_ref::ObjectRef;
use crate::optional::OptionalExt;

reads_value!(FieldValue);
reads_values!(FieldValues, field_values: FieldValue);
reads_values!(FieldWithValues, values: FieldValue);

impl MetadataValues {
    /// Returns the values of a field; none if the view does not contain the field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldValues> {
        self.metadata_values.get(name)
    }
}

/// From the shape that [`get_without_view`](MetadataHandle::get_without_view) returns.
impl From<BTreeMap<String, FieldWithValues>> for MetadataValues {
    fn from(fields: BTreeMap<String, FieldWithValues>) -> Self {
        let fields = fields
            .into_iter()
            .map(|(name, field)| (name, FieldValues::new(field.values)));
        Self {
            metadata_values: fields.collect(),
            ..Self::default()
        }
    }
}

/// A value for a metadata field, as the text that iconik takes.
///
/// Made from texts, numbers, booleans and dates.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueText(Option<String>);

macro_rules! value_from {
    ($($from:ty),*) => {$(
        impl From<$from> for ValueText {
            fn from(value: $from) -> Self {
                Self(Some(value.to_string()))
            }
        }
    )*};
}

value_from!(
    &str,
    String,
    &String,
    bool,
    i32,
    i64,
    u32,
    u64,
    usize,
    jiff::civil::Date,
    Timestamp,
    &Timestamp
);

impl From<f64> for ValueText {
    fn from(value: f64) -> Self {
        Self(value.is_finite().then(|| value.to_string()))
    }
}

/// What to change in the metadata values of an object. Fields that are not named keep their values.
///
/// Of two changes of one field, the last one counts.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "changes do nothing until they are written"]
pub struct MetadataChanges {
    fields: BTreeMap<String, FieldValues>,
    /// A field with a value that cannot be sent.
    refused: Option<String>,
}

impl MetadataChanges {
    /// Creates a value that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the values of a field by this one.
    pub fn set(self, field: impl Into<String>, value: impl Into<ValueText>) -> Self {
        self.set_all(field, [value])
    }

    /// Replaces the values of a field by these. None of them clears the field.
    pub fn set_all(
        self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<ValueText>>,
    ) -> Self {
        self.change(field.into(), values, None)
    }

    /// Adds values to those that a field has.
    ///
    /// Writing this twice adds them twice, so that it is not retried where a response is lost.
    pub fn append(
        self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<ValueText>>,
    ) -> Self {
        self.change(field.into(), values, Some(ValuesMode::Append))
    }

    /// Removes values from those that a field has.
    pub fn remove(
        self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<ValueText>>,
    ) -> Self {
        self.change(field.into(), values, Some(ValuesMode::Delete))
    }

    /// Removes all values of a field.
    pub fn clear(self, field: impl Into<String>) -> Self {
        self.set_all(field, [""; 0])
    }

    /// Returns `true` if nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.refused.is_none()
    }

    fn change(
        mut self,
        field: String,
        values: impl IntoIterator<Item = impl Into<ValueText>>,
        mode: Option<ValuesMode>,
    ) -> Self {
        let mut texts = Vec::new();
        for value in values {
            match value.into().0 {
                Some(text) => texts.push(FieldValue::new(Value::from(text))),
                None => self.refused = Some(field.clone()),
            }
        }
        let mut values = FieldValues::new(texts);
        values.mode = mode;
        self.fields.insert(field, values);
        self
    }

    /// Returns whether writing it twice is the same as once.
    fn is_idempotent(&self) -> bool {
        let appends = |values: &FieldValues| matches!(values.mode, Some(ValuesMode::Append));
        !self.fields.values().any(appends)
    }

    fn into_fields(self) -> Result<BTreeMap<String, FieldValues>> {
        match self.refused {
            None => Ok(self.fields),
            Some(field) => Err(
                Error::new(ErrorKind::Request, Endpoint::None).detail(format!(
                    "the metadata field `{field}` cannot have a number that is not finite"
                )),
            ),
        }
    }
}

/// For the other actions that write values.
impl TryFrom<MetadataChanges> for MetadataValuesReplacement {
    type Error = Error;

    fn try_from(changes: MetadataChanges) -> Result<Self> {
        changes.into_fields().map(Self::new)
    }
}

impl MetadataHandle {
    /// Returns the metadata values of an object in a view; none if the object has no values in it.
    ///
    /// iconik answers 404 then, as it does for an object or a view that does not exist.
    ///
    /// # Errors
    ///
    /// Every error other than 404.
    pub async fn find(
        &self,
        object: impl Into<ObjectRef>,
        view_id: impl Into<MetadataViewId>,
    ) -> Result<Option<MetadataValues>> {
        self.get(object, view_id).await.optional()
    }

    /// Returns the metadata values of an object in all fields, in the shape of a view; none if the
    /// object has no values.
    ///
    /// Only administrators may do this; others get a 403.
    ///
    /// # Errors
    ///
    /// Every error other than 404.
    pub async fn find_without_view(
        &self,
        object: impl Into<ObjectRef>,
    ) -> Result<Option<MetadataValues>> {
        let fields = self.get_without_view(object).await;
        Ok(fields.optional()?.map(MetadataValues::from))
    }

    /// Changes metadata values of an object, and returns all values in the view.
    ///
    /// It is retried like an idempotent request unless values are appended.
    ///
    /// # Errors
    ///
    /// Those of [`set`](Self::set), and [`ErrorKind::Request`] for a number that is not finite.
    pub async fn write(
        &self,
        object: impl Into<ObjectRef>,
        view_id: impl Into<MetadataViewId>,
        changes: MetadataChanges,
    ) -> Result<MetadataValues> {
        let idempotent = changes.is_idempotent();
        let body = MetadataValuesReplacement::try_from(changes)?;
        let request: SetMetadata<_> = self.set(object, view_id, body);
        request.call().idempotent(idempotent).await
    }

    /// Makes the same changes in the metadata values of many objects, 500 in one request.
    ///
    /// iconik answers before the work is done, and does not say when it is.
    ///
    /// ```
    /// use iconik_api::metadata_values::MetadataChanges;
    ///
    /// # async fn example(client: iconik_api::Client, ids: Vec<String>) -> iconik_api::Result<()> {
    /// let view_id = "50a5abc4-f149-11eb-a843-0a580a3db916";
    /// let changes = MetadataChanges::new().set("Cleared", true);
    /// let report = client.metadata().write_many("assets", view_id, ids, changes).await?;
    /// for batch in &report.failed {
    ///     eprintln!("{} objects from number {} on: {}", batch.items.len(), batch.first, batch.error);
    /// }
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(|client| example(client, vec!["2c5bfe1a-f149-11eb-a843-0a580a3db916".to_owned()]));
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] for a number that is not finite. Errors of requests are in the report.
    pub async fn write_many(
        &self,
        object_type: impl Into<String>,
        view_id: impl Into<MetadataViewId>,
        object_ids: impl IntoIterator<Item = impl Into<ObjectId>>,
        changes: MetadataChanges,
    ) -> Result<BatchReport<ObjectId, ()>> {
        let (object_type, view_id) = (object_type.into(), view_id.into());
        let fields = changes.into_fields()?;
        let batches = Batches::new(object_ids.into_iter().map(Into::into));
        Ok(batches
            .send(|batch: &[ObjectId]| {
                let body = ManyMetadataValuesOptions::new(batch, fields.clone());
                self.set_many(&object_type, &view_id, body)
            })
            .await)
    }

    /// Changes the metadata values of many objects, each in its own way, 500 in one request.
    ///
    /// iconik answers before the work is done, and does not say when it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] for a number that is not finite. Errors of requests are in the report.
    pub async fn write_each(
        &self,
        object_type: impl Into<String>,
        view_id: impl Into<MetadataViewId>,
        changes: impl IntoIterator<Item = (impl Into<ObjectId>, MetadataChanges)>,
    ) -> Result<BatchReport<ObjectMetadataValues, ()>> {
        let (object_type, view_id) = (object_type.into(), view_id.into());
        let objects = changes
            .into_iter()
            .map(|(id, changes)| Ok(ObjectMetadataValues::new(id, changes.into_fields()?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Batches::new(objects)
            .send(|batch: &[ObjectMetadataValues]| {
                let ids = batch.iter().map(|object| &object.id);
                let body = NewManyMetadataValues::new(ids, batch.to_vec());
                self.create_many(&object_type, &view_id, body)
            })
            .await)
    }
}
