//! Typed ids: texts whose type says which kind of object they belong to.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::data::lenient::{self, Parsed, Scalar, Text, Unread, Value};

/// Restricts [`IdKind`] to the kinds of the spec.
pub trait Sealed {}

/// Marks the kinds of objects, as opposed to an object of any kind, whose id takes the place of all of them.
pub trait OneKind: IdKind {}

/// The kind of object that an [`Id`] belongs to.
///
/// This trait is sealed: the types in [`ids::markers`](crate::ids::markers) implement it.
pub trait IdKind: Sealed {
    /// The name of the id type, for [`Debug`](fmt::Debug) and for errors.
    const NAME: &'static str;
}

/// The id of one kind of object, for example of an asset or a collection.
///
/// An id is any text. Most are UUIDs, some are names or numbers, and only iconik knows which are
/// valid: nothing is checked or normalised here. A UUID needs no heap allocation.
///
/// Ids of different kinds are different types: the id of a collection does not compile where one of an asset is
/// required. Every kind converts into [`ObjectId`](crate::ids::ObjectId), the id of an object of any kind. Ids
/// are compared, ordered and hashed by their text.
///
/// ```
/// use iconik_api::ids::{AssetId, ObjectId};
///
/// let id = AssetId::from("2c5bfe1a-f149-11eb-a843-0a580a3db916");
/// assert_eq!(id, "2c5bfe1a-f149-11eb-a843-0a580a3db916");
/// assert_eq!(format!("{id:?}"), r#"AssetId("2c5bfe1a-f149-11eb-a843-0a580a3db916")"#);
///
/// let object = ObjectId::from(&id);
/// assert_eq!(object.as_str(), id.as_str());
/// ```
///
/// ```compile_fail,E0277
/// use iconik_api::ids::CollectionId;
///
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// // The id of a collection names no asset.
/// let asset = client.assets().get(CollectionId::from("0b1c")).await?;
/// # Ok(())
/// # }
/// ```
pub struct Id<K> {
    text: Inline,
    // `fn() -> K` keeps the id Send and Sync, whatever the marker is.
    kind: PhantomData<fn() -> K>,
}

/// Text of up to 38 bytes in place, longer text on the heap.
#[derive(Clone)]
enum Inline {
    Here { len: u8, bytes: [u8; Inline::ROOM] },
    Heap(Box<str>),
}

impl Inline {
    /// A UUID has 36 bytes; two more are free before the value needs another word.
    const ROOM: usize = 38;

    #[inline]
    fn new(text: &str) -> Self {
        let mut bytes = [0; Self::ROOM];
        // A copy of a length that is known beforehand takes two instructions: nearly all are UUIDs.
        if let (Ok(uuid), Some(place)) = (
            <[u8; 36]>::try_from(text.as_bytes()),
            bytes.first_chunk_mut(),
        ) {
            *place = uuid;
            return Self::Here { len: 36, bytes };
        }
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                let len = text.len() as u8;
                Self::Here { len, bytes }
            }
            None => Self::Heap(text.into()),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            // The bytes were text when they came. Looking again is the price of having no unsafe
            // code, and small: a UUID takes a few nanoseconds.
            Self::Here { len, bytes } => bytes
                .get(..usize::from(*len))
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default(),
            Self::Heap(text) => text,
        }
    }
}

