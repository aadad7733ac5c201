"""Azure cost exports (Microsoft Cost Management): Enterprise Agreement, Microsoft Customer Agreement,
partner and pay-as-you-go, actual and amortized, in every casing these have had.

Follows Microsoft's own conversion (https://learn.microsoft.com/cloud-computing/finops/focus/convert).
Cost Management delivers one bill as two datasets:

- **actual**: what is invoiced. Reservations and savings plans cost when they are bought; what they
  cover costs nothing.
- **amortized**: that cost spread over its term. What is covered has its share, what went unused
  stands as ``UnusedReservation`` and ``UnusedSavingsPlan``, and there are no purchases.

Nothing in a file says which one it is, and most rows are the same in both, so the rule is by row:

| Row | Billed | Effective |
|---|---|---|
| used or unused commitment | 0: invoiced with the purchase | the row's cost |
| purchase or refund of a commitment | the row's cost | 0: spread over its use |
| everything else | the row's cost | the row's cost |

So an actual export has the whole billed cost and no effective cost for commitments (covered usage
counts 0); an amortized export has the whole effective cost and no billed cost for commitments. Each
load says which it met. Loading both for one period counts the other rows twice: choose one, or keep
of the actual export only the purchases and refunds of commitments, as Microsoft advises.

- A row is of a commitment when its pricing model is Reservation or SavingsPlan; where the export has
  no pricing model, when it names a reservation or benefit.
- List and contracted cost are ``PayGPrice`` and ``UnitPrice`` times the quantity (in the pricing
  currency under a customer agreement, so times the exchange rate; ``paygCostInBillingCurrency``
  where it is reported). Some exports report quantities in other units than prices: where quantity
  times effective price is not the cost, both are the cost. The same where a price is missing or 0.
- Where there is no billing period (pay-as-you-go), it is the calendar month of the date.
- Azure's identifiers have no case and come in every case: resource ids are in lower case here.
- A billing account is the billing profile (customer agreement) or enrolment; a pay-as-you-go
  subscription is its own.
"""

from __future__ import annotations

from cco.core.charge import CostKind
from cco.ingest.format import Format, Input
from cco.ingest.formats import services
from cco.ingest.formats.regions import AZURE_REGION_SPELLINGS, AZURE_REGIONS
from cco.ingest.formats.sql import lookup, origins

CHARGE_TYPES = {
    "usage": "Usage",
    "unusedreservation": "Usage",
    "unusedsavingsplan": "Usage",
    "purchase": "Purchase",
    "refund": "Purchase",
    "tax": "Tax",
    "credit": "Credit",
}
"""``ChargeType`` → FOCUS ChargeCategory; any other (``RoundingAdjustment``) is an Adjustment."""

FREQUENCIES = {"onetime": "One-Time", "recurring": "Recurring", "usagebased": "Usage-Based"}
"""``Frequency`` → FOCUS ChargeFrequency."""

PRICING_MODELS = {
    "ondemand": "Standard",
    "spot": "Dynamic",
    "reservation": "Committed",
    "savingsplan": "Committed",
}
"""``PricingModel`` → FOCUS PricingCategory."""

