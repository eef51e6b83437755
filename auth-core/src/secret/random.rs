//! The only source of random bytes: the generator of the operating system.

/// Returns `N` random bytes, or an error; never bytes from a weaker source (N-RN-01).
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}

/// The operating system returned no random bytes.
///
/// Treat it like a failed store: answer 503 and issue nothing.
#[derive(Debug, thiserror::Error)]
#[error("the operating system returned no random bytes")]
pub struct RandomError(#[source] getrandom::Error);
