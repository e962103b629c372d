-- Version 4. Every operation is a job of the same table; a session says when its officer last proved who they are.

ALTER TABLE sessions ADD COLUMN proved INTEGER NOT NULL DEFAULT 0;

-- What a job does, what it was begun as ('desk' or 'self-service'), and how its card stood before it.
ALTER TABLE issuances ADD COLUMN operation TEXT NOT NULL DEFAULT 'issue';
ALTER TABLE issuances ADD COLUMN task TEXT NOT NULL DEFAULT 'desk';
ALTER TABLE issuances ADD COLUMN card_before TEXT NOT NULL DEFAULT 'blank';
ALTER TABLE issuances ADD COLUMN keys TEXT NOT NULL DEFAULT 'new';

-- Issued locked, and nobody has said yet that the holder has it.
ALTER TABLE cards ADD COLUMN awaits_delivery INTEGER NOT NULL DEFAULT 0;

-- A job that was opened again certifies once more, and a renewal may be for the keys the card has.
CREATE TABLE certificates_4 (
    serial_number TEXT PRIMARY KEY, job TEXT NOT NULL, slot TEXT NOT NULL, der BLOB NOT NULL, sha256 TEXT NOT NULL,
    key_sha256 TEXT NOT NULL, status TEXT NOT NULL, reason INTEGER, changed INTEGER NOT NULL
) STRICT;
INSERT INTO certificates_4 SELECT serial_number, job, slot, der, sha256, key_sha256, status, reason, changed FROM certificates;
DROP TABLE certificates;
ALTER TABLE certificates_4 RENAME TO certificates;
CREATE INDEX certificates_by_job ON certificates (job, slot);
CREATE INDEX certificates_by_key ON certificates (key_sha256);

-- What a second officer approved. A token is good once.
CREATE TABLE approvals (
    token_sha256 TEXT PRIMARY KEY, asked_by TEXT NOT NULL, officer TEXT NOT NULL, operation TEXT NOT NULL,
    serial TEXT NOT NULL, expires INTEGER NOT NULL
) STRICT;
