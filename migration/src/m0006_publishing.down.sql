ALTER TABLE workflow_definition DROP COLUMN from_file;
ALTER TABLE workflow_definition DROP COLUMN state_mapping;
ALTER TABLE workflow_definition DROP COLUMN published_by;
