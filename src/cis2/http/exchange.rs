//! One call: sent, repeated where that is harmless, and its answer read within limits.

use std::io::Read;

use reqwest::{
    Method, StatusCode, Url,
    blocking::Response,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{HttpService, pause};
use crate::cis2::{ServiceError, wire};

/// A call being put together.
pub struct Ask<'a> {
    service: &'a HttpService,
    method: Method,
    url: Url,
    key: Option<String>,
    headers: Vec<(&'static str, String)>,
    /// Content type and bytes; wiped, for some bodies carry secrets.
    body: Option<(&'static str, Zeroizing<Vec<u8>>)>,
}

impl<'a> Ask<'a> {
    /// A call of `/ra/v1/` and these path segments.
    pub fn new(service: &'a HttpService, method: Method, path: &[&str]) -> Self {
        let mut url = service.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["ra", "v1"]).extend(path);
        }
        Self { service, method, url, key: None, headers: Vec::new(), body: None }
    }

    /// More path, segments divided by `/`.
    pub fn and_path(mut self, rest: &str) -> Self {
        if let Ok(mut segments) = self.url.path_segments_mut() {
            segments.extend(rest.split('/'));
        }
        self
    }

    /// The idempotency key.
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// A header of the contract; visible ASCII.
    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// A JSON body.
    pub fn body<T: Serialize>(self, value: &T) -> Result<Self, ServiceError> {
        let body = serde_json::to_vec(value)
            .map_err(|_| ServiceError::Contract { reason: "the request cannot be written".to_owned() })?;
        Ok(self.raw_body("application/json", body))
    }

    /// Bytes of another kind.
    pub fn raw_body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.body = Some((content_type, Zeroizing::new(body)));
        self
    }

    /// The answer as JSON.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, ServiceError> {
        let body = self.bytes().map(Zeroizing::new)?;
        // The parser's message can quote the answer, which may hold a secret: only the place is told.
        serde_json::from_slice(&body).map_err(|error| ServiceError::Contract {
            reason: format!("unexpected answer at line {}, column {}", error.line(), error.column()),
        })
    }

    /// The answer as text.
    pub fn text(self) -> Result<String, ServiceError> {
        String::from_utf8(self.bytes()?)
            .map_err(|_| ServiceError::Contract { reason: "the answer is not text".to_owned() })
    }

    /// That there is an answer.
    pub fn nothing(self) -> Result<(), ServiceError> {
        self.bytes().map(drop)
    }

    /// The answer's bytes. A call is tried again only when nothing is done twice by it: reading, and posting under an
    /// idempotency key.
    pub fn bytes(self) -> Result<Vec<u8>, ServiceError> {
        let harmless = self.method == Method::GET || (self.method == Method::POST && self.key.is_some());
        let tries = if harmless { self.service.config.tries.max(1) } else { 1 };
        let mut attempt = 1;
        loop {
            let result = self.once();
            if attempt >= tries || !worth_another_try(&result) {
                return result;
            }
            pause::before_try(attempt, self.service.config.first_pause);
            attempt += 1;
        }
    }

    fn once(&self) -> Result<Vec<u8>, ServiceError> {
        let mut request = self.service.client.request(self.method.clone(), self.url.clone());
        if let Some(token) = self.service.token() {
            request = request.header(AUTHORIZATION, token);
        }
        if let Some(key) = &self.key {
            request = request.header("Idempotency-Key", key);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some((content_type, body)) = &self.body {
            request = request.header(CONTENT_TYPE, *content_type).body(body.to_vec());
        }
        let response = request.send().map_err(|error| unreachable(&error))?;
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        verdict(status.as_u16(), &content_type, self.read(response)?)
    }

    /// The whole body, if it is not larger than it may be and was not cut short.
    fn read(&self, response: Response) -> Result<Vec<u8>, ServiceError> {
        let limit = self.service.config.largest_answer;
        let mut body = Vec::new();
        response
            .take(limit.saturating_add(1))
            .read_to_end(&mut body)
            .map_err(|_| ServiceError::Unreachable { reason: "the answer was cut short".to_owned() })?;
        if body.len() as u64 > limit {
            return Err(ServiceError::Contract { reason: format!("the answer has more than {limit} bytes") });
        }
        Ok(body)
    }
}

/// What an answer means: its body, or what the gateway says is wrong (RFC 9457).
///
/// # Errors
/// [`ServiceError`], by status and body.
pub fn verdict(status: u16, content_type: &str, body: Vec<u8>) -> Result<Vec<u8>, ServiceError> {
    if (200..300).contains(&status) {
        return Ok(body);
    }
    if content_type.starts_with("application/problem+json")
        && let Ok(problem) = serde_json::from_slice::<wire::Problem>(&body)
    {
        return Err(ServiceError::Problem(Box::new(problem)));
    }
    if status >= 500 {
        return Err(ServiceError::Unreachable { reason: format!("status {status}") });
    }
    Err(ServiceError::Contract { reason: format!("status {status} without a problem document") })
}

/// Lost answers and failures of the gateway itself; what it decided stays decided.
fn worth_another_try(result: &Result<Vec<u8>, ServiceError>) -> bool {
    match result {
        Err(ServiceError::Unreachable { .. }) => true,
        Err(ServiceError::Problem(problem)) => {
            StatusCode::from_u16(problem.status).is_ok_and(|status| status.is_server_error())
        }
        Ok(_) | Err(ServiceError::Contract { .. }) => false,
    }
}

/// What went wrong on the wire. The error's own text is not used: it may hold the address with what was searched for.
fn unreachable(error: &reqwest::Error) -> ServiceError {
    let reason = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_request() || error.is_body() {
        "the connection broke"
    } else {
        "the answer was cut short"
    };
    ServiceError::Unreachable { reason: reason.to_owned() }
}
