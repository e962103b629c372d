-- Version 8. Cut renewals of holders without an officer: the authentication key the card made in a job, told before the
-- key beside it is touched and forgotten when it is certified. With it the holder can sign in again and finish.
ALTER TABLE issuances ADD COLUMN told_key BLOB;
