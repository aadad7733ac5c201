-- Dimensions with values, and the cost that carries each tag key.
-- Grain: one row per dimension, `tag:` ones included. Unit: approximate, in the reporting currency; for
-- shares only. Time: all loaded data.
WITH held AS (
    SELECT
        dimension,
        value,
        EffectiveCost::DOUBLE * coalesce(rates.rate::DOUBLE, 1) AS cost
    FROM read_parquet($values)
    LEFT JOIN {{rates}} AS rates ON rates.currency = BillingCurrency
)
SELECT
    counted.dimension,
    counted.distinct_values,
    coalesce(keys.cost, counted.cost) AS cost
FROM (
    SELECT dimension, count(DISTINCT value) AS distinct_values, sum(cost) AS cost
    FROM held
    WHERE dimension <> 'tag'
    GROUP BY 1
) AS counted
LEFT JOIN (SELECT 'tag:' || value AS dimension, sum(cost) AS cost FROM held WHERE dimension = 'tag' GROUP BY 1)
    AS keys USING (dimension)
ORDER BY 1
