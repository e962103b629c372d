//! The contract's routes, and what every call has in common: limits, sign-in, idempotency, one transaction.

mod actor;
mod authentications;
mod cards;
mod channel_exchange;
mod issuance;
mod on_cards;
mod people;
mod prints;
mod public;
mod secure_channel;
mod self_service;
mod spoil;
mod telephone;
mod workstation_printers;

use std::{
    collections::HashMap,
    future::poll_fn,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, HttpBody, to_bytes},
    extract::{ConnectInfo, Query, RawPathParams, Request, rejection::RawPathParamsRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::{MethodFilter, on},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::{Connection, TransactionBehavior, params};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use self::actor::{Access, Actor};
use super::{
    Core, audit, issuances,
    messages::{Message, Recipient},
    problem::Fault,
    store::one,
};
use crate::{
    cis2::wire::{CodeSent, PhotoReview},
    domain::{JobId, OfficerId, Secret, hex, sha256_hex},
};

/// Largest JSON body, in bytes: two certificate requests of 8 KB in base64, and room.
const JSON_LIMIT: usize = 64 * 1024;
/// Largest photo, in bytes.
const PHOTO_LIMIT: usize = 8 * 1024 * 1024;
/// Bytes beyond the limit that are read before a body is refused as too large.
const DISCARDED: usize = 16 * 1024 * 1024;
/// Most entries of one list.
const LONGEST_LIST: u32 = 5000;
/// Answers are kept this long for callers that ask again.
const ANSWERS_KEPT: time::Duration = time::Duration::days(7);

type Handler = fn(&Desk<'_>, &Call) -> Result<Answer, Fault>;

/// One route of the contract.
#[derive(Clone, Copy)]
struct Route {
    method: &'static str,
    path: &'static str,
    access: Access,
    body_limit: usize,
    handler: Handler,
}

const fn route(method: &'static str, path: &'static str, access: Access, handler: Handler) -> Route {
    Route { method, path, access, body_limit: JSON_LIMIT, handler }
}

const ROUTES: [Route; 58] = [
    route("GET", "/ra/v1/openapi.json", Access::Anybody, public::openapi),
    route("GET", "/ra/v1/pki/chain.pem", Access::Anybody, public::chain),
    route("GET", "/ra/v1/pki/crl.pem", Access::Anybody, public::crl_pem),
    route("GET", "/ra/v1/pki/root.crl", Access::Anybody, public::root_crl),
    route("GET", "/ra/v1/pki/authentication.crl", Access::Anybody, public::authentication_crl),
    route("GET", "/ra/v1/pki/signing.crl", Access::Anybody, public::signing_crl),
    route("GET", "/ra/v1/training/officers", Access::Anybody, people::officers),
    route("POST", "/ra/v1/training/sign-in", Access::Anybody, people::sign_in),
    route("GET", "/ra/v1/session", Access::SignedIn, people::session),
    route("DELETE", "/ra/v1/session", Access::SignedIn, people::sign_out),
    route("GET", "/ra/v1/holders", Access::SignedIn, people::find_holders),
    route("GET", "/ra/v1/holders/{holder}", Access::SignedIn, people::holder),
    route("GET", "/ra/v1/holders/{holder}/photo", Access::SignedIn, people::photo),
    Route {
        body_limit: PHOTO_LIMIT,
        ..route("PUT", "/ra/v1/holders/{holder}/photo", Access::SignedIn, people::put_photo)
    },
    route("GET", "/ra/v1/holders/{holder}/history", Access::SignedIn, people::history),
    route("GET", "/ra/v1/cards/{serial}", Access::AtWork, cards::card),
    route("GET", "/ra/v1/cards/{serial}/at-desk", Access::AtWork, cards::at_desk),
    route("POST", "/ra/v1/cards/{serial}/prints", Access::SignedIn, prints::print),
    route("POST", "/ra/v1/cards/{serial}/spoil", Access::SignedIn, spoil::spoil),
    route("POST", "/ra/v1/issuances", Access::AtWork, issuance::reserve),
    route("GET", "/ra/v1/issuances/{job}", Access::AtWork, issuance::get),
    route("POST", "/ra/v1/issuances/{job}/management-key/challenge", Access::AtWork, cards::challenge),
    route("POST", "/ra/v1/issuances/{job}/management-key/proof", Access::AtWork, cards::proof),
    route("POST", "/ra/v1/issuances/{job}/unlock-codes/release", Access::AtWork, cards::release),
    route("POST", "/ra/v1/issuances/{job}/unlock-codes/delivered", Access::SignedIn, cards::release_delivered),
    route("POST", "/ra/v1/issuances/{job}/unlock-codes/settled", Access::AtWork, cards::settled),
    route("POST", "/ra/v1/issuances/{job}/certificate", Access::AtWork, issuance::certify),
    route("GET", "/ra/v1/issuances/{job}/certificate", Access::AtWork, issuance::certified),
    route("POST", "/ra/v1/issuances/{job}/key", Access::AtWork, issuance::tell_key),
    route("POST", "/ra/v1/issuances/{job}/reopen", Access::AtWork, issuance::reopen),
    route("POST", "/ra/v1/on-cards", Access::AtWork, on_cards::begin),
    route("POST", "/ra/v1/on-cards/{job}/end", Access::AtWork, on_cards::end),
    route("POST", "/ra/v1/workstations", Access::SignedIn, telephone::enrol),
    route("POST", "/ra/v1/workstations/printers", Access::SignedIn, workstation_printers::record),
    route("POST", "/ra/v1/telephone-unlocks", Access::SignedIn, telephone::begin),
    route("POST", "/ra/v1/telephone-unlocks/end", Access::SignedIn, telephone::end),
    route("POST", "/ra/v1/training/step-up", Access::SignedIn, people::step_up),
    route("POST", "/ra/v1/training/approvals", Access::SignedIn, people::approve),
    route("POST", "/ra/v1/issuances/{job}/confirm", Access::AtWork, issuance::confirm),
    route("POST", "/ra/v1/issuances/{job}/abort", Access::AtWork, issuance::abort),
    route("POST", "/ra/v1/authentications/challenge", Access::Anybody, authentications::challenge),
    route("POST", "/ra/v1/authentications", Access::Anybody, authentications::authenticate),
    route("POST", "/ra/v1/sign-in/card", Access::Anybody, authentications::sign_in),
    route("POST", "/ra/v1/step-up/card", Access::SignedIn, authentications::step_up),
    route("POST", "/ra/v1/approvals/card", Access::SignedIn, authentications::approve),
    route("POST", "/ra/v1/self-service/codes", Access::Anybody, self_service::ask_for_code),
    route("POST", "/ra/v1/self-service/session", Access::Anybody, self_service::sign_in),
    route("GET", "/ra/v1/self-service/session", Access::Holder, self_service::session),
    route("DELETE", "/ra/v1/self-service/session", Access::Holder, self_service::sign_out),
    route("POST", "/ra/v1/issuances/{job}/secure-channel/begin", Access::AtWork, secure_channel::begin),
    route("POST", "/ra/v1/issuances/{job}/secure-channel/open", Access::AtWork, secure_channel::open),
    route("POST", "/ra/v1/issuances/{job}/secure-channel/exchange", Access::AtWork, channel_exchange::exchange),
    route("POST", "/ra/v1/issuances/{job}/secure-channel/refused", Access::AtWork, secure_channel::refused),
    route("POST", "/ra/v1/issuances/{job}/secure-channel/put-key", Access::AtWork, secure_channel::put_key),
    route("POST", "/ra/v1/issuances/{job}/secure-channel/put-key/settled", Access::AtWork, secure_channel::settled),
    route("GET", "/ra/v1/audit", Access::SignedIn, public::audit_rows),
    route("GET", "/ra/v1/audit/head", Access::SignedIn, public::audit_head),
    route("GET", "/ra/v1/health", Access::Anybody, public::health),
];

/// Method and path of every route, as in the contract.
pub fn contract_routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().map(|route| (route.method, route.path))
}

/// A call, as far as handlers look at it.
struct Call {
    params: HashMap<String, String>,
    query: HashMap<String, String>,
    body: Vec<u8>,
    token: Option<Secret>,
    key: Option<String>,
    /// The address it came from.
    from: Option<IpAddr>,
    /// What the officer was told of a photo, and the reason to take it: the headers of [`PhotoReview`] as they came.
    photo_review: [Option<String>; 2],
}

impl Call {
    /// A path parameter in its own type.
    fn param<T: std::str::FromStr<Err = crate::domain::Malformed>>(&self, name: &str) -> Result<T, Fault> {
        Ok(self.params.get(name).map_or("", String::as_str).parse()?)
    }

    /// A number of the query, or its default.
    fn number(&self, name: &str, default: u64) -> Result<u64, Fault> {
        match self.query.get(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| Fault::malformed(format!("{name} is not a number"))),
        }
    }

    /// How many rows of a long list are asked for.
    fn limit(&self, default: u32) -> Result<u32, Fault> {
        Ok(u32::try_from(self.number("limit", default.into())?).unwrap_or(u32::MAX).clamp(1, LONGEST_LIST))
    }

    /// The body in its own type.
    fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        // The parser's message can quote the body, which may hold a secret: only the place is told.
        serde_json::from_slice(&self.body).map_err(|error| {
            Fault::malformed(format!(
                "the body does not fit the contract at line {}, column {}",
                error.line(),
                error.column()
            ))
        })
    }
}

