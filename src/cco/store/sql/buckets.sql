-- Cost over time of chosen groups, and of everything else together.
-- Grain: one row per (bucket, chosen group); groups that were not chosen are one row with chosen = NULL.
-- Unit: the reporting currency; an amount is NULL where an exchange rate is missing.
-- Time: the bounds of `summed`, in buckets that begin on `bucket`.
WITH summed AS (
    {{summed}}
),
chosen AS (
    SELECT {{wanted}}
)
SELECT
    bucket,
    chosen.place AS chosen,
    CASE WHEN count(*) = count(amount) THEN sum(amount) END AS amount
FROM summed
LEFT JOIN chosen ON {{matching}}
GROUP BY 1, 2
ORDER BY 1, 2
