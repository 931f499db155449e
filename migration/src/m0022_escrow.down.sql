DROP TABLE payment_detail;
