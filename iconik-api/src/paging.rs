//! Lists of many pages, read page by page or item by item.

mod arrived;
mod body;
mod cursor;
mod ending;
mod incomplete;
#[macro_use]
mod item;
mod items;
mod keyset;
mod link;
mod page_numbers;
mod pages;
mod place;
mod requests;
mod scroll;
mod seen;
mod sift;
mod style;
mod walk;

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::data::page::{List, Page};
use crate::error::Result;
use crate::http::call::Call;
use crate::http::decode::{Decode, Json};
use crate::http::response::RawResponse;

pub use cursor::{Cursor, CursorError};
pub use incomplete::Incomplete;
pub(crate) use item::json_list;
pub use item::{ItemKey, ListItem};
pub use items::{Items, ItemsWithCursors};
pub use pages::Pages;
#[cfg(feature = "testing")]
pub(crate) use place::{PLACE_PARAMS, SEARCH_AFTER};
use walk::{Reader, Walk};

/// A way to read a response that is one page of a list.
///
/// This trait is sealed: [`Json`] of a [`Page`] or a [`List`] implements it.
#[allow(private_bounds)]
pub trait Paged: Decode + Sealed {
    /// The type of the items.
    type Item;

    /// Reads the response as a page.
    ///
    /// # Errors
    ///
    /// As [`Decode::decode`].
    fn page(response: &RawResponse) -> Result<Page<Self::Item>>;
}

/// Keeps [`Paged`] to the types of this crate.
pub(crate) trait Sealed {}

impl<T> Sealed for Json<Page<T>> {}
impl<T> Sealed for Json<List<T>> {}

impl<T: DeserializeOwned + 'static> Paged for Json<Page<T>> {
    type Item = T;

    fn page(response: &RawResponse) -> Result<Page<T>> {
        Self::decode(response)
    }
}

/// What is documented as a list alone may say where it continues all the same.
impl<T: DeserializeOwned + 'static> Paged for Json<List<T>> {
    type Item = T;

    fn page(response: &RawResponse) -> Result<Page<T>> {
        response.json()
    }
}

impl<D: Paged> Call<D> {
    /// Returns the items of this page and of all that follow, one by one.
    ///
    /// Every page is requested with the settings of this call. The items may be read as another type:
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// use iconik_api::Page;
    /// use serde_json::Value;
    ///
    /// let call = client.request(http::Method::GET, "/API/assets/v1/assets/");
    /// let mut assets = call.decode_as::<Page<Value>>().items();
    /// while let Some(asset) = assets.try_next().await? {
    ///     println!("{}", asset["title"]);
    /// }
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(example);
    /// ```
    pub fn items(self) -> Items<D::Item>
    where
        D::Item: ListItem,
    {
        self.pages().items()
    }

    /// Returns this page and all that follow.
    pub fn pages(self) -> Pages<D::Item>
    where
        D::Item: ListItem,
    {
        self.read_pages(D::Item::key, D::Item::sort_values)
    }

    /// Returns the items of this page and of all that follow, one by one, for a type of your own that
    /// does not implement [`ListItem`].
    ///
    /// ```
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// use iconik_api::{ItemKey, Page};
    ///
    /// # #[cfg(any())]
    /// #[derive(serde::Deserialize)]
    /// struct Title {
    ///     id: String,
    ///     title: String,
    /// }
    /// # struct Title { id: String, title: String }
    /// # impl<'de> serde::Deserialize<'de> for Title {
    /// #     fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> { unimplemented!() }
    /// # }
    ///
    /// let call = client.request(http::Method::GET, "/API/assets/v1/assets/");
    /// let mut titles = call
    ///     .decode_as::<Page<Title>>()
    ///     .items_by(|title| ItemKey::from_id(&title.id));
    /// while let Some(title) = titles.try_next().await? {
    ///     println!("{}", title.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn items_by<K>(self, key: K) -> Items<D::Item>
    where
        K: for<'a> Fn(&'a D::Item) -> ItemKey<'a> + Send + Sync + 'static,
    {
        self.pages_by(key).items()
    }

    /// Returns this page and all that follow, for a type of your own that does not implement
    /// [`ListItem`].
    pub fn pages_by<K>(self, key: K) -> Pages<D::Item>
    where
        K: for<'a> Fn(&'a D::Item) -> ItemKey<'a> + Send + Sync + 'static,
    {
        self.read_pages(key, |_| None)
    }

    fn read_pages<K>(
        self,
        key: K,
        sort_of: for<'a> fn(&'a D::Item) -> Option<Cow<'a, str>>,
    ) -> Pages<D::Item>
    where
        K: for<'a> Fn(&'a D::Item) -> ItemKey<'a> + Send + Sync + 'static,
    {
        let reader = Reader {
            page: D::page,
            key_of: Box::new(key),
            sort_of,
        };
        Pages::new(Walk::new(self.into_template(), reader))
    }
}

/// What a request with a client can do besides being awaited, if its response comes in pages.
macro_rules! paged {
    ($($request:ident),* $(,)?) => {$(
        impl $request<$crate::Client> {
            /// Returns the items of all pages, one by one; see [`Items`](crate::Items).
            #[inline]
            pub fn items(
                self,
            ) -> $crate::Items<<<Self as $crate::Action>::Response as $crate::Paged>::Item> {
                self.call().items()
            }

            /// Returns all pages, one by one; see [`Pages`](crate::Pages).
            #[inline]
            pub fn pages(
                self,
            ) -> $crate::Pages<<<Self as $crate::Action>::Response as $crate::Paged>::Item> {
                self.call().pages()
            }
        }
    )*};
}

/// Nothing in a list may tie it to one thread.
const _: fn() = || {
    fn is_send<T: Send + Sync>() {}
    is_send::<ItemKey<'_>>();
    fn is_send_alone<T: Send + 'static>() {}
    is_send_alone::<Items<String>>();
    is_send_alone::<ItemsWithCursors<String>>();
    is_send_alone::<Pages<String>>();
};
