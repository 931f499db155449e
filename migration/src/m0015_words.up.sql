-- What rows are searched by: their words with all case and spelling folded, written by the program (entity/src/folding.rs)
-- and not by the databases, which fold by their locale or not at all. Null: not folded yet; the next start does it.
-- Lines are e-mail address or SKU first, then name or title. The indexes are walked in place of the tables.

ALTER TABLE customer ADD COLUMN folded text;
ALTER TABLE reseller ADD COLUMN folded text;
ALTER TABLE user_account ADD COLUMN folded text;
ALTER TABLE product ADD COLUMN folded text;
CREATE INDEX customer_by_folded ON customer (folded {prefix}, id);
CREATE INDEX reseller_by_folded ON reseller (folded {prefix}, id);
CREATE INDEX user_account_by_folded ON user_account (folded {prefix}, id);
CREATE INDEX product_by_folded ON product (folded {prefix}, sku, id);
DROP INDEX customer_by_name;
DROP INDEX reseller_by_name;
DROP INDEX product_by_title;

-- SKUs that differ by case only are one. Those that were there before have their own spelling behind the folded one.
ALTER TABLE product ADD COLUMN sku_folded text;
CREATE UNIQUE INDEX product_sku_folded ON product (sku_folded);

-- Amounts are sorted within their currency.
CREATE INDEX sale_order_by_total ON sale_order (currency, grand_total_minor, id);
DROP INDEX sale_order_by_grand_total;

-- Notes are searched too. Few rows have one.
ALTER TABLE transition_log ADD COLUMN note_folded text;
CREATE INDEX transition_log_by_note ON transition_log (root_id) WHERE note_folded IS NOT NULL;
CREATE INDEX transition_log_unfolded ON transition_log (id) WHERE note IS NOT NULL AND note_folded IS NULL;
