//! Logging in: from a password or an OAuth grant to credentials that are replaced before they expire.
//!
//! ```
//! use iconik_api::auth::PasswordLogin;
//! use iconik_api::{Client, Credentials};
//!
//! # async fn example(password: String) -> iconik_api::Result<()> {
//! let client = Client::builder().credentials(Credentials::none()).build()?;
//!
//! let login = client.auth().start_login(PasswordLogin::new("ann@example.com", password)).await?;
//! let login = login.only_domain()?.finish().await?;
//! let client = client.with_credentials(login.into_rotating());
//! # Ok(())
//! # }
//! ```
//!
//! A user of several system domains chooses one, and may need a second factor:
//!
//! ```
//! use iconik_api::auth::{MultiFactorMethod, PasswordLogin};
//!
//! # async fn example(client: iconik_api::Client, login: PasswordLogin, code: String) -> iconik_api::Result<()> {
//! let login = client.auth().start_login(login).await?;
//! for domain in login.domains() {
//!     println!("{:?}: {:?}", domain.system_domain_id, domain.system_domain_name);
//! }
//! let login = login.domain("5f9c0d62-0e2b-11ee-9a1c-0242ac120002")?;
//! let login = if login.needs_second_factor() {
//!     login.send_code().await?;
//!     login.finish_with_code(MultiFactorMethod::Mail2sv, code).await?
//! } else {
//!     login.finish().await?
//! };
//! let client = client.with_credentials(login.into_rotating());
//! # Ok(())
//! # }
//! ```
//!
//! No value of this module prints a password, a code or a token.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::auth::{
    AuthHandle, DomainLogin, LoginDomain, MultiFactorMethod, OauthGrantType, OauthHandle,
    OauthToken, OauthTokenRequest, PasswordLogin, Token,
};
use crate::data::secret::Secret;
use crate::data::timestamp::Timestamp;
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::http::credentials::{BoxFuture, Credentials, RotatingCredentials, TokenSource};
use crate::http::meta::Endpoint;
use crate::ids::{ApplicationId, SystemDomainId};

impl AuthHandle {
    /// Starts the login of a user with e-mail address and password.
    ///
    /// The client needs no credentials.
    ///
    /// # Errors
    ///
    /// Those of the request: `is_unauthorized` for a wrong password.
    pub async fn start_login(&self, login: impl Into<PasswordLogin>) -> Result<StartedLogin> {
        let login = login.into();
        let token = self.log_in(login.clone()).await?;
        Ok(StartedLogin {
            auth: self.clone(),
            login,
            token,
        })
    }
}

impl OauthHandle {
    /// Gets a token for an OAuth grant: the credentials of the application, an authorization code, or
    /// a refresh token.
    ///
    /// The client needs no credentials.
    ///
    /// ```
    /// use iconik_api::auth::{OauthGrantType, OauthTokenRequest};
    ///
    /// # async fn example(client: iconik_api::Client, secret: String) -> iconik_api::Result<()> {
    /// let grant = OauthTokenRequest::new(OauthGrantType::ClientCredentials)
    ///     .client_id("5f9c0d62-0e2b-11ee-9a1c-0242ac120002")
    ///     .client_secret(secret);
    /// let login = client.auth().oauth().log_in(grant).await?;
    /// let client = client.with_credentials(login.into_rotating());
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(|client| example(client, "secret".to_owned()));
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the request, and [`ErrorKind::Decode`] if the response contains no token.
    pub async fn log_in(&self, grant: impl Into<OauthTokenRequest>) -> Result<Login> {
        let grant = grant.into();
        let token = self.create_token(grant.clone()).await?;
        let credentials = oauth_credentials(&token, &grant)?;
        let refresh_token = token.refresh_token.or_else(|| grant.refresh_token.clone());
        Ok(Login {
            credentials,
            renewal: Renewal::Oauth {
                oauth: self.clone(),
                grant: Box::new(grant),
                refresh_token,
            },
        })
    }
}

