-- Captured logins, sealed. sealed_by names the key.
CREATE TABLE vault (
    name TEXT NOT NULL PRIMARY KEY,
    sealed_by TEXT NOT NULL,
    sealed BLOB NOT NULL
);
