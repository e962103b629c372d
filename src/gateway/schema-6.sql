-- Version 6. Cards sign their holders in, and holders help themselves. Tokens, challenges and codes are kept as hashes.

CREATE INDEX certificates_by_hash ON certificates (sha256);

CREATE TABLE card_challenges (challenge_sha256 TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT;

-- What a card proved. Good once.
CREATE TABLE card_proofs (
    token_sha256 TEXT PRIMARY KEY, holder TEXT NOT NULL, serial TEXT NOT NULL, expires INTEGER NOT NULL
) STRICT;

-- `begun_with` is 'card' or 'code'.
CREATE TABLE holder_sessions (
    token_sha256 TEXT PRIMARY KEY, holder TEXT NOT NULL, serial TEXT NOT NULL, begun_with TEXT NOT NULL, expires INTEGER NOT NULL
) STRICT;

-- Where one-time codes go. The desk is shown whether there is one, never which.
ALTER TABLE holders ADD COLUMN email TEXT;
ALTER TABLE holders ADD COLUMN mobile TEXT;

-- `state` is 'open', 'used', 'spent' (three wrong tries), 'replaced' or 'unsent'.
CREATE TABLE one_time_codes (
    request TEXT PRIMARY KEY, serial TEXT NOT NULL, holder TEXT NOT NULL, code_mac BLOB NOT NULL, tries_left INTEGER NOT NULL,
    state TEXT NOT NULL, begun INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT;
CREATE INDEX one_time_codes_by_card ON one_time_codes (serial, begun);
