//! Signals inside a process: something was committed, there is work, the service is about to stop.

use tokio::sync::watch;

/// Wakes those who wait. Copies share everything.
#[derive(Debug, Clone)]
pub struct Signals {
    /// Moves with every commit that writes a change; whoever follows the log waits on it.
    changed: watch::Sender<()>,
    /// Moves with every commit that asks for work.
    work: watch::Sender<()>,
    /// Says that the service is about to stop, so that nobody waits for what may come.
    closing: watch::Sender<bool>,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            changed: watch::Sender::new(()),
            work: watch::Sender::new(()),
            closing: watch::Sender::new(false),
        }
    }
}

impl Signals {
    /// Tells those who wait for something to come that they are to stop waiting.
    pub fn stop_waiting(&self) {
        self.closing.send_replace(true);
    }

    /// Wakes whoever follows the change log or waits for work.
    pub(crate) fn wake(&self) {
        self.changed.send_replace(());
        self.work.send_replace(());
    }

    /// Hears every commit that writes a change.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Hears every commit that asks for work.
    pub(super) fn work(&self) -> watch::Receiver<()> {
        self.work.subscribe()
    }

    /// Hears that the service is about to stop.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}
