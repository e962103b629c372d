-- Version 11. The identifier a card got with the certificates of a job, told when they were confirmed; none of jobs from
-- before, and none of cards that have no such object. A card with another one holds what belongs to another card.
ALTER TABLE issuances ADD COLUMN identifier TEXT;