/// What a handler works with: the gateway, the open transaction, the time, and who asks.
struct Desk<'a> {
    core: &'a Core,
    store: &'a Connection,
    now: OffsetDateTime,
    actor: Actor,
    /// When the officer last proved who they are.
    proved: OffsetDateTime,
    session_ends: OffsetDateTime,
}

impl Desk<'_> {
    /// Writes an audit row in this transaction. What a holder does on their own says so.
    fn audit(&self, event: &str, detail: &serde_json::Value) -> Result<(), Fault> {
        let officer: Option<&OfficerId> = match &self.actor {
            Actor::Officer(found) => Some(&found.officer.id),
            Actor::Holder(_) | Actor::Nobody => None,
        };
        let mut detail = detail.clone();
        if let (Actor::Holder(_), Some(members)) = (&self.actor, detail.as_object_mut()) {
            members.insert("task".to_owned(), "self-service".into());
        }
        Ok(audit::append(self.store, self.now, officer, event, &detail)?)
    }
}

/// An answer.
struct Answer {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
    /// What is kept of it for callers that ask again, where that is less than all of it.
    kept: Option<Vec<u8>>,
    /// The job whose card's codes it holds: it is given again only while they could be asked for anew.
    codes_of: Option<JobId>,
    /// A message that goes out once what the answer says is on the disk, and what to do where it does not.
    letter: Option<Box<Letter>>,
}

