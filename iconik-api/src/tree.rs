//! Everything below a collection.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use crate::Client;
use crate::assets::requests::ListCollectionItems;
use crate::assets::{CollectionItem, CollectionsHandle};
use crate::error::Error;
use crate::ids::CollectionId;
use crate::paging::Pages;

impl CollectionsHandle {
    /// Everything below a collection: its contents, the contents of the collections among them, and
    /// so on.
    ///
    /// ```
    /// use iconik_api::assets::CollectionItem;
    ///
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// let mut tree = client.assets().collections().walk("7e6abeea-4bff-4153-912d-2880617046ce");
    /// while let Some(found) = tree.next().await {
    ///     let found = found?;
    ///     match &found.item {
    ///         CollectionItem::Asset(asset) => println!("{:?}", asset.title),
    ///         CollectionItem::Collection(collection) => println!("{:?}/", collection.title),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn walk(&self, root: impl Into<CollectionId>) -> TreeWalk {
        let root = root.into();
        TreeWalk {
            collections: self.clone(),
            per_page: 100,
            at_once: 4,
            max_depth: usize::MAX,
            opened: HashSet::from([root.clone()]),
            waiting: VecDeque::from([(root, 1)]),
            open: VecDeque::new(),
        }
    }
}

/// A walk through everything below a collection, level by level.
///
/// - **Breadth first**: the contents of a collection come together, nearer collections first.
/// - **It ends**: each collection is opened once, though it may lie in several others, or in itself.
/// - **It streams**: it holds no more than a page for each collection that is being read, beside the
///   ids of the collections that it found.
/// - **An error costs one collection only**: the walk goes on with the others.
///
/// An asset or collection that lies in several collections comes once for each of them. The contents
/// come from the search index, which trails changes by some seconds. Dropping the walk drops its
/// requests.
#[must_use = "nothing is requested until `next`"]
pub struct TreeWalk {
    collections: CollectionsHandle,
    per_page: i64,
    at_once: usize,
    max_depth: usize,
    /// Collections that were opened or will be.
    opened: HashSet<CollectionId>,
    /// Collections to open, each with the depth of its contents.
    waiting: VecDeque<(CollectionId, usize)>,
    /// Collections that are being read, in the order in which their contents come.
    open: VecDeque<Branch>,
}

/// A collection that is being read.
struct Branch {
    collection_id: CollectionId,
    depth: usize,
    pages: Pages<CollectionItem>,
    /// What is left of the page that was read last.
    items: vec::IntoIter<CollectionItem>,
    /// How the reading ended, if it did.
    end: Option<Result<(), Error>>,
}

/// Something in the tree.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct TreeEntry {
    /// The asset or collection.
    pub item: CollectionItem,
    /// The collection that it lies in.
    pub parent: CollectionId,
    /// How far below the root it lies; 1 for what lies in the root itself.
    pub depth: usize,
}

/// The contents of a collection cannot be read, or not to their end.
#[derive(Debug)]
pub struct TreeError {
    collection_id: CollectionId,
    error: Error,
}

impl TreeError {
    /// The collection.
    #[must_use]
    pub fn collection_id(&self) -> &CollectionId {
        &self.collection_id
    }

    /// Why.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "collection {}: {}", self.collection_id, self.error)
    }
}

impl std::error::Error for TreeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<TreeError> for Error {
    fn from(error: TreeError) -> Self {
        error.error
    }
}

impl TreeWalk {
    /// Reads up to this many collections at once. Default: 4. All keep the client's pace, and the order
    /// does not change.
    pub fn at_once(mut self, collections: usize) -> Self {
        self.at_once = collections.max(1);
        self
    }

    /// Goes no deeper than this; 1 is what lies in the root itself.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets how many items a page has. Default: 100.
    pub fn per_page(mut self, items: i64) -> Self {
        self.per_page = items;
        self
    }

    /// The next thing in the tree; none at the end.
    ///
    /// The future may be dropped: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<TreeEntry, TreeError>> {
        poll_fn(|context| self.poll_found(context)).await
    }

    fn poll_found(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<TreeEntry, TreeError>>> {
        loop {
            self.open_more();
            for branch in &mut self.open {
                branch.read(context);
            }
            let Some(branch) = self.open.front_mut() else {
                return Poll::Ready(None);
            };
            if let Some(item) = branch.items.next() {
                let found = TreeEntry {
                    item,
                    parent: branch.collection_id.clone(),
                    depth: branch.depth,
                };
                self.note(&found);
                return Poll::Ready(Some(Ok(found)));
            }
            let Some(end) = branch.end.take() else {
                return Poll::Pending;
            };
            let branch = self.open.pop_front();
            if let (Err(error), Some(Branch { collection_id, .. })) = (end, branch) {
                return Poll::Ready(Some(Err(TreeError {
                    collection_id,
                    error,
                })));
            }
        }
    }

    fn open_more(&mut self) {
        while self.open.len() < self.at_once {
            let Some((collection_id, depth)) = self.waiting.pop_front() else {
                break;
            };
            if depth > self.max_depth {
                continue;
            }
            let contents: ListCollectionItems<Client> =
                self.collections.list_items(collection_id.clone());
            self.open.push_back(Branch {
                collection_id,
                depth,
                pages: contents.per_page(self.per_page).pages(),
                items: Vec::new().into_iter(),
                end: None,
            });
        }
    }

    /// A collection is opened later, unless it was before.
    fn note(&mut self, found: &TreeEntry) {
        let CollectionItem::Collection(collection) = &found.item else {
            return;
        };
        let Some(id) = &collection.id else {
            return;
        };
        if self.opened.insert(id.clone()) {
            self.waiting.push_back((id.clone(), found.depth + 1));
        }
    }
}

impl Branch {
    /// Reads the next page, if there is none to give out.
    fn read(&mut self, context: &mut Context<'_>) {
        if self.items.len() > 0 || self.end.is_some() {
            return;
        }
        match Pin::new(&mut self.pages).poll_next(context) {
            Poll::Ready(Some(Ok(page))) => self.items = page.objects.into_iter(),
            Poll::Ready(Some(Err(error))) => self.end = Some(Err(error)),
            Poll::Ready(None) => self.end = Some(Ok(())),
            Poll::Pending => {}
        }
    }
}

impl Stream for TreeWalk {
    type Item = Result<TreeEntry, TreeError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_found(context)
    }
}

impl fmt::Debug for TreeWalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeWalk")
            .field("found_collections", &self.opened.len())
            .field("waiting", &self.waiting.len())
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}
