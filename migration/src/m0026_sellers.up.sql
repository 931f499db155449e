-- Who sells in a store, where that is somebody else than the store is called.
ALTER TABLE store ADD COLUMN seller_name text;
