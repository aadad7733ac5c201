-- How many rows the files say they have.
-- Grain: one row per file of $files, which must all be there.
SELECT file_name, num_rows
FROM parquet_file_metadata($files)
