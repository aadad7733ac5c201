-- Daily cost of a scope, usage charges apart.
-- Grain: one row per (day, is_usage).
-- Unit: the reporting currency; NULL where an exchange rate is missing.
-- Time: the bounds of `summed`.
SELECT
    bucket,
    is_usage,
    CASE WHEN count(*) = count(amount) THEN sum(amount) END AS amount
FROM (
    {{summed}}
)
GROUP BY 1, 2
ORDER BY 1, 2
