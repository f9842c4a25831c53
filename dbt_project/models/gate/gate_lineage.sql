-- One row per model that figures are read from and extract table among its
-- ancestors: each population, the children of an area, and what is compared.
{{ lineage_of_readers(['hist_population_estimates', 'hist_compared_figures']) }}
