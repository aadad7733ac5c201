-- What changed most between two windows, with the cost and quantity of each SKU in both.
-- Grain: one row per group among the $limit groups whose cost changed most.
-- Unit: the reporting currency; effects are doubles, before and after are exact.
-- Time: from $start against before $previous_end; days between count in neither.
-- Effects per SKU with a quantity in both windows (c cost, q quantity, r = c/q):
--   usage = (q1 - q0)(r0 + r1)/2,  rate = (r1 - r0)(q0 + q1)/2;  usage + rate = c1 - c0.
WITH summed AS (
    {{summed}}
),
skus AS (
    SELECT
        {{keys}},
        {{labels}},
        sku,
        CASE WHEN count(*) FILTER (is_now AND amount IS NULL) = 0
             THEN coalesce(sum(amount) FILTER (is_now), 0) END AS c1,
        CASE WHEN count(*) FILTER (NOT is_now AND amount IS NULL) = 0
             THEN coalesce(sum(amount) FILTER (NOT is_now), 0) END AS c0,
        coalesce(sum(quantity) FILTER (is_now), 0)::DOUBLE AS q1,
        coalesce(sum(quantity) FILTER (NOT is_now), 0)::DOUBLE AS q0,
        count(*) FILTER (is_now) > 0 AS in1,
        count(*) FILTER (NOT is_now) > 0 AS in0
    FROM summed
    WHERE is_now IS NOT NULL
    GROUP BY {{keys}}, sku
),
effects AS (
    SELECT
        *,
        sku IS NOT NULL AND q0 > 0 AND q1 > 0 AS metered,
        (q1 - q0) * (c0::DOUBLE / nullif(q0, 0) + c1::DOUBLE / nullif(q1, 0)) / 2 AS usage_effect
    FROM skus
)
SELECT
    {{keys}},
    {{label_names}},
    CASE WHEN count(*) = count(c0) THEN sum(c0) END AS before,
    CASE WHEN count(*) = count(c1) THEN sum(c1) END AS after,
    sum(usage_effect) FILTER (metered) AS usage_effect,
    sum(c1 - c0) FILTER (metered) AS metered_change,
    sum(c1 - c0) FILTER (sku IS NOT NULL AND NOT metered AND in1 AND NOT in0) AS new_effect,
    sum(c1 - c0) FILTER (sku IS NOT NULL AND NOT metered AND in0 AND NOT in1) AS gone_effect,
    bool_or(in0) AS was_there,
    bool_or(in1) AS is_there
FROM effects
GROUP BY {{keys}}
ORDER BY abs(coalesce(sum(c1 - c0), 0)) DESC, {{keys}}
LIMIT $limit
