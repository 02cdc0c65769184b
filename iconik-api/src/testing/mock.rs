//! A transport that responds to the requests that it knows.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use serde::Serialize;
use serde_json::Value;

use super::expected::{Expected, Miss};
use super::pages::ListPages;
use super::received::{ReceivedRequest, Record, received_methods, write_nearest};
use super::reply::{IntoReply, Reply};
use super::times::Times;
use crate::client::{Client, ClientBuilder};
use crate::http::action::Action;
use crate::http::body::Body;
use crate::http::credentials::{BoxFuture, Credentials};
use crate::http::driver::sleep;
use crate::http::limit::Limiter;
use crate::http::request::Described;
use crate::http::retry::RetryPolicy;
use crate::http::transport::{Transport, TransportError};

/// An iconik that knows the requests of one test, without a socket.
///
/// ```
/// # #[cfg(feature = "assets")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> iconik_api::Result<()> {
/// use iconik_api::assets::requests::GetAsset;
/// use iconik_api::testing::Mock;
/// use serde_json::json;
///
/// let mock = Mock::new()
///     .on(GetAsset::new("1"), json!({ "id": "1", "title": "Dailies" }))
///     .on_status(GetAsset::new("2"), 404, "gone");
/// let client = mock.client();
///
/// assert_eq!(client.assets().get("1").await?.title.as_deref(), Some("Dailies"));
/// assert!(client.assets().get("2").await.unwrap_err().is_not_found());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "assets"))]
/// # fn main() {}
/// ```
///
/// # Which reply
///
/// A request is compared with what is expected: method, path, query in any order, the headers that the
/// expected request sets, and body. The first expectation that it meets decides the reply.
///
/// **Several replies to equal requests** are given in their order, and the last one from then on. So a first
/// failure is written as it is read:
///
/// ```
/// # #[cfg(feature = "assets")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> iconik_api::Result<()> {
/// # use iconik_api::assets::requests::GetAsset;
/// # use iconik_api::testing::Mock;
/// # use serde_json::json;
/// let mock = Mock::new()
///     .on_status(GetAsset::new("1"), 503, "try again")
///     .on(GetAsset::new("1"), json!({ "id": "1" }));
///
/// // The client retries a GET.
/// mock.client().assets().get("1").await?;
/// assert_eq!(mock.received().len(), 2);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "assets"))]
/// # fn main() {}
/// ```
///
/// # When the test fails
///
/// A request that is not expected is an error of its call, which names the expectations that come closest
/// and how they differ. Code that handles errors may hide it, and code may not send what it should. So the
/// mock also panics when it is dropped, or by [`verify`](Self::verify), if
///
/// - a request was not expected, or
/// - an expected request was not received: at least once, or as often as [`times`](Self::times) says.
///
/// It does not panic while the test fails already. Texts of failures contain no credentials, and no
/// [`Secret`](crate::Secret) among the arguments.
#[must_use = "a mock does nothing until a client sends requests to it"]
pub struct Mock {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    expectations: Vec<Expectation>,
    record: Record,
    /// The requests that were not expected, each with what is said about it.
    unexpected: Vec<(ReceivedRequest, String)>,
    /// Whether the test has looked at what went wrong.
    checked: bool,
}

struct Expectation {
    expected: Expected,
    response: Source,
    /// How often it is expected, if the test says so.
    times: Option<Times>,
    received: usize,
}

/// Where replies come from.
#[derive(Clone)]
enum Source {
    Reply(Reply),
    Pages(ListPages),
}

impl Expectation {
    /// How often the request is expected.
    fn expected_times(&self) -> Times {
        self.times.unwrap_or(Times::from(1..))
    }

    /// Returns what is wrong with how often the request was received.
    fn problem(&self) -> Option<String> {
        if let Some(problem) = self.expected.problem() {
            return Some(format!(
                "{}\n     it cannot be sent: {problem}",
                self.expected
            ));
        }
        let expected = self.expected_times();
        (self.received < expected.least).then(|| {
            let received = times(self.received);
            let request = &self.expected;
            format!("{request}\n     expected {expected}, received {received}")
        })
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}

impl State {
    /// Whether an expectation gives no further replies.
    fn is_used_up(&self, index: usize) -> bool {
        let expectation = &self.expectations[index];
        match expectation.times {
            Some(times) => expectation.received >= times.most,
            // The next one for the same request follows.
            None => {
                expectation.received > 0
                    && self.expectations[index + 1..]
                        .iter()
                        .any(|later| later.expected.is_same(&expectation.expected))
            }
        }
    }

