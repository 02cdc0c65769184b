//! Who is asking: App-ID and tokens, fixed or rotating.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::driver;
use super::meta::Auth;
use super::refresh::Refresh;
use crate::data::secret::Secret;
use crate::error::{BoxError, SharedError};

/// A future on the heap, as object-safe traits give it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

const APP_ID: HeaderName = HeaderName::from_static("app-id");
const AUTH_TOKEN: HeaderName = HeaderName::from_static("auth-token");
const SHARE_AUTH_TOKEN: HeaderName = HeaderName::from_static("share-auth-token");
const TEMP_AUTH_TOKEN: HeaderName = HeaderName::from_static("temp-auth-token");

/// Whether a header is set by credentials alone.
pub(crate) fn is_credential(name: &HeaderName) -> bool {
    [
        APP_ID,
        AUTH_TOKEN,
        SHARE_AUTH_TOKEN,
        TEMP_AUTH_TOKEN,
        AUTHORIZATION,
    ]
    .contains(name)
}

/// An App-ID and the tokens that go with it. Cheap to clone; never shows what it holds.
///
/// ```
/// use iconik_api::Credentials;
///
/// let credentials = Credentials::new("my-app-id", "my-token");
/// assert!(!format!("{credentials:?}").contains("my-token"));
/// ```
#[derive(Clone)]
#[must_use = "credentials do nothing until a client or a call has them"]
pub struct Credentials(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    app_id: Option<Secret>,
    auth_token: Option<Secret>,
    share_token: Option<Secret>,
    temporary_token: Option<Secret>,
    extra: Vec<(HeaderName, Secret)>,
    expires: Option<Instant>,
}

impl Credentials {
    /// An application token, as made under Admin > Settings > Application Tokens.
    pub fn new(app_id: impl Into<Secret>, auth_token: impl Into<Secret>) -> Self {
        Self::app(app_id).auth_token(auth_token)
    }

    /// An App-ID without a token, which is enough to log into a share.
    pub fn app(app_id: impl Into<Secret>) -> Self {
        Self::none().with(|parts| parts.app_id = Some(app_id.into()))
    }

    /// No credentials at all, for the actions that need none: logins, and the exchange of an OAuth
    /// code for a token.
    pub fn none() -> Self {
        Self(Arc::new(Parts {
            app_id: None,
            auth_token: None,
            share_token: None,
            temporary_token: None,
            extra: Vec::new(),
            expires: None,
        }))
    }

    /// Sets the token that goes into `Auth-Token`.
    pub fn auth_token(self, token: impl Into<Secret>) -> Self {
        self.with(|parts| parts.auth_token = Some(token.into()))
    }

    /// Sets the token that goes into `Share-Auth-Token`, for the actions that a share login opens.
    pub fn share_token(self, token: impl Into<Secret>) -> Self {
        self.with(|parts| parts.share_token = Some(token.into()))
    }

    /// Sets the token that goes into `Temp-Auth-Token`, for the second step of a login.
    pub fn temporary_token(self, token: impl Into<Secret>) -> Self {
        self.with(|parts| parts.temporary_token = Some(token.into()))
    }

    /// Adds a secret header to every request with a token, for gateways and for ways to
    /// authenticate that this version does not know.
    pub fn header(self, name: HeaderName, value: impl Into<Secret>) -> Self {
        self.with(|parts| parts.extra.push((name, value.into())))
    }

    /// Says how long the token is good for. Only [`RotatingCredentials`] look at it: they fetch
    /// new ones a little before.
    pub fn valid_for(self, time: Duration) -> Self {
        self.with(|parts| parts.expires = Instant::now().checked_add(time))
    }

