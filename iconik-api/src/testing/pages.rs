//! The pages of a list, as iconik would send them.

use serde_json::{Map, Value, json};

use super::received::ReceivedRequest;
use super::reply::Reply;
use crate::http::meta::{ActionMeta, Paging};
use crate::paging::SEARCH_AFTER;

/// How the positions of pages are named that are neither numbers nor items.
const PLACE: &str = "page-";

/// A list in pages.
#[derive(Clone, Debug)]
pub(super) struct ListPages {
    pages: Vec<Vec<Value>>,
    /// Whether the list has numbered pages.
    numbered: bool,
    /// Whether it can be continued after the values that the last item is sorted by.
    sorted: bool,
}

impl ListPages {
    pub(super) fn new(meta: &ActionMeta, pages: Vec<Vec<Value>>) -> Self {
        let offers = |style| meta.paging.contains(&style);
        Self {
            pages,
            numbered: meta.paging.is_empty() || offers(Paging::Page),
            sorted: offers(Paging::SearchAfter),
        }
    }

    /// Returns the page that a request is for. A page behind the last one is empty.
    pub(super) fn reply(&self, request: &ReceivedRequest) -> Reply {
        let index = self.index(request);
        let objects = self.pages.get(index).cloned().unwrap_or_default();
        let per_page = self.pages.iter().map(Vec::len).max().unwrap_or_default();
        let per_page = match request.param("per_page").and_then(|text| text.parse().ok()) {
            Some(asked) if asked >= per_page => asked,
            _ => per_page.max(1),
        };
        let mut envelope = Map::new();
        let mut add = |name: &str, value: Value| drop(envelope.insert(name.to_owned(), value));
        add("objects", objects.into());
        add("per_page", per_page.into());
        let scrolls =
            request.param("scroll") == Some("true") || request.param("scroll_id").is_some();
        if scrolls {
            add("scroll_id", place(index + 1));
        }
        if self.sorted && index < self.pages.len() {
            add(SEARCH_AFTER, json!([place(index + 1)]));
        }
        if self.numbered {
            let (page, pages) = (index + 1, self.pages.len().max(1));
            let total: usize = self.pages.iter().map(Vec::len).sum();
            let link = |page: usize| match (1..=pages).contains(&page) {
                true => format!("{}?page={page}&per_page={per_page}", request.path()).into(),
                false => Value::Null,
            };
            add("page", page.into());
            add("pages", pages.into());
            add("total", total.into());
            add("next_url", link(page + 1));
            add("prev_url", link(page - 1));
        }
        Reply::json(envelope)
    }

    /// Returns the index of the page that a request is for.
    fn index(&self, request: &ReceivedRequest) -> usize {
        let behind = |field: &str, last: &str| {
            let is_last = |item: &Value| item.get(field).and_then(Value::as_str) == Some(last);
            let page = self.pages.iter().position(|page| page.iter().any(is_last));
            page.map_or(self.pages.len(), |page| page + 1)
        };
        if let Some(id) = request.param("scroll_id") {
            return number(id).unwrap_or(self.pages.len());
        }
        if let Some(id) = request.param("last_id") {
            return behind("id", id);
        }
        if let Some(name) = request.param("last_field_name") {
            return behind("name", name);
        }
        let in_body = request.json();
        let in_body = in_body.get(SEARCH_AFTER).and_then(|after| after.get(0));
        let after = request
            .param(SEARCH_AFTER)
            .or(in_body.and_then(Value::as_str));
        if let Some(after) = after {
            return number(after).unwrap_or(self.pages.len());
        }
        let page = request.param("page").and_then(|page| page.parse().ok());
        page.unwrap_or(1_usize).saturating_sub(1)
    }
}

fn place(index: usize) -> Value {
    format!("{PLACE}{index}").into()
}

fn number(place: &str) -> Option<usize> {
    place.strip_prefix(PLACE)?.parse().ok()
}
