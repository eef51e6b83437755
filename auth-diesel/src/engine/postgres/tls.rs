//! TLS for connections to PostgreSQL, with rustls: what each `sslmode` verifies, as libpq does.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode as DriverMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::settings::{SslMode, TlsOptions, decoded};
use crate::error::OpenError;
use crate::url::UrlOption;

/// The configuration of the TLS of a connection.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

impl Tls {
    pub(super) fn connector(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new((*self.0).clone())
    }
}

/// Returns the connector of a request to cancel a statement, which verifies nothing.
///
/// Such a request has the secret of one connection, which is closed at the same time, and libpq sent it
/// in clear text until PostgreSQL 17.
pub(super) fn connector_for_cancellation() -> Option<MakeRustlsConnect> {
    let config = configured(Verification::Nothing, None).ok()?;
    Some(MakeRustlsConnect::new(config))
}

/// The root certificates of a URL.
enum Roots {
    File(RootCertStore),
    System(RootCertStore),
}

/// What is verified of the certificate of a server.
enum Verification {
    Nothing,
    Chain(RootCertStore),
    ChainAndHost(RootCertStore),
}

/// Applies the options to the settings of the driver; `None` if connections have no TLS.
pub(super) fn apply(
    config: &mut Config,
    options: &TlsOptions<'_>,
) -> Result<Option<Tls>, OpenError> {
    let mode = mode(options)?;
    let is_local = |host: &Host| matches!(host, Host::Unix(_));
    // TLS is not spoken over a socket of the machine, whatever the mode says; so does libpq.
    if mode == SslMode::Disable
        || (!config.get_hosts().is_empty() && config.get_hosts().iter().all(is_local))
    {
        config.ssl_mode(DriverMode::Disable);
        return Ok(None);
    }
    config.ssl_mode(if mode == SslMode::Prefer {
        DriverMode::Prefer
    } else {
        DriverMode::Require
    });
    let roots = options.roots.map(roots).transpose()?;
    let verification = match (mode, roots) {
        (SslMode::VerifyFull, Some(Roots::File(roots) | Roots::System(roots))) => {
            Verification::ChainAndHost(roots)
        }
        (SslMode::VerifyCa | SslMode::Require, Some(Roots::File(roots))) => {
            Verification::Chain(roots)
        }
        (_, None) => Verification::Nothing,
        (_, Some(_)) => return Err(weak_roots(options)),
    };
    let identity = identity(options)?;
    let tls = configured(verification, identity)?;
    Ok(Some(Tls(Arc::new(tls))))
}

/// Returns the mode, which root certificates must match.
fn mode(options: &TlsOptions<'_>) -> Result<SslMode, OpenError> {
    let is_system = options.roots.is_some_and(|roots| roots.value == "system");
    match (options.mode, options.roots) {
        // As libpq: a public authority gives an attacker a certificate for the attacker's own host.
        (None, Some(_)) if is_system => Ok(SslMode::VerifyFull),
        (None, None) => Ok(SslMode::Prefer),
        (None, Some(roots)) => Err(roots.refused("needs `sslmode=verify-full`")),
        (Some((_, SslMode::Disable | SslMode::Prefer)), Some(roots)) => {
            Err(roots.refused("needs `sslmode=verify-full`: the other modes accept clear text"))
        }
        (Some((option, SslMode::VerifyCa | SslMode::VerifyFull)), None) => Err(option.refused(
            "needs `sslrootcert=PATH` with the certificate of the authority, or \
             `sslrootcert=system`",
        )),
        (Some((_, mode)), _) => Ok(mode),
    }
}

fn weak_roots(options: &TlsOptions<'_>) -> OpenError {
    let reason = "is `system`, which needs `sslmode=verify-full`";
    match options.roots {
        Some(roots) => roots.refused(reason),
        None => OpenError::InvalidUrl("`sslmode` and `sslrootcert` do not fit"),
    }
}

/// Reads the root certificates of a file, or those of the system.
fn roots(option: UrlOption<'_>) -> Result<Roots, OpenError> {
    let mut store = RootCertStore::empty();
    if option.value == "system" {
        let found = rustls_native_certs::load_native_certs();
        store.add_parsable_certificates(found.certs);
        if store.is_empty() {
            return Err(option.refused("is `system`, and the system has no root certificates"));
        }
        return Ok(Roots::System(store));
    }
    for certificate in certificates(option)? {
        let added = store.add(certificate);
        added.map_err(|_| option.refused("names a file with an invalid certificate"))?;
    }
    Ok(Roots::File(store))
}

/// Reads the certificate of the client and its key, if the URL names them.
fn identity(
    options: &TlsOptions<'_>,
) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, OpenError> {
    match (options.certificate, options.key) {
        (None, None) => Ok(None),
        (Some(certificate), None) => Err(certificate.refused("needs `sslkey`, too")),
        (None, Some(key)) => Err(key.refused("needs `sslcert`, too")),
        (Some(certificate), Some(key)) => {
            let bytes = file(key)?;
            let read = PrivateKeyDer::from_pem_slice(&bytes);
            let private =
                read.map_err(|_| key.refused("names a file without a private key in PEM"));
            Ok(Some((certificates(certificate)?, private?)))
        }
    }
}

fn certificates(option: UrlOption<'_>) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let bytes = file(option)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err(option.refused("names a file without a certificate in PEM")),
    }
}

fn file(option: UrlOption<'_>) -> Result<Vec<u8>, OpenError> {
    let path = PathBuf::from(decoded(option)?);
    std::fs::read(path)
        .map_err(|error| option.refused(format!("names a file that cannot be read: {error}")))
}

/// Returns a configuration with a provider of its own: the one of the process stays as it is.
fn configured(
    verification: Verification,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> Result<ClientConfig, OpenError> {
    let unusable = |_: TlsError| OpenError::InvalidUrl("`sslcert` and `sslkey` do not fit");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let builder = match verification {
        Verification::ChainAndHost(roots) => builder.with_root_certificates(roots),
        Verification::Chain(roots) => {
            let chain =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            let chain = chain
                .build()
                .map_err(|_| OpenError::InvalidUrl("`sslrootcert` has no usable certificate"))?;
            let verifier = AnyHost {
                chain: Some(chain),
                provider,
            };
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
        Verification::Nothing => {
            let verifier = AnyHost {
                chain: None,
                provider,
            };
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
    };
    let mut config = match identity {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(unusable)?,
        None => builder.with_no_client_auth(),
    };
    // A server that is asked for TLS at once (`sslnegotiation=direct`) requires it.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

/// Accepts a certificate for any host, whose key the server must have.
#[derive(Debug)]
struct AnyHost {
    /// The trusted authorities; `None` accepts each certificate: the connection is encrypted, perhaps to an
    /// attacker.
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyHost {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The name is compared last, after the chain was verified.
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
