//! The curriculum chain.
