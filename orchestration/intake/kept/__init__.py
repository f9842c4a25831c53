"""What was received and read, as it is kept: copies in the archive, one Parquet file per table and area in raw."""
