{postgres} DROP SEQUENCE order_number;
DROP TABLE number_counter;
DROP TABLE idempotency_key;
DROP TABLE outbox;
DROP TABLE timer;
DROP TABLE refused_attempt;
DROP TABLE transition_log;
DROP TABLE workflow_definition;