/// A login whose system domain is not chosen yet. Returned by [`AuthHandle::start_login`].
#[must_use = "the login is not finished"]
pub struct StartedLogin {
    auth: AuthHandle,
    login: PasswordLogin,
    token: Token,
}

impl StartedLogin {
    /// Returns the system domains that the user can log in to.
    #[must_use]
    pub fn domains(&self) -> &[LoginDomain] {
        &self.token.auth_system_domains
    }

    /// Chooses a system domain.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] if the user cannot log in to it.
    pub fn domain(self, system_domain_id: impl Into<SystemDomainId>) -> Result<DomainChoice> {
        let id = system_domain_id.into();
        let mut domains = self.token.auth_system_domains.iter();
        let found = domains.find(|domain| domain.system_domain_id.as_ref() == Some(&id));
        match found.cloned() {
            Some(domain) => Ok(self.choose(domain)),
            None => Err(refused(format!(
                "the user cannot log in to the system domain {id}"
            ))),
        }
    }

    /// Chooses the only system domain of the user.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] if there are several, or none; the message contains their ids.
    pub fn only_domain(self) -> Result<DomainChoice> {
        match &self.token.auth_system_domains[..] {
            [domain] => {
                let domain = domain.clone();
                Ok(self.choose(domain))
            }
            [] => Err(refused("the user cannot log in to any system domain")),
            domains => {
                let ids = domains
                    .iter()
                    .filter_map(|domain| domain.system_domain_id.as_ref());
                let ids: Vec<&str> = ids.map(|id| id.as_str()).collect();
                Err(refused(format!(
                    "the user can log in to several system domains, choose one: {}",
                    ids.join(", ")
                )))
            }
        }
    }

    fn choose(self, domain: LoginDomain) -> DomainChoice {
        DomainChoice {
            auth: self.auth,
            login: self.login,
            token: self.token,
            domain,
        }
    }
}

impl fmt::Debug for StartedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartedLogin").finish_non_exhaustive()
    }
}

/// A login to one system domain. Returned by [`StartedLogin::domain`].
#[must_use = "the login is not finished"]
pub struct DomainChoice {
    auth: AuthHandle,
    login: PasswordLogin,
    token: Token,
    domain: LoginDomain,
}

impl DomainChoice {
    /// Returns `true` if the login needs a second factor.
    #[must_use]
    pub fn needs_second_factor(&self) -> bool {
        self.domain.mfa_required == Some(true)
    }

    /// Returns how the user can get the second factor.
    #[must_use]
    pub fn second_factors(&self) -> &[MultiFactorMethod] {
        &self.domain.mfa_methods
    }

    /// Sends a one-time password to the user by e-mail.
    ///
    /// # Errors
    ///
    /// Those of the request.
    pub async fn send_code(&self) -> Result<()> {
        let body = self.domain_login()?.otp_type(MultiFactorMethod::Mail2sv);
        let passwords = self.auth.one_time_passwords();
        let call = passwords.generate(body).call();
        call.credentials(self.temporary()?).await
    }

    /// Ends a login that needs no second factor.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] if it needs one, and [`ErrorKind::Decode`] if there is no token.
    pub async fn finish(self) -> Result<Login> {
        if self.needs_second_factor() {
            return Err(refused(
                "the login needs a second factor: use `send_code` and `finish_with_code`",
            ));
        }
        let credentials = credentials(
            self.token.app_id.as_ref(),
            self.domain_token(),
            self.token.expires.as_ref(),
        )?;
        Ok(Login {
            credentials,
            renewal: Renewal::Password {
                auth: self.auth,
                again: self
                    .domain
                    .system_domain_id
                    .map(|id| (Box::new(self.login), id)),
            },
        })
    }

