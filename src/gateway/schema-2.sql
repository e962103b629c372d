-- Version 2. What long lists and histories are read from.

-- The audit rows of one holder. A row that somebody edited may hold no JSON any more, and must not stop the gateway.
CREATE INDEX audit_by_holder ON audit (CASE WHEN json_valid(detail) THEN json_extract(detail, '$.holder') END, sequence);

-- Everything a list of holders shows, in its order: their photos lie elsewhere and are not read.
CREATE INDEX holders_listed ON holders (official_name, id, search, name_on_card, organisation, state, photo_sha256);

CREATE INDEX issuances_by_card ON issuances (serial);
