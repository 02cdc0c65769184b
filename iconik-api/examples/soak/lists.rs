//! Lists about which the server lies, in ways that were seen or must be feared.

use std::collections::HashMap;

use iconik_api::Paging;
use serde_json::{Value, json};

/// How the server answers the requests of one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// The truth.
    None,
    /// The second page has no items, though there are more pages.
    EmptyPage,
    /// The items of the third page are null.
    NullPage,
    /// The third page has no member for its items.
    NoObjects,
    /// A page has fewer items than were asked for, and nothing says how many pages there are.
    SmallPages,
    /// The third page is a success that contains errors, the first time.
    Errors,
    /// The last page has a link that is null, and behind it is a 404.
    NullLink,
    /// The total counts items that do not exist.
    TotalTooLarge,
    /// The total is much smaller than the list.
    TotalTooSmall,
    /// Each page links to the first one.
    LinkBack,
    /// The third response of a scroll is empty and has another id.
    ScrollGap,
    /// The third response of a scroll is lost, and the next request gets the page behind it.
    ScrollLost,
    /// The third page of a scroll is a 503, the first time.
    ScrollUnavailable,
    /// Only the items say where the list continues.
    SortOnly,
}

/// All of them.
pub(crate) const LIES: [Lie; 14] = [
    Lie::None,
    Lie::EmptyPage,
    Lie::NullPage,
    Lie::NoObjects,
    Lie::SmallPages,
    Lie::Errors,
    Lie::NullLink,
    Lie::TotalTooLarge,
    Lie::TotalTooSmall,
    Lie::LinkBack,
    Lie::ScrollGap,
    Lie::ScrollLost,
    Lie::ScrollUnavailable,
    Lie::SortOnly,
];

/// A list of the server. Each time it is read it has another number, from which everything else follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List(pub(crate) u64);

impl List {
    pub(crate) fn lie(self) -> Lie {
        LIES[(self.0 % LIES.len() as u64) as usize]
    }

    fn len(self) -> usize {
        30 + (self.0 * 17 % 70) as usize
    }

    /// The ids of its items.
    pub(crate) fn ids(self) -> Vec<String> {
        (0..self.len()).map(|item| self.id(item)).collect()
    }

    fn id(self, item: usize) -> String {
        format!("l{}-{item}", self.0)
    }

    pub(crate) fn style(self) -> Paging {
        match self.lie() {
            Lie::ScrollGap | Lie::ScrollLost | Lie::ScrollUnavailable => Paging::Scroll,
            Lie::SortOnly => Paging::SearchAfter,
            _ => Paging::Page,
        }
    }

    fn items(self, from: usize, to: usize) -> Vec<Value> {
        let to = to.min(self.len());
        (from.min(to)..to)
            .map(|item| json!({ "id": self.id(item), "title": "x" }))
            .collect()
    }

    /// Returns the response to a request. `before` is how many requests of this list came before.
    pub(crate) fn respond(self, query: &HashMap<String, String>, before: usize) -> Reply {
        let number = |name: &str| {
            query
                .get(name)
                .and_then(|value| value.parse::<usize>().ok())
        };
        let size = number("per_page").unwrap_or(10).min(10);
        match self.style() {
            Paging::Scroll => self.scroll(number("scroll_id"), before, size),
            Paging::SearchAfter => {
                let after = query.get("search_after");
                let after = after.and_then(|after| serde_json::from_str::<Vec<usize>>(after).ok());
                let from = after.map_or(0, |after| after[0] + 1);
                let mut items = self.items(from, from + size);
                for (at, item) in items.iter_mut().enumerate() {
                    item["_sort"] = json!([from + at]);
                }
                Reply::ok(json!({ "objects": items, "total": self.len() }))
            }
            _ => self.page(number("page").unwrap_or(1).max(1), before, size),
        }
    }

    fn page(self, page: usize, before: usize, size: usize) -> Reply {
        let lie = self.lie();
        // The page without items is one more.
        let gap = match lie {
            Lie::EmptyPage => Some(2),
            Lie::NullPage | Lie::NoObjects => Some(3),
            _ => None,
        };
        let size = if lie == Lie::SmallPages { 7 } else { size };
        let pages = self.len().div_ceil(size) + usize::from(gap.is_some());
        let place = page - usize::from(gap.is_some_and(|gap| page > gap));
        let is_gap = gap == Some(page);
        let items = match is_gap {
            true => Vec::new(),
            false => self.items((place - 1) * size, place * size),
        };
        if lie == Lie::NullLink && page > pages {
            return Reply {
                status: 404,
                body: json!({ "errors": ["no such page"] }),
                lost: false,
            };
        }
        if lie == Lie::Errors && before == 2 {
            return Reply::ok(json!({ "errors": ["the search is overloaded"] }));
        }
        let next = match lie {
            Lie::LinkBack => Some(1),
            _ => (page < pages).then_some(page + 1),
        };
        let next = next.map(|next| {
            format!(
                "/API/assets/v1/collections/?page={next}&per_page={size}&list={}",
                self.0
            )
        });
        let total = match lie {
            Lie::TotalTooLarge => self.len() + 5,
            Lie::TotalTooSmall => 3,
            _ => self.len(),
        };
        let mut body = json!({
            "objects": items, "page": page, "pages": pages, "per_page": size, "total": total, "next_url": next,
        });
        match lie {
            Lie::NullPage if is_gap => body["objects"] = Value::Null,
            Lie::NoObjects if is_gap => {
                body.as_object_mut().map(|body| body.remove("objects"));
            }
            Lie::SmallPages => {
                body = json!({ "objects": body["objects"], "per_page": size, "total": total });
            }
            Lie::NullLink => {
                body = json!({ "objects": body["objects"], "next_url": body["next_url"] });
            }
            Lie::TotalTooSmall => {
                body = json!({ "objects": body["objects"], "total": total, "next_url": body["next_url"] });
            }
            _ => {}
        }
        Reply::ok(body)
    }

    /// The server moves on with each request, as iconik does.
    fn scroll(self, id: Option<usize>, before: usize, size: usize) -> Reply {
        let lie = self.lie();
        let from = id.unwrap_or(0);
        let third = before == 2;
        if lie == Lie::ScrollUnavailable && third {
            return Reply {
                status: 503,
                body: json!({}),
                lost: false,
            };
        }
        let is_gap = lie == Lie::ScrollGap && third;
        let to = match is_gap {
            true => from,
            false => from + size,
        };
        let mut reply = Reply::ok(json!({
            "objects": self.items(from, to), "scroll_id": to.to_string(), "total": self.len(),
        }));
        reply.lost = lie == Lie::ScrollLost && third;
        reply
    }
}

/// What the server sends.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// Whether the connection ends before it is complete.
    pub(crate) lost: bool,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self {
            status: 200,
            body,
            lost: false,
        }
    }
}
