-- All four costs of a scope, in the window and in the one before it.
-- Grain: one row per window (is_now true or false).
-- Unit: the reporting currency; NULL where an exchange rate is missing.
-- Time: from $start is the window, before $previous_end the previous one; days between count in neither.
SELECT
    is_now,
    {{totals}},
    sum(charges)::BIGINT AS charges
FROM (
    {{summed}}
)
WHERE is_now IS NOT NULL
GROUP BY 1
