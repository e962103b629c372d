-- Version 1. Times are seconds since 1970 UTC; enumerations are spelt as on the wire.
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES ('crl-number', 0);

CREATE TABLE officers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT NOT NULL, about TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (token_sha256 TEXT PRIMARY KEY, officer TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;

CREATE TABLE holders (
    id TEXT PRIMARY KEY, official_name TEXT NOT NULL, name_on_card TEXT, organisation TEXT NOT NULL,
    state TEXT NOT NULL, search TEXT NOT NULL, photo BLOB, photo_sha256 TEXT
) STRICT;

CREATE TABLE cards (
    serial TEXT PRIMARY KEY, state TEXT NOT NULL, series TEXT NOT NULL, holder TEXT,
    last_job TEXT, certificates_expire INTEGER, changed INTEGER NOT NULL
) STRICT;
CREATE INDEX cards_by_holder ON cards (holder);

CREATE TABLE issuances (
    job TEXT PRIMARY KEY, officer TEXT NOT NULL, holder TEXT NOT NULL, serial TEXT NOT NULL, series TEXT NOT NULL,
    profile TEXT NOT NULL, locked INTEGER NOT NULL, software TEXT NOT NULL, state TEXT NOT NULL,
    begun INTEGER NOT NULL, deadline INTEGER NOT NULL,
    proof_challenge BLOB,
    -- The management-key relay: what the card must answer (sealed), how many relays and wrong answers there were.
    expected BLOB, relays INTEGER NOT NULL DEFAULT 0, wrong_proofs INTEGER NOT NULL DEFAULT 0,
    proven INTEGER NOT NULL DEFAULT 0, codes_released INTEGER NOT NULL DEFAULT 0
) STRICT;
-- One open job per card and per holder, whatever two workstations do at once.
CREATE UNIQUE INDEX one_open_job_per_card ON issuances (serial) WHERE state IN ('reserved', 'certified');
CREATE UNIQUE INDEX one_open_job_per_holder ON issuances (holder) WHERE state IN ('reserved', 'certified');
CREATE INDEX open_jobs_by_deadline ON issuances (deadline) WHERE state IN ('reserved', 'certified');

CREATE TABLE certificates (
    serial_number TEXT PRIMARY KEY, job TEXT NOT NULL, slot TEXT NOT NULL, der BLOB NOT NULL, sha256 TEXT NOT NULL,
    -- A key is certified once in its life, whatever slot, card or holder asks.
    key_sha256 TEXT NOT NULL UNIQUE,
    -- 'hold', 'good' or 'revoked'; the reason is the code of RFC 5280, 5.3.1.
    status TEXT NOT NULL, reason INTEGER, changed INTEGER NOT NULL,
    UNIQUE (job, slot)
) STRICT;

-- Both columns are sealed. 'current' is a list of one or two codes; 'next' is the code being put on the card.
CREATE TABLE unlock_codes (serial TEXT PRIMARY KEY, current BLOB NOT NULL, next BLOB) STRICT;

CREATE TABLE prints (
    id INTEGER PRIMARY KEY, job TEXT NOT NULL, serial TEXT NOT NULL, holder TEXT NOT NULL, officer TEXT NOT NULL,
    printer_model TEXT NOT NULL, job_sha256 TEXT NOT NULL, outcome TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

CREATE TABLE answers (
    scope TEXT NOT NULL, key TEXT NOT NULL, request_sha256 TEXT NOT NULL, status INTEGER NOT NULL,
    body BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scope, key)
) STRICT;

CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, officer TEXT, event TEXT NOT NULL, detail TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
