//! An object of any kind, as some paths name it.

use std::borrow::Cow;

use crate::data::id::{Id, IdKind, OneKind};
use crate::ids::ObjectId;

/// A kind of objects that iconik names in paths, for example `assets`.
///
/// This trait is sealed: some of the types in [`ids::markers`](crate::ids::markers) implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of objects that iconik names in paths",
    note = "give the name and the id: `(\"assets\", id)`"
)]
pub trait HasObjectType: IdKind {
    /// The name of the kind in paths and bodies.
    const OBJECT_TYPE: &'static str;
}

/// An object of any kind: the name of the kind, and the id.
///
/// Actions on objects of several kinds take one. The id of an asset or of a collection is one already,
/// because its type says the kind; every other is made from a pair of the kind and the id.
///
/// ```
/// use iconik_api::assets::NewShareUrl;
/// use iconik_api::ids::CollectionId;
///
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// let collection_id = CollectionId::from("2c5bfe1a-f149-11eb-a843-0a580a3db916");
/// let shares = client.assets().shares();
/// let share = shares.create_url(&collection_id, NewShareUrl::new()).await?;
///
/// let same = ("collections", "2c5bfe1a-f149-11eb-a843-0a580a3db916");
/// let share = shares.create_url(same, NewShareUrl::new()).await?;
/// # Ok(())
/// # }
/// ```
///
/// These ids say the kind: `AssetId`, `CollectionId`, `MetadataViewId`, `SavedSearchId`, `SegmentId` and
/// `SequenceId`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    object_type: Cow<'static, str>,
    object_id: ObjectId,
}

impl ObjectRef {
    /// Creates a reference to the object of this kind with this id.
    #[must_use]
    pub fn new(object_type: impl AsRef<str>, object_id: impl Into<ObjectId>) -> Self {
        Self {
            object_type: object_type.as_ref().to_owned().into(),
            object_id: object_id.into(),
        }
    }

    /// Returns the name of the kind, for example `assets`.
    #[must_use]
    pub fn object_type(&self) -> &str {
        &self.object_type
    }

    /// Returns the id.
    #[must_use]
    pub fn object_id(&self) -> &ObjectId {
        &self.object_id
    }
}

impl<K: HasObjectType + OneKind> From<Id<K>> for ObjectRef {
    fn from(id: Id<K>) -> Self {
        Self::from(&id)
    }
}

impl<K: HasObjectType + OneKind> From<&Id<K>> for ObjectRef {
    fn from(id: &Id<K>) -> Self {
        Self {
            object_type: K::OBJECT_TYPE.into(),
            object_id: id.into(),
        }
    }
}

impl<T: AsRef<str>, I: Into<ObjectId>> From<(T, I)> for ObjectRef {
    fn from((object_type, object_id): (T, I)) -> Self {
        Self::new(object_type, object_id)
    }
}

impl From<&ObjectRef> for ObjectRef {
    fn from(object: &ObjectRef) -> Self {
        object.clone()
    }
}

impl From<ObjectRef> for ObjectId {
    fn from(object: ObjectRef) -> Self {
        object.object_id
    }
}

/// An object of a known kind is one of any kind.
impl<K: OneKind> From<Id<K>> for ObjectId {
    fn from(id: Id<K>) -> Self {
        id.with_kind()
    }
}

/// An object of a known kind is one of any kind.
impl<K: OneKind> From<&Id<K>> for ObjectId {
    fn from(id: &Id<K>) -> Self {
        id.clone().with_kind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AssetId, CollectionId, UserId};

    #[test]
    fn an_id_of_one_kind_says_which() {
        let collection = CollectionId::from("c1");
        assert_eq!(
            ObjectRef::from(&collection),
            ObjectRef::new("collections", "c1")
        );
        let object = ObjectRef::from(AssetId::from("a1"));
        assert_eq!(object.object_type(), "assets");
        assert_eq!(object.object_id(), "a1");
    }

    #[test]
    fn every_other_object_is_a_pair() {
        let object = ObjectRef::from(("users", UserId::from("u1")));
        assert_eq!(
            (object.object_type(), object.object_id().as_str()),
            ("users", "u1")
        );
        assert_eq!(ObjectId::from(&UserId::from("u1")), "u1");
    }
}
