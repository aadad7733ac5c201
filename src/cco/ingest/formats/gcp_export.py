"""Google Cloud billing exports to BigQuery, standard and detailed: CSV with dotted or underscored
columns, JSON lines and Parquet with nested ones.

- A row has a cost before credits and a list of credits. What is paid is their sum ("cost plus
  credits"), so each credit becomes a charge of its own, of the category Credit, beside the row it
  reduces, with that row's service, resource, project and labels.
- ``cost_type``: ``regular`` is Usage, or Purchase where the SKU is a commitment's fee; ``tax`` is Tax;
  ``adjustment`` and ``rounding_error`` are Adjustments. A row with ``adjustment_info`` is a Correction.
- Google bills commitments as they run, an hour's fee in the hour, so effective cost is billed cost.
- List cost is ``cost_at_list``; contracted cost is ``cost_at_effective_price_default`` where it is
  reported, else the cost. Credits that are discounts off the list (commitments, sustained use,
  contractual, free tier, …) have no list cost; those of commitments have no contracted cost either.
  Promotions and anything unknown count in full in all four, as FOCUS asks of credits.
- The billing period is the invoice month.
- Labels become tags; of a key in two places, the resource's own label holds over a tag, that over
  the project's label, that over the system's.
"""

from __future__ import annotations

from cco.core.charge import CostKind
from cco.ingest.format import Format, Input
from cco.ingest.formats import services
from cco.ingest.formats.regions import GCP_REGIONS
from cco.ingest.formats.sql import lookup, merged, origins, text

COST_TYPES = {
    "regular": "Usage",
    "tax": "Tax",
    "adjustment": "Adjustment",
    "rounding_error": "Adjustment",
}
"""``cost_type`` → FOCUS ChargeCategory."""

CREDIT_TYPES = {
    "COMMITTED_USAGE_DISCOUNT": "Committed use discount (resource-based)",
    "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE": "Committed use discount (spend-based)",
    "DISCOUNT": "Spending-based discount",
    "FEE_UTILIZATION_OFFSET": "Committed use discount fee offset",
    "FREE_TIER": "Free tier",
    "PROMOTION": "Promotion",
    "RESELLER_MARGIN": "Reseller margin",
    "SUBSCRIPTION_BENEFIT": "Subscription benefit",
    "SUSTAINED_USAGE_DISCOUNT": "Sustained use discount",
}
"""``credits.type`` → what it is called."""

COMMITMENT_TYPES = {
    "COMMITTED_USAGE_DISCOUNT": "Usage",
    "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE": "Spend",
    "FEE_UTILIZATION_OFFSET": "Spend",
}
"""``credits.type`` of a commitment → FOCUS CommitmentDiscountCategory."""

RESOURCE_TYPES = {
    "aiplatform.googleapis.com/endpoints": "aiplatform.googleapis.com/Endpoint",
    "alloydb.googleapis.com/clusters": "alloydb.googleapis.com/Cluster",
    "alloydb.googleapis.com/instances": "alloydb.googleapis.com/Instance",
    "appengine.googleapis.com/services": "appengine.googleapis.com/Service",
    "bigquery.googleapis.com/datasets": "bigquery.googleapis.com/Dataset",
    "bigquery.googleapis.com/jobs": "bigquery.googleapis.com/Job",
    "bigquery.googleapis.com/tables": "bigquery.googleapis.com/Table",
    "bigtableadmin.googleapis.com/clusters": "bigtableadmin.googleapis.com/Cluster",
    "bigtableadmin.googleapis.com/instances": "bigtableadmin.googleapis.com/Instance",
    "cloudfunctions.googleapis.com/functions": "cloudfunctions.googleapis.com/Function",
    "cloudkms.googleapis.com/cryptokeys": "cloudkms.googleapis.com/CryptoKey",
    "cloudsql.googleapis.com/instances": "sqladmin.googleapis.com/Instance",
    "compute.googleapis.com/addresses": "compute.googleapis.com/Address",
    "compute.googleapis.com/commitments": "compute.googleapis.com/Commitment",
    "compute.googleapis.com/disk": "compute.googleapis.com/Disk",
    "compute.googleapis.com/disks": "compute.googleapis.com/Disk",
    "compute.googleapis.com/forwardingrules": "compute.googleapis.com/ForwardingRule",
    "compute.googleapis.com/images": "compute.googleapis.com/Image",
    "compute.googleapis.com/instances": "compute.googleapis.com/Instance",
    "compute.googleapis.com/reservations": "compute.googleapis.com/Reservation",
    "compute.googleapis.com/routers": "compute.googleapis.com/Router",
    "compute.googleapis.com/snapshots": "compute.googleapis.com/Snapshot",
    "container.googleapis.com/clusters": "container.googleapis.com/Cluster",
    "container.googleapis.com/nodepools": "container.googleapis.com/NodePool",
    "dataflow.googleapis.com/jobs": "dataflow.googleapis.com/Job",
    "dataproc.googleapis.com/clusters": "dataproc.googleapis.com/Cluster",
    "file.googleapis.com/instances": "file.googleapis.com/Instance",
    "firestore.googleapis.com/databases": "firestore.googleapis.com/Database",
    "logging.googleapis.com/buckets": "logging.googleapis.com/LogBucket",
    "pubsub.googleapis.com/subscriptions": "pubsub.googleapis.com/Subscription",
    "pubsub.googleapis.com/topics": "pubsub.googleapis.com/Topic",
    "redis.googleapis.com/instances": "redis.googleapis.com/Instance",
    "run.googleapis.com/jobs": "run.googleapis.com/Job",
    "run.googleapis.com/services": "run.googleapis.com/Service",
    "secretmanager.googleapis.com/secrets": "secretmanager.googleapis.com/Secret",
    "spanner.googleapis.com/instances": "spanner.googleapis.com/Instance",
    "sqladmin.googleapis.com/instances": "sqladmin.googleapis.com/Instance",
    "storage.googleapis.com/buckets": "storage.googleapis.com/Bucket",
}
"""The service and collection of a resource's global name, in lower case → its asset type."""

