-- Machines also come by mutation: who published a version, whether the configuration's file has it too, and where subjects
-- go whose states it no longer has.

ALTER TABLE workflow_definition ADD COLUMN published_by text;
ALTER TABLE workflow_definition ADD COLUMN state_mapping {json};
{postgres} ALTER TABLE workflow_definition ADD COLUMN from_file boolean NOT NULL DEFAULT true;
{sqlite} ALTER TABLE workflow_definition ADD COLUMN from_file INTEGER NOT NULL DEFAULT 1;
