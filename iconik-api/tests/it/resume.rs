//! Lists whose items are worked at several at a time, and continued where the work stopped.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use iconik_api::{Cursor, Limiter, Paging};
use tokio::time::sleep;

use crate::paging::list;
use crate::support::Server;

const ITEMS: usize = 95;
const AT_ONCE: usize = 8;

/// Each run fails at another item and ends, as a program that crashes. The next one reads the cursor that was
/// stored last, and continues: nothing is lost, and at most what was under way is done again.
#[tokio::test]
async fn work_at_several_items_at_once_is_continued_without_loss() {
    for style in [Paging::Page, Paging::Scroll] {
        let server = Server::start(|request| list(request, ITEMS)).await;
        let client = server.builder().limiter(Limiter::unlimited());
        let client = client.build().unwrap();
        let done = Mutex::new(BTreeMap::<String, u32>::new());
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut stored: Option<String> = None;
        let mut runs = 0;
        loop {
            runs += 1;
            let begun = AtomicUsize::new(0);
            let work = async |id: String| {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                let number = begun.fetch_add(1, Ordering::Relaxed);
                // Later items are often ready before earlier ones.
                sleep(Duration::from_millis(((number * 7) % 5) as u64)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                if number == 13 {
                    return Err("the program crashes".to_owned());
                }
                *done.lock().unwrap().entry(id).or_default() += 1;
                Ok(())
            };

            let mut items = client.assets().collections().list().per_page(10).items();
            items = items.style(style);
            if let Some(cursor) = &stored {
                items = items.resume(cursor.parse::<Cursor>().unwrap());
            }
            let results = items
                .with_cursors()
                .map_err(|error| error.to_string())
                .map_ok(|(item, cursor)| {
                    let work = work(item.id.unwrap().to_string());
                    async move {
                        work.await?;
                        Ok(cursor)
                    }
                })
                .try_buffered(AT_ONCE);
            let mut results = std::pin::pin!(results);
            let ended = loop {
                match results.try_next().await {
                    Ok(Some(cursor)) => stored = Some(cursor.to_string()),
                    Ok(None) => break true,
                    Err(error) => {
                        assert_eq!(error, "the program crashes");
                        break false;
                    }
                }
            };
            now.store(0, Ordering::Relaxed);
            if ended {
                break;
            }
        }

        let done = done.into_inner().unwrap();
        let ids: Vec<_> = (0..ITEMS).map(|number| format!("row-{number}")).collect();
        let lost: Vec<_> = ids.iter().filter(|id| !done.contains_key(*id)).collect();
        assert!(lost.is_empty(), "{style:?}: {lost:?}");
        assert_eq!(done.len(), ITEMS);
        // The items behind the one that failed.
        let again: u32 = done.values().map(|times| times - 1).sum();
        assert!(
            again <= (runs - 1) * AT_ONCE as u32,
            "{again} in {runs} runs"
        );
        assert!((6..=9).contains(&runs), "{runs}");
        assert_eq!(most.load(Ordering::Relaxed), AT_ONCE);
    }
}
