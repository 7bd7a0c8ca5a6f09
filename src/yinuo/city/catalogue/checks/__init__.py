"""Looking the catalogue over: what is in place, what is exempt, what nobody has used, what was cut (E021, E022, E033, E034)."""
