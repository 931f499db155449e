ALTER TABLE user_account DROP COLUMN token_epoch;
DROP TABLE password_reset;
DROP TABLE ended_token;
DROP TABLE login_count;
DROP TABLE installation;
