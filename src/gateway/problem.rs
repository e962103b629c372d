//! Problem documents (RFC 9457): every refusal has a stable type, says what failed, and gives the next action.

use crate::{
    cis2::wire::Problem,
    domain::{Malformed, NhsCode, Operation, eligibility::Refusal},
};

/// Why a call is not answered with what it asked for.
#[derive(Debug)]
pub struct Fault {
    /// What the caller gets.
    pub problem: Box<Problem>,
    /// Whether what was written before (an audit row, a counter of wrong tries) is kept.
    pub keep: bool,
}

impl Fault {
    /// A problem of this type.
    pub fn new(status: u16, kind: &str, title: &str, remedy: &str) -> Self {
        let problem = Problem {
            kind: kind.to_owned(),
            title: title.to_owned(),
            status,
            detail: None,
            remedy: Some(remedy.to_owned()),
            nhs_code: None,
            refusal: None,
        };
        Self { problem: Box::new(problem), keep: false }
    }

    /// With more about this case.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = Some(detail.into());
        self
    }

    /// With the published code that means the same.
    pub fn nhs_code(mut self, code: impl Into<Option<NhsCode>>) -> Self {
        self.problem.nhs_code = code.into();
        self
    }

    /// Keeps what was written before the refusal.
    pub fn kept(mut self) -> Self {
        self.keep = true;
        self
    }

    /// The gateway itself failed; nothing was changed.
    pub fn internal(what: &str) -> Self {
        Self::new(500, "internal", "The gateway failed, and nothing was changed", "Try again, then tell IT")
            .detail(what)
    }

    /// A request that is not of the contract.
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::new(
            400,
            "malformed",
            "The gateway did not understand the request",
            "Check that this program and the gateway have the same version",
        )
        .detail(what)
    }

    /// Refused by policy.
    pub fn refused(operation: Operation, refusal: Refusal) -> Self {
        let remedy = refusal.reasons.first().map_or("Ask an RA Manager", |reason| reason.remedy());
        let said = refusal.reasons.iter().map(ToString::to_string).chain(refusal.since.clone());
        let mut fault = Self::new(403, "refused", "This is not allowed", remedy)
            .nhs_code(refusal.nhs_code())
            .detail(said.collect::<Vec<_>>().join(". "));
        fault.problem.refusal = Some((operation, refusal));
        fault
    }

    /// Refused by policy, where it is no operation of the desk.
    pub fn refused_sign_in(refusal: &Refusal) -> Self {
        let remedy = refusal.reasons.first().map_or("Ask an RA Manager", |reason| reason.remedy());
        Self::new(403, "refused", "This card may not sign in", remedy)
            .nhs_code(refusal.nhs_code())
            .detail(refusal.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(". "))
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(401, "unauthenticated", "Nobody is signed in, or the sign-in has ended", "Sign in again")
    }

    /// No such holder.
    pub fn holder_unknown(id: &str) -> Self {
        Self::new(404, "holder-unknown", "There is no holder with this number", "Check the twelve digits").detail(id)
    }

    /// No such officer.
    pub fn officer_unknown() -> Self {
        Self::new(
            404,
            "officer-unknown",
            "There is no training officer with this number",
            "Choose one of the officers shown",
        )
    }

    /// Somebody else than who is signed in.
    pub fn other_officer() -> Self {
        Self::new(
            403,
            "other-officer",
            "This is another officer than the one who is signed in",
            "Sign out first, then sign in as the other officer",
        )
    }

    /// A card of somebody else's.
    pub fn wrong_holder() -> Self {
        Self::new(
            409,
            "wrong-holder",
            "This card belongs to another holder",
            "Look the card up by its serial, and go on from the record of the holder it belongs to",
        )
    }

    /// No such job.
    pub fn issuance_unknown(job: &str) -> Self {
        Self::new(
            404,
            "issuance-unknown",
            "The gateway knows no job with this number",
            "Check that this is the gateway the job was begun on; if the job never reached it, the card is unchanged",
        )
        .detail(job)
    }

    /// Nothing is known of how the cards of this profile got their keys, or its list of keys lacks this card.
    pub fn no_key_set(profile: &str) -> Self {
        Self::new(
            409,
            "no-key-set",
            "The gateway has no keys for cards of this kind",
            "Nothing was changed on the card. Ask the gateway's administrator to add this key set (or this card to its \
             list) to keys/management-keys.toml in the gateway's data folder, as `cardwright config --explain` \
             describes, and to start the gateway again",
        )
        .nhs_code(NhsCode::NoUnlockCode)
        .detail(format!("key set “{profile}”"))
    }

    /// There are no keys for a secure channel to this card.
    pub fn no_channel_keys(key_set: &str) -> Self {
        Self::new(
            409,
            "no-channel-keys",
            "The gateway has no administration keys for this card",
            "Nothing was changed on the card. Ask the gateway's administrator to add them to \
             keys/secure-channel-keys.toml in the gateway's data folder, as `cardwright config --explain` describes, and \
             to start the gateway again",
        )
        .detail(format!("key set “{key_set}”"))
    }

    /// The job or card is not in the state the call needs.
    pub fn wrong_state(detail: impl Into<String>) -> Self {
        Self::new(409, "wrong-state", "The job is not at this step", "Resume the job; it goes on from where it stands")
            .detail(detail)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(&format!("database: {error}"))
    }
}

impl From<Malformed> for Fault {
    fn from(error: Malformed) -> Self {
        Self::malformed(error.to_string())
    }
}
