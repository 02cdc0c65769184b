//! Servers whose certificate is trusted, and servers whose certificate is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use iconik_api::{Client, ClientBuilder, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{APP_ID, TOKEN};

const ROOT: &str = include_str!("tls/root.pem");
const GOOD: &str = include_str!("tls/good.pem");

/// A server over TLS that returns an empty object.
struct Server {
    port: u16,
    /// How many connections were tried.
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(certificate: &str) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut request = [0; 4_096];
                    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                        let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                        stream.write_all(response).await.unwrap();
                    }
                });
            }
        });
        Self { port, connections }
    }

    fn builder(&self, host: &str) -> ClientBuilder {
        let builder = Client::builder().app_id(APP_ID).auth_token(TOKEN);
        builder.base_url(format!("https://{host}:{}", self.port))
    }
}

/// The messages of the causes of an error.
fn causes(error: &iconik_api::Error) -> String {
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        causes.push(error.to_string());
        source = error.source();
    }
    causes.join(": ")
}

#[tokio::test]
async fn a_root_of_the_companys_own_is_trusted() {
    let server = Server::start(GOOD).await;
    for host in ["127.0.0.1", "localhost"] {
        let client = server.builder(host).root_certificate(ROOT).build().unwrap();
        client.assets().get("a").await.unwrap();
    }
    // Several at once, as system administrators hand them out.
    let bundle = [GOOD, ROOT].concat();
    let client = server.builder("127.0.0.1").root_certificate(bundle);
    client.build().unwrap().assets().get("a").await.unwrap();
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused_with_the_reason_and_the_host() {
    for (certificate, root, reason) in [
        (GOOD, None, "UnknownIssuer"),
        (include_str!("tls/expired.pem"), Some(ROOT), "expired"),
        (
            include_str!("tls/wrong_name.pem"),
            Some(ROOT),
            "not valid for name",
        ),
        (
            include_str!("tls/self_signed.pem"),
            Some(ROOT),
            "certificate",
        ),
        (include_str!("tls/self_signed.pem"), None, "certificate"),
    ] {
        let server = Server::start(certificate).await;
        let mut builder = server.builder("127.0.0.1");
        if let Some(root) = root {
            builder = builder.root_certificate(root);
        }
        let client = builder.build().unwrap();
        let error = client.assets().get("a").await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        let host = format!("https://127.0.0.1:{}", server.port);
        assert!(error.to_string().contains(&host), "{error}");
        let reasons = causes(&error);
        assert!(reasons.contains(reason), "{reason}: {error}: {reasons}");
        // Another attempt would end in the same way, and nothing was sent.
        assert_eq!((error.attempts(), error.maybe_sent()), (1, false));
        assert_eq!(server.connections.load(Ordering::Relaxed), 1);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(TOKEN) && !shown.contains(APP_ID), "{shown}");
    }
}

#[test]
fn what_is_no_certificate_is_refused_when_the_client_is_built() {
    for pem in [
        "",
        "not PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        include_str!("tls/server.key"),
    ] {
        let builder = Client::builder().app_id(APP_ID).auth_token(TOKEN);
        let error = builder.root_certificate(pem).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{pem}");
        let causes = causes(&error).to_lowercase();
        assert!(causes.contains("certificate"), "{error}: {causes}");
    }
}
