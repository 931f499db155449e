-- Whose tokens are good here; who failed to sign in from where; tokens that ended early; passwords that are set anew.

-- The names of what there is one of. 'tokens' is the issuer of this installation's tokens.
CREATE TABLE installation (
    name text NOT NULL PRIMARY KEY,
    id {uuid} NOT NULL,
    created_at {instant} NOT NULL
) {strict};

-- Account and address: both are given, or one of the two is empty and the row counts all of the other.
CREATE TABLE login_count (
    account text NOT NULL,
    address text NOT NULL,
    failures integer NOT NULL,
    last_failed_at {instant},
    counted_until {instant} NOT NULL,
    known_until {instant},
    kept_until {instant} NOT NULL,
    PRIMARY KEY (account, address),
    CONSTRAINT login_count_failures CHECK (failures >= 0)
) {strict};
CREATE INDEX login_count_over ON login_count (kept_until);

CREATE TABLE ended_token (
    token text NOT NULL PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    ended_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
) {strict};
CREATE INDEX ended_token_over ON ended_token (expires_at);

CREATE TABLE password_reset (
    id {uuid} NOT NULL PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    hash text NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    used_at {instant},
    CONSTRAINT password_reset_hash UNIQUE (hash)
) {strict};
CREATE INDEX password_reset_by_user ON password_reset (user_id);
CREATE INDEX password_reset_over ON password_reset (expires_at);

-- Tokens say which epoch of their user they are of; those of earlier ones have ended.
ALTER TABLE user_account ADD COLUMN token_epoch integer NOT NULL DEFAULT 0;
