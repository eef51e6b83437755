//! Signing keys for tests, in each format of a key file.

/// Ed25519 as JWK: RFC 8037, appendix A.1.
pub(super) const ED25519_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// P-256 as JWK: RFC 7515, appendix A.3.1.
pub(super) const P256_JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

/// Ed25519 as PKCS#8, made with `openssl genpkey`.
pub(super) const ED25519_PEM: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEILWzV83wVAo5rFRWFVi4SznNmzfwtApaLYbZ5sA/JnzJ
-----END PRIVATE KEY-----
";

/// P-256 as PKCS#8, made with `openssl genpkey`.
pub(super) const P256_PEM: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyPCmo9EVM248LhTc
JlW2Z9MpWhtWiZ8JfVnjkLL4OXuhRANCAAQJaJ1i2FdKooQVTK3GEaaQPyMKS1E/
uf8AHlrPPhoAoBulqAKtcpPZFNE8IW/m8HYS/DOBcLscJOoGbwe2dHuK
-----END PRIVATE KEY-----
";
