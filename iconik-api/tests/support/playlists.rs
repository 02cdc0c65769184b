//! A few actions in exactly the shape that the generator gives them.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a module of several test crates, each using a part of it"
)]

use iconik_api::{
    Action, ActionMeta, Auth, Client, Empty, Json, OptionalJson, RequestWriter, Text, awaitable,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Playlist {
    pub id: Option<String>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewPlaylist {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
}

impl From<&str> for NewPlaylist {
    fn from(name: &str) -> Self {
        Self {
            name: name.into(),
            project_id: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page {
    pub objects: Vec<Playlist>,
}

#[derive(Clone, Debug)]
pub struct Playlists(Client);

pub fn playlists(client: &Client) -> Playlists {
    Playlists(client.clone())
}

impl Playlists {
    pub fn get(&self, playlist_id: impl Into<String>) -> GetPlaylist<Client> {
        GetPlaylist::new(playlist_id).on(&self.0)
    }

    pub fn create(&self, options: impl Into<NewPlaylist>) -> CreatePlaylist<Client> {
        CreatePlaylist::new(options).on(&self.0)
    }

    pub fn list(&self) -> ListPlaylists<Client> {
        ListPlaylists::new().on(&self.0)
    }

    pub fn delete_items(
        &self,
        playlist_id: impl Into<String>,
        ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> DeletePlaylistItems<Client> {
        DeletePlaylistItems::new(playlist_id, ids).on(&self.0)
    }

    pub fn subtitles(
        &self,
        playlist_id: impl Into<String>,
        name: impl Into<String>,
    ) -> GetPlaylistSubtitles<Client> {
        GetPlaylistSubtitles::new(playlist_id, name).on(&self.0)
    }

    pub fn reindex(&self, playlist_id: impl Into<String>) -> ReindexPlaylist<Client> {
        ReindexPlaylist::new(playlist_id).on(&self.0)
    }

    pub fn shared(&self) -> GetShareToken<Client> {
        GetShareToken::new().on(&self.0)
    }
}

macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($field:ident : $ty:ty),* } new($($arg:ident : $arg_ty:ty = $value:expr),*)) => {
        $(#[$doc])*
        #[must_use = "a request does nothing until it is awaited or sent"]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name<C = ()> { client: C, $($field: $ty),* }

        impl $name {
            pub fn new($($arg: $arg_ty),*) -> Self {
                #[allow(unused_mut, reason = "some have no argument")]
                let mut request = Self { client: (), $($field: Default::default()),* };
                $(request.$arg = $value;)*
                request
            }

            pub fn on(self, client: &Client) -> $name<Client> {
                $name { client: client.clone(), $($field: self.$field),* }
            }
        }
    };
}

impl Default for NewPlaylist {
    fn default() -> Self {
        Self::from("")
    }
}

request!(GetPlaylist { playlist_id: String } new(playlist_id: impl Into<String> = playlist_id.into()));
request!(CreatePlaylist { options: NewPlaylist } new(options: impl Into<NewPlaylist> = options.into()));
request!(ListPlaylists { ids: Vec<String>, status: Option<String>, page: Option<i64>, scroll: Option<bool>, share_user_email: Option<String> } new());
request!(DeletePlaylistItems { playlist_id: String, ids: Vec<String> } new(
    playlist_id: impl Into<String> = playlist_id.into(),
    ids: impl IntoIterator<Item = impl Into<String>> = ids.into_iter().map(Into::into).collect()
));
request!(GetPlaylistSubtitles { playlist_id: String, name: String } new(
    playlist_id: impl Into<String> = playlist_id.into(), name: impl Into<String> = name.into()
));
request!(ReindexPlaylist { playlist_id: String } new(playlist_id: impl Into<String> = playlist_id.into()));
request!(GetShareToken {} new());

impl<C> ListPlaylists<C> {
    pub fn ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ids = ids.into_iter().map(Into::into).collect();
        self
    }

    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    pub fn page(mut self, page: i64) -> Self {
        self.page = Some(page);
        self
    }

    pub fn scroll(mut self, scroll: bool) -> Self {
        self.scroll = Some(scroll);
        self
    }

    pub fn share_user_email(mut self, share_user_email: impl Into<String>) -> Self {
        self.share_user_email = Some(share_user_email.into());
        self
    }
}

const BASE: &str = "/API/assets";

impl<C> Action for GetPlaylist<C> {
    type Response = Json<Playlist>;
    const META: &'static ActionMeta = &ActionMeta::new(
        "playlists.get",
        http::Method::GET,
        BASE,
        "/v1/playlists/{playlist_id}/",
    )
    .with_roles(&["can_read_playlists"]);

    fn encode(&self, request: &mut RequestWriter) {
        request.path("playlist_id", &self.playlist_id);
    }
}

impl<C> Action for CreatePlaylist<C> {
    type Response = Json<Playlist>;
    const META: &'static ActionMeta = &ActionMeta::new(
        "playlists.create",
        http::Method::POST,
        BASE,
        "/v1/playlists/",
    )
    .with_roles(&["can_create_playlists", "can_read_playlists"]);

    fn encode(&self, request: &mut RequestWriter) {
        request.json(&self.options);
    }
}

impl<C> Action for ListPlaylists<C> {
    type Response = Json<Page>;
    const META: &'static ActionMeta =
        &ActionMeta::new("playlists.list", http::Method::GET, BASE, "/v1/playlists/");

    fn encode(&self, request: &mut RequestWriter) {
        request.query("ids", &self.ids);
        request.query("status", &self.status);
        request.query("page", &self.page);
        request.query("scroll", &self.scroll);
        request.header("Share-User-Email", &self.share_user_email);
    }
}

impl<C> Action for DeletePlaylistItems<C> {
    type Response = Empty;
    const META: &'static ActionMeta = &ActionMeta::new(
        "playlists.delete_items",
        http::Method::DELETE,
        BASE,
        "/v1/playlists/{playlist_id}/items/",
    );

    fn encode(&self, request: &mut RequestWriter) {
        request.path("playlist_id", &self.playlist_id);
        request.json(&serde_json::json!({ "ids": self.ids }));
    }
}

impl<C> Action for GetPlaylistSubtitles<C> {
    type Response = Text;
    const META: &'static ActionMeta = &ActionMeta::new(
        "playlists.subtitles",
        http::Method::GET,
        BASE,
        "/v1/playlists/{playlist_id}/subtitles/{name}/vtt/",
    );

    fn encode(&self, request: &mut RequestWriter) {
        request.path("playlist_id", &self.playlist_id);
        request.path("name", &self.name);
    }
}

impl<C> Action for ReindexPlaylist<C> {
    type Response = OptionalJson<Playlist>;
    const META: &'static ActionMeta = &ActionMeta::new(
        "playlists.reindex",
        http::Method::POST,
        BASE,
        "/v1/playlists/{playlist_id}/reindex/",
    );

    fn encode(&self, request: &mut RequestWriter) {
        request.path("playlist_id", &self.playlist_id);
        request.json(&None::<NewPlaylist>);
    }
}

impl<C> Action for GetShareToken<C> {
    type Response = Json<serde_json::Value>;
    const META: &'static ActionMeta = &ActionMeta::new(
        "shares.token",
        http::Method::GET,
        BASE,
        "/v1/shares/auth/token/",
    )
    .with_auth(Auth::ShareToken);

    fn encode(&self, _: &mut RequestWriter) {}
}

awaitable!(
    GetPlaylist,
    CreatePlaylist,
    ListPlaylists,
    DeletePlaylistItems,
    GetPlaylistSubtitles,
    ReindexPlaylist,
    GetShareToken,
);
