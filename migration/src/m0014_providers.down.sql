ALTER TABLE dispute DROP COLUMN told_at;

ALTER TABLE refund DROP COLUMN unasked;

DROP INDEX webhook_delivery_event_once;
UPDATE webhook_delivery SET event_id = event_id || ' ' || variant WHERE variant <> '';
CREATE UNIQUE INDEX webhook_delivery_event_once ON webhook_delivery (provider, event_id) WHERE event_id IS NOT NULL;
ALTER TABLE webhook_delivery DROP COLUMN variant;
ALTER TABLE webhook_delivery DROP COLUMN said;

DROP INDEX reseller_settlement_reference;
UPDATE reseller_settlement SET reference = reference_key WHERE reference_key <> lower(trim(reference, {blanks}));
CREATE UNIQUE INDEX reseller_settlement_reference
    ON reseller_settlement (reseller_id, currency, reference, amount_minor);
ALTER TABLE reseller_settlement DROP COLUMN reference_key;

-- What is marked as registered twice is in another spelling again.
DROP INDEX payment_provider_reference;
CREATE TABLE payment_twice AS SELECT id FROM payment WHERE
{postgres} duplicate;
{sqlite} duplicate = 1;
{postgres} ALTER TABLE payment DROP CONSTRAINT payment_spelling;
ALTER TABLE payment DROP COLUMN duplicate;
UPDATE payment SET provider = upper(provider), reference = reference || ' '
    WHERE id IN (SELECT id FROM payment_twice);
DROP TABLE payment_twice;
CREATE UNIQUE INDEX payment_provider_reference ON payment (provider, reference)
    WHERE provider IS NOT NULL AND reference IS NOT NULL;
