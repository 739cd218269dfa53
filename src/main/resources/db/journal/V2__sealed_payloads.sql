-- sealed_by: names the key that wraps the payload's own key; NULL where the payload is not encrypted.
ALTER TABLE payload ADD COLUMN sealed_by TEXT;
