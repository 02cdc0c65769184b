//! Whatever is done, the local iconik agrees with a model of it that fits on a page.

use std::collections::BTreeMap;

use iconik_api::assets::*;
use iconik_api::ids::AssetId;
use iconik_api::mock::Server;
use iconik_api::{Client, Paging};
use proptest::prelude::*;

use super::impatient;

/// What can be done; a number chooses one of the assets that were ever created.
#[derive(Clone, Debug)]
enum Step {
    Create {
        title: String,
        category: Option<String>,
    },
    Rename {
        which: usize,
        title: String,
    },
    Clear {
        which: usize,
    },
    Replace {
        which: usize,
        title: String,
    },
    Delete {
        which: usize,
    },
    Restore {
        which: usize,
    },
    RestoreAll,
    Purge {
        which: usize,
    },
    PurgeQueue,
    List {
        per_page: i64,
        scroll: bool,
        sort: bool,
    },
}

/// An asset of the model.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    title: String,
    category: Option<String>,
    deleted: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let title = || "[a-z]{1,6}";
    let which = || 0_usize..8;
    let step = prop_oneof![
        3 => (title(), prop::option::of(title())).prop_map(|(title, category)| Step::Create { title, category }),
        2 => (which(), title()).prop_map(|(which, title)| Step::Rename { which, title }),
        1 => which().prop_map(|which| Step::Clear { which }),
        1 => (which(), title()).prop_map(|(which, title)| Step::Replace { which, title }),
        2 => which().prop_map(|which| Step::Delete { which }),
        1 => which().prop_map(|which| Step::Restore { which }),
        1 => Just(Step::RestoreAll),
        1 => which().prop_map(|which| Step::Purge { which }),
        1 => Just(Step::PurgeQueue),
        2 => (1_i64..5, any::<bool>(), any::<bool>()).prop_map(|(per_page, scroll, sort)| Step::List { per_page, scroll, sort }),
    ];
    prop::collection::vec(step, 1..40)
}

/// The assets of the model: by the order of their creation; none where one was purged.
#[derive(Default)]
struct Model {
    ids: Vec<AssetId>,
    known: BTreeMap<usize, Known>,
}

impl Model {
    /// An asset that was created, whether it still exists or not.
    fn choose(&self, which: usize) -> Option<(usize, &AssetId)> {
        let place = which.checked_rem(self.ids.len())?;
        Some((place, &self.ids[place]))
    }

    async fn step(&mut self, client: &Client, step: &Step) {
        let assets = client.assets();
        let queue = assets.delete_queue();
        match step {
            Step::Create { title, category } => {
                let mut new = NewAsset::new(title);
                if let Some(category) = category {
                    new = new.category(category.clone());
                }
                let created = assets.create(new).await.unwrap();
                let known = Known {
                    title: title.clone(),
                    category: category.clone(),
                    deleted: false,
                };
                self.known.insert(self.ids.len(), known);
                self.ids.push(created.id.unwrap());
            }
            Step::Rename { which, title } => {
                let Some((place, id)) = self.choose(*which) else {
                    return;
                };
                let result = assets.update(id, AssetPatch::new().title(title)).await;
                self.change(place, result.is_ok(), |known| known.title.clone_from(title));
            }
            Step::Clear { which } => {
                let Some((place, id)) = self.choose(*which) else {
                    return;
                };
                let patch = AssetPatch::new().clear_category();
                let result = assets.update(id, patch).await;
                self.change(place, result.is_ok(), |known| known.category = None);
            }
            Step::Replace { which, title } => {
                let Some((place, id)) = self.choose(*which) else {
                    return;
                };
                let deleted = self.known.get(&place).is_some_and(|known| known.deleted);
                // A replacement says everything, the state as well.
                let status = if deleted {
                    ObjectStatus::Deleted
                } else {
                    ObjectStatus::Active
                };
                let result = assets
                    .replace(id, AssetReplacement::new(title).status(status))
                    .await;
                self.change(place, result.is_ok(), |known| {
                    known.title.clone_from(title);
                    known.category = None;
                });
            }
            Step::Delete { which } => {
                let Some((place, id)) = self.choose(*which) else {
                    return;
                };
                let result = assets.delete(id).await;
                self.change(place, result.is_ok(), |known| known.deleted = true);
            }
            Step::Restore { which } => {
                let Some((place, id)) = self.choose(*which) else {
                    return;
                };
                queue.restore_assets(AssetIdList::new([id])).await.unwrap();
                if let Some(known) = self.known.get_mut(&place) {
                    known.deleted = false;
                }
            }
            Step::RestoreAll => {
                queue.restore_all_assets().await.unwrap();
                self.known
                    .values_mut()
                    .for_each(|known| known.deleted = false);
            }
            Step::Purge { which } => {
                let Some((place, id)) = self.choose(*which) else {
                    return;
                };
                let result = assets.purge(id).await;
                assert_eq!(result.is_ok(), self.known.remove(&place).is_some());
            }
            Step::PurgeQueue => {
                queue.purge_all_assets().await.unwrap();
                self.known.retain(|_, known| !known.deleted);
            }
            Step::List {
                per_page,
                scroll,
                sort,
            } => {
                self.compare_list(client, *per_page, *scroll, *sort).await;
            }
        }
    }

    fn change(&mut self, place: usize, done: bool, change: impl FnOnce(&mut Known)) {
        let known = self.known.get_mut(&place);
        assert_eq!(done, known.is_some());
        known.map(change);
    }

    async fn compare_list(&self, client: &Client, per_page: i64, scroll: bool, sort: bool) {
        let mut list = client.assets().list().per_page(per_page);
        if sort {
            list = list.sort("title,desc");
        }
        let style = if scroll { Paging::Scroll } else { Paging::Page };
        let found: Vec<Asset> = list.items().style(style).try_collect().await.unwrap();
        let found: Vec<String> = found
            .into_iter()
            .map(|asset| asset.title.unwrap())
            .collect();
        let active = self.known.values().filter(|known| !known.deleted);
        let mut expected: Vec<String> = active.map(|known| known.title.clone()).collect();
        if sort {
            expected.sort_by(|left, right| right.cmp(left));
        }
        assert_eq!(found, expected);
    }

    /// Compares everything.
    async fn compare(&self, client: &Client) {
        for (place, id) in self.ids.iter().enumerate() {
            let read = client.assets().get(id).await.ok().map(|asset| Known {
                title: asset.title.unwrap(),
                category: asset.category,
                deleted: asset.status == Some(ObjectStatus::Deleted),
            });
            assert_eq!(read.as_ref(), self.known.get(&place));
        }
        let deleted = self.known.values().filter(|known| known.deleted).count();
        let queue = client
            .assets()
            .delete_queue()
            .list_assets()
            .per_page(1000)
            .await
            .unwrap();
        assert_eq!(queue.objects.len(), deleted);
        self.compare_list(client, 3, false, false).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_server_agrees_with_the_model(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::builder().strict(true).start().unwrap();
            let client = impatient(&server);
            let mut model = Model::default();
            for step in &steps {
                model.step(&client, step).await;
            }
            model.compare(&client).await;
        });
    }
}
