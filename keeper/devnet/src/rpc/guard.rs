//! Who may talk to the node: programs and pages of this machine, and no page of any other.
//!
//! A page of a stranger reaches loopback in two ways. It sends a request across origins: the browser names the page's
//! origin, which is refused. Or its own name is made to point to loopback: the `Host` is then its name, which is
//! refused too. Programs that are no browsers send no origin.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

/// Why a request is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// The name asked for is not this machine's.
    #[error("host not allowed: {0}")]
    Host(String),
    /// A page of another machine asks.
    #[error("origin not allowed: {0}")]
    Origin(String),
}

/// Lets a request in, and returns the origin of the page that sends it, if a page does.
///
/// # Errors
/// See [`Refusal`].
pub(super) fn admit(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let host = text(headers, header::HOST).unwrap_or_default();
    if !is_loopback(&host) {
        return Err(Refusal::Host(host));
    }
    match text(headers, header::ORIGIN) {
        Some(origin) if !is_trusted(&origin) => Err(Refusal::Origin(origin)),
        origin => Ok(origin),
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Whether an origin is a page on this machine or a browser's extension, as wallets are.
fn is_trusted(origin: &str) -> bool {
    match origin.split_once("://") {
        Some(("http" | "https", authority)) => is_loopback(authority),
        Some((scheme, _)) => scheme.ends_with("-extension"),
        None => false,
    }
}

/// Whether a host, with or without a port, is this machine by its loopback names.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if port.is_empty() || is_port(port) => address,
        Some(_) => return false,
        None => match authority.split_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            Some(_) => return false,
            None => authority,
        },
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn ask(host: &'static str, origin: Option<&'static str>) -> Result<Option<String>, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        admit(&headers)
    }

    #[test]
    fn loopback_by_any_name_is_let_in() {
        for host in ["localhost", "LOCALHOST:8547", "127.0.0.1:8547", "127.0.0.2", "[::1]:8547", "[::1]"] {
            assert_eq!(ask(host, None), Ok(None), "{host}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for host in [
            "",
            "evil.example",
            "evil.example:8547",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil:1",
            "localhost:80@evil.example",
            "[::1]evil.example",
            "[::2]:1",
        ] {
            assert_eq!(ask(host, None), Err(Refusal::Host(host.into())), "{host}");
        }
    }

    #[test]
    fn pages_of_this_machine_and_extensions_are_let_in() {
        for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173", "chrome-extension://abcdef"] {
            assert_eq!(ask("localhost", Some(origin)), Ok(Some(origin.into())));
        }
    }

    #[test]
    fn pages_of_strangers_are_refused() {
        for origin in ["https://evil.example", "null", "http://localhost.evil.example", "file://", ""] {
            assert_eq!(ask("localhost", Some(origin)), Err(Refusal::Origin(origin.into())), "{origin}");
        }
    }
}
