-- purpose: put what persons were just told into the outbox, once for each channel by which they are reached
INSERT INTO notices_outbox (id, channel, target, kind, body, case_id, created_at, next_at)
SELECT
    encode(sha256(convert_to(concat_ws(E'\x1f', told.key, told.channel, reached.ref), 'UTF8')), 'hex'),
    told.channel, reached.ref, told.kind, told.args, told.case_id, %(at)s, %(at)s
FROM ROWS FROM (
    json_array_elements_text(%(persons)s), json_array_elements_text(%(keys)s), json_array_elements_text(%(kinds)s),
    json_array_elements_text(%(args)s), json_array_elements_text(%(cases)s), json_array_elements_text(%(channels)s)
) AS told (person, key, kind, args, case_id, channel)
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT ref FROM notices_address WHERE person = told.person AND channel = told.channel),
        (SELECT ref FROM people_person WHERE person = told.person AND phone <> '' AND told.channel = 'sms')
    ) AS ref
) AS reached
WHERE reached.ref IS NOT NULL
ORDER BY 1
ON CONFLICT (id) DO NOTHING
RETURNING id
