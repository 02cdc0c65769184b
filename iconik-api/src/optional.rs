//! "Not found" as a result instead of an error.

use crate::error::Result;

/// Adds [`optional`](Self::optional) to the result of a call.
///
/// ```
/// use iconik_api::OptionalExt;
///
/// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
/// match client.assets().get("2c5bfe1a-f149-11eb-a843-0a580a3db916").await.optional()? {
///     Some(asset) => println!("{:?}", asset.title),
///     None => println!("gone"),
/// }
/// # Ok(())
/// # }
/// # iconik_api::mock::run_example(example);
/// ```
pub trait OptionalExt {
    /// What there is when there is something.
    type Value;

    /// Makes `None` of a 404. Every other error stays one.
    ///
    /// # Errors
    ///
    /// Every other than 404.
    fn optional(self) -> Result<Option<Self::Value>>;
}

impl<T> OptionalExt for Result<T> {
    type Value = T;

    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
