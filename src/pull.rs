//! The client's side of packs: fetches what is missing from a hub, over plain HTTP, and switches when all of it is whole.
