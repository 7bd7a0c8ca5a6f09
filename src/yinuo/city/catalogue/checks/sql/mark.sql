-- purpose: what changes whenever a version of an item is published or withdrawn
SELECT count(*) AS versions, max(id) AS last, count(*) FILTER (WHERE withdrawn <> '') AS withdrawn FROM catalogue_version
