"""A simulated authority: synthetic extracts in the real file formats, from simulated life histories."""

from orchestration.demo.write import write_demo

__all__ = ["write_demo"]
