-- purpose: bad ratings that were put right and closed on a call, the last first: the matter, what was done and answered; nothing of who rated
SELECT b.unit, a.item, b.fields ->> 'grade' AS grade, b.fields ->> 'measure' AS measure, b.fields ->> 'reply' AS reply,
    b.ended_at
FROM cases_case AS b
LEFT JOIN cases_case AS a ON a.case_id = b.fields ->> 'about'
WHERE b.kind = 'bad-rating' AND b.status = 'ended' AND (b.state::jsonb -> 'seen') ? 'bad_rating_closed' AND b.ended_at >= %(since)s
    AND (%(units)s::text[] IS NULL OR b.unit = ANY(%(units)s::text[]))
ORDER BY b.ended_at DESC, b.case_id
LIMIT %(most)s