RESOURCE_TYPES = {
    kind.lower(): kind
    for kind in (
        "Microsoft.AnalysisServices/servers",
        "Microsoft.ApiManagement/service",
        "Microsoft.App/containerApps",
        "Microsoft.Automation/automationAccounts",
        "Microsoft.AVS/privateClouds",
        "Microsoft.Batch/batchAccounts",
        "Microsoft.Cache/redis",
        "Microsoft.BillingBenefits/savingsPlanOrders",
        "Microsoft.BillingBenefits/savingsPlanOrders/savingsPlans",
        "Microsoft.Capacity/reservationOrders",
        "Microsoft.Capacity/reservationOrders/reservations",
        "Microsoft.Cdn/profiles",
        "Microsoft.CognitiveServices/accounts",
        "Microsoft.Compute/capacityReservationGroups",
        "Microsoft.Compute/capacityReservationGroups/capacityReservations",
        "Microsoft.Compute/disks",
        "Microsoft.Compute/galleries",
        "Microsoft.Compute/images",
        "Microsoft.Compute/snapshots",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.ContainerInstance/containerGroups",
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.DataFactory/factories",
        "Microsoft.Databricks/workspaces",
        "Microsoft.DBforMySQL/flexibleServers",
        "Microsoft.DBforMySQL/servers",
        "Microsoft.DBforPostgreSQL/flexibleServers",
        "Microsoft.DBforPostgreSQL/servers",
        "Microsoft.DocumentDB/databaseAccounts",
        "Microsoft.EventGrid/topics",
        "Microsoft.EventHub/namespaces",
        "Microsoft.Fabric/capacities",
        "Microsoft.HDInsight/clusters",
        "Microsoft.Insights/components",
        "Microsoft.KeyVault/vaults",
        "Microsoft.Kusto/clusters",
        "Microsoft.Logic/workflows",
        "Microsoft.MachineLearningServices/workspaces",
        "Microsoft.NetApp/netAppAccounts",
        "Microsoft.NetApp/netAppAccounts/capacityPools",
        "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
        "Microsoft.Network/applicationGateways",
        "Microsoft.Network/azureFirewalls",
        "Microsoft.Network/bastionHosts",
        "Microsoft.Network/dnsZones",
        "Microsoft.Network/expressRouteCircuits",
        "Microsoft.Network/frontDoors",
        "Microsoft.Network/loadBalancers",
        "Microsoft.Network/natGateways",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/networkWatchers",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/publicIPAddresses",
        "Microsoft.Network/virtualNetworkGateways",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/virtualWans",
        "Microsoft.OperationalInsights/workspaces",
        "Microsoft.RecoveryServices/vaults",
        "Microsoft.RedHatOpenShift/openShiftClusters",
        "Microsoft.Search/searchServices",
        "Microsoft.Security/pricings",
        "Microsoft.ServiceBus/namespaces",
        "Microsoft.SignalRService/signalR",
        "Microsoft.Sql/managedInstances",
        "Microsoft.Sql/managedInstances/databases",
        "Microsoft.Sql/servers",
        "Microsoft.Sql/servers/databases",
        "Microsoft.Sql/servers/elasticPools",
        "Microsoft.SqlVirtualMachine/sqlVirtualMachines",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.StreamAnalytics/streamingjobs",
        "Microsoft.Synapse/workspaces",
        "Microsoft.Web/serverFarms",
        "Microsoft.Web/sites",
        "Microsoft.Web/sites/slots",
        "Microsoft.Web/staticSites",
    )
}
"""A resource provider's type in lower case → as Azure writes it."""

INPUTS = (
    # The bill and whose it is
    Input("billing_account_id", "text"),
    Input("billing_account_name", "text"),
    Input("billing_profile_id", "text"),
    Input("billing_profile_name", "text"),
    Input("billing_period_start", "time", ("BillingPeriodStartDate",)),
    Input("billing_period_end", "time", ("BillingPeriodEndDate",)),
    Input(
        "billing_currency",
        "text",
        ("BillingCurrency", "BillingCurrencyCode", "Currency", "CurrencyCode"),
        required=True,
        filled=True,
    ),
    Input("invoice_id", "text", ("InvoiceNumber",)),
    Input("partner_name", "text"),
    Input("subscription_id", "text", ("SubscriptionId", "SubscriptionGuid"), required=True),
    Input("subscription_name", "text"),
    # The charge
    Input("date", "time", ("Date", "UsageDateTime", "UsageDate"), required=True, filled=True),
    Input(
        "billed_or_amortized_cost",
        "cost",
        ("CostInBillingCurrency", "Cost", "PreTaxCost", "ExtendedCost"),
        required=True,
        filled=True,
    ),
    Input("charge_type", "text", keep=True),
    Input("frequency", "text"),
    Input("pricing_model", "text"),
    Input("product_name", "text", ("ProductName", "Product")),
    Input("publisher_type", "text", keep=True),
    Input("publisher_name", "text"),
    # What was metered, and at what price
    Input("meter_category", "text", required=True),
    Input("meter_subcategory", "text", keep=True),
    Input("meter_id", "text", keep=True),
    Input("meter_name", "text", ("Meter",)),
    Input("service_name", "text"),
    Input("service_family", "text", keep=True),
    Input("consumed_service", "text", keep=True),
    Input("quantity", "quantity", ("Quantity", "UsageQuantity", "ConsumedQuantity")),
    Input("unit", "text", ("UnitOfMeasure",)),
    Input("effective_price", "quantity", ("EffectivePrice", "ResourceRate"), keep=True),
    Input("unit_price", "quantity", ("UnitPrice",)),
    Input("payg_price", "quantity", ("PayGPrice",)),
    Input("payg_cost", "cost", ("PaygCostInBillingCurrency",)),
    Input("pricing_currency", "text", ("PricingCurrency", "PricingCurrencyCode")),
    Input("exchange_rate", "quantity", ("ExchangeRatePricingToBilling", "ExchangeRate")),
    Input("cost_in_pricing_currency", "cost"),
    Input("product_id", "text"),
    Input("part_number", "text"),
    # Commitments
    Input("reservation_id", "text"),
    Input("reservation_name", "text"),
    Input("benefit_id", "text"),
    Input("benefit_name", "text"),
    # What it was for
    Input("resource_id", "text", ("ResourceId", "InstanceId", "InstanceName")),
    Input("resource_name", "text"),
    Input("resource_type", "text"),
    Input("resource_location", "text", ("ResourceLocation", "Location")),
    Input("availability_zone", "text"),
    Input("tags", "map"),
)

