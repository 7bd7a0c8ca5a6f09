-- purpose: keep what became of a batch: one row for each unit that was reported for, nearly always one
INSERT INTO api_batch (at, actor, source, unit, scope, way, stored, duplicate, refused, late, reasons)
SELECT %(at)s::timestamptz, %(actor)s::text, %(source)s::text, one.unit,
    ARRAY(SELECT jsonb_array_elements_text(one.scope)), %(way)s::text,
    one.stored, one.duplicate, one.refused, one.late, one.reasons
FROM jsonb_to_recordset(%(rows)s::jsonb) AS one(
    unit text, scope jsonb, stored integer, duplicate integer, refused integer, late integer, reasons jsonb)
RETURNING id
