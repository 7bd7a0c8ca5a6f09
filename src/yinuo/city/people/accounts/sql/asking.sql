-- purpose: count one question of an address unless it asked too often lately, and forget what is older; `at` is a minute before it is forgotten
WITH old AS (
    DELETE FROM people_asking WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM people_asking WHERE at <= %(since)s LIMIT 200 FOR UPDATE SKIP LOCKED
    ))
), lately AS (
    SELECT count(*) < %(most)s AS is_within FROM people_asking WHERE who = %(who)s AND at > %(since)s
), counted AS (
    INSERT INTO people_asking (who, at) SELECT %(who)s, %(at)s FROM lately WHERE is_within
)
SELECT is_within FROM lately