/// A message with a one-time code.
struct Letter {
    message: Message,
    /// Where it goes when it cannot be sent there.
    otherwise: Option<Recipient>,
    /// What its asker is told, but for where it went.
    told: CodeSent,
    /// Number of the request for the code.
    request: String,
    /// What the audit says when it is sent.
    detail: serde_json::Value,
}

impl Answer {
    /// 200 with JSON.
    fn json<T: Serialize>(value: &T) -> Result<Self, Fault> {
        let body = serde_json::to_vec(value).map_err(|_| Fault::internal("the answer cannot be written"))?;
        Ok(Self::of(200, "application/json", body))
    }

    /// 200 with JSON of a thing just made: 201.
    fn created<T: Serialize>(value: &T) -> Result<Self, Fault> {
        Ok(Self { status: 201, ..Self::json(value)? })
    }

    /// 204.
    fn nothing() -> Self {
        Self::of(204, "application/json", Vec::new())
    }

    /// 200 with bytes of another kind.
    fn bytes(content_type: &'static str, body: Vec<u8>) -> Self {
        Self::of(200, content_type, body)
    }

    fn of(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, body, kept: None, codes_of: None, letter: None }
    }

    /// The same, with codes of the card of this job in it.
    fn with_codes_of(self, job: &JobId) -> Self {
        Self { codes_of: Some(job.clone()), ..self }
    }
}

