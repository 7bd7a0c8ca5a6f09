-- purpose: the cases a resident sees on a day: his own; those filed under a mandate of his that stands; with one that was checked, all filed for its principal
WITH standing AS (
    SELECT mandate, principal_key, checked_at
    FROM portal_mandate
    WHERE resident = %(resident)s AND ended_at IS NULL AND until > %(day)s
)
SELECT held.case_id, coalesce(own.mandate, checked.mandate) AS mandate
FROM portal_case AS held
LEFT JOIN standing AS own ON own.mandate = held.mandate AND held.resident = %(resident)s
LEFT JOIN portal_mandate AS given ON given.mandate = held.mandate
LEFT JOIN standing AS checked ON checked.principal_key = given.principal_key AND checked.checked_at IS NOT NULL
WHERE (held.resident = %(resident)s AND (held.mandate IS NULL OR own.mandate IS NOT NULL)) OR checked.mandate IS NOT NULL
