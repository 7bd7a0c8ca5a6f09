"""The catalogue of service items: dated versions with their four disclosures, read by everybody (E016–E032, E223)."""
