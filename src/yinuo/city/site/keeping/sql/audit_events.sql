-- purpose: what the auditor asks of the ledger: people, permissions, tokens, unmaskings, exports, texts; in the order it was written
SELECT recorded_at, activity, actor, unit, stream, version, event_id,
  CASE WHEN stream LIKE 'text/%%' THEN (payload::jsonb - 'packs')::text ELSE payload END, encode(digest, 'hex')
FROM ledger_event
WHERE recorded_at >= %(since)s AND recorded_at < %(until)s
  AND (stream LIKE 'people/%%' OR stream LIKE 'text/%%' OR stream LIKE 'private/%%')
ORDER BY recorded_at, stream COLLATE "C", version
