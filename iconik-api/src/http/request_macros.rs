//! What all requests have in common, made from the facts in which they differ.

/// The rest of a request type, from the facts about its action.
///
/// ```text
/// action!(assets.playlists.list_items ListPlaylistItems {
///     GET ASSETS "/v1/playlists/{playlist_id}/items/" => Json<List<Asset>>,
///     auth: ShareToken,
///     idempotent: false,
///     roles: ["can_read_playlists"],
///     paging: [Page, SearchAfter],
///     repeats: true,
///     path: { playlist_id: "playlist_id" },
///     query: { ids: "ids", page: "page" required },
///     header: { share_user_email: "Share-User-Email" },
///     prefix: { metadata: "metadata.*" },
///     body: json body,
///     siblings: ["/v1/playlists/all/items/"],
/// });
/// ```
///
/// Everything behind the first line may be absent. Makes [`Action`](crate::Action), `with_client`, which
/// gives a plain request a client, and what a request with a client can do: be awaited or become a call.
macro_rules! action {
    ($first:ident $(.$name:ident)+ $request:ident {
        $method:ident $service:ident $path:literal => $response:ty,
        $(auth: $auth:ident,)?
        $(idempotent: $idempotent:literal,)?
        $(roles: [$($role:literal),* $(,)?],)?
        $(paging: [$($paging:ident),* $(,)?],)?
        $(repeats: $repeats:literal,)?
        $(path: { $($place:ident: $place_wire:literal),* $(,)? },)?
        $(query: { $($query:ident: $query_wire:literal $($query_required:ident)?),* $(,)? },)?
        $(header: { $($header:ident: $header_wire:literal $($header_required:ident)?),* $(,)? },)?
        $(prefix: { $($prefix:ident: $prefix_wire:literal),* $(,)? },)?
        $(search_after_in_body: $in_body:literal,)?
        $(body: $kind:ident $body:ident $(as $media_type:literal)?,)?
        $(siblings: [$($sibling:literal),* $(,)?],)?
    }) => {
        impl<C> $crate::Action for $request<C> {
            type Response = $response;

            const META: &'static $crate::ActionMeta = &$crate::ActionMeta {
                id: action!(@id $first $($name)+),
                service: $service.name,
                resource: $crate::http::meta::resource_of(action!(@id $first $($name)+)),
                method: ::http::Method::$method,
                path: $path,
                base_path: $service.base_path,
                roles: &[$($($role),*)?],
                auth: action!(@auth $($auth)?),
                idempotent: action!(@idempotent $method $($idempotent)?),
                paging: &[$($($crate::Paging::$paging),*)?],
                repeats: false $(|| $repeats)?,
                search_after_in_body: false $(|| $in_body)?,
                params: &[
                    $($(action!(@param $place_wire Path required),)*)?
                    $($(action!(@param $query_wire Query $($query_required)?),)*)?
                    $($(action!(@param $header_wire Header $($header_required)?),)*)?
                    $($(action!(@param $prefix_wire Query),)*)?
                ],
                siblings: &[$($($sibling),*)?],
            };

            fn encode(&self, request: &mut $crate::RequestWriter) {
                $($(request.path($place_wire, &self.$place);)*)?
                $($(request.query($query_wire, &self.$query);)*)?
                $($(request.header($header_wire, &self.$header);)*)?
                $($(request.query_prefix($prefix_wire, &self.$prefix);)*)?
                $(action!(@body request $kind self.$body, $($media_type)?);)?
                // A request without arguments writes nothing.
                let _ = request;
            }
        }

        impl<C> $request<C> {
            /// Returns the same request with a client, so that it can be awaited.
            pub fn with_client(self, client: &$crate::Client) -> $request<$crate::Client> {
                $request {
                    client: client.clone(),
                    $($($place: self.$place,)*)?
                    $($($query: self.$query,)*)?
                    $($($header: self.$header,)*)?
                    $($($prefix: self.$prefix,)*)?
                    $($body: self.$body,)?
                }
            }
        }

        awaitable!($request);
        $(action!(@paged $request $($paging)*);)?
    };

    (@id $first:ident $($name:ident)+) => {
        concat!(stringify!($first) $(, ".", stringify!($name))+)
    };

    (@body $request:ident json $body:expr,) => { $request.json(&$body) };
    (@body $request:ident selection $body:expr,) => { $request.selection(&$body) };
    (@body $request:ident form $body:expr,) => { $request.form(&$body) };
    (@body $request:ident multipart $body:expr,) => { $request.multipart(&$body) };
    (@body $request:ident media $body:expr,) => { $request.media(&$body) };
    (@body $request:ident content $body:expr, $media_type:literal) => {
        $request.content($media_type, &$body)
    };

    (@paged $request:ident) => {};
    (@paged $request:ident $($paging:ident)+) => { paged!($request); };

    (@auth) => { $crate::Auth::Token };
    (@auth $auth:ident) => { $crate::Auth::$auth };

    // Unless the spec says otherwise, the method decides.
    (@idempotent POST) => { false };
    (@idempotent PATCH) => { false };
    (@idempotent $method:ident) => { true };
    (@idempotent $method:ident $idempotent:literal) => { $idempotent };

    (@param $wire:literal $location:ident) => {
        $crate::ParamMeta { name: $wire, location: $crate::Location::$location, required: false }
    };
    (@param $wire:literal $location:ident required) => {
        $crate::ParamMeta { name: $wire, location: $crate::Location::$location, required: true }
    };
}

