-- Values of one dimension for a picker, the costliest first.
-- Grain: one row per value. Unit: approximate, in the reporting currency; for ordering only.
-- Time: all loaded data.
SELECT
    value,
    max(label) AS label,
    sum(charges)::BIGINT AS charges,
    sum(EffectiveCost::DOUBLE * coalesce(rates.rate::DOUBLE, 1)) AS cost
FROM read_parquet($values)
LEFT JOIN {{rates}} AS rates ON rates.currency = BillingCurrency
WHERE dimension = $dimension AND (value ILIKE $search ESCAPE '\' OR label ILIKE $search ESCAPE '\'
    OR ($search = '%' AND value IS NULL))
GROUP BY 1
ORDER BY abs(cost) DESC, value
LIMIT $limit
