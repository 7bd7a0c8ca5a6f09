-- purpose: write the heads of streams that begin in a batch
copy ledger_head (stream, version, digest, position, trail) from stdin (format binary)