impl<K> Id<K> {
    /// Creates an id with this text. Every text is accepted.
    #[must_use]
    pub fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: Inline::new(text.as_ref()),
            kind: PhantomData,
        }
    }

    /// Returns the same id, as one of another kind.
    pub(crate) fn with_kind<L>(self) -> Id<L> {
        Id {
            text: self.text,
            kind: PhantomData,
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            kind: PhantomData,
        }
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(K::NAME).field(&self.as_str()).finish()
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<K> From<&str> for Id<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K> From<String> for Id<K> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<K> From<&String> for Id<K> {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl<K> From<&Id<K>> for Id<K> {
    fn from(id: &Id<K>) -> Self {
        id.clone()
    }
}

impl<K> From<Id<K>> for String {
    fn from(id: Id<K>) -> Self {
        id.as_str().to_owned()
    }
}

impl<K> FromStr for Id<K> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

impl<K> AsRef<str> for Id<K> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<K> Borrow<str> for Id<K> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialEq<str> for Id<K> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl<K> PartialEq<&str> for Id<K> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl<K> PartialEq<String> for Id<K> {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

// As `str` does it: `Borrow<str>` promises the same hash.
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::required(deserializer, "an id")
    }
}

impl<K> Text for Id<K> {
    #[inline]
    fn from_text(text: Cow<'_, str>) -> Self {
        Self::new(text)
    }
}

impl<K> Scalar for Id<K> {
    #[inline]
    fn parse(json: &str) -> Parsed<Self> {
        lenient::parse_text(json)
    }
}

impl<K> Value for Id<K> {
    fn read<'de, D: Deserializer<'de>>(
        into: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Unread>, D::Error> {
        lenient::read_scalar(into, deserializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;

    struct Asset;

    impl Sealed for Asset {}

    impl IdKind for Asset {
        const NAME: &'static str = "AssetId";
    }

    type AssetId = Id<Asset>;

    const UUID: &str = "2c5bfe1a-f149-11eb-a843-0a580a3db916";

    #[test]
    fn any_text_is_kept_as_it_is() {
        let long = "x".repeat(300);
        for text in [
            "",
            ".",
            "..",
            "a/b?c#d",
            "ORIGINAL",
            " padded ",
            "Überlänge",
            UUID,
            &long,
        ] {
            assert_eq!(AssetId::new(text).as_str(), text);
            assert_eq!(AssetId::from(text.to_owned()).to_string(), text);
        }
    }

    #[test]
    fn text_is_kept_at_every_length_around_the_inline_room() {
        for len in 30..45 {
            let text = "é".repeat(len / 2) + &"a".repeat(len % 2);
            assert_eq!(AssetId::new(&text).as_str(), text);
        }
    }

    #[test]
    fn an_id_and_an_optional_id_take_five_words() {
        assert_eq!(size_of::<AssetId>(), 40);
        assert_eq!(size_of::<Option<AssetId>>(), 40);
    }

    #[test]
    fn debug_names_the_kind_and_display_is_the_text() {
        let id = AssetId::new("a1");
        assert_eq!(format!("{id:?}"), r#"AssetId("a1")"#);
        assert_eq!(format!("{id}/{id:>4}"), "a1/  a1");
    }

    #[test]
    fn ids_are_equal_ordered_and_hashed_by_text() {
        let ids = HashMap::from([(AssetId::new(UUID), 1)]);
        assert_eq!(ids.get(UUID), Some(&1));
        let ids = BTreeMap::from([(AssetId::new("b"), 2), (AssetId::new("a"), 1)]);
        assert_eq!(
            ids.keys().map(AssetId::as_str).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!(AssetId::new("a"), "a");
        assert_eq!(AssetId::new("a"), *"a");
    }

    #[test]
    fn a_number_is_kept_as_its_text_with_every_digit() {
        let ids: Vec<AssetId> =
            serde_json::from_str(r#"[7, -7, 18446744073709551616, 1.50, "x"]"#).unwrap();
        assert_eq!(ids, ["7", "-7", "18446744073709551616", "1.50", "x"]);
        assert_eq!(serde_json::to_string(&ids[0]).unwrap(), r#""7""#);
    }

    #[test]
    fn an_object_is_no_id() {
        let error = serde_json::from_str::<AssetId>("{}").unwrap_err();
        assert!(error.to_string().contains("expected an id"), "{error}");
        let error = serde_json::from_str::<AssetId>("null").unwrap_err();
        assert!(error.to_string().contains("expected an id"), "{error}");
    }

    #[test]
    fn an_id_is_send_and_sync_whatever_its_kind() {
        struct NotSend(#[allow(dead_code)] std::rc::Rc<()>);
        fn check<T: Send + Sync + Unpin + 'static>() {}
        check::<Id<NotSend>>();
    }
}
