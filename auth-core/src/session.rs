//! Sessions: what a login starts, its owner can see and end, and refresh tokens prolong.
//!
//! An access token and a refresh token are two things. The *strategy* is the format of the access
//! token. A *session* has a public id, deadlines, and the chain of refresh tokens; a backend of any
//! strategy has sessions by [`Backend::with_sessions`](crate::Backend::with_sessions).
//!
//! # Refresh tokens
//!
//! A refresh token is the session's id and two random secrets of 32 bytes: one that all refresh
//! tokens of the session share, and one of its own. The store keeps keyed digests of the shared one,
//! of the one that is good, and of the one before it. So
//!
//! * a spent token is recognised however long ago it was spent, and ends its session;
//! * a text that was never a token of the session ends nothing;
//! * a session takes the same room however often its token was rotated.
//!
//! The successor of a token is made from it, from a random nonce in the row, and from the server's key.
//! A client that presents a token within the grace of its rotation gets *the same* successor:
//! there is never a second branch.

mod id;
mod key_material;
mod refresh_token;
mod sessions;
mod view;

pub use id::{InvalidSessionId, SessionId};
pub use key_material::SessionKeyMaterial;
pub(crate) use key_material::{Draft, Exchange};
pub(crate) use refresh_token::RefreshToken;
pub(crate) use sessions::Begin;
pub use sessions::Sessions;
pub use view::Session;
