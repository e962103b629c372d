-- Version 12. Of which job's card an answer that is kept for callers who ask again holds the codes: such an answer is given
-- again only while the job could be given them anew, and is gone when the job ends. Of answers from before nobody knows it,
-- so none is kept.
DELETE FROM answers;
ALTER TABLE answers ADD COLUMN codes_of TEXT;
CREATE INDEX answers_with_codes ON answers (codes_of) WHERE codes_of IS NOT NULL;
