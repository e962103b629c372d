-- Version 10. The host's end of a secure channel stays at the gateway: what is protected on it, and while it is open its keys
-- and where it stands (sealed), and until when it is good.
ALTER TABLE secure_channels ADD COLUMN level TEXT NOT NULL DEFAULT '33';
ALTER TABLE secure_channels ADD COLUMN open BLOB;
ALTER TABLE secure_channels ADD COLUMN open_until INTEGER;
CREATE INDEX secure_channels_open ON secure_channels (open_until) WHERE open_until IS NOT NULL;
