-- The last start, at random; the state database remembers the same one.
ALTER TABLE journal ADD COLUMN run TEXT NOT NULL DEFAULT '';
