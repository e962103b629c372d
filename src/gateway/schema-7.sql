-- Version 7. Secure channels. The channel of a job: the challenge that no card has answered yet, then what the card that
-- proved its keys told of them, and the keys that were handed out for it and are not known to be on it.
CREATE TABLE secure_channels (
    job TEXT PRIMARY KEY, key_set TEXT NOT NULL, begun INTEGER NOT NULL, host_challenge BLOB,
    version INTEGER, diversification BLOB, put_version INTEGER, check_values BLOB
) STRICT;

-- Which key set a card was last known to hold. What counts is the version in its own answer; this is for the records.
CREATE TABLE card_key_sets (
    serial TEXT PRIMARY KEY, key_set TEXT NOT NULL, version INTEGER NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

-- Key sets that proved wrong for a card. They are not tried again until the gateway's operator allows it.
CREATE TABLE refused_key_sets (
    serial TEXT NOT NULL, key_set TEXT NOT NULL, version INTEGER NOT NULL, job TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (serial, key_set, version)
) STRICT;
