"""What residents and firms do: apply online, follow what they asked for, rate it."""
