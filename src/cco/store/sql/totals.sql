-- All four costs of a scope, in the window and in the one before it.
-- Grain: one row per window (is_now true or false).
-- Unit: the reporting currency; NULL where an exchange rate is missing.
-- Time: from $start is the window, everything before $start the previous one.
SELECT
    is_now,
    {{totals}},
    sum(charges)::BIGINT AS charges
FROM (
    {{summed}}
)
GROUP BY 1