/// The server's router.
pub fn router(core: Arc<Core>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let core = Arc::clone(&core);
        let serve = move |params: PathParams, query: QueryPairs, headers: HeaderMap, request: Request| async move {
            respond(match call(&core, route, params, query, &headers, request).await {
                Err(fault) => Err(fault),
                Ok(call) => tokio::task::spawn_blocking(move || answer(&core, route, &call))
                    .await
                    .unwrap_or_else(|_| Err(Fault::internal("the call panicked"))),
            })
        };
        let filter = match route.method {
            "GET" => MethodFilter::GET,
            "PUT" => MethodFilter::PUT,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::POST,
        };
        router = router.route(route.path, on(filter, serve));
    }
    router
        .method_not_allowed_fallback(|method: Method| async move {
            let fault = Fault::new(
                405,
                "method-not-allowed",
                "This address does not take this method",
                "Check that this program and the gateway have the same version",
            );
            respond(Err(fault.detail(method.to_string())))
        })
        .fallback(|| async {
            respond(Err(Fault::new(
                404,
                "not-found",
                "There is nothing at this address",
                "Check the gateway's address in the configuration",
            )))
        })
}

type PathParams = Result<RawPathParams, RawPathParamsRejection>;

type QueryPairs = Result<Query<Vec<(String, String)>>, axum::extract::rejection::QueryRejection>;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

async fn call(
    core: &Arc<Core>,
    route: Route,
    params: PathParams,
    query: QueryPairs,
    headers: &HeaderMap,
    request: Request,
) -> Result<Call, Fault> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .and_then(|text| STANDARD.decode(text.trim()).ok())
        .map(Secret::new);
    // Asked before anything is kept in memory for somebody who is not signed in; the answer asks once more.
    if route.access != Access::Anybody
        && let Err(fault) = may_call(core, route.access, token.clone()).await
    {
        discard(request.into_body(), route.body_limit + DISCARDED).await;
        return Err(fault);
    }
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let params = params.map_err(|_| Fault::malformed("the address cannot be read"))?;
    let Query(query) = query.map_err(|_| Fault::malformed("the query cannot be read"))?;
    let too_large = || {
        Fault::new(413, "too-large", "What was sent is too large", "Make it smaller: a photo may have 8 MB")
            .detail(format!("at most {} bytes are taken here", route.body_limit))
    };
    // A little more than the limit is read and thrown away: a client that is still sending would not see the refusal.
    let body = to_bytes(request.into_body(), route.body_limit + DISCARDED).await.map_err(|_| too_large())?;
    if body.len() > route.body_limit {
        return Err(too_large());
    }
    let key = headers.get(IDEMPOTENCY_KEY).map(|key| key.to_str().unwrap_or_default().to_owned());
    if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 255) {
        return Err(Fault::malformed("Idempotency-Key must have 1 to 255 visible ASCII characters"));
    }
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?").to_owned());
    Ok(Call {
        photo_review: [PhotoReview::LOOK_AT, PhotoReview::REASON].map(header),
        params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: query.into_iter().collect(),
        body: body.to_vec(),
        token,
        key,
        from,
    })
}

async fn may_call(core: &Arc<Core>, access: Access, token: Option<Secret>) -> Result<(), Fault> {
    let core = Arc::clone(core);
    let found = move || access.check(&Actor::of(&core.store(), token.as_ref(), core.config.clock.now())?);
    let found = tokio::task::spawn_blocking(found).await;
    found.unwrap_or_else(|_| Err(Fault::internal("the call panicked")))
}

/// Reads a body piece by piece and throws it away: a client that is still sending would not see the refusal.
async fn discard(mut body: Body, most: usize) {
    let mut seen = 0_usize;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        seen = seen.saturating_add(frame.data_ref().map_or(0, |piece| piece.len()));
        if seen > most {
            return;
        }
    }
}

