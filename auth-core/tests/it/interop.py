"""The other side of `interop.rs`: PyJWT, with the keys and tokens that come on standard input.

Reads {"now", "read": [{"token", "typ", "aud", "jwks" | "secret", "alg"}], "claims"} and writes
{"read": [claims], "made": [{"name", "key", "token"}]}. Prints SKIP where PyJWT is not installed.
"""

import json
import sys

try:
    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
except ImportError:
    print("SKIP")
    sys.exit()


def read(case):
    header = jwt.get_unverified_header(case["token"])
    assert header["typ"] == case["typ"], header
    if "jwks" in case:
        keys = jwt.PyJWKSet.from_dict(case["jwks"])
        key = next(key for key in keys.keys if key.key_id == header["kid"]).key
    else:
        key = case["secret"].encode()
    # The test has its own time.
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    return jwt.decode(case["token"], key, [case["alg"]], options, audience=case["aud"])


def pem(key):
    public = key.public_key()
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def made(claims):
    secret = "nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4"
    keys = {
        "HS256": (secret.encode(), secret),
        "EdDSA": (key := ed25519.Ed25519PrivateKey.generate(), pem(key)),
        "ES256": (key := ec.generate_private_key(ec.SECP256R1()), pem(key)),
        "RS256": (key := rsa.generate_private_key(65537, 2048), pem(key)),
    }
    for name, (key, public) in keys.items():
        headers = {"typ": "at+jwt", "kid": name}
        token = jwt.encode(claims, key, algorithm=name, headers=headers)
        yield {"name": name, "key": public, "token": token}


case = json.load(sys.stdin)
answer = {"read": [read(one) for one in case["read"]], "made": list(made(case["claims"]))}
json.dump(answer, sys.stdout)
