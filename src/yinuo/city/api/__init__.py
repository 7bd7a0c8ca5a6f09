"""The public interfaces: events in; cases, clocks, findings and indicators out."""
