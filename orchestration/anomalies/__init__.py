"""Process control on series of counts, stocks and proportions; knows no table and no file."""
