-- One row per kind of record of education, area and unbroken span of days that
-- is covered by something else than the dates of a table.
{{ spans_of_runs(ref('hist_education_covers')) }}
