-- purpose: when each address asked in the last minute; nothing of it outlives a crash
CREATE UNLOGGED TABLE people_asking (who text NOT NULL, at timestamptz NOT NULL);
CREATE INDEX people_asking_who ON people_asking (who, at);
CREATE INDEX people_asking_at ON people_asking (at);
