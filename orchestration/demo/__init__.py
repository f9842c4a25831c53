"""A simulated authority: synthetic extracts in the real file formats, from simulated life histories.

    intensities                       how often and how long: all that is calibrated
    days, draws, areas, world         dates, chance, authorities, turns that even out
    families -> cases, children_cases -> care -> placements, incidents     what happens (`course`, `history`)
    recording, view                   what the case system knew on a day
    *_lists, leaving_care, returns, census    how Annex A and the returns show it (`options`: their words)
    education                         schools, pupils and plans: a folder of its own
    faults, workbook, write           planted faults; files

Events come from intensities alone: no module reads an indicator, its target or a published series.
"""

from orchestration.demo.write import write_demo

__all__ = ["write_demo"]
