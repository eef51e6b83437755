//! The one place where random bytes come from: the generator of the operating system.

/// `N` random bytes, or an error; never bytes from anything weaker (N-RN-01).
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}

/// The operating system gave no random bytes.
///
/// Treat it like a storage that is down: answer 503 and issue nothing.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomError(#[source] getrandom::Error);
