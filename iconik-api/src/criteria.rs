//! Search criteria: texts that are safe in a query, conditions, an order that pages can follow, and
//! the criteria of saved searches.
//!
//! The criteria are those of [`SearchCriteria`], which [`SearchHandle::find`] sends as integrations
//! usually need them:
//!
//! ```
//! use iconik_api::criteria;
//! use iconik_api::search::{DocumentType, SearchCriteria, SearchFilter, SearchSort, SearchTerm};
//!
//! # async fn example(client: iconik_api::Client, title: &str) -> iconik_api::Result<()> {
//! let wanted = SearchCriteria::new()
//!     .doc_types([DocumentType::Assets])
//!     .query(criteria::phrase_in("title", title))
//!     .filter(SearchFilter::all_of([
//!         SearchTerm::is("status", "ACTIVE"),
//!         SearchTerm::is_one_of("media_type", ["video", "audio"]),
//!         SearchTerm::is_at_least("date_created", "2026-01-01"),
//!     ]))
//!     .sort([SearchSort::new("date_created")]);
//! let mut hits = client.search().find(wanted)?.items();
//! while let Some(hit) = hits.try_next().await? {
//!     println!("{:?}", hit.title);
//! }
//! # Ok(())
//! # }
//! # iconik_api::mock::run_example(|client| example(client, "Dailies"));
//! ```

use crate::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::http::meta::Endpoint;
use crate::ids::SavedSearchId;
use crate::search::requests::RunSearch;
use crate::search::{
    FilterOperator, SavedCriteria, SavedSearchesHandle, SearchCriteria, SearchFilter, SearchHandle,
    SearchHit, SearchRange, SearchSort, SearchTerm, SortOrder,
};

/// Returns a text as one word of a query: what has a meaning in the syntax of Lucene loses it.
///
/// Spaces are part of the word. A wildcard may be added afterwards. `<` and `>`, which cannot be
/// escaped, become spaces.
///
/// ```
/// use iconik_api::criteria::escape;
///
/// assert_eq!(escape("a+b (c)"), r"a\+b\ \(c\)");
/// assert_eq!(escape("NOT"), r"\NOT");
/// assert_eq!(format!("title:{}*", escape("Storm over")), r"title:Storm\ over*");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    if text.is_empty() {
        return phrase(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    if matches!(text, "AND" | "OR" | "NOT" | "TO") {
        escaped.push('\\');
    }
    for char in text.chars() {
        match char {
            '<' | '>' => escaped.push_str("\\ "),
            '+' | '-' | '=' | '&' | '|' | '!' | '(' | ')' | '{' | '}' | '[' | ']' | '^' | '"'
            | '~' | '*' | '?' | ':' | '\\' | '/' => escaped.extend(['\\', char]),
            // A control character, a line break for example, separates words as a space does.
            char if char.is_whitespace() || char.is_control() => escaped.push_str("\\ "),
            char => escaped.push(char),
        }
    }
    escaped
}

/// Returns a text as a phrase of a query: its words in this order.
///
/// A phrase finds every object that contains it, also in a longer text, and ignores case. Compare
/// the hits where the text must be equal.
///
/// ```
/// use iconik_api::criteria::phrase;
///
/// assert_eq!(phrase(r#"The "big" one"#), r#""The \"big\" one""#);
/// ```
#[must_use]
pub fn phrase(text: &str) -> String {
    let mut phrase = String::with_capacity(text.len() + 2);
    phrase.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            phrase.push('\\');
        }
        phrase.push(if char.is_control() { ' ' } else { char });
    }
    phrase.push('"');
    phrase
}

/// Returns a query for a phrase in a field.
///
/// ```
/// use iconik_api::criteria::phrase_in;
///
/// assert_eq!(phrase_in("metadata.Place", "Visby (old)"), r#"metadata.Place:"Visby (old)""#);
/// ```
#[must_use]
pub fn phrase_in(field: &str, text: &str) -> String {
    format!("{}:{}", escape(field), phrase(text))
}

/// Conditions by what they mean.
impl SearchTerm {
    /// Creates a condition: the field has this value.
    pub fn is(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(name).value(value)
    }

    /// Creates a condition: the field has one of these values.
    ///
    /// Without values, [`SearchHandle::find`] refuses it: iconik would ignore it and find everything.
    pub fn is_one_of(
        name: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::new(name).value_in(values)
    }

