//! The cryptography below TLS: `ring`, which signs the packs as well, so that no second library of its kind is compiled.

/// Makes `ring` what TLS of this process is done with, unless something else was chosen before. reqwest builds no client
/// without such a choice, so whoever builds one calls this first.
pub fn use_ring() {
    // An error says that there is one already, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