KIND = "coalesce(replace(lower(charge_type), ' ', ''), 'usage')"
FREQUENCY = "replace(replace(lower(frequency), '-', ''), ' ', '')"
MODEL = "replace(lower(pricing_model), ' ', '')"
COMMITTED = (
    f"coalesce({MODEL} IN ('reservation', 'savingsplan'), coalesce(reservation_id, benefit_id) IS NOT NULL)"
)
UNUSED = f"{KIND} IN ('unusedreservation', 'unusedsavingsplan')"
COVERED = f"({UNUSED} OR {KIND} = 'usage' AND {COMMITTED})"
BOUGHT = f"({KIND} IN ('purchase', 'refund') AND {COMMITTED})"

AMOUNT = "billed_or_amortized_cost"
BILLED = f"CASE WHEN {COVERED} THEN 0 ELSE {AMOUNT} END"
EFFECTIVE = f"CASE WHEN {BOUGHT} THEN 0 ELSE {AMOUNT} END"

PRICED = f"""
    ({KIND} IN ('usage', 'purchase')
     AND coalesce(abs(cost_of(quantity, effective_price) - {AMOUNT}) <= abs({AMOUNT}) * 0.01::DECIMAL(3,2), false))"""
"""Whether quantity and prices are in the same unit: quantity × effective price is the cost, give or
take the rounding of prices."""

CONTRACTED = f"""
    CASE WHEN {UNUSED} THEN 0
         WHEN NOT {PRICED} OR unit_price = effective_price OR coalesce(unit_price, 0) = 0 THEN {AMOUNT}
         ELSE coalesce(cost_of(cost_of(quantity, unit_price), coalesce(exchange_rate, 1)), {AMOUNT})
    END"""

LIST = f"""
    CASE WHEN {UNUSED} THEN 0
         WHEN coalesce(payg_cost, 0) <> 0 THEN payg_cost
         WHEN {PRICED} AND coalesce(payg_price, 0) <> 0 AND payg_price = effective_price THEN {AMOUNT}
         WHEN {PRICED} AND coalesce(payg_price, 0) <> 0
             THEN coalesce(cost_of(cost_of(quantity, payg_price), coalesce(exchange_rate, 1)), {AMOUNT})
         ELSE {CONTRACTED}
    END"""

BENEFIT = "coalesce(benefit_id, reservation_id)"
OF_PLAN = (
    f"(coalesce({MODEL} = 'savingsplan', false) OR {KIND} = 'unusedsavingsplan' "
    "OR contains(lower(coalesce(benefit_id, '')), '/microsoft.billingbenefits/'))"
)

LOCATION = "replace(lower(resource_location), ' ', '')"
REGION = (
    f"coalesce({lookup('azure_region_spellings', AZURE_REGION_SPELLINGS, LOCATION)}, "
    f"CASE WHEN {LOCATION} NOT IN ('unassigned', 'unknown', 'notapplicable') THEN {LOCATION} END)"
)

PATH = "regexp_extract(rtrim(resource_id, '/'), '(?i).*/providers/(.+)', 1)"
PROVIDER_TYPE = f"""
    CASE WHEN contains({PATH}, '/') THEN concat_ws('/', split_part({PATH}, '/', 1), split_part({PATH}, '/', 2),
        nullif(split_part({PATH}, '/', 4), ''), nullif(split_part({PATH}, '/', 6), '')) END"""
