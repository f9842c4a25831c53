"""What the reports say, from the printed tables (`rpt_*`). Not how it looks: `media/`."""
