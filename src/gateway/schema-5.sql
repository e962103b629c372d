-- Version 5. Workstations that can unlock cards when their gateway is silent. Each shares a key with it, kept sealed.
CREATE TABLE workstations (
    number INTEGER PRIMARY KEY, key BLOB NOT NULL, officer TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

-- Unlocks by telephone. A challenge is answered for one job, and its answer is kept, sealed, to be read once more.
CREATE TABLE telephone_unlocks (
    challenge TEXT PRIMARY KEY, job TEXT NOT NULL UNIQUE, workstation INTEGER NOT NULL, response BLOB NOT NULL,
    wrong_codes INTEGER NOT NULL DEFAULT 0
) STRICT;