"""Of ``…/providers/Microsoft.Sql/servers/a/databases/b``: ``Microsoft.Sql/servers/databases``."""

METER_CATEGORY = "nullif(meter_category, 'Unassigned')"
SERVICES = services.subcategories(services.AZURE_SERVICES)
SUBCATEGORY = f"""
    coalesce(
        {lookup("azure_services", SERVICES, f"lower({METER_CATEGORY})")},
        {lookup("azure_services", SERVICES, "lower(service_name)")},
        {lookup("azure_services", SERVICES, "lower(consumed_service)")},
        'Other (Other)')"""

COLUMNS: tuple[tuple[str, str], ...] = (
    ("AvailabilityZone", "availability_zone"),
    ("BilledCost", BILLED),
    ("BillingAccountId", "coalesce(billing_profile_id, billing_account_id, subscription_id)"),
    (
        "BillingAccountName",
        "CASE WHEN billing_profile_id IS NOT NULL "
        "THEN coalesce(billing_profile_name, billing_account_name) ELSE billing_account_name END",
    ),
    (
        "BillingAccountType",
        "CASE WHEN coalesce(billing_profile_id, billing_account_id) IS NULL THEN 'Subscription' "
        "WHEN billing_profile_id <> billing_account_id THEN 'Billing Profile' ELSE 'Billing Account' END",
    ),
    ("BillingCurrency", "billing_currency"),
    (
        "BillingPeriodEnd",
        "CASE WHEN day(billing_period_end) = 1 THEN billing_period_end "
        "ELSE billing_period_end + INTERVAL 1 DAY END",
    ),
    ("BillingPeriodStart", "billing_period_start"),
    ("ChargeCategory", f"coalesce({lookup('charge_types', CHARGE_TYPES, KIND)}, 'Adjustment')"),
    ("ChargeClass", f"CASE WHEN {KIND} = 'refund' THEN 'Correction' END"),
    ("ChargeDescription", f"coalesce(product_name, meter_name, {METER_CATEGORY})"),
    (
        "ChargeFrequency",
        f"coalesce({lookup('frequencies', FREQUENCIES, FREQUENCY)}, "
        f"CASE WHEN {COVERED} OR {KIND} = 'usage' THEN 'Usage-Based' END)",
    ),
    ("ChargePeriodEnd", "date + INTERVAL 1 DAY"),
    ("ChargePeriodStart", "date"),
    (
        "CommitmentDiscountCategory",
        f"CASE WHEN {COVERED} OR {BOUGHT} THEN CASE WHEN {OF_PLAN} THEN 'Spend' ELSE 'Usage' END END",
    ),
    ("CommitmentDiscountId", f"CASE WHEN {COVERED} OR {BOUGHT} THEN {BENEFIT} END"),
    (
        "CommitmentDiscountName",
        f"CASE WHEN {COVERED} OR {BOUGHT} THEN coalesce(benefit_name, reservation_name) END",
    ),
    (
        "CommitmentDiscountQuantity",
        f"CASE WHEN {COVERED} OR {BOUGHT} THEN CASE WHEN {OF_PLAN} THEN {AMOUNT} ELSE quantity END END",
    ),
    (
        "CommitmentDiscountStatus",
        f"CASE WHEN {UNUSED} THEN 'Unused' WHEN {COVERED} THEN 'Used' END",
    ),
    (
        "CommitmentDiscountType",
        f"CASE WHEN {COVERED} OR {BOUGHT} THEN CASE WHEN {OF_PLAN} THEN 'Savings Plan' ELSE 'Reservation' END END",
    ),
    (
        "CommitmentDiscountUnit",
        f"CASE WHEN {COVERED} OR {BOUGHT} THEN CASE WHEN {OF_PLAN} THEN billing_currency ELSE unit END END",
    ),
    ("ConsumedQuantity", f"CASE WHEN {KIND} = 'usage' THEN quantity END"),
    ("ConsumedUnit", f"CASE WHEN {KIND} = 'usage' THEN unit END"),
    ("ContractedCost", CONTRACTED),
    ("ContractedUnitPrice", f"CASE WHEN {KIND} IN ('usage', 'purchase') THEN unit_price END"),
    ("EffectiveCost", EFFECTIVE),
    ("InvoiceId", "invoice_id"),
    ("InvoiceIssuerName", "coalesce(partner_name, 'Microsoft')"),
    ("ListCost", LIST),
    ("ListUnitPrice", f"CASE WHEN {KIND} IN ('usage', 'purchase') THEN nullif(payg_price, 0) END"),
    (
        "PricingCategory",
        f"CASE WHEN {COVERED} THEN 'Committed' WHEN {KIND} = 'purchase' THEN 'Standard' "
        f"WHEN {KIND} = 'usage' THEN coalesce({lookup('pricing_models', PRICING_MODELS, MODEL)}, 'Standard') END",
    ),
    ("PricingCurrency", "coalesce(pricing_currency, billing_currency)"),
    ("PricingCurrencyEffectiveCost", f"CASE WHEN {BOUGHT} THEN 0 ELSE cost_in_pricing_currency END"),
    ("PricingQuantity", f"CASE WHEN {KIND} IN ('usage', 'purchase') THEN quantity END"),
    ("PricingUnit", f"CASE WHEN {KIND} IN ('usage', 'purchase') THEN unit END"),
    ("ProviderName", "'Microsoft'"),
    ("PublisherName", "coalesce(publisher_name, 'Microsoft')"),
    ("RegionId", REGION),
    ("RegionName", f"coalesce({lookup('azure_regions', AZURE_REGIONS, REGION)}, resource_location)"),
    ("ResourceId", "lower(resource_id)"),
    (
        "ResourceName",
        f"coalesce(resource_name, CASE WHEN {BOUGHT} THEN coalesce(benefit_name, reservation_name) END, "
        "split_part(rtrim(resource_id, '/'), '/', -1))",
    ),
    (
        "ResourceType",
        f"coalesce({lookup('azure_resource_types', RESOURCE_TYPES, f'lower({PROVIDER_TYPE})')}, "
        f"{PROVIDER_TYPE}, resource_type)",
    ),
    ("ServiceCategory", lookup("category_of", services.CATEGORY_OF, SUBCATEGORY)),
    (
        "ServiceName",
        f"coalesce({METER_CATEGORY}, service_name, "
        "CASE WHEN lower(publisher_type) = 'marketplace' THEN 'Azure Marketplace' END, "
        "consumed_service, product_name, 'Unassigned')",
    ),
    ("ServiceSubcategory", SUBCATEGORY),
    ("SkuId", "coalesce(product_id, meter_id)"),
    ("SkuMeter", "meter_name"),
    ("SkuPriceId", "part_number"),
    ("SubAccountId", "subscription_id"),
    ("SubAccountName", "subscription_name"),
    ("SubAccountType", "CASE WHEN subscription_id IS NOT NULL THEN 'Subscription' END"),
    ("Tags", "tags"),
    ("x_TagOrigins", origins("tags", "'user'")),
)