    /// Ends a login with a second factor.
    ///
    /// # Errors
    ///
    /// Those of the request, and [`ErrorKind::Decode`] if the response contains no token.
    pub async fn finish_with_code(
        self,
        method: impl Into<MultiFactorMethod>,
        code: impl Into<Secret>,
    ) -> Result<Login> {
        let body = self.domain_login()?.otp(code).otp_type(method);
        let call = self.auth.log_in_to_domain(body).call();
        let token = call.credentials(self.temporary()?).await?;
        let id = self.domain.system_domain_id.as_ref();
        let secret = token
            .auth_system_domains
            .iter()
            .find(|domain| domain.system_domain_id.as_ref() == id)
            .and_then(|domain| domain.token.as_ref())
            .or(token.token.as_ref());
        let app_id = token.app_id.as_ref().or(self.token.app_id.as_ref());
        let credentials = credentials(app_id, secret, token.expires.as_ref())?;
        Ok(Login {
            credentials,
            renewal: Renewal::Password {
                auth: self.auth,
                // A code is good for one login.
                again: None,
            },
        })
    }

    fn domain_login(&self) -> Result<DomainLogin> {
        let id = self.domain.system_domain_id.as_ref();
        let id =
            id.ok_or_else(|| crate::MissingFieldError::new("LoginDomain", "system_domain_id"))?;
        let mut body = DomainLogin::new(&self.login.email, id);
        body.app_name.clone_from(&self.login.app_name);
        Ok(body)
    }

    /// iconik calls the token of the response itself deprecated.
    fn domain_token(&self) -> Option<&Secret> {
        self.domain.token.as_ref().or(self.token.token.as_ref())
    }

    /// Returns the credentials of the second step.
    fn temporary(&self) -> Result<Credentials> {
        let token = self.domain_token().ok_or_else(no_token)?;
        let credentials = match &self.token.app_id {
            Some(app_id) => Credentials::app(app_id.as_str()),
            None => Credentials::none(),
        };
        Ok(credentials.temporary_token(token))
    }
}

impl fmt::Debug for DomainChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainChoice")
            .field("system_domain_id", &self.domain.system_domain_id)
            .field("needs_second_factor", &self.needs_second_factor())
            .finish_non_exhaustive()
    }
}

/// A login that succeeded.
#[must_use = "a login does nothing until a client has its credentials"]
pub struct Login {
    credentials: Credentials,
    renewal: Renewal,
}

/// How to get a token after the present one.
#[derive(Clone)]
enum Renewal {
    /// By the present token, or else by the password, if that is enough.
    Password {
        auth: AuthHandle,
        again: Option<(Box<PasswordLogin>, SystemDomainId)>,
    },
    /// By the refresh token, or else by the same grant, if it can be used again.
    Oauth {
        oauth: OauthHandle,
        grant: Box<OauthTokenRequest>,
        refresh_token: Option<Secret>,
    },
}

