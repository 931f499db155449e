-- What is known of a payment's receipt; uploads that clients were invited to; objects that are nobody's receipt.

ALTER TABLE payment ADD COLUMN receipt_file_name text;
ALTER TABLE payment ADD COLUMN receipt_content_type text;
ALTER TABLE payment ADD COLUMN receipt_size {bigint};
ALTER TABLE payment ADD COLUMN receipt_sha256 text;
ALTER TABLE payment ADD COLUMN receipt_uploaded_by text;
-- All of a receipt, or nothing.
ALTER TABLE payment ADD COLUMN receipt_uploaded_at {instant} CONSTRAINT payment_receipt CHECK (
    (receipt_uploaded_at IS NULL AND receipt_bucket IS NULL AND receipt_key IS NULL AND receipt_file_name IS NULL
        AND receipt_content_type IS NULL AND receipt_size IS NULL AND receipt_sha256 IS NULL
        AND receipt_uploaded_by IS NULL)
    OR (receipt_uploaded_at IS NOT NULL AND receipt_bucket IS NOT NULL AND receipt_key IS NOT NULL
        AND receipt_file_name IS NOT NULL AND receipt_content_type IS NOT NULL AND receipt_size > 0
        AND receipt_sha256 IS NOT NULL AND length(receipt_sha256) = 64 AND receipt_uploaded_by IS NOT NULL));
CREATE UNIQUE INDEX payment_receipt_key ON payment (receipt_bucket, receipt_key) WHERE receipt_key IS NOT NULL;

CREATE TABLE receipt_upload (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    bucket text NOT NULL,
    object_key text NOT NULL,
    file_name text NOT NULL,
    content_type text NOT NULL,
    size {bigint} NOT NULL,
    sha256 text,
    created_by text NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    confirmed_at {instant},
    CONSTRAINT receipt_upload_size CHECK (size > 0),
    CONSTRAINT receipt_upload_sha256 CHECK (length(sha256) = 64)
) {strict};
CREATE INDEX receipt_upload_by_payment ON receipt_upload (payment_id);
CREATE INDEX receipt_upload_by_expiry ON receipt_upload (expires_at);

CREATE TABLE stray_object (
    id {uuid} NOT NULL PRIMARY KEY,
    bucket text NOT NULL,
    object_key text NOT NULL,
    created_at {instant} NOT NULL,
    due_at {instant} NOT NULL,
    claimed_at {instant}
) {strict};
CREATE UNIQUE INDEX stray_object_key ON stray_object (bucket, object_key);
CREATE INDEX stray_object_due ON stray_object (due_at, id);