AZURE_EXPORT = Format(
    name="azure-export",
    title="Azure cost export",
    documentation=(
        "https://learn.microsoft.com/azure/cost-management-billing/automate/understand-usage-details-fields",
        "https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-ea",
        "https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-mca",
        "https://learn.microsoft.com/azure/cost-management-billing/reservations/understand-reserved-instance-usage-ea",
        "https://learn.microsoft.com/cloud-computing/finops/focus/convert",
    ),
    inputs=INPUTS,
    signatures=(
        ("date", "billed_or_amortized_cost", "subscription_id", "meter_category", "consumed_service"),
    ),
    columns=COLUMNS,
    currency="billing_currency",
    totals=(
        (CostKind.BILLED, BILLED),
        (CostKind.EFFECTIVE, EFFECTIVE),
        (CostKind.LIST, LIST),
        (CostKind.CONTRACTED, CONTRACTED),
    ),
    notes=(
        (
            "azure-amortized",
            f"{COVERED} AND {AMOUNT} <> 0",
            "charges carry amortized commitments (an amortized export): their billed cost is 0, because "
            "it was invoiced with the purchase, which only the actual export has",
        ),
        (
            "azure-actual",
            f"{BOUGHT} AND {AMOUNT} <> 0",
            "charges buy or refund commitments (an actual export): their effective cost is 0, because it "
            "is spread over the use, whose effective cost only the amortized export has",
        ),
    ),
)
