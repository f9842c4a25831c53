-- One row per kind of record, area and unbroken span of days that some
-- submission covers.
{{ spans_of_runs(ref('hist_covered_runs')) }}
