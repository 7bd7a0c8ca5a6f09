"""How well departments report (填报质量): what became of every batch, and the page that says so (peers row 69)."""
