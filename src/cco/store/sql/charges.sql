-- Line items, newest or costliest first, one page.
-- Grain: one row per charge. Unit: each row's own BillingCurrency.
-- Time: [$start, $end). Keyset: rows after ($last) in the order given.
SELECT {{columns}}
FROM {{relation}}
WHERE x_UsageDate >= $start AND x_UsageDate < $end AND {{condition}} AND {{after}}
ORDER BY {{order}}
LIMIT $limit
