//! What the examples share: a client, and a small iconik on this machine to play with.

use std::error::Error;
use std::sync::Arc;

use iconik_api::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// A request to the small iconik.
#[allow(dead_code, reason = "not every example looks at everything")]
pub(crate) struct Ask {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) body: serde_json::Value,
}

impl Ask {
    /// The parts of the path behind `/API/assets/v1/`.
    pub(crate) fn parts(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("/API/assets/v1/");
        path.split('/').filter(|part| !part.is_empty()).collect()
    }
}

/// Status and body of an answer.
pub(crate) type Answer = (u16, serde_json::Value);

/// A client of iconik if `ICONIK_APP_ID` and `ICONIK_AUTH_TOKEN` are set, else one of a server that
/// answers here and now by `answer`. The flag tells which.
pub(crate) async fn client<F>(answer: F) -> Result<(Client, bool)>
where
    F: Fn(&Ask) -> Answer + Send + Sync + 'static,
{
    if std::env::var_os("ICONIK_APP_ID").is_some() {
        return Ok((Client::from_env()?, true));
    }
    eprintln!("ICONIK_APP_ID is not set: this is a small iconik on your own machine.");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move { serve(stream, &*answer).await });
        }
    });
    let client = Client::builder()
        .app_id("example")
        .auth_token("example")
        .base_url(format!("http://{address}"))
        .build()?;
    Ok((client, false))
}

/// An answer with one page.
#[allow(dead_code, reason = "not every example needs it")]
pub(crate) fn page(objects: Vec<serde_json::Value>) -> Answer {
    let total = objects.len();
    let body = serde_json::json!({
        "objects": objects, "page": 1, "pages": 1, "total": total, "next_url": null,
    });
    (200, body)
}

pub(crate) fn not_found() -> Answer {
    (404, serde_json::json!({ "errors": ["Not found"] }))
}

/// As much HTTP as one client needs.
async fn serve(mut stream: TcpStream, answer: &(impl Fn(&Ask) -> Answer + ?Sized)) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
        let length = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, length)| length.trim().parse().unwrap_or(0));
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        }
        let (method, rest) = text.split_once(' ')?;
        let target = rest.split(' ').next()?;
        let (status, body) = answer(&Ask {
            method: method.to_owned(),
            path: target.split('?').next()?.to_owned(),
            body: serde_json::from_slice(&buffer[head..head + length]).unwrap_or_default(),
        });
        buffer.drain(..head + length);
        let body = match body {
            serde_json::Value::Null => String::new(),
            body => body.to_string(),
        };
        let answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}
