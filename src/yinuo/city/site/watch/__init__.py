"""How the city is watched while it runs: headers of every answer, logs, health, figures for Prometheus."""
