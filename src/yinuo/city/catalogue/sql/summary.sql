-- purpose: items in force on a day: how many, with the four disclosures, entered, authorised, done at once; drafts
SELECT count(*) AS in_force,
    count(*) FILTER (WHERE jsonb_array_length(said->'basis') > 0 AND said->>'content' <> '' AND said->>'standard' <> ''
        AND jsonb_typeof(said->'result') = 'object') AS disclosed,
    count(*) FILTER (WHERE (said->>'entered_on')::date <= %(day)s) AS entered,
    count(*) FILTER (WHERE (said->>'entered_on')::date <= %(day)s AND (said->'letter'->>'since')::date <= %(day)s
        AND coalesce((said->'letter'->>'until')::date > %(day)s, TRUE)) AS authorised,
    count(*) FILTER (WHERE case_type = 'immediate') AS at_once,
    (SELECT count(*) FROM catalogue_draft) AS drafts
FROM catalogue_version WHERE since <= %(day)s AND (until IS NULL OR until > %(day)s)