    /// Sets how long the token is good for from now on, or that this is not known.
    #[cfg(feature = "auth")]
    pub(crate) fn valid_for_known(self, left: Option<Duration>) -> Self {
        self.with(|parts| parts.expires = left.and_then(|left| Instant::now().checked_add(left)))
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    fn expired(&self) -> bool {
        // A token must live as long as the request that contains it.
        const AHEAD: Duration = Duration::from_secs(30);
        self.0
            .expires
            .is_some_and(|expires| expires.saturating_duration_since(Instant::now()) < AHEAD)
    }

    /// Writes the headers that `auth` asks for.
    pub(crate) fn apply(&self, auth: Auth, headers: &mut HeaderMap) -> Result<(), String> {
        let parts = &*self.0;
        let token = match auth {
            Auth::None => return Ok(()),
            Auth::AppId => None,
            Auth::Token => Some((AUTH_TOKEN, &parts.auth_token, "auth_token")),
            Auth::ShareToken => Some((SHARE_AUTH_TOKEN, &parts.share_token, "share_token")),
            Auth::TemporaryToken => {
                Some((TEMP_AUTH_TOKEN, &parts.temporary_token, "temporary_token"))
            }
        };
        match &parts.app_id {
            Some(app_id) => insert(headers, APP_ID, app_id)?,
            None if auth == Auth::TemporaryToken => {}
            None if auth != Auth::AppId && !parts.extra.is_empty() => {}
            None => return Err("this action needs an App-ID, and the credentials have none".into()),
        }
        let Some((name, token, method)) = token else {
            return Ok(());
        };
        match token {
            Some(token) => insert(headers, name, token)?,
            // Another way to authenticate, in a header of the caller's own.
            None if auth == Auth::Token && !parts.extra.is_empty() => {}
            None => {
                return Err(format!(
                    "this action needs the header `{name}`; set it with `Credentials::{method}`"
                ));
            }
        }
        for (name, value) in &parts.extra {
            insert(headers, name.clone(), value)?;
        }
        Ok(())
    }

    /// Says what is wrong with them, if they can never be sent.
    pub(crate) fn check(&self) -> Result<(), String> {
        let parts = &*self.0;
        let named = [
            ("app_id", "the App-ID", &parts.app_id),
            ("auth_token", "the token", &parts.auth_token),
            ("share_token", "the token", &parts.share_token),
            ("temporary_token", "the token", &parts.temporary_token),
        ];
        for (name, what, secret) in named {
            let Some(secret) = secret.as_ref().map(Secret::expose) else {
                continue;
            };
            let problem = if secret.is_empty() {
                "it is empty"
            } else if secret.contains(['\n', '\r']) {
                "it contains a line break"
            } else if secret.contains(char::is_whitespace) {
                "it contains a space"
            } else if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
                "it contains a character that no header may contain"
            } else {
                continue;
            };
            return Err(format!(
                "{name}: {problem}; expected {what} as iconik shows it, without anything before or after it"
            ));
        }
        for (name, value) in &parts.extra {
            if HeaderValue::from_str(value.expose()).is_err() {
                return Err(format!(
                    "header `{name}`: its value contains a character that no header may contain"
                ));
            }
        }
        Ok(())
    }

    /// The texts that no error message may repeat.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let parts = &*self.0;
        let extra = parts.extra.iter().map(|(_, value)| value);
        [
            &parts.app_id,
            &parts.auth_token,
            &parts.share_token,
            &parts.temporary_token,
        ]
        .into_iter()
        .flatten()
        .chain(extra)
        .map(Secret::expose)
        .collect()
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, secret: &Secret) -> Result<(), String> {
    let Ok(mut value) = HeaderValue::from_str(secret.expose()) else {
        return Err(format!(
            "`{name}` contains a character that is not allowed in a header: a line break at its end, perhaps"
        ));
    };
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

fn hidden(secret: &Option<Secret>) -> Option<&'static str> {
    secret.as_ref().map(|_| "[hidden]")
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("app_id", &hidden(&self.0.app_id))
            .field("auth_token", &hidden(&self.0.auth_token))
            .field("share_token", &hidden(&self.0.share_token))
            .field("temporary_token", &hidden(&self.0.temporary_token))
            .finish_non_exhaustive()
    }
}

/// Where new tokens come from: a vault, a login, a token endpoint.
///
/// Closures that return a future are sources, too: see [`RotatingCredentials::new`].
pub trait TokenSource: Send + Sync + 'static {
    /// Gets credentials that are good now.
    fn fetch(&self) -> BoxFuture<'_, Result<Credentials, BoxError>>;
}

impl<F, T> TokenSource for F
where
    F: Fn() -> T + Send + Sync + 'static,
    T: Future<Output = Result<Credentials, BoxError>> + Send + 'static,
{
    fn fetch(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(self())
    }
}

/// Credentials that are replaced while the program runs.
///
/// They are fetched when first needed, again shortly before they expire (if
/// [`Credentials::valid_for`] said when), and again when iconik returns 401; then the request is
/// repeated once. However many calls wait, one fetch serves them all, also one that fails, and it makes
/// progress whichever of them is polled. A fetch may take as long as an attempt of the call that began
/// it. Clones share what was fetched, so one
/// value can serve several clients.
///
/// The source must not send requests by a client with these same credentials: it would wait for
/// itself.
///
/// ```
/// use iconik_api::{Client, Credentials, RotatingCredentials};
///
/// # async fn token_from_vault() -> Result<String, std::io::Error> { Ok(String::new()) }
/// let rotating = RotatingCredentials::new(|| async {
///     let token = token_from_vault().await?;
///     Ok(Credentials::new("my-app-id", token))
/// });
/// let client = Client::builder().credentials(rotating).build()?;
/// # Ok::<(), iconik_api::Error>(())
/// ```
#[derive(Clone)]
pub struct RotatingCredentials(Arc<Rotating>);

struct Rotating {
    source: Box<dyn TokenSource>,
    current: Mutex<Current>,
}

#[derive(Default)]
struct Current {
    credentials: Option<Credentials>,
    /// Of the credentials.
    generation: u64,
    /// How many fetches have ended.
    fetches: u64,
    /// Why the last one failed, if it did.
    failure: Option<FetchError>,
    /// The one that runs.
    refresh: Option<Arc<Refresh>>,
}

