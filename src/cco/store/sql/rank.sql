-- Groups of charges by cost, the largest first, against the window before.
-- Grain: one row per group, for the first $limit groups; then one row "other" and one row "total".
-- Unit: the reporting currency; an amount is NULL where an exchange rate is missing.
-- Time: from $start is the window, before $previous_end the previous one; days between count in neither.
WITH summed AS MATERIALIZED (
    {{summed}}
),
grouped AS (
    SELECT
        {{keys}},
        {{labels}},
        CASE WHEN count(*) FILTER (is_now AND amount IS NULL) = 0
             THEN coalesce(sum(amount) FILTER (is_now), 0) END AS amount,
        CASE WHEN count(*) FILTER (NOT is_now AND amount IS NULL) = 0
             THEN coalesce(sum(amount) FILTER (NOT is_now), 0) END AS previous,
        coalesce(sum(charges) FILTER (is_now), 0)::BIGINT AS charges
    FROM summed
    WHERE is_now IS NOT NULL
    GROUP BY {{keys}}
),
ranked AS (
    SELECT *, row_number() OVER (ORDER BY {{order}}, {{keys}}) AS rank, count(*) OVER () AS groups
    FROM grouped
)
SELECT CASE WHEN rank <= $offset + $limit THEN 'row' ELSE 'other' END AS part,
    CASE WHEN rank <= $offset + $limit THEN rank END AS rank,
    {{chosen_keys}},
    {{chosen_labels}},
    CASE WHEN count(*) = count(amount) THEN sum(amount) END AS amount,
    CASE WHEN count(*) = count(previous) THEN sum(previous) END AS previous,
    sum(charges)::BIGINT AS charges,
    max(groups) AS groups
FROM ranked
WHERE rank > $offset
GROUP BY 1, 2
UNION ALL BY NAME
SELECT 'total' AS part,
    NULL::BIGINT AS rank,
    {{null_keys}},
    {{null_labels}},
    CASE WHEN count(*) = count(amount) THEN coalesce(sum(amount), 0) END AS amount,
    CASE WHEN count(*) = count(previous) THEN coalesce(sum(previous), 0) END AS previous,
    coalesce(sum(charges), 0)::BIGINT AS charges,
    count(*) AS groups
FROM ranked
ORDER BY part, rank