    /// Chooses the expectation that a request meets.
    fn choose(&self, request: &ReceivedRequest) -> Result<usize, String> {
        let misses: Vec<Vec<Miss>> = self
            .expectations
            .iter()
            .enumerate()
            .map(|(index, expectation)| {
                let mut misses = expectation.expected.misses(request);
                if misses.is_empty() && self.is_used_up(index) {
                    let expected = expectation.expected_times();
                    let received = times(expectation.received);
                    let text = format!("expected {expected}, received {received} already");
                    misses.push(Miss { weight: 0, text });
                }
                misses
            })
            .collect();
        if let Some(index) = misses.iter().position(Vec::is_empty) {
            return Ok(index);
        }
        let mut text = format!(
            "the mock does not expect this request\n  {}\n",
            request.line()
        );
        let count = self.expectations.len();
        let _ = match count {
            0 => writeln!(text, "no request is expected"),
            1 => writeln!(text, "1 request is expected"),
            _ => writeln!(text, "{count} requests are expected; the nearest:"),
        };
        let lines = self.expectations.iter().map(|it| it.expected.to_string());
        write_nearest(&mut text, misses.into_iter().zip(lines));
        Err(text.trim_end().to_owned())
    }

    /// Returns where the response to a request comes from, or why it is not expected.
    fn respond(&mut self, request: &ReceivedRequest) -> Result<Source, String> {
        match self.choose(request) {
            Ok(index) => {
                let expectation = &mut self.expectations[index];
                expectation.received += 1;
                Ok(expectation.response.clone())
            }
            Err(text) => {
                self.unexpected.push((request.clone(), text.clone()));
                Err(text)
            }
        }
    }

    /// Returns everything that went wrong.
    fn failure(&self) -> Option<String> {
        let mut text = String::new();
        for (_, unexpected) in &self.unexpected {
            let _ = writeln!(text, "{unexpected}");
        }
        let unused: Vec<String> = self
            .expectations
            .iter()
            .enumerate()
            .filter_map(|(index, expectation)| Some((index, expectation.problem()?)))
            .map(|(index, problem)| format!("  {}. {problem}\n", index + 1))
            .collect();
        if !unused.is_empty() {
            let _ = writeln!(text, "requests that were not received as expected:");
            text.extend(unused);
        }
        (!text.is_empty()).then(|| text.trim_end().to_owned())
    }
}

impl Mock {
    /// Creates a mock that expects nothing.
    pub fn new() -> Self {
        Self {
            state: Arc::default(),
        }
    }

    /// Expects this request, and responds with this: `json!`, a model, text, a [`Reply`].
    #[track_caller]
    pub fn on<A: Action>(self, request: A, response: impl IntoReply) -> Self {
        self.on_matching(Expected::of(&request), response)
    }

    /// Expects this request, and responds with this status.
    ///
    /// Text is a message of iconik: `on_status(request, 503, "try again")`. With `()` there is no body.
    ///
    /// # Panics
    ///
    /// When there is no such status.
    #[track_caller]
    pub fn on_status<A: Action>(self, request: A, status: u16, body: impl IntoReply) -> Self {
        self.on(request, body.into_reply().or_status(status))
    }

    /// Expects that this list is read, and responds with its pages: those that the requests ask for, in any
    /// style of paging. A page behind the last one is empty.
    ///
    /// ```
    /// # #[cfg(feature = "assets")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> iconik_api::Result<()> {
    /// use iconik_api::assets::requests::ListAssets;
    /// use iconik_api::testing::Mock;
    /// use serde_json::json;
    ///
    /// let mock = Mock::new().on_pages(
    ///     ListAssets::new(),
    ///     [vec![json!({ "id": "1" }), json!({ "id": "2" })], vec![json!({ "id": "3" })]],
    /// );
    /// let assets = mock.client().assets().list().items().try_collect::<Vec<_>>().await?;
    /// assert_eq!(assets.len(), 3);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "assets"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Panics
    ///
    /// When an item cannot be written as JSON.
    #[track_caller]
    pub fn on_pages<A: Action, P>(self, request: A, pages: impl IntoIterator<Item = P>) -> Self
    where
        P: IntoIterator<Item: Serialize>,
    {
        let item = |item| match serde_json::to_value(item) {
            Ok(item) => item,
            Err(error) => panic!("an item cannot be written as JSON: {error}"),
        };
        let page = |page: P| page.into_iter().map(item).collect::<Vec<Value>>();
        let pages = ListPages::new(A::META, pages.into_iter().map(page).collect());
        self.expect(Expected::of(&request).any_page(), Source::Pages(pages))
    }

