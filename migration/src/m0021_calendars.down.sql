-- What waits to be sent is not sent any more.
DELETE FROM timer WHERE kind = 'DEFERRED';
ALTER TABLE timer DROP COLUMN kind;
ALTER TABLE order_root DROP COLUMN deferred_events;
DROP TABLE deferred_event;
ALTER TABLE store DROP COLUMN calendar;
