//! Facets: how many objects of a list have which value.

use std::collections::BTreeMap;

use crate::data::page::Page;
use crate::data::raw_json::RawJson;
use crate::data::unknown_fields::UnknownFields;

/// How many objects have which value in a field.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// The values, usually the most frequent first.
    pub buckets: Vec<FacetBucket>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

/// How many objects have one value in a field.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FacetBucket {
    /// The value, as text.
    pub key: Option<String>,
    /// The number of objects.
    pub doc_count: Option<i64>,
    /// What iconik sent beyond the documented fields.
    pub extra: UnknownFields,
}

response_model!(Facet { buckets });
response_model!(FacetBucket { key, doc_count });

impl Facet {
    /// Returns how many objects have this value.
    #[must_use]
    pub fn count(&self, value: &str) -> i64 {
        let bucket = self
            .buckets
            .iter()
            .find(|bucket| bucket.key.as_deref() == Some(value));
        bucket.and_then(|bucket| bucket.doc_count).unwrap_or(0)
    }
}

impl<T> Page<T> {
    /// Returns the facet of a field; none if the response does not contain it.
    ///
    /// The counts are those of the whole list, not of this page.
    ///
    /// ```
    /// # #[cfg(feature = "search")]
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// use iconik_api::search::SearchCriteria;
    ///
    /// let criteria = SearchCriteria::new().query("storm").facets(["media_type"]);
    /// let page = client.search().find(criteria)?.await?;
    /// for bucket in page.facet("media_type").unwrap_or_default().buckets {
    ///     println!("{:?}: {:?}", bucket.key, bucket.doc_count);
    /// }
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(example);
    /// ```
    pub fn facet(&self, field: &str) -> Option<Facet> {
        let facets: BTreeMap<String, RawJson> = self.facets.as_ref()?.read().ok()?;
        facets.get(field)?.read().ok()
    }
}
