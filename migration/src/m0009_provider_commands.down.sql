DROP INDEX outbox_by_root;
