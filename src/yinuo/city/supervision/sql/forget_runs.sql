-- purpose: traces of sweeps are kept for a while only
DELETE FROM supervision_run WHERE at < %(before)s
