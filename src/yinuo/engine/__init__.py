"""Tables in, tables out: what a text says of a log of cases. Pure: no files, no clock, no network."""
