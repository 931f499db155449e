DROP TABLE refill;
DROP TABLE metric_snapshot;
DROP TABLE line_account;
DROP TABLE social_account;
