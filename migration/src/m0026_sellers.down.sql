ALTER TABLE store DROP COLUMN seller_name;
