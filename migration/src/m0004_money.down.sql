DROP TABLE credit_entry;
DROP TABLE override_request;
DROP TABLE credit_note;
DROP TABLE payment_entry;
DROP TABLE refund;
DROP TABLE payment;