impl Login {
    /// Returns the credentials, which expire at some time.
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    /// Returns credentials that are replaced before they expire, and after a 401.
    ///
    /// - A password login refreshes its token. If that is refused, it logs in again, unless a second
    ///   factor was needed: then calls fail with [`ErrorKind::Credentials`].
    /// - An OAuth login uses its refresh token. Without one, or if it is refused, it uses the
    ///   credentials of the application again; an authorization code is good for one login.
    pub fn into_rotating(self) -> RotatingCredentials {
        RotatingCredentials::new(LoginSource(Mutex::new(State {
            first: Some(self.credentials.clone()),
            present: self.credentials,
            renewal: self.renewal,
        })))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

/// The tokens of a login, one after the other.
struct LoginSource(Mutex<State>);

struct State {
    /// The credentials of the login itself, until they are fetched.
    first: Option<Credentials>,
    present: Credentials,
    renewal: Renewal,
}

impl TokenSource for LoginSource {
    fn fetch(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async {
            if let Some(first) = self.state().first.take() {
                return Ok(first);
            }
            let renewed = self.renew().await?;
            self.state().present = renewed.clone();
            Ok(renewed)
        })
    }
}

impl LoginSource {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn renew(&self) -> Result<Credentials> {
        // One fetch runs at a time: what is cloned here is not changed by another one.
        let (present, renewal) = {
            let state = self.state();
            (state.present.clone(), state.renewal.clone())
        };
        match renewal {
            Renewal::Password { auth, again } => renew_by_token(&auth, present, again).await,
            Renewal::Oauth {
                oauth,
                grant,
                refresh_token,
            } => {
                let token = renew_by_grant(&oauth, &grant, refresh_token).await?;
                let credentials = oauth_credentials(&token, &grant)?;
                if let (Some(next), Renewal::Oauth { refresh_token, .. }) =
                    (token.refresh_token, &mut self.state().renewal)
                {
                    *refresh_token = Some(next);
                }
                Ok(credentials)
            }
        }
    }
}

async fn renew_by_token(
    auth: &AuthHandle,
    present: Credentials,
    again: Option<(Box<PasswordLogin>, SystemDomainId)>,
) -> Result<Credentials> {
    let call = auth.refresh_token().call();
    match (call.credentials(present.clone()).await, again) {
        (Ok(token), _) => {
            let secret = token.token.as_ref().ok_or_else(no_token)?;
            Ok(present
                .auth_token(secret)
                .valid_for_known(lifetime(token.expires.as_ref())))
        }
        (Err(error), Some((login, id))) if is_refused(&error) => {
            let login = auth.start_login(*login).await?.domain(id)?;
            Ok(login.finish().await?.credentials)
        }
        (Err(error), _) => Err(error),
    }
}

async fn renew_by_grant(
    oauth: &OauthHandle,
    grant: &OauthTokenRequest,
    refresh_token: Option<Secret>,
) -> Result<OauthToken> {
    let is_reusable = matches!(grant.grant_type, OauthGrantType::ClientCredentials);
    match refresh_token {
        Some(refresh_token) => {
            let mut refresh =
                OauthTokenRequest::new(OauthGrantType::RefreshToken).refresh_token(&refresh_token);
            refresh.client_id.clone_from(&grant.client_id);
            refresh.client_secret.clone_from(&grant.client_secret);
            match oauth.create_token(refresh).await {
                Err(error) if is_reusable && is_refused(&error) => {
                    oauth.create_token(grant.clone()).await
                }
                token => token,
            }
        }
        None if is_reusable => oauth.create_token(grant.clone()).await,
        None => Err(refused(
            "the token has expired, and the login has no refresh token",
        )),
    }
}

/// Returns whether iconik refused what was presented, rather than failed.
fn is_refused(error: &Error) -> bool {
    error.is_unauthorized() || error.is_bad_request() || error.is_forbidden()
}

fn oauth_credentials(token: &OauthToken, grant: &OauthTokenRequest) -> Result<Credentials> {
    let app_id = token.app_id.as_ref().or(grant.client_id.as_ref());
    let secret = token.access_token.as_ref().or(token.token.as_ref());
    let credentials = credentials(app_id, secret, None)?;
    let seconds = token
        .expires_in
        .and_then(|seconds| u64::try_from(seconds).ok());
    let lifetime = seconds
        .map(Duration::from_secs)
        .or_else(|| lifetime(token.expires.as_ref()));
    Ok(credentials.valid_for_known(lifetime))
}

fn credentials(
    app_id: Option<&ApplicationId>,
    token: Option<&Secret>,
    expires: Option<&Timestamp>,
) -> Result<Credentials> {
    let token = token.ok_or_else(no_token)?;
    let app_id = app_id.ok_or_else(|| crate::MissingFieldError::new("Token", "app_id"))?;
    Ok(Credentials::new(app_id.as_str(), token).valid_for_known(lifetime(expires)))
}

/// Returns how long a token is still valid.
fn lifetime(expires: Option<&Timestamp>) -> Option<Duration> {
    let left = expires?.as_jiff()?.duration_since(jiff::Timestamp::now());
    // A token that has expired already is valid for no time.
    Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
}

fn no_token() -> Error {
    Error::new(ErrorKind::Decode, Endpoint::None).detail("the response contains no token")
}

fn refused(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Request, Endpoint::None).detail(reason)
}
