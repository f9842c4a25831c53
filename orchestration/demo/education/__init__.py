"""Schools, pupils and plans of a simulated authority: its education extracts in the real layouts.

    intensities                   how many and how well: all that is calibrated
    calendar, spread, texts       academic years and terms; chance spread evenly; how values are written
    schools, pupils, plans        the school list, the register of pupils, requests and plans
    schooling                     the three together, next to the social care history
    ks2, grades, ks4, attendance, admissions, nccis, epep, sen2, inspections, supplied     a file each
    faults, write                 planted faults; which extract there is when, and files

Looked-after pupils are the children of the social care history, with the pupil numbers of its SSDA903 return;
pupils with a plan are those of whom SEN2 tells. No module reads an indicator, its target or a published series.
"""