    /// Creates a condition: the value is at least this one.
    pub fn is_at_least(name: impl Into<String>, min: impl Into<String>) -> Self {
        Self::new(name).range(SearchRange::new().min(min))
    }

    /// Creates a condition: the value is at most this one.
    pub fn is_at_most(name: impl Into<String>, max: impl Into<String>) -> Self {
        Self::new(name).range(SearchRange::new().max(max))
    }

    /// Creates a condition: the value is in this range.
    pub fn is_in(name: impl Into<String>, range: impl Into<SearchRange>) -> Self {
        Self::new(name).range(range)
    }

    /// Creates a condition: the field has a value.
    pub fn is_present(name: impl Into<String>) -> Self {
        Self::new(name).exists(true)
    }

    /// Creates a condition: the field has no value.
    pub fn is_missing(name: impl Into<String>) -> Self {
        Self::new(name).missing(true)
    }

    /// Returns whether the condition is one.
    fn is_condition(&self) -> bool {
        let range = self.range.as_deref();
        self.value.is_some()
            || !self.value_in.is_empty()
            || range.is_some_and(|range| range.min.is_some() || range.max.is_some())
            || self.exists.is_some()
            || self.missing.is_some()
            || !self.extra.is_empty()
    }
}

/// Combined conditions by what they mean.
impl SearchFilter {
    /// Creates a filter: all conditions must match.
    pub fn all_of(terms: impl IntoIterator<Item = impl Into<SearchTerm>>) -> Self {
        Self::new(FilterOperator::And).terms(terms)
    }

    /// Creates a filter: one of the conditions must match.
    pub fn any_of(terms: impl IntoIterator<Item = impl Into<SearchTerm>>) -> Self {
        Self::new(FilterOperator::Or).terms(terms)
    }

    /// Creates a filter: none of the conditions may match.
    pub fn none_of(terms: impl IntoIterator<Item = impl Into<SearchTerm>>) -> Self {
        Self::new(FilterOperator::Not).terms(terms)
    }

    /// Creates a filter: all conditions must match one and the same part of the object, for example
    /// one of its `files`.
    pub fn nested(
        path: impl Into<String>,
        terms: impl IntoIterator<Item = impl Into<SearchTerm>>,
    ) -> Self {
        Self::new(FilterOperator::Nested).terms(terms).path(path)
    }

    /// Adds combined conditions to the conditions of this filter.
    pub fn and_filter(mut self, filter: impl Into<SearchFilter>) -> Self {
        self.filters.push(filter.into());
        self
    }

    fn check(&self) -> Result<(), String> {
        if self.terms.is_empty() && self.filters.is_empty() && self.extra.is_empty() {
            return Err("a filter has no conditions".to_owned());
        }
        let nested = matches!(self.operator, Some(FilterOperator::Nested));
        if nested && self.path.is_none() {
            return Err("a filter with the operator `NESTED` needs a `path`".to_owned());
        }
        if let Some(term) = self.terms.iter().find(|term| !term.is_condition()) {
            let name = term.name.as_deref().unwrap_or_default();
            return Err(format!(
                "the condition on `{name}` has no value, no values and no range"
            ));
        }
        self.filters.iter().try_for_each(SearchFilter::check)
    }
}

/// An order that pages can follow.
impl SearchCriteria {
    /// Adds `id` to the order, unless it is part of it.
    ///
    /// Pages by `search_after` continue after the sort keys of a hit: hits with equal keys would be
    /// lost between two pages.
    pub fn with_unique_order(mut self) -> Self {
        let sort = self.sort.get_or_insert_with(Vec::new);
        if !sort.iter().any(|sort| sort.name.as_deref() == Some("id")) {
            sort.push(SearchSort::new("id").order(SortOrder::Asc));
        }
        self
    }

    /// Checks that no condition is empty. iconik ignores such a condition, and finds everything.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`], with the condition.
    pub fn check(&self) -> Result<()> {
        let refuse = |reason: String| {
            Err(Error::new(ErrorKind::Request, Endpoint::None)
                .detail(format!("the search criteria cannot be sent: {reason}")))
        };
        if let Some(Err(reason)) = self.filter.as_deref().map(SearchFilter::check) {
            return refuse(reason);
        }
        for filter in self.facets_filters.iter().flatten() {
            if filter.value_in.is_empty() && filter.extra.is_empty() {
                let name = filter.name.as_deref().unwrap_or_default();
                return refuse(format!("the facet filter on `{name}` has no values"));
            }
        }
        Ok(())
    }
}

