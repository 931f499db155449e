-- Who sells, who buys, who signs in, and what parties may owe.

CREATE TABLE store (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    currency text NOT NULL,
    timezone text NOT NULL,
    default_lifecycle text NOT NULL,
    backorders {bool} NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT store_currency CHECK (length(currency) BETWEEN 3 AND 10)
) {strict};
CREATE INDEX store_by_created ON store (created_at, id);

CREATE TABLE customer (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    email text,
    credit_tier text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT customer_credit_tier CHECK (credit_tier IN ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM'))
) {strict};
CREATE INDEX customer_by_created ON customer (created_at, id);
CREATE INDEX customer_by_name ON customer (lower(name) {prefix});

CREATE TABLE reseller (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    email text,
    credit_tier text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT reseller_credit_tier CHECK (credit_tier IN ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM'))
) {strict};
CREATE INDEX reseller_by_created ON reseller (created_at, id);
CREATE INDEX reseller_by_name ON reseller (lower(name) {prefix});

CREATE TABLE user_account (
    id {uuid} NOT NULL PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    role text NOT NULL,
    customer_id {uuid} REFERENCES customer (id),
    reseller_id {uuid} REFERENCES reseller (id),
    disabled_at {instant},
    created_at {instant} NOT NULL,
    CONSTRAINT user_account_email UNIQUE (email),
    CONSTRAINT user_account_email_lower CHECK (email = lower(email))
) {strict};

CREATE TABLE user_store (
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    store_id {uuid} NOT NULL REFERENCES store (id),
    PRIMARY KEY (user_id, store_id)
) {strict};

CREATE TABLE api_key (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    hash text NOT NULL,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    scopes {json},
    expires_at {instant},
    revoked_at {instant},
    created_at {instant} NOT NULL,
    CONSTRAINT api_key_hash UNIQUE (hash)
) {strict};

CREATE TABLE credit_account (
    id {uuid} NOT NULL PRIMARY KEY,
    party_kind text NOT NULL,
    party_id {uuid} NOT NULL,
    currency text NOT NULL,
    tier text NOT NULL,
    own_limit_minor {bigint},
    exposure_minor {bigint} NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT credit_account_party UNIQUE (party_kind, party_id, currency),
    CONSTRAINT credit_account_party_kind CHECK (party_kind IN ('CUSTOMER', 'RESELLER')),
    CONSTRAINT credit_account_currency CHECK (length(currency) BETWEEN 3 AND 10),
    CONSTRAINT credit_account_tier CHECK (tier IN ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    CONSTRAINT credit_account_own_limit CHECK (own_limit_minor >= 0),
    CONSTRAINT credit_account_exposure CHECK (exposure_minor >= 0)
) {strict};

CREATE TABLE sales_aggregate (
    account_id {uuid} NOT NULL PRIMARY KEY REFERENCES credit_account (id),
    cumulative_minor {bigint} NOT NULL,
    orders integer NOT NULL,
    updated_at {instant} NOT NULL,
    CONSTRAINT sales_aggregate_cumulative CHECK (cumulative_minor >= 0),
    CONSTRAINT sales_aggregate_orders CHECK (orders >= 0)
) {strict};
