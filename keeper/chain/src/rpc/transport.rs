//! HTTP under ethers' `Provider`: rustls, timeouts, a bound on the answer, checked ids.

use std::error::Error as StdError;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ethers::providers::{JsonRpcClient, JsonRpcError, ProviderError, RpcError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer;
use super::error::Error;
use crate::endpoint::Endpoint;

/// Bounds on one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time until a connection stands.
    pub connect_timeout: Duration,
    /// Longest time until the whole answer is in.
    pub request_timeout: Duration,
    /// Longest answer in bytes.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
            answer_bytes: 16 << 20,
        }
    }
}

/// A JSON-RPC client over HTTP. Follows no redirects, uses no proxy.
pub struct HttpTransport {
    endpoint: Endpoint,
    client: reqwest::Client,
    answer_bytes: usize,
    next_id: AtomicU64,
}

impl HttpTransport {
    /// Builds a client; connects only when asked something.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] when TLS cannot be set up on this machine.
    pub fn new(endpoint: Endpoint, limits: Limits) -> Result<Self, Error> {
        // The first one to install a provider wins; which one it is does not matter here.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect_timeout)
            .timeout(limits.request_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| no_answer("connect", &endpoint, error))?;
        Ok(Self { endpoint, client, answer_bytes: limits.answer_bytes, next_id: AtomicU64::new(1) })
    }

    /// Returns the node's address.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks once and returns the raw result.
    ///
    /// # Errors
    /// Every way in which a node can fail to answer; see [`Error`].
    pub async fn ask(&self, method: &str, params: Value) -> Result<Value, Error> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let body = self.exchange(method, &request).await?;
        answer::single(method, id, &body)
    }

    /// Asks the same method many times in one exchange; results come in the order asked.
    ///
    /// # Errors
    /// Fails as a whole when the exchange fails; a single failed entry is a value.
    pub async fn ask_many(&self, method: &str, params: Vec<Value>) -> Result<Vec<Result<Value, Error>>, Error> {
        if params.is_empty() {
            return Ok(Vec::new());
        }
        let len = params.len();
        let first = self.next_id.fetch_add(len as u64, Ordering::Relaxed);
        let request: Vec<Value> = (first..)
            .zip(params)
            .map(|(id, params)| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .collect();
        let body = self.exchange(method, &Value::Array(request)).await?;
        answer::batch(method, first, len, &body)
    }

    async fn exchange(&self, method: &str, request: &Value) -> Result<Vec<u8>, Error> {
        tracing::trace!(method, "ask");
        let mut response = self
            .client
            .post(self.endpoint.url().clone())
            .header("content-type", "application/json")
            .body(request.to_string())
            .send()
            .await
            .map_err(|error| no_answer(method, &self.endpoint, error))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(method, &self.endpoint, error))? {
            if body.len() + chunk.len() > self.answer_bytes {
                return Err(Error::TooLong { method: method.to_owned(), bound_bytes: self.answer_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        // Some nodes report JSON-RPC errors under a failure status: the error object says more than the number.
        let speaks = || serde_json::from_slice::<Value>(&body).is_ok_and(|answer| answer.get("jsonrpc").is_some());
        if status.is_success() || (status.as_u16() != 429 && speaks()) {
            return Ok(body);
        }
        Err(Error::Status { method: method.to_owned(), endpoint: self.endpoint.to_string(), status: status.as_u16() })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Names the innermost cause, and never the URL.
fn no_answer(method: &str, endpoint: &Endpoint, error: reqwest::Error) -> Error {
    let error = error.without_url();
    let mut cause: &dyn StdError = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let reason = if error.is_timeout() { "timed out".to_owned() } else { super::cut(&cause.to_string()) };
    Error::NoAnswer { method: method.to_owned(), endpoint: endpoint.to_string(), reason }
}

#[async_trait::async_trait]
impl JsonRpcClient for HttpTransport {
    type Error = Error;

    async fn request<T, R>(&self, method: &str, params: T) -> Result<R, Error>
    where
        T: fmt::Debug + Serialize + Send + Sync,
        R: DeserializeOwned + Send,
    {
        let params = serde_json::to_value(params).map_err(|error| Error::malformed(method, "parameters", error))?;
        // ethers passes the unit type for "no parameters".
        let params = if params.is_null() { json!([]) } else { params };
        let value = self.ask(method, params).await?;
        R::deserialize(&value).map_err(|error| Error::malformed(method, &value, error))
    }
}

impl RpcError for Error {
    fn as_error_response(&self) -> Option<&JsonRpcError> {
        None
    }

    fn as_serde_error(&self) -> Option<&serde_json::Error> {
        None
    }
}

impl From<Error> for ProviderError {
    fn from(error: Error) -> Self {
        Self::JsonRpcClientError(Box::new(error))
    }
}

/// Takes our own error out of ethers' wrapping.
pub(crate) fn unwrap(method: &str, error: ProviderError) -> Error {
    if let ProviderError::JsonRpcClientError(inner) = &error {
        let inner: &(dyn StdError + 'static) = &**inner;
        if let Some(ours) = inner.downcast_ref::<Error>() {
            return ours.clone();
        }
    }
    Error::malformed(method, "request", error)
}
