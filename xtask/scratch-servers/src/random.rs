//! Random passwords and free ports.

use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};

/// Returns this many bytes of the system's randomness, in hexadecimal.
pub(crate) fn hex(bytes: usize) -> io::Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let digits = random.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect())
}

/// Returns a free port of the loopback interface.
///
/// Systems use ports from 32768 upwards for outgoing connections. A lower port cannot be taken that
/// way while the server is down between a stop and a start.
pub(crate) fn free_port() -> io::Result<u16> {
    let mut urandom = File::open("/dev/urandom")?;
    for _ in 0..200 {
        let mut random = [0; 2];
        urandom.read_exact(&mut random)?;
        let port = 16_384 + u16::from_ne_bytes(random) % 16_384;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::other("no free port between 16384 and 32767"))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::{free_port, hex};

    #[test]
    fn random_values_differ() {
        let one = hex(16).unwrap();
        assert_eq!(one.len(), 32);
        assert_ne!(one, hex(16).unwrap());
    }

    #[test]
    fn free_port_is_available_and_below_those_of_outgoing_connections() {
        let port = free_port().unwrap();
        assert!((16_384..32_768).contains(&port));
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).is_ok());
    }
}