/// How a response is read whose type depends on its status.
///
/// `outcome!(RequestApprovalOutcome { 201 => Approval(Json<Approval>), 202 => ApprovalJob(Json<ApprovalJob>), 204 => Nothing });`
///
/// A success with another status is read as the first type.
macro_rules! outcome {
    ($outcome:ident {
        $first:literal $(| $or_first:literal)* => $first_variant:ident($first_decoder:ty),
        $($($status:literal)|+ => $variant:ident $(($decoder:ty))?,)*
    }) => {
        impl $crate::Decode for $outcome {
            type Output = Self;

            const ACCEPT: &'static str = $crate::http::decode::accept_of_all(&[
                <$first_decoder as $crate::Decode>::ACCEPT,
                $($(<$decoder as $crate::Decode>::ACCEPT,)?)*
            ]);
            const REDIRECTS: bool = <$first_decoder as $crate::Decode>::REDIRECTS
                $($(|| <$decoder as $crate::Decode>::REDIRECTS)?)*;

            fn decode(response: &$crate::RawResponse) -> $crate::Result<Self> {
                match response.status().as_u16() {
                    $($($status)|+ => outcome!(@case response $variant $(($decoder))?),)*
                    _ => outcome!(@case response $first_variant($first_decoder)),
                }
            }
        }
    };
    (@case $response:ident $variant:ident) => { Ok(Self::$variant) };
    (@case $response:ident $variant:ident($decoder:ty)) => {
        <$decoder as $crate::Decode>::decode($response)
            // Models are boxed, text and bytes are not.
            .map(|body| Self::$variant(::std::convert::Into::into(body)))
    };
}

/// Makes request types awaitable once they belong to a client.
macro_rules! awaitable {
    ($($request:ident),* $(,)?) => {$(
        impl $request<$crate::Client> {
            /// Makes a [`Call`]($crate::Call) of it, for settings that are special to this call.
            // Compiled where it is used, if at all: there are a thousand of them.
            #[inline]
            pub fn call(self) -> $crate::Call<<Self as $crate::Action>::Response> {
                self.client.call(&self)
            }
        }

        impl ::std::future::IntoFuture for $request<$crate::Client> {
            type Output =
                $crate::Result<<<Self as $crate::Action>::Response as $crate::Decode>::Output>;
            type IntoFuture = $crate::ResponseFuture<<Self as $crate::Action>::Response>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                ::std::future::IntoFuture::into_future(self.call())
            }
        }
    )*};
}
