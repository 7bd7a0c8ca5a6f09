-- purpose: tell many persons many things, each once for ever, with what goes out; returns who was told now, and of what
WITH said AS (
    SELECT *
    FROM ROWS FROM (
        json_array_elements_text(%(keys)s), json_array_elements_text(%(kinds)s), json_array_elements_text(%(args)s),
        json_array_elements_text(%(cases)s), json_array_elements_text(%(channels)s)
    ) WITH ORDINALITY AS said (key, kind, args, case_id, channels, number)
), asked AS MATERIALIZED (
    SELECT DISTINCT ON (persons.person, said.key) persons.person, said.*
    FROM ROWS FROM (
        json_array_elements_text(%(persons)s), unnest(string_to_array(%(numbers)s, ',')::bigint[])
    ) AS persons (person, number)
    JOIN said USING (number)
    ORDER BY persons.person, said.key, said.number
), told AS (
    INSERT INTO notices_notice (person, key, kind, args, case_id, at)
    SELECT person, key, kind, args::jsonb, case_id, %(at)s FROM asked ORDER BY person, key
    ON CONFLICT (person, key) DO NOTHING
    RETURNING person, key
), going_out AS (
    SELECT asked.*, way.channel
    FROM told
    JOIN asked USING (person, key)
    CROSS JOIN LATERAL unnest(string_to_array(asked.channels, ',')) AS way (channel)
    WHERE asked.channels <> ''
), posted AS (
    INSERT INTO notices_outbox (id, channel, target, kind, body, case_id, created_at, next_at)
    SELECT
        encode(sha256(convert_to(concat_ws(E'\x1f', out.key, out.channel, reached.ref), 'UTF8')), 'hex'),
        out.channel, reached.ref, out.kind, out.args, out.case_id, %(at)s, %(at)s
    FROM going_out AS out
    CROSS JOIN LATERAL (
        SELECT coalesce(
            (SELECT ref FROM notices_address WHERE person = out.person AND channel = out.channel),
            (SELECT ref FROM people_person WHERE person = out.person AND phone <> '' AND out.channel = 'sms')
        ) AS ref
    ) AS reached
    WHERE reached.ref IS NOT NULL
    ON CONFLICT (id) DO NOTHING
)
SELECT person, key FROM told