/// Answers one call in one transaction: what the answer says has happened is on the disk before the answer leaves.
fn answer(core: &Core, route: Route, call: &Call) -> Result<Answer, Fault> {
    let now = core.config.clock.now();
    let mut store = core.store();
    issuances::sweep(&mut store, now)?;
    let change = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let actor = Actor::of(&change, call.token.as_ref(), now)?;
    route.access.check(&actor)?;
    let (proved, session_ends) = match &actor {
        Actor::Officer(found) => (found.proved, found.expires),
        Actor::Holder(found) => (now, found.expires),
        Actor::Nobody => (now, now),
    };
    let scope = actor.scope();
    let desk = Desk { core, store: &change, now, actor, proved, session_ends };
    let mut result =
        if route.method == "POST" { once(&desk, &scope, route, call) } else { (route.handler)(&desk, call) };
    match &result {
        Ok(_) => change.commit()?,
        Err(fault) if fault.keep => change.commit()?,
        Err(_) => change.rollback()?,
    }
    // A mail server may be slow: nobody else waits for it.
    drop(store);
    if let Some(letter) = result.as_mut().ok().and_then(|answer| answer.letter.take()) {
        // It may have gone another way than was said.
        if let Some(told) = self_service::post(core, *letter, &scope, call.key.as_deref())? {
            result = Answer::created(&told);
        }
    }
    result
}

/// Does the call once for each idempotency key; a caller that asks again gets the stored answer. Refusals are not
/// stored: nothing has changed, so the same question may be asked again.
fn once(desk: &Desk<'_>, scope: &str, route: Route, call: &Call) -> Result<Answer, Fault> {
    let Some(key) = &call.key else {
        return Err(Fault::new(
            400,
            "idempotency-key-missing",
            "The request carries no Idempotency-Key",
            "Check that this program and the gateway have the same version",
        ));
    };
    let request = request_hash(route, call);
    let purpose = kept_as(scope, key);
    let sql = "SELECT request_sha256, status, body, codes_of FROM answers WHERE scope = ?1 AND key = ?2";
    let stored: Option<(String, u16, Vec<u8>, Option<String>)> =
        one(desk.store, sql, [scope, key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    if let Some((earlier, status, body, codes_of)) = stored {
        if earlier != request {
            return Err(Fault::new(
                422,
                "idempotency-key-reused",
                "This Idempotency-Key was used before for another request",
                "Begin a new job",
            ));
        }
        if let Some(job) = codes_of {
            cards::check_given_again(desk, &job.parse()?)?;
        }
        let body = desk.core.seal.unseal(&purpose, &body)?.expose().to_vec();
        return Ok(Answer::of(status, "application/json", body));
    }
    let answer = (route.handler)(desk, call)?;
    let now = desk.now.unix_timestamp();
    desk.store.execute(
        "INSERT INTO answers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            scope,
            key,
            request,
            answer.status,
            desk.core.seal.seal(&purpose, answer.kept.as_ref().unwrap_or(&answer.body))?,
            now,
            answer.codes_of.as_ref().map(JobId::as_str),
        ],
    )?;
    desk.store.execute("DELETE FROM answers WHERE at < ?1", [now - ANSWERS_KEPT.whole_seconds()])?;
    Ok(answer)
}

/// Under which purpose an answer is sealed that is kept.
fn kept_as(scope: &str, key: &str) -> String {
    format!("answer to {scope} {key}")
}

fn request_hash(route: Route, call: &Call) -> String {
    let mut parameters: Vec<_> = call.params.iter().collect();
    parameters.sort();
    let address = format!("{} {} {parameters:?}", route.method, route.path);
    let mut hash = Sha256::new();
    hash.update(sha256_hex(address.as_bytes()));
    hash.update(&call.body);
    hex(&hash.finalize())
}

/// Turns an answer or a problem into a response.
fn respond(result: Result<Answer, Fault>) -> Response {
    let answer = result.unwrap_or_else(|fault| {
        let body = serde_json::to_vec(&fault.problem).unwrap_or_default();
        Answer::of(fault.problem.status, "application/problem+json", body)
    });
    let empty = answer.body.is_empty();
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !empty {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    }
    // Answers hold names, photos and codes: no proxy and no disk may keep them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if answer.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
