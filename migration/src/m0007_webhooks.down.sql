DROP INDEX refund_reference;
ALTER TABLE refund DROP COLUMN reference;
DROP TABLE dispute;
DROP TABLE webhook_delivery;
