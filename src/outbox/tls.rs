//! Whom the relay must prove to be.
//!
//! In: the host's name and the authority of `ca_file`. Out: a connector that verifies chain and name. Not done here: connecting.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// The name that the certificate must carry.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned()).map_err(|_| format!("host = {host:?} is neither a host name nor an address"))
}

/// TLS that verifies chain and name against the system's authorities and the one of `ca_file`.
pub(super) fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    if let Some(path) = ca_file {
        add_authorities(&mut roots, path)?;
    }
    if roots.is_empty() {
        let why = system.errors.first().map_or_else(String::new, |e| format!(" ({e})"));
        return Err(format!("this machine has no certificate authorities{why}; install ca-certificates or set ca_file"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("cannot set up TLS: {e}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn add_authorities(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let problem = |why: String| format!("ca_file {}: {why}", path.display());
    let mut found = 0;
    for certificate in CertificateDer::pem_file_iter(path).map_err(|e| problem(e.to_string()))? {
        let certificate = certificate.map_err(|e| problem(e.to_string()))?;
        roots.add(certificate).map_err(|e| problem(e.to_string()))?;
        found += 1;
    }
    if found == 0 { Err(problem("it holds no PEM certificate".to_owned())) } else { Ok(()) }
}
