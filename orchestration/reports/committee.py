"""First page (placeholder while the page is being written)."""
from pathlib import Path
def render_committee_page(marts: Path, target: Path) -> None:
    target.write_text("")
