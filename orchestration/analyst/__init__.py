"""The analyst's way in: questions to the published warehouse. No figure is computed here."""
