-- One row per population and extract table among the ancestors of its model.
{{ lineage_of_populations() }}
