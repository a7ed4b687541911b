//! Settings of the HTTP server.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::SettingVisitor;
use super::network::IpNetwork;
use super::url::PublicUrl;

/// Section `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address people type; derived from each request when not set.
    pub public_url: PublicUrl,
    /// Threads that answer requests; 0 means one per core (see [`ServerSettings::worker_threads`]).
    pub workers: u32,
    /// Proxies whose `Forwarded` and `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNetwork>,
    /// How long browsers come by TLS alone after they did once, in days; 0: as they like.
    pub hsts_days: u32,
    /// Who reads `/metrics` without signing in.
    pub metrics_from: Vec<IpNetwork>,
    /// How long a stopping service waits for requests that are under way.
    pub shutdown_grace_secs: u64,
    /// How long a connection may send nothing while a body is expected.
    pub stall_timeout_secs: u64,
    /// Connections held open at the same time.
    pub max_connections: u32,
    /// Connections that one address may hold open; 0 means a share (see [`ServerSettings::connections_per_address`]).
    pub max_connections_per_address: u32,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: PublicUrl::default(),
            workers: 0,
            trusted_proxies: Vec::new(),
            hsts_days: 365,
            metrics_from: vec![IpNetwork::LOOPBACK_V4, IpNetwork::LOOPBACK_V6],
            shutdown_grace_secs: 30,
            stall_timeout_secs: 60,
            max_connections: 10_000,
            max_connections_per_address: 0,
        }
    }
}

impl ServerSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("server.listen", &mut self.listen);
        visit("server.public_url", &mut self.public_url);
        visit("server.workers", &mut self.workers);
        visit("server.trusted_proxies", &mut self.trusted_proxies);
        visit("server.hsts_days", &mut self.hsts_days);
        visit("server.metrics_from", &mut self.metrics_from);
        visit("server.shutdown_grace_secs", &mut self.shutdown_grace_secs);
        visit("server.stall_timeout_secs", &mut self.stall_timeout_secs);
        visit("server.max_connections", &mut self.max_connections);
        visit(
            "server.max_connections_per_address",
            &mut self.max_connections_per_address,
        );
    }

    /// The number of threads to start: what was set, or one per core.
    pub fn worker_threads(&self) -> usize {
        super::or_cores(self.workers)
    }

    /// The connections that one address may hold: what was set, or a quarter of all. A school behind one address has
    /// room, and three such addresses do not shut the others out.
    pub fn connections_per_address(&self) -> u32 {
        match self.max_connections_per_address {
            0 => (self.max_connections / 4).max(1),
            set => set,
        }
    }

    /// [`ServerSettings::hsts_days`] in seconds, as the header counts.
    pub fn hsts_secs(&self) -> u64 {
        u64::from(self.hsts_days) * 24 * 60 * 60
    }

    /// [`ServerSettings::shutdown_grace_secs`] as a span of time.
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_secs)
    }

    /// [`ServerSettings::stall_timeout_secs`] as a span of time.
    pub fn stall_timeout(&self) -> Duration {
        Duration::from_secs(self.stall_timeout_secs)
    }
}
