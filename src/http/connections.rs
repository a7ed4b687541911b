//! Limits open connections by address: nobody can hold so many that others find no room.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

use super::transport;
use crate::config::{IpNetwork, ServerSettings};
use crate::domain::address::network_of;
use crate::error::Refusal;

/// Seconds after which one of an address's other connections may have ended.
const RETRY_AFTER_SECS: u32 = 5;

/// How many connections each address holds open. Copies share the count.
#[derive(Debug, Clone)]
pub struct OpenConnections {
    limit: u32,
    /// Everybody comes by way of these; they are to count for themselves.
    proxies: Arc<[IpNetwork]>,
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
    /// What one too many is told; made once, because it may be many.
    refusal: Arc<[u8]>,
}

/// One open connection; gives its place back when it ends.
#[derive(Debug)]
struct OpenConnection {
    address: IpAddr,
    all: OpenConnections,
}

impl OpenConnections {
    /// None yet, bounded as the settings say.
    pub fn new(server: &ServerSettings) -> Self {
        Self {
            limit: server.connections_per_address(),
            proxies: server.trusted_proxies.clone().into(),
            open: Arc::default(),
            refusal: transport::answer(Refusal::Busy, &format!("Retry-After: {RETRY_AFTER_SECS}\r\n")).into(),
        }
    }

    /// Counts a connection that was just accepted, and turns it away if its address holds too many.
    pub fn accept(&self, stream: &TcpStream, extensions: &mut Extensions) {
        // One without a peer has ended already.
        let Ok(peer) = stream.peer_addr() else { return };
        // An IPv4 client of a socket for both kinds comes as `::ffff:a.b.c.d`; it is to share the count of its plain
        // address.
        let peer = peer.ip().to_canonical();
        if self.proxies.iter().any(|proxy| proxy.contains(peer)) {
            return;
        }
        let address = network_of(peer);
        let is_too_many = self.enter(address) > self.limit;
        // Before anybody is turned away: whoever is counted gives the place back by this being dropped.
        extensions.insert(OpenConnection {
            address,
            all: self.clone(),
        });
        if is_too_many {
            self.turn_away(stream);
        }
    }

    /// Says why, as far as the line takes it at once, and ends the connection: the service reads its end and lets go.
    fn turn_away(&self, stream: &TcpStream) {
        // Past the runtime, which does not know yet that the socket takes bytes.
        let socket = socket2::SockRef::from(stream);
        let _ = socket.send(&self.refusal);
        let _ = socket.shutdown(std::net::Shutdown::Both);
    }

    fn enter(&self, address: IpAddr) -> u32 {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        *count += 1;
        *count
    }

    fn leave(&self, address: IpAddr) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = open.get_mut(&address) else { return };
        *count -= 1;
        // Or the table would grow with every address that ever came.
        if *count == 0 {
            open.remove(&address);
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.all.leave(self.address);
    }
}
