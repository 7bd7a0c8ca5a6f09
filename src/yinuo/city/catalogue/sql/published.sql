-- purpose: a version is in force: the one before ends on its first day, a draft is used up
WITH before AS (
    UPDATE catalogue_version SET until = %(since)s::date
    WHERE item = %(item)s AND number = (SELECT max(number) FROM catalogue_version WHERE item = %(item)s) AND withdrawn = ''
), used AS (
    DELETE FROM catalogue_draft WHERE item = %(item)s
)
INSERT INTO catalogue_version
    (item, number, since, until, zh, en, unit, type, case_type, audiences, statutory, promised, said, authority, published_at, actor,
     withdrawn, "into", terms)
SELECT %(item)s, %(number)s, %(since)s::date, NULL, one->>'zh', one->>'en', one->>'unit', one->>'type', one->>'case_type',
    ARRAY(SELECT jsonb_array_elements_text(one->'audiences')), one->>'statutory', one->>'promised', one, %(authority)s, %(at)s, %(actor)s,
    '', NULL, array_to_tsvector(%(terms)s::text[])
FROM (SELECT %(said)s::jsonb AS one) AS given