INPUTS = (
    Input("billing_account_id", "text", required=True, filled=True),
    Input("cost", "cost", required=True, filled=True),
    Input("currency", "text", required=True, filled=True),
    Input("usage_start_time", "time", required=True, filled=True),
    Input("usage_end_time", "time"),
    Input("cost_type", "text", keep=True),
    Input("credits", "json"),
    Input("cost_at_list", "cost"),
    Input("cost_at_effective_price_default", "cost"),
    Input("transaction_type", "text", keep=True),
    Input("seller_name", "text"),
    Input("labels", "map"),
    Input("system_labels", "map"),
    Input("tags", "map"),
    # Fields of a record: ``service.description`` and so on
    Input("adjustment_info_id", "text", keep=True),
    Input("adjustment_info_type", "text", keep=True),
    Input("invoice_month", "text"),
    Input("location_location", "text"),
    Input("location_region", "text"),
    Input("location_zone", "text"),
    Input("price_effective_price", "quantity"),
    Input("price_list_price", "quantity"),
    Input("price_tier_start_amount", "text"),
    Input("project_id", "text"),
    Input("project_labels", "map"),
    Input("project_name", "text"),
    Input("resource_global_name", "text"),
    Input("resource_name", "text"),
    Input("service_description", "text"),
    Input("service_id", "text", keep=True),
    Input("sku_description", "text"),
    Input("sku_id", "text"),
    Input("subscription_instance_id", "text"),
    Input("usage_amount", "quantity"),
    Input("usage_amount_in_pricing_units", "quantity"),
    Input("usage_pricing_unit", "text"),
    Input("usage_unit", "text"),
)


SERVICE = "service_description"
SKU = "sku_description"
GLOBAL_NAME = "resource_global_name"
RESOURCE = "resource_name"
REGION = "coalesce(location_region, location_location)"
MONTH = "try_strptime(invoice_month, '%Y%m')"
CORRECTED = "coalesce(adjustment_info_id, adjustment_info_type) IS NOT NULL"

CREDIT = "credit IS NOT NULL"
REDUCTION = "to_cost(credit.amount)"
AMOUNT = "cost"
COMMITMENTS = ", ".join(text(each) for each in COMMITMENT_TYPES)
DISCOUNTS = ", ".join(text(each) for each in CREDIT_TYPES if each != "PROMOTION")
COST_TYPE = "coalesce(lower(cost_type), 'regular')"
FEE = f"({COST_TYPE} = 'regular' AND starts_with(lower({SKU}), 'commitment'))"
"""Fees of committed use discounts have SKUs like "Commitment v1: N2 Cpu in Americas for 1 Year"."""
USAGE = f"(NOT {CREDIT} AND {COST_TYPE} = 'regular')"
COMMITMENT = f"coalesce(credit.type IN ({COMMITMENTS}), {FEE})"

CREDIT_LIST = """
    from_json(credits, '[{"id": "VARCHAR", "name": "VARCHAR", "full_name": "VARCHAR",
                         "type": "VARCHAR", "amount": "VARCHAR"}]')"""

