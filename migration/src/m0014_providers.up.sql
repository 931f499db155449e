-- Payments by one spelling of provider and reference; what an event says besides its id; money that a provider gave back
-- by itself; the provider's own time of a dispute's decision; settlements by one spelling of their reference.

-- What was registered twice, in two spellings, stays two rows: money was booked for each. The one that is written as its
-- provider writes it, else the oldest, is the payment that news are about; the others are marked.
CREATE TABLE payment_spelt AS
    SELECT id, lower(trim(provider, {blanks})) AS provider, trim(reference, {blanks}) AS reference,
        CASE WHEN provider = lower(trim(provider, {blanks})) AND reference = trim(reference, {blanks}) THEN 0 ELSE 1 END AS odd
    FROM payment WHERE provider IS NOT NULL AND reference IS NOT NULL;
CREATE INDEX payment_spelt_place ON payment_spelt (provider, reference, odd, id);
DROP INDEX payment_provider_reference;
UPDATE payment SET provider = lower(trim(provider, {blanks})), reference = trim(reference, {blanks})
    WHERE provider <> lower(trim(provider, {blanks})) OR reference <> trim(reference, {blanks});
{postgres} ALTER TABLE payment ADD COLUMN duplicate boolean NOT NULL DEFAULT false
{sqlite} ALTER TABLE payment ADD COLUMN duplicate INTEGER NOT NULL DEFAULT 0
    CONSTRAINT payment_spelling CHECK (provider = lower(trim(provider, {blanks})) AND reference = trim(reference, {blanks}));
{postgres} UPDATE payment SET duplicate = true
{sqlite} UPDATE payment SET duplicate = 1
    WHERE id IN (SELECT later.id FROM payment_spelt later, payment_spelt first
        WHERE first.provider = later.provider AND first.reference = later.reference
            AND (first.odd < later.odd OR (first.odd = later.odd AND first.id < later.id)));
DROP TABLE payment_spelt;
CREATE UNIQUE INDEX payment_provider_reference ON payment (provider, reference)
    WHERE provider IS NOT NULL AND reference IS NOT NULL AND NOT duplicate;

-- One transfer is booked once, however its reference is written. What was booked twice stays so.
ALTER TABLE reseller_settlement ADD COLUMN reference_key text NOT NULL DEFAULT '';
UPDATE reseller_settlement SET reference_key = lower(trim(reference, {blanks}));
UPDATE reseller_settlement SET reference_key = reference_key || ' ' ||
{postgres} CAST(id AS text)
{sqlite} hex(id)
    WHERE EXISTS (SELECT 1 FROM reseller_settlement first WHERE first.reseller_id = reseller_settlement.reseller_id
        AND first.currency = reseller_settlement.currency AND first.amount_minor = reseller_settlement.amount_minor
        AND first.reference_key = reseller_settlement.reference_key AND first.id < reseller_settlement.id);
DROP INDEX reseller_settlement_reference;
CREATE UNIQUE INDEX reseller_settlement_reference
    ON reseller_settlement (reseller_id, currency, reference_key, amount_minor);

-- A known id of an event with another body is kept beside the first: by a digest of what it says.
UPDATE webhook_delivery SET reference = trim(reference, {blanks}) WHERE reference <> trim(reference, {blanks});
ALTER TABLE webhook_delivery ADD COLUMN said text;
ALTER TABLE webhook_delivery ADD COLUMN variant text NOT NULL DEFAULT '';
DROP INDEX webhook_delivery_event_once;
CREATE UNIQUE INDEX webhook_delivery_event_once ON webhook_delivery (provider, event_id, variant)
    WHERE event_id IS NOT NULL;

{postgres} ALTER TABLE refund ADD COLUMN unasked boolean NOT NULL DEFAULT false;
{sqlite} ALTER TABLE refund ADD COLUMN unasked INTEGER NOT NULL DEFAULT 0;

ALTER TABLE dispute ADD COLUMN told_at {instant};