impl SearchHandle {
    /// Searches for objects, as integrations usually need it.
    ///
    /// - The search is not added to the search history of the user.
    /// - The order ends with `id`, and pages continue by `search_after`: [`items`](RunSearch::items)
    ///   returns all hits, also beyond the first 10,000. Criteria without an order are sorted by `id`
    ///   alone; for the best matches first, use [`run`](Self::run).
    /// - A condition without a value is an error.
    ///
    /// Deleted objects are found too, until they are purged: to leave them out, add
    /// [`SearchTerm::is_missing`] of `date_deleted`. The index lags behind changes by some seconds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] if a condition is empty.
    pub fn find(&self, criteria: impl Into<SearchCriteria>) -> Result<RunSearch<Client>> {
        let mut criteria = criteria.into().with_unique_order();
        criteria.check()?;
        // An empty list begins.
        criteria.search_after.get_or_insert_with(Vec::new);
        Ok(self.run(criteria).save_search_history(false))
    }
}

impl SavedSearchesHandle {
    /// Returns the criteria of a saved search, without its results.
    ///
    /// They can be changed and searched for:
    ///
    /// ```
    /// use iconik_api::search::{SearchCriteria, SearchFilter, SearchTerm};
    ///
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// let id = "7e6abeea-4bff-4153-912d-2880617046ce";
    /// let saved = client.search().saved_searches().get_criteria(id).await?;
    /// let mut hits = client.search().find(saved)?.items();
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(example);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the request, and [`ErrorKind::Decode`] if the response contains no criteria.
    pub async fn get_criteria(&self, search_id: impl Into<SavedSearchId>) -> Result<SavedCriteria> {
        let page = self.run(search_id).include_results(false).await?;
        let document: Option<serde_json::Value> = page.extra.get("search_criteria_document");
        let criteria = document
            .as_ref()
            .and_then(|document| document.get("criteria"))
            .filter(|criteria| criteria.is_object());
        let no_criteria = || {
            Error::new(ErrorKind::Decode, Endpoint::None)
                .detail("the response contains no criteria of the saved search")
        };
        serde_json::from_value(criteria.ok_or_else(no_criteria)?.clone())
            .map_err(|error| no_criteria().source(error))
    }
}

/// Fields that this version does not know are omitted: iconik would ignore them.
impl From<SavedCriteria> for SearchCriteria {
    fn from(saved: SavedCriteria) -> Self {
        fn list<T>(items: Vec<T>) -> Option<Vec<T>> {
            Some(items).filter(|items| !items.is_empty())
        }
        Self {
            doc_types: list(saved.doc_types),
            query: saved.query,
            search_fields: list(saved.search_fields),
            filter: saved.filter,
            facets_filters: list(saved.facets_filters),
            facets: list(saved.facets),
            sort: list(saved.sort),
            include_fields: list(saved.include_fields),
            exclude_fields: list(saved.exclude_fields),
            metadata_view_id: saved.metadata_view_id,
            search_after: None,
        }
    }
}

/// To save what was searched for. Where a search continues is not saved.
impl From<SearchCriteria> for SavedCriteria {
    fn from(criteria: SearchCriteria) -> Self {
        Self {
            doc_types: criteria.doc_types.unwrap_or_default(),
            query: criteria.query,
            search_fields: criteria.search_fields.unwrap_or_default(),
            filter: criteria.filter,
            facets_filters: criteria.facets_filters.unwrap_or_default(),
            facets: criteria.facets.unwrap_or_default(),
            sort: criteria.sort.unwrap_or_default(),
            include_fields: criteria.include_fields.unwrap_or_default(),
            exclude_fields: criteria.exclude_fields.unwrap_or_default(),
            metadata_view_id: criteria.metadata_view_id,
            ..Self::default()
        }
    }
}

impl SearchHit {
    /// Returns the texts of a metadata field; empty if the hit has none.
    ///
    /// The search index has a list of values for most fields, and a single value for some. Numbers
    /// and booleans are returned as text.
    #[must_use]
    pub fn metadata_texts(&self, field: &str) -> Vec<String> {
        use serde_json::Value;
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        match self.metadata.get(field).map(|values| values.value()) {
            Some(Value::Array(values)) => values.into_iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}
