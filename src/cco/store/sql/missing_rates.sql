-- Exchange rates that a figure would need and that nobody has given.
-- Grain: one row per (BillingCurrency, billing period) with charges in scope and no rate.
-- Time: [$start_all, $end_all).
SELECT DISTINCT charges_in_scope.BillingCurrency, charges_in_scope.period
FROM {{relation}} AS charges_in_scope
LEFT JOIN {{rates}} AS rates
    ON rates.currency = charges_in_scope.BillingCurrency AND rates.period = charges_in_scope.period
WHERE x_UsageDate >= $start_all AND x_UsageDate < $end_all AND {{condition}} AND rates.rate IS NULL
ORDER BY 1, 2
