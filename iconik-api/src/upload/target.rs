//! Where iconik says that the bytes go.

use crate::data::secret::Secret;
use crate::files::File;

/// Where and how to upload the bytes of a file, whatever the storage.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Signed; absent where the storage did not respond to iconik.
    pub(super) url: Option<Secret>,
    /// Starts a multipart upload to Amazon S3.
    pub(super) multipart_url: Option<Secret>,
    /// What every upload to the URL has to send.
    pub(super) headers: Vec<(String, Secret)>,
    /// Authorizes an upload to Backblaze B2.
    pub(super) token: Option<Secret>,
    /// The name of the object on Backblaze B2.
    pub(super) name: String,
}

impl Target {
    pub(super) fn of(file: File) -> Self {
        let present = |url: Option<Secret>| url.filter(|url| !url.expose().is_empty());
        let name = file.upload_filename.filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| {
            let name = file.name.or(file.original_name).unwrap_or_default();
            match file.directory_path.as_deref().unwrap_or_default() {
                "" => name,
                directory => format!("{directory}/{name}"),
            }
        });
        let mut credentials = file.upload_credentials;
        Self {
            url: present(file.upload_url),
            multipart_url: present(file.multipart_upload_url),
            headers: file.upload_headers.into_iter().collect(),
            token: credentials.remove("authorizationToken"),
            name,
        }
    }
}