/// Why there are no credentials.
#[derive(Clone)]
pub(super) enum FetchError {
    /// The source failed.
    Source(SharedError),
    /// The source took longer than an attempt may take.
    TooSlow,
}

impl RotatingCredentials {
    /// Credentials from a source.
    pub fn new(source: impl TokenSource) -> Self {
        Self(Arc::new(Rotating {
            source: Box::new(source),
            current: Mutex::default(),
        }))
    }

    /// Good credentials and their generation; `stale` is a generation that was refused.
    async fn get(
        &self,
        stale: Option<u64>,
        limit: Duration,
    ) -> Result<(Credentials, u64), FetchError> {
        loop {
            let (refresh, fetches) = {
                let mut current = self.lock();
                if let Some(found) = current.look(stale) {
                    return Ok(found);
                }
                let refresh = current.refresh.get_or_insert_with(|| self.refresh(limit));
                (Arc::clone(refresh), current.fetches)
            };
            let join = refresh.join(|fetched| self.end(&refresh, fetched.map_err(Into::into)));
            if driver::timeout_at(refresh.deadline, join).await.is_err() {
                self.end(&refresh, Err(FetchError::TooSlow));
            }
            // What was fetched while this call waited is for this call, too, however it ended and
            // however short its life.
            if let Some(ended) = self.lock().fetched_since(fetches, stale) {
                return ended;
            }
        }
    }

    fn refresh(&self, limit: Duration) -> Arc<Refresh> {
        const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
        let rotating = Arc::clone(&self.0);
        let fetch = Box::pin(async move { rotating.source.fetch().await });
        Refresh::new(fetch, tokio::time::Instant::now() + limit.min(CENTURY))
    }

    /// Notes how a fetch ended, unless that is known already.
    fn end(&self, refresh: &Arc<Refresh>, fetched: Result<Credentials, FetchError>) {
        let mut current = self.lock();
        let running = current
            .refresh
            .take_if(|running| Arc::ptr_eq(running, refresh));
        if running.is_some() {
            current.fetches += 1;
            match fetched {
                Ok(credentials) => {
                    current.failure = None;
                    current.generation += 1;
                    current.credentials = Some(credentials);
                }
                Err(failure) => current.failure = Some(failure),
            }
        }
        // What is dropped is code of others, which may want the lock.
        drop(current);
        drop(running);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.0
            .current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<BoxError> for FetchError {
    fn from(source: BoxError) -> Self {
        Self::Source(source.into())
    }
}

impl Current {
    /// How the last fetch ended, if one did after this number of them.
    fn fetched_since(
        &self,
        fetches: u64,
        stale: Option<u64>,
    ) -> Option<Result<(Credentials, u64), FetchError>> {
        if self.fetches == fetches {
            return None;
        }
        if let Some(failure) = &self.failure {
            return Some(Err(failure.clone()));
        }
        let credentials = self.credentials.clone()?;
        (Some(self.generation) != stale).then_some(Ok((credentials, self.generation)))
    }

    fn look(&self, stale: Option<u64>) -> Option<(Credentials, u64)> {
        let credentials = self.credentials.as_ref()?;
        let usable = Some(self.generation) != stale && !credentials.expired();
        usable.then(|| (credentials.clone(), self.generation))
    }
}

impl fmt::Debug for RotatingCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotatingCredentials")
    }
}

/// What a client asks for credentials: made from [`Credentials`] or [`RotatingCredentials`].
#[derive(Clone, Debug)]
pub struct CredentialsProvider(Provider);

#[derive(Clone, Debug)]
enum Provider {
    Fixed(Credentials),
    Rotating(RotatingCredentials),
}

impl CredentialsProvider {
    /// Credentials and their generation; `stale` is a generation that was refused. A fetch may take
    /// this long.
    pub(super) async fn get(
        &self,
        stale: Option<u64>,
        limit: Duration,
    ) -> Result<(Credentials, u64), FetchError> {
        match &self.0 {
            Provider::Fixed(credentials) => Ok((credentials.clone(), 0)),
            // Fixed ones are the rule, and should not have room for this.
            Provider::Rotating(rotating) => Box::pin(rotating.get(stale, limit)).await,
        }
    }

    /// Says what is wrong with the credentials, as far as it is known before they are needed.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.0 {
            Provider::Fixed(credentials) => credentials.check(),
            Provider::Rotating(_) => Ok(()),
        }
    }

    pub(crate) fn rotates(&self) -> bool {
        matches!(self.0, Provider::Rotating(_))
    }
}

impl From<Credentials> for CredentialsProvider {
    fn from(credentials: Credentials) -> Self {
        Self(Provider::Fixed(credentials))
    }
}

impl From<RotatingCredentials> for CredentialsProvider {
    fn from(rotating: RotatingCredentials) -> Self {
        Self(Provider::Rotating(rotating))
    }
}
