//! Sessions: a login starts one, its owner can list and end it, and refresh tokens prolong it.
//!
//! An access token and a refresh token are two things. The *strategy* is the format of the access
//! token. A *session* has a public id, deadlines, and the chain of refresh tokens; a backend of any
//! strategy has sessions by [`Backend::with_sessions`](crate::Backend::with_sessions).
//!
//! # Refresh tokens
//!
//! A refresh token is the session's id and two random secrets of 32 bytes: one that all refresh
//! tokens of the session share, and one of its own. The store has keyed digests of the shared secret, of
//! the current token, and of the previous one. So
//!
//! * a spent token is recognised however old it is, and ends its session;
//! * a text that was never a token of the session ends nothing;
//! * the size of a session does not depend on the number of its rotations.
//!
//! The successor of a token is made from it, from a random nonce in the row, and from the server's key.
//! A client that presents a token within the grace of its rotation gets *the same* successor, so a
//! session never has two branches. So does, for some minutes, a client whose reply was lost: as long as no
//! token of the successor's generation was presented, the token before it gets the successor.
//!
//! The store has plain statements. The exchange reads the session, decides, and writes the next version
//! if the stored version is still the one that was read; of concurrent exchanges one write wins, and the
//! others read again.

mod id;
mod idle;
mod key_material;
mod limit;
mod new_session;
mod privileges;
mod refresh_token;
mod rotation;
mod sessions;
mod successor;
mod token_digest;
mod token_state;
mod verify;
mod view;

pub use id::{InvalidSessionId, SessionId};
pub use key_material::SessionKeyMaterial;
pub use limit::AtSessionLimit;
pub(crate) use new_session::{NewSession, NewSessionParams, RenewedSession};
pub(crate) use privileges::PrivilegeText;
pub(crate) use refresh_token::RefreshToken;
pub(crate) use rotation::{RefreshClient, RefreshRotation, RotateOutcome};
pub use sessions::Sessions;
pub(crate) use successor::Successor;
use token_digest::TokenDigest;
pub(crate) use verify::AccessCheck;
pub use view::Session;
