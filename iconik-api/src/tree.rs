//! Walks through everything below a collection.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use crate::Client;
use crate::assets::requests::ListCollectionItems;
use crate::assets::{CollectionItem, CollectionsHandle, ContentObjectType};
use crate::error::Error;
use crate::ids::CollectionId;
use crate::paging::Pages;

impl CollectionsHandle {
    /// Walks through everything below a collection: its contents, the contents of the collections among them,
    /// and so on.
    ///
    /// ```
    /// use iconik_api::assets::{CollectionItem, ContentObjectType};
    ///
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// let root = "7e6abeea-4bff-4153-912d-2880617046ce";
    /// let mut tree = client.assets().collections().walk(root);
    /// while let Some(found) = tree.try_next().await? {
    ///     // For example `Dailies/Day 3/Storm`.
    ///     println!("{}", found.path().join("/"));
    ///     if let CollectionItem::Collection(collection) = &found.item {
    ///         if collection.title.as_deref() == Some("Archive") {
    ///             tree.skip(&found);
    ///         }
    ///     }
    /// }
    ///
    /// // The assets only.
    /// let mut assets = client
    ///     .assets()
    ///     .collections()
    ///     .walk(root)
    ///     .object_types([ContentObjectType::Assets]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The requests are those of the client that the walk was made from. For those of another user, begin with
    /// [`Client::with_credentials`](crate::Client::with_credentials).
    pub fn walk(&self, root: impl Into<CollectionId>) -> TreeWalk {
        let root = Folder {
            id: root.into(),
            path: Arc::default(),
        };
        TreeWalk {
            collections: self.clone(),
            per_page: 100,
            at_once: 4,
            max_depth: usize::MAX,
            object_types: None,
            opened: HashSet::from([root.id.clone()]),
            waiting: VecDeque::from([root]),
            open: VecDeque::new(),
        }
    }
}

/// A walk through everything below a collection, level by level.
///
/// - **Breadth first**: the contents of a collection come together, nearer collections first.
/// - **It ends**: each collection is opened once, even if it is in several others or in itself.
/// - **It streams**: it holds at most a page for each collection that is being read, and the ids and titles of
///   the collections that it found.
/// - **An error affects one collection only**: the walk continues with the others.
///
/// An asset or collection that is in several collections comes once for each of them. The contents
/// come from the search index, which lags behind changes by some seconds. Dropping the walk drops its
/// requests.
#[must_use = "nothing is requested until `next`"]
pub struct TreeWalk {
    collections: CollectionsHandle,
    per_page: i64,
    at_once: usize,
    max_depth: usize,
    /// The kinds of items that are returned; none for all.
    object_types: Option<Vec<ContentObjectType>>,
    /// Collections that were opened or will be.
    opened: HashSet<CollectionId>,
    /// Collections to open.
    waiting: VecDeque<Folder>,
    /// Collections that are being read, in the order in which their contents come.
    open: VecDeque<Branch>,
}

/// A collection whose contents are part of the tree.
#[derive(Clone)]
struct Folder {
    id: CollectionId,
    /// The titles of the collections from below the root to this one. The contents are one level deeper.
    path: Arc<[Arc<str>]>,
}

impl Folder {
    /// Returns how far below the root its contents are.
    fn depth(&self) -> usize {
        self.path.len() + 1
    }
}

/// A collection that is being read.
struct Branch {
    folder: Folder,
    pages: Pages<CollectionItem>,
    /// The remaining items of the page that was read last.
    items: vec::IntoIter<CollectionItem>,
    /// How the reading ended, if it did.
    end: Option<Result<(), Error>>,
}

/// An asset or a collection in the tree.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct TreeEntry {
    /// The asset or collection.
    pub item: CollectionItem,
    /// The collection that contains it.
    pub parent: CollectionId,
    /// How far below the root it is; 1 for the contents of the root itself.
    pub depth: usize,
    /// The titles of the collections above it, without the root.
    above: Arc<[Arc<str>]>,
}

impl TreeEntry {
    /// Returns the titles of the collections from below the root to this item, and the title of the item as
    /// the last one. Where an object has no title, its id is in the place of it.
    ///
    /// ```
    /// # fn example(found: iconik_api::tree::TreeEntry) {
    /// println!("{}", found.path().join("/"));
    /// # }
    /// ```
    #[must_use]
    pub fn path(&self) -> Vec<&str> {
        let above = self.above.iter().map(|title| &**title);
        above.chain([title_of(&self.item)]).collect()
    }
}

/// Returns the title of an item, or its id.
fn title_of(item: &CollectionItem) -> &str {
    let (title, id) = match item {
        CollectionItem::Asset(asset) => (&asset.title, asset.id.as_ref().map(|id| id.as_str())),
        CollectionItem::Collection(collection) => (
            &collection.title,
            collection.id.as_ref().map(|id| id.as_str()),
        ),
        CollectionItem::Unknown(_) => (&None, None),
    };
    title.as_deref().or(id).unwrap_or_default()
}