    /// Expects requests that are like this, for example any that create an asset.
    ///
    /// ```
    /// # #[cfg(feature = "assets")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> iconik_api::Result<()> {
    /// use iconik_api::assets::{Asset, NewAsset};
    /// use iconik_api::testing::{Expected, Mock};
    /// use serde_json::json;
    ///
    /// let mut asset = Asset::default();
    /// asset.id = Some("1".into());
    /// let titled = Expected::action("assets.create").json(json!({ "title": "Dailies" }));
    /// let mock = Mock::new().on_matching(titled, asset.clone());
    ///
    /// let new = NewAsset::new("Dailies").category("raw");
    /// assert_eq!(mock.client().assets().create(new).await?, asset);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "assets"))]
    /// # fn main() {}
    /// ```
    #[track_caller]
    pub fn on_matching(self, expected: Expected, response: impl IntoReply) -> Self {
        self.expect(expected, Source::Reply(response.into_reply()))
    }

    fn expect(self, expected: Expected, response: Source) -> Self {
        self.state().expectations.push(Expectation {
            expected,
            response,
            times: None,
            received: 0,
        });
        self
    }

    /// Sets how often the request that was added last is expected: a number, or a range such as `1..=3` or
    /// `..`. Default: at least once.
    ///
    /// What is more often is not expected, unless there is a further reply to the same request.
    pub fn times(self, times: impl Into<Times>) -> Self {
        if let Some(expectation) = self.state().expectations.last_mut() {
            expectation.times = Some(times.into());
        }
        self
    }

    /// Returns a client that sends its requests here: with credentials, without a pace, and with retries that
    /// do not wait.
    ///
    /// # Panics
    ///
    /// When the operating system gives no thread for the clocks of the client.
    pub fn client(&self) -> Client {
        match self.client_builder().build() {
            Ok(client) => client,
            Err(error) => panic!("{error}"),
        }
    }

    /// Returns the settings of [`client`](Self::client), to change them: `.retry(RetryPolicy::default())` for
    /// retries that wait, `.limiter(Limiter::default())` for the pace.
    pub fn client_builder(&self) -> ClientBuilder {
        let credentials = Credentials::new("mock-app-id", "mock-auth-token")
            .share_token("mock-share-token")
            .temporary_token("mock-temporary-token");
        let transport = MockTransport {
            state: Arc::clone(&self.state),
        };
        Client::builder()
            .credentials(credentials)
            .limiter(Limiter::unlimited())
            .retry(RetryPolicy::default().without_waits())
            .mocked(transport)
    }

    received_methods!();

    /// Returns the requests that were not expected, for a test that checks them itself: the mock does not
    /// panic for them when it is dropped.
    pub fn take_unexpected(&self) -> Vec<ReceivedRequest> {
        let unexpected = std::mem::take(&mut self.state().unexpected);
        unexpected.into_iter().map(|(request, _)| request).collect()
    }

    /// Checks that all requests were expected, and that all expected requests were received.
    ///
    /// Dropping the mock does this, too.
    ///
    /// # Panics
    ///
    /// When they were not; the message lists all of them.
    #[track_caller]
    pub fn verify(self) {
        let failure = self.failure();
        drop(self);
        if let Some(failure) = failure {
            panic!("{failure}");
        }
    }

    /// Returns what went wrong, once.
    fn failure(&self) -> Option<String> {
        let mut state = self.state();
        match std::mem::replace(&mut state.checked, true) {
            true => None,
            false => state.failure(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // A computed reply that panics leaves the state as it was.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        if let Some(failure) = self.failure() {
            panic!("{failure}");
        }
    }
}

/// Shows how many requests are expected and were received.
impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Mock")
            .field("expected", &state.expectations.len())
            .field("received", &state.record.len())
            .finish_non_exhaustive()
    }
}

/// The way to a mock.
struct MockTransport {
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MockTransport")
    }
}

impl Transport for MockTransport {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = whole(body).await?;
            let mut request = ReceivedRequest::new(parts.method, &parts.uri, &parts.headers, body);
            if let Some(described) = parts.extensions.get::<Described>() {
                request.describe(described);
            }
            // A computed reply may look at the mock, so that it is played without the lock.
            let response = lock(&self.state).respond(&request);
            let (delay, response) = match response {
                Ok(Source::Reply(reply)) => reply.play(&request),
                Ok(Source::Pages(pages)) => pages.reply(&request).play(&request),
                Err(text) => (Duration::ZERO, Err(TransportError::refused(text))),
            };
            request.status = response.as_ref().ok().map(|it| it.status().as_u16());
            lock(&self.state).record.add(request);
            if !delay.is_zero() {
                sleep(delay).await;
            }
            response
        })
    }
}

/// Reads a body to its end.
async fn whole(mut body: Body) -> Result<Bytes, TransportError> {
    if let Some(bytes) = body.as_bytes() {
        return Ok(bytes.clone());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
