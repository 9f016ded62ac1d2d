//! Where a node answers: https anywhere, plain http on this machine only.

use std::fmt;

use reqwest::Url;

/// The address of a JSON-RPC node.
///
/// Shows scheme, host and port alone: the path of a provider's URL usually carries its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The text is no URL.
    #[error("{text:?} is not a URL: {reason}")]
    NotUrl {
        /// What was given.
        text: String,
        /// What the parser says.
        reason: String,
    },
    /// A scheme other than http and https.
    #[error("scheme {scheme:?} of {shown} is not http or https")]
    Scheme {
        /// The scheme found.
        scheme: String,
        /// The address without its secrets.
        shown: String,
    },
    /// Plain http to another machine: anyone between could answer.
    #[error("{shown} is plain http to another machine; only https is allowed there")]
    Unprotected {
        /// The address without its secrets.
        shown: String,
    },
    /// A user name or password in the URL would end up in logs.
    #[error("{shown} carries a user name or password")]
    Credentials {
        /// The address without its secrets.
        shown: String,
    },
}

impl Endpoint {
    /// Parses and checks an address.
    ///
    /// # Errors
    /// Refuses what is no URL, schemes other than http and https, http beyond loopback, and credentials.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text)
            .map_err(|error| EndpointError::NotUrl { text: text.to_owned(), reason: error.to_string() })?;
        let endpoint = Self(url);
        let shown = endpoint.to_string();
        match endpoint.0.scheme() {
            "https" => {}
            "http" if endpoint.is_loopback() => {}
            "http" => return Err(EndpointError::Unprotected { shown }),
            scheme => return Err(EndpointError::Scheme { scheme: scheme.to_owned(), shown }),
        }
        if !endpoint.0.username().is_empty() || endpoint.0.password().is_some() {
            return Err(EndpointError::Credentials { shown });
        }
        Ok(endpoint)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    fn is_loopback(&self) -> bool {
        match self.0.host_str() {
            Some("localhost") => true,
            Some(host) => host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback()),
            None => false,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or("?"))?;
        self.0.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_http_and_any_https_are_accepted() {
        for text in
            ["http://127.0.0.1:8547", "http://localhost:8547/", "http://[::1]:1", "https://node.example/v2/secret"]
        {
            assert!(Endpoint::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn plain_http_to_another_machine_is_refused() {
        let error = Endpoint::parse("http://10.0.0.7:8547").expect_err("not loopback");

        assert_eq!(error, EndpointError::Unprotected { shown: "http://10.0.0.7:8547".into() });
    }

    #[test]
    fn other_schemes_texts_and_credentials_are_refused() {
        assert!(matches!(Endpoint::parse("ws://127.0.0.1:1"), Err(EndpointError::Scheme { .. })));
        assert!(matches!(Endpoint::parse("not a url"), Err(EndpointError::NotUrl { .. })));
        assert!(matches!(Endpoint::parse("https://me:pw@node.example"), Err(EndpointError::Credentials { .. })));
    }

    #[test]
    fn display_hides_the_path() {
        let endpoint = Endpoint::parse("https://node.example:444/v2/secret?key=1").expect("a good URL");

        assert_eq!(endpoint.to_string(), "https://node.example:444");
        assert_eq!(format!("{endpoint:?}"), "Endpoint(https://node.example:444)");
    }
}
