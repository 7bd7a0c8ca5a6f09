-- purpose: one sweep that found something to do
INSERT INTO supervision_run (
  at, worker, cases, clocks, raised, cleared, withdrawn, reprojected, failed, moments, late_most, late_p99
)
VALUES (
  %(at)s, %(worker)s, %(cases)s, %(clocks)s, %(raised)s, %(cleared)s, %(withdrawn)s, %(reprojected)s, %(failed)s,
  %(moments)s, %(late_most)s, %(late_p99)s
)
