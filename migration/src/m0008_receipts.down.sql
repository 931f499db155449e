DROP TABLE stray_object;
DROP TABLE receipt_upload;
DROP INDEX payment_receipt_key;
ALTER TABLE payment DROP COLUMN receipt_uploaded_at;
ALTER TABLE payment DROP COLUMN receipt_uploaded_by;
ALTER TABLE payment DROP COLUMN receipt_sha256;
ALTER TABLE payment DROP COLUMN receipt_size;
ALTER TABLE payment DROP COLUMN receipt_content_type;
ALTER TABLE payment DROP COLUMN receipt_file_name;
