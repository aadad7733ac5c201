-- All line items in scope, for a file.
-- Grain: one row per charge. Unit: each row's own BillingCurrency, exact.
-- Time: [$start, $end).
SELECT {{columns}}
FROM {{relation}}
WHERE x_UsageDate >= $start AND x_UsageDate < $end AND {{condition}}
