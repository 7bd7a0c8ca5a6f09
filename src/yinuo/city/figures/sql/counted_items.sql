-- purpose: every version of every item of the catalogue, with what the figures of the hall ask of it
SELECT v.item, v.unit, v.type, v.case_type, v.since, v.until, v.statutory, v.promised,
    (v.said ->> 'entered_on')::date AS entered_on,
    (v.said -> 'letter' ->> 'since')::date AS letter_since, (v.said -> 'letter' ->> 'until')::date AS letter_until,
    (v.said -> 'exemption' ->> 'until')::date AS exempt_until, v.said -> 'exemption' ->> 'reason' AS exempt_reason,
    coalesce(jsonb_array_length(v.said -> 'materials'), 0) AS papers, coalesce(jsonb_array_length(v.said -> 'steps'), 0) AS steps
FROM catalogue_version AS v
ORDER BY v.item, v.since, v.number