/// The contents of a collection cannot be read, or not all of them.
#[derive(Debug)]
pub struct TreeError {
    collection_id: CollectionId,
    error: Error,
}

impl TreeError {
    /// Returns the id of the collection.
    #[must_use]
    pub fn collection_id(&self) -> &CollectionId {
        &self.collection_id
    }

    /// Returns the error of the request.
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

    /// Walks down to this depth only; 1 for the contents of the root itself.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets how many items a page has. Default: 100.
    pub fn per_page(mut self, items: i64) -> Self {
        self.per_page = items;
        self
    }

    /// Returns only items of these kinds. Collections are opened all the same. Default: all kinds.
    ///
    /// An empty list is an error of the first request: it would mean no items, and iconik would return all.
    pub fn object_types(
        mut self,
        object_types: impl IntoIterator<Item = impl Into<ContentObjectType>>,
    ) -> Self {
        self.object_types = Some(object_types.into_iter().map(Into::into).collect());
        self
    }

    /// Does not read the contents of a collection that was returned, neither here nor where it is found again.
    ///
    /// Call it before the next item. Where the collection was opened before, the rest of its contents is not
    /// read; collections that were found in it are, unless they are skipped, too. Nothing changes for an
    /// asset.
    pub fn skip(&mut self, found: &TreeEntry) {
        let CollectionItem::Collection(collection) = &found.item else {
            return;
        };
        let Some(id) = &collection.id else {
            return;
        };
        // It is usually among the last ones that were found.
        let place = self.waiting.iter().rposition(|folder| folder.id == *id);
        if let Some(place) = place {
            self.waiting.remove(place);
        }
        self.open.retain(|branch| branch.folder.id != *id);
    }

    /// Returns the next item in the tree; `None` at the end.
    ///
    /// The future may be dropped: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<TreeEntry, TreeError>> {
        poll_fn(|context| self.poll_found(context)).await
    }

    /// Returns the next item in the tree; `None` at the end. As [`next`](Self::next), for use with `?`.
    ///
    /// # Errors
    ///
    /// When a collection cannot be read. The next call continues with the other collections.
    pub async fn try_next(&mut self) -> Result<Option<TreeEntry>, TreeError> {
        self.next().await.transpose()
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
                    parent: branch.folder.id.clone(),
                    depth: branch.folder.depth(),
                    above: Arc::clone(&branch.folder.path),
                };
                self.note(&found);
                if self.is_wanted(&found.item) {
                    return Poll::Ready(Some(Ok(found)));
                }
                continue;
            }
            let Some(end) = branch.end.take() else {
                return Poll::Pending;
            };
            let branch = self.open.pop_front();
            if let (Err(error), Some(branch)) = (end, branch) {
                return Poll::Ready(Some(Err(TreeError {
                    collection_id: branch.folder.id,
                    error,
                })));
            }
        }
    }

    fn open_more(&mut self) {
        while self.open.len() < self.at_once {
            let Some(folder) = self.waiting.pop_front() else {
                break;
            };
            if folder.depth() > self.max_depth {
                continue;
            }
            let contents: ListCollectionItems<Client> = self
                .collections
                .list_items(&folder.id)
                .per_page(self.per_page);
            let contents = match self.requested_types(&folder) {
                Some(object_types) => contents.object_types(object_types),
                None => contents,
            };
            self.open.push_back(Branch {
                folder,
                pages: contents.pages(),
                items: Vec::new().into_iter(),
                end: None,
            });
        }
    }

    /// Returns the kinds of items to request: those that are wanted, and collections if they are opened.
    fn requested_types(&self, folder: &Folder) -> Option<Vec<ContentObjectType>> {
        let mut object_types = self.object_types.clone()?;
        let opens_more = folder.depth() < self.max_depth;
        // An empty list stays one, which is refused before it is sent.
        if opens_more && !object_types.is_empty() && !object_types.contains(&COLLECTIONS) {
            object_types.push(COLLECTIONS);
        }
        Some(object_types)
    }

    fn is_wanted(&self, item: &CollectionItem) -> bool {
        let Some(object_types) = &self.object_types else {
            return true;
        };
        object_types.iter().any(|object_type| match item {
            CollectionItem::Asset(_) => *object_type == ContentObjectType::Assets,
            CollectionItem::Collection(_) => *object_type == COLLECTIONS,
            CollectionItem::Unknown(item) => item.value()["object_type"] == object_type.as_str(),
        })
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
            let title = title_of(&found.item).into();
            self.waiting.push_back(Folder {
                id: id.clone(),
                path: found.above.iter().cloned().chain([title]).collect(),
            });
        }
    }
}

/// The kind of the items that have contents of their own.
const COLLECTIONS: ContentObjectType = ContentObjectType::Collections;

impl Branch {
    /// Reads the next page if all items were returned.
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