SPLIT = f"""
    SELECT typed.*, unnest(list_prepend(NULL, list_filter({CREDIT_LIST}, lambda c: c.amount IS NOT NULL))) AS credit
    FROM typed"""
"""The row itself, whose credit is NULL, and one for each of its credits."""


def credited(without: str = "") -> str:
    """The sum of a row's credits, but those of the types listed."""
    kept = f" AND coalesce(c.type, '') NOT IN ({without})" if without else ""
    return (
        f"coalesce(list_sum(list_transform(list_filter({CREDIT_LIST}, "
        f"lambda c: c.amount IS NOT NULL{kept}), lambda c: to_cost(c.amount))), 0)"
    )


COMPUTE_PARTS = f"""
    CASE WHEN {SERVICE} = 'Compute Engine' THEN
        CASE WHEN regexp_matches({SKU}, '(?i)\\b(pd|hyperdisk|persistent disk|snapshot|ssd backed|local ssd|image)\\b')
                THEN 'Block Storage'
             WHEN regexp_matches({SKU}, '(?i)^network|\\b(egress|ingress|data transfer|static ip|external ip|load balanc)')
                THEN 'Network Infrastructure' END END"""
"""Compute Engine bills disks and network under its own name."""

SUBCATEGORY = f"""
    coalesce({COMPUTE_PARTS},
        {lookup("gcp_services", services.subcategories(services.GCP_SERVICES), f"lower({SERVICE})")},
        'Other (Other)')"""

ASSET = f"lower(split_part(ltrim({GLOBAL_NAME}, '/'), '/', 1) || '/' || split_part({GLOBAL_NAME}, '/', -2))"

