DROP TABLE sales_aggregate;
DROP TABLE credit_account;
DROP TABLE api_key;
DROP TABLE user_store;
DROP TABLE user_account;
DROP TABLE reseller;
DROP TABLE customer;
DROP TABLE store;