COLUMNS: tuple[tuple[str, str], ...] = (
    ("AvailabilityZone", "location_zone"),
    ("BilledCost", f"CASE WHEN {CREDIT} THEN {REDUCTION} ELSE {AMOUNT} END"),
    ("BillingAccountId", "billing_account_id"),
    ("BillingAccountType", "'Billing Account'"),
    ("BillingCurrency", "currency"),
    ("BillingPeriodEnd", f"next_month({MONTH})"),
    ("BillingPeriodStart", MONTH),
    (
        "ChargeCategory",
        f"CASE WHEN {CREDIT} THEN 'Credit' WHEN {FEE} THEN 'Purchase' "
        f"ELSE coalesce({lookup('cost_types', COST_TYPES, COST_TYPE)}, 'Adjustment') END",
    ),
    ("ChargeClass", f"CASE WHEN {CORRECTED} THEN 'Correction' END"),
    (
        "ChargeDescription",
        f"CASE WHEN {CREDIT} THEN concat_ws(': ', "
        f"coalesce({lookup('credit_types', CREDIT_TYPES, 'credit.type')}, credit.type, 'Credit'), "
        f"coalesce(credit.full_name, credit.name, credit.id)) ELSE coalesce({SKU}, {SERVICE}) END",
    ),
    (
        "ChargeFrequency",
        f"CASE WHEN {FEE} AND NOT {CREDIT} THEN 'Recurring' "
        f"WHEN {USAGE} OR credit.type IN ({DISCOUNTS}) THEN 'Usage-Based' ELSE 'One-Time' END",
    ),
    ("ChargePeriodEnd", "usage_end_time"),
    ("ChargePeriodStart", "usage_start_time"),
    (
        "CommitmentDiscountCategory",
        f"CASE WHEN {COMMITMENT} THEN coalesce({lookup('commitment_types', COMMITMENT_TYPES, 'credit.type')}, "
        f"CASE WHEN contains(lower({SKU}), 'dollar based') THEN 'Spend' ELSE 'Usage' END) END",
    ),
    (
        "CommitmentDiscountId",
        f"CASE WHEN {COMMITMENT} THEN coalesce(subscription_instance_id, credit.id, {SKU}) END",
    ),
    (
        "CommitmentDiscountName",
        f"CASE WHEN {COMMITMENT} THEN coalesce(credit.full_name, credit.name, {SKU}) END",
    ),
    (
        "CommitmentDiscountStatus",
        f"CASE WHEN credit.type IN ({COMMITMENTS}) THEN 'Used' END",
    ),
    ("CommitmentDiscountType", f"CASE WHEN {COMMITMENT} THEN 'Committed Use Discount' END"),
    ("ConsumedQuantity", f"CASE WHEN {USAGE} AND NOT {FEE} THEN usage_amount END"),
    ("ConsumedUnit", f"CASE WHEN {USAGE} AND NOT {FEE} THEN usage_unit END"),
    (
        "ContractedCost",
        f"CASE WHEN credit.type IN ({COMMITMENTS}) THEN 0 WHEN {CREDIT} THEN {REDUCTION} "
        f"ELSE coalesce(cost_at_effective_price_default, {AMOUNT}) END",
    ),
    ("ContractedUnitPrice", f"CASE WHEN {USAGE} THEN price_effective_price END"),
    ("EffectiveCost", f"CASE WHEN {CREDIT} THEN {REDUCTION} ELSE {AMOUNT} END"),
    ("InvoiceIssuerName", "'Google Cloud'"),
    (
        "ListCost",
        f"CASE WHEN credit.type IN ({DISCOUNTS}) THEN 0 WHEN {CREDIT} THEN {REDUCTION} "
        f"ELSE coalesce(cost_at_list, {AMOUNT}) END",
    ),
    ("ListUnitPrice", f"CASE WHEN {USAGE} THEN price_list_price END"),
    (
        "PricingCategory",
        f"CASE WHEN credit.type IN ({COMMITMENTS}) THEN 'Committed' "
        f"WHEN {USAGE} AND regexp_matches({SKU}, '(?i)^(spot|preemptible)') THEN 'Dynamic' "
        f"WHEN {USAGE} THEN 'Standard' END",
    ),
    ("PricingCurrency", "currency"),
    (
        "PricingQuantity",
        f"CASE WHEN {USAGE} THEN usage_amount_in_pricing_units END",
    ),
    ("PricingUnit", f"CASE WHEN {USAGE} THEN usage_pricing_unit END"),
    ("ProviderName", "'Google Cloud'"),
    ("PublisherName", "coalesce(seller_name, 'Google Cloud')"),
    ("RegionId", REGION),
    ("RegionName", f"coalesce({lookup('gcp_regions', GCP_REGIONS, REGION)}, {REGION})"),
    ("ResourceId", f"coalesce({GLOBAL_NAME}, {RESOURCE})"),
    (
        "ResourceName",
        f"coalesce(split_part({RESOURCE}, '/', -1), split_part({GLOBAL_NAME}, '/', -1))",
    ),
    (
        "ResourceType",
        f"coalesce({lookup('gcp_resource_types', RESOURCE_TYPES, ASSET)}, "
        f"CASE WHEN contains({GLOBAL_NAME}, '.googleapis.com/') THEN {ASSET} END)",
    ),
    ("ServiceCategory", lookup("category_of", services.CATEGORY_OF, SUBCATEGORY)),
    ("ServiceName", f"coalesce({SERVICE}, 'Unknown')"),
    ("ServiceSubcategory", SUBCATEGORY),
    ("SkuId", "sku_id"),
    ("SkuMeter", SKU),
    (
        "SkuPriceDetails",
        f"CASE WHEN {CREDIT} THEN MAP {{'x_CreditType': coalesce(credit.type, 'UNSPECIFIED')}} END",
    ),
    (
        "SkuPriceId",
        f"CASE WHEN {USAGE} THEN concat_ws('/', sku_id, price_tier_start_amount) END",
    ),
    ("SubAccountId", "project_id"),
    ("SubAccountName", "project_name"),
    ("SubAccountType", "CASE WHEN project_id IS NOT NULL THEN 'Project' END"),
    ("Tags", merged("system_labels", "project_labels", "tags", "labels")),
    (
        "x_TagOrigins",
        merged(
            origins("system_labels", "'system'"),
            origins("project_labels", "'project'"),
            origins("tags", "'tag'"),
            origins("labels", "CASE WHEN starts_with(k, 'goog-') THEN 'system' ELSE 'user' END"),
        ),
    ),
)

ALWAYS = ("billing_account_id", "usage_start_time", "cost", "currency")

GCP_EXPORT = Format(
    name="gcp-export",
    title="Google Cloud billing export",
    documentation=(
        "https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage",
        "https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage",
        "https://cloud.google.com/billing/docs/how-to/bq-examples",
        "https://cloud.google.com/docs/cuds-spend-based",
        "https://cloud.google.com/resources/google-cloud-focus",
    ),
    inputs=INPUTS,
    signatures=((*ALWAYS, "service_description", "sku_description"),),
    columns=COLUMNS,
    currency="currency",
    totals=(
        (CostKind.BILLED, f"{AMOUNT} + {credited()}"),
        (CostKind.EFFECTIVE, f"{AMOUNT} + {credited()}"),
        (CostKind.LIST, f"coalesce(cost_at_list, {AMOUNT}) + {credited(DISCOUNTS)}"),
        (
            CostKind.CONTRACTED,
            f"coalesce(cost_at_effective_price_default, {AMOUNT}) + {credited(COMMITMENTS)}",
        ),
    ),
    split=SPLIT,
)
