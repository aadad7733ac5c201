"""AWS Cost and Usage Reports: legacy and 2.0 (Data Exports), one mapping.

Both report the same line items. Legacy heads its columns ``lineItem/UnblendedCost`` in CSV and
``line_item_unblended_cost`` in Parquet, with one column a tag, cost category and product attribute;
CUR 2.0 has a fixed set of snake-case columns, and the maps ``resource_tags``, ``tags``,
``cost_category``, ``product`` and ``discount``.

How the four costs come about, by line item type:

| Line item type | Billed | Effective | List | Contracted |
|---|---|---|---|---|
| Usage | unblended | unblended | public on-demand | unblended |
| DiscountedUsage | unblended (0) | reservation effective cost | public on-demand | public on-demand |
| SavingsPlanCoveredUsage | unblended | savings plan effective cost | public on-demand | unblended |
| SavingsPlanNegation | unblended | 0 | 0 | 0 |
| SavingsPlanRecurringFee | unblended | 0, and what went unused | unblended | unblended |
| RIFee | unblended | 0, and what went unused | unblended | unblended |
| SavingsPlanUpfrontFee; Fee of a reservation | unblended | 0 | unblended | unblended |
| EdpDiscount, PrivateRateDiscount, … | unblended | unblended | 0 | unblended |
| Fee, Tax, Credit, Refund, anything else | unblended | unblended | unblended | unblended |

- "Unblended" is the *net* unblended cost where the report has that column: what is left after
  discounts, in the reports that show discounts in columns instead of lines of their own. The same
  goes for the net variants of the effective costs.
- A recurring fee is two charges in FOCUS: the purchase, which covers future use and therefore has no
  effective cost, and the part of it that nobody used, which is nobody's but the commitment's. The line
  becomes two where something went unused: RIFee, its unused amortised upfront fee plus unused recurring
  fee; SavingsPlanRecurringFee, its commitment to date less the used commitment.
- A savings plan's covered usage is reported at its on-demand cost and taken back by a negation, so
  their billed costs add up to nothing, and so does the usage in AWS's own FOCUS export, where neither
  appears. Therefore negations, like discounts, are of the category Usage.
- Where a covered line has no effective cost (reports made by tools), it is the plan's rate times the
  usage, else the billed cost.
- Summing list or contracted cost over usage *and* purchases counts committed use twice; FOCUS leaves
  it to the reader to leave out one of them.
"""

from __future__ import annotations

from cco.core.charge import CostKind
from cco.ingest.format import Format, Input
from cco.ingest.formats import services
from cco.ingest.formats.regions import AWS_REGIONS
from cco.ingest.formats.sql import lookup, merged, origins, prefixed

LINE_ITEM_CATEGORIES = {
    "Usage": "Usage",
    "DiscountedUsage": "Usage",
    "SavingsPlanCoveredUsage": "Usage",
    "SavingsPlanNegation": "Usage",
    "BundledDiscount": "Usage",
    "Discount": "Usage",
    "EdpDiscount": "Usage",
    "PrivateRateDiscount": "Usage",
    "RiVolumeDiscount": "Usage",
    "SppDiscount": "Usage",
    "Fee": "Purchase",
    "RIFee": "Purchase",
    "SavingsPlanRecurringFee": "Purchase",
    "SavingsPlanUpfrontFee": "Purchase",
    "Tax": "Tax",
    "Credit": "Credit",
    "Refund": "Adjustment",
}
"""``lineItem/LineItemType`` → FOCUS ChargeCategory; any other type is an Adjustment."""

LINE_ITEM_FREQUENCIES = {
    **{kind: "Usage-Based" for kind, category in LINE_ITEM_CATEGORIES.items() if category == "Usage"},
    "Fee": "One-Time",
    "RIFee": "Recurring",
    "SavingsPlanRecurringFee": "Recurring",
    "SavingsPlanUpfrontFee": "One-Time",
    "Tax": "One-Time",
    "Credit": "One-Time",
    "Refund": "One-Time",
}
"""``lineItem/LineItemType`` → FOCUS ChargeFrequency."""

RESOURCE_TYPES = {
    "acm:certificate": "AWS::CertificateManager::Certificate",
    "apigateway:restapis": "AWS::ApiGateway::RestApi",
    "athena:workgroup": "AWS::Athena::WorkGroup",
    "autoscaling:autoscalinggroup": "AWS::AutoScaling::AutoScalingGroup",
    "backup:recovery-point": "AWS::Backup::RecoveryPoint",
    "backup:backup-vault": "AWS::Backup::BackupVault",
    "cloudfront:distribution": "AWS::CloudFront::Distribution",
    "cloudtrail:trail": "AWS::CloudTrail::Trail",
    "cloudwatch:alarm": "AWS::CloudWatch::Alarm",
    "cloudwatch:dashboard": "AWS::CloudWatch::Dashboard",
    "codebuild:project": "AWS::CodeBuild::Project",
    "dynamodb:table": "AWS::DynamoDB::Table",
    "ec2:capacity-reservation": "AWS::EC2::CapacityReservation",
    "ec2:client-vpn-endpoint": "AWS::EC2::ClientVpnEndpoint",
    "ec2:dedicated-host": "AWS::EC2::Host",
    "ec2:elastic-ip": "AWS::EC2::EIP",
    "ec2:instance": "AWS::EC2::Instance",
    "ec2:natgateway": "AWS::EC2::NatGateway",
    "ec2:network-interface": "AWS::EC2::NetworkInterface",
    "ec2:snapshot": "AWS::EC2::Snapshot",
    "ec2:transit-gateway": "AWS::EC2::TransitGateway",
    "ec2:transit-gateway-attachment": "AWS::EC2::TransitGatewayAttachment",
    "ec2:volume": "AWS::EC2::Volume",
    "ec2:vpc": "AWS::EC2::VPC",
    "ec2:vpc-endpoint": "AWS::EC2::VPCEndpoint",
    "ec2:vpn-connection": "AWS::EC2::VPNConnection",
    "ecr:repository": "AWS::ECR::Repository",
    "ecs:cluster": "AWS::ECS::Cluster",
    "ecs:service": "AWS::ECS::Service",
    "ecs:task": "AWS::ECS::Task",
    "eks:cluster": "AWS::EKS::Cluster",
    "eks:nodegroup": "AWS::EKS::Nodegroup",
    "elasticache:cluster": "AWS::ElastiCache::CacheCluster",
    "elasticache:replicationgroup": "AWS::ElastiCache::ReplicationGroup",
    "elasticache:snapshot": "AWS::ElastiCache::Snapshot",
    "elasticfilesystem:file-system": "AWS::EFS::FileSystem",
    "elasticloadbalancing:loadbalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "elasticmapreduce:cluster": "AWS::EMR::Cluster",
    "es:domain": "AWS::OpenSearchService::Domain",
    "events:event-bus": "AWS::Events::EventBus",
    "events:rule": "AWS::Events::Rule",
    "firehose:deliverystream": "AWS::KinesisFirehose::DeliveryStream",
    "fsx:file-system": "AWS::FSx::FileSystem",
    "glue:crawler": "AWS::Glue::Crawler",
    "glue:database": "AWS::Glue::Database",
    "glue:job": "AWS::Glue::Job",
    "glue:table": "AWS::Glue::Table",
    "kafka:cluster": "AWS::MSK::Cluster",
    "kinesis:stream": "AWS::Kinesis::Stream",
    "kms:key": "AWS::KMS::Key",
    "lambda:function": "AWS::Lambda::Function",
    "logs:log-group": "AWS::Logs::LogGroup",
    "network-firewall:firewall": "AWS::NetworkFirewall::Firewall",
    "rds:auto-backup": "AWS::RDS::DBInstanceAutomatedBackup",
    "rds:cluster": "AWS::RDS::DBCluster",
    "rds:cluster-snapshot": "AWS::RDS::DBClusterSnapshot",
    "rds:db": "AWS::RDS::DBInstance",
    "rds:snapshot": "AWS::RDS::DBSnapshot",
    "redshift:cluster": "AWS::Redshift::Cluster",
    "redshift-serverless:workgroup": "AWS::RedshiftServerless::Workgroup",
    "route53:hostedzone": "AWS::Route53::HostedZone",
    "s3:": "AWS::S3::Bucket",
    "sagemaker:endpoint": "AWS::SageMaker::Endpoint",
    "sagemaker:notebook-instance": "AWS::SageMaker::NotebookInstance",
    "sagemaker:training-job": "AWS::SageMaker::TrainingJob",
    "secretsmanager:secret": "AWS::SecretsManager::Secret",
    "sns:": "AWS::SNS::Topic",
    "sqs:": "AWS::SQS::Queue",
    "states:statemachine": "AWS::StepFunctions::StateMachine",
    "wafv2:webacl": "AWS::WAFv2::WebACL",
    "workspaces:workspace": "AWS::WorkSpaces::Workspace",
}
"""The service and resource type of an ARN (``arn:aws:ec2:…:volume/vol-1`` → ``ec2:volume``) → its
CloudFormation type."""

RESOURCE_ID_TYPES = {
    "cr": "AWS::EC2::CapacityReservation",
    "eipalloc": "AWS::EC2::EIP",
    "eni": "AWS::EC2::NetworkInterface",
    "fs": "AWS::EFS::FileSystem",
    "h": "AWS::EC2::Host",
    "i": "AWS::EC2::Instance",
    "nat": "AWS::EC2::NatGateway",
    "snap": "AWS::EC2::Snapshot",
    "tgw": "AWS::EC2::TransitGateway",
    "vol": "AWS::EC2::Volume",
    "vpce": "AWS::EC2::VPCEndpoint",
    "vpn": "AWS::EC2::VPNConnection",
    "ws": "AWS::WorkSpaces::Workspace",
}
"""What a resource id without an ARN starts with (``vol-1``) → its CloudFormation type."""

EC2_FAMILIES = {
    "Storage": "Block Storage",
    "Storage Snapshot": "Block Storage",
    "System Operation": "Block Storage",
    "Provisioned Throughput": "Block Storage",
    "Data Transfer": "Network Infrastructure",
    "NAT Gateway": "Network Infrastructure",
    "IP Address": "Network Infrastructure",
    "Elastic IP": "Network Infrastructure",
    "VpcEndpoint": "Network Infrastructure",
    "Load Balancer": "Application Networking",
    "Load Balancer-Application": "Application Networking",
    "Load Balancer-Network": "Application Networking",
    "Load Balancer-Gateway": "Application Networking",
}
"""``product/productFamily`` under AmazonEC2 that is no compute → its FOCUS subcategory."""

INPUTS = (
    # The bill and whose it is
    Input("bill_bill_type", "text", keep=True),
    Input("bill_billing_entity", "text", keep=True),
    Input("bill_billing_period_start_date", "time", required=True),
    Input("bill_billing_period_end_date", "time"),
    Input("bill_invoice_id", "text"),
    Input("bill_invoicing_entity", "text"),
    Input("bill_payer_account_id", "text", required=True, filled=True),
    Input("bill_payer_account_name", "text"),
    # The line item
    Input("line_item_availability_zone", "text"),
    Input("line_item_currency_code", "text", required=True, filled=True),
    Input("line_item_legal_entity", "text"),
    Input("line_item_line_item_description", "text"),
    Input("line_item_line_item_type", "text", required=True, filled=True, keep=True),
    Input("line_item_net_unblended_cost", "cost"),
    Input("line_item_net_unblended_rate", "quantity"),
    Input("line_item_product_code", "text", required=True, keep=True),
    Input("line_item_resource_id", "text"),
    Input("line_item_unblended_cost", "cost", required=True, filled=True),
    Input("line_item_unblended_rate", "quantity"),
    Input("line_item_usage_account_id", "text"),
    Input("line_item_usage_account_name", "text"),
    Input("line_item_usage_amount", "quantity"),
    Input("line_item_usage_end_date", "time"),
    Input("line_item_usage_start_date", "time", required=True, filled=True),
    Input("line_item_usage_type", "text"),
    # What it is a price of
    Input("pricing_currency", "text"),
    Input("pricing_public_on_demand_cost", "cost"),
    Input("pricing_public_on_demand_rate", "quantity"),
    Input("pricing_rate_code", "text"),
    Input("pricing_term", "text", keep=True),
    Input("pricing_unit", "text"),
    Input("product", "map", keep=True),
    Input("product_instance_type", "text"),
    Input("product_location", "text"),
    Input("product_operating_system", "text"),
    Input("product_product_family", "text", keep=True),
    Input("product_product_name", "text"),
    Input("product_region", "text"),
    Input("product_region_code", "text"),
    Input("product_servicecode", "text", keep=True),
    Input("product_servicename", "text"),
    Input("product_sku", "text"),
    Input("product_storage_class", "text"),
    Input("product_vcpu", "text"),
    # Commitments
    Input("capacity_reservation_capacity_reservation_arn", "text"),
    Input("capacity_reservation_capacity_reservation_status", "text"),
    Input("reservation_effective_cost", "cost"),
    Input("reservation_net_effective_cost", "cost"),
    Input("reservation_net_unused_amortized_upfront_fee_for_billing_period", "cost"),
    Input("reservation_net_unused_recurring_fee", "cost"),
    Input("reservation_reservation_arn", "text"),
    Input("reservation_unused_amortized_upfront_fee_for_billing_period", "cost"),
    Input("reservation_unused_quantity", "quantity"),
    Input("reservation_unused_recurring_fee", "cost"),
    Input("savings_plan_net_savings_plan_effective_cost", "cost"),
    Input("savings_plan_savings_plan_arn", "text"),
    Input("savings_plan_savings_plan_effective_cost", "cost"),
    Input("savings_plan_savings_plan_rate", "quantity"),
    Input("savings_plan_total_commitment_to_date", "cost"),
    Input("savings_plan_used_commitment", "cost"),
    # Tags and cost categories: a column each (legacy), or maps (CUR 2.0)
    Input("user_tags", "map", collects=r"resource_?tags(?:/|_)user(?::|_)(.+)"),
    Input("aws_tags", "map", collects=r"resource_?tags(?:/|_)(aws(?::|_).+)"),
    Input("category_columns", "map", collects=r"(cost_?category(?:/|_).+)"),
    Input("resource_tags", "map"),
    Input("tags", "map"),
    Input("cost_category", "map"),
)

BILLED = "coalesce(line_item_net_unblended_cost, line_item_unblended_cost)"

UNUSED = """
    CASE line_item_line_item_type
        WHEN 'RIFee' THEN
            coalesce(reservation_net_unused_amortized_upfront_fee_for_billing_period,
                     reservation_unused_amortized_upfront_fee_for_billing_period, 0)
            + coalesce(reservation_net_unused_recurring_fee, reservation_unused_recurring_fee, 0)
        WHEN 'SavingsPlanRecurringFee' THEN
            coalesce(savings_plan_total_commitment_to_date - savings_plan_used_commitment, 0)
        ELSE 0
    END"""
"""What of a fee nobody used."""

EFFECTIVE = f"""
    CASE line_item_line_item_type
        WHEN 'DiscountedUsage' THEN
            coalesce(reservation_net_effective_cost, reservation_effective_cost, {BILLED})
        WHEN 'SavingsPlanCoveredUsage' THEN
            coalesce(savings_plan_net_savings_plan_effective_cost,
                     savings_plan_savings_plan_effective_cost,
                     cost_of(line_item_usage_amount, savings_plan_savings_plan_rate),
                     {BILLED})
        WHEN 'SavingsPlanNegation' THEN 0
        WHEN 'SavingsPlanRecurringFee' THEN 0
        WHEN 'SavingsPlanUpfrontFee' THEN 0
        WHEN 'RIFee' THEN 0
        WHEN 'Fee' THEN CASE WHEN reservation_reservation_arn IS NULL THEN {BILLED} ELSE 0 END
        ELSE {BILLED}
    END"""

ON_DEMAND = f"coalesce(nullif(pricing_public_on_demand_cost, 0), {BILLED})"
"""The public on-demand cost; where AWS gives none (marketplace, free use), what was billed."""

LIST = f"""
    CASE
        WHEN line_item_line_item_type IN ('Usage', 'SavingsPlanCoveredUsage') THEN {ON_DEMAND}
        WHEN line_item_line_item_type = 'DiscountedUsage' THEN coalesce(pricing_public_on_demand_cost, 0)
        WHEN line_item_line_item_type = 'SavingsPlanNegation' THEN 0
        WHEN line_item_line_item_type LIKE '%Discount' THEN 0
        ELSE {BILLED}
    END"""

CONTRACTED = f"""
    CASE line_item_line_item_type
        WHEN 'DiscountedUsage' THEN coalesce(pricing_public_on_demand_cost, 0)
        WHEN 'SavingsPlanNegation' THEN 0
        ELSE {BILLED}
    END"""

COVERED = "line_item_line_item_type IN ('DiscountedUsage', 'SavingsPlanCoveredUsage')"
USAGE = "line_item_line_item_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')"
PURCHASE = """
    (line_item_line_item_type IN ('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee')
     OR line_item_line_item_type = 'Fee' AND reservation_reservation_arn IS NOT NULL)"""
"""Of a commitment."""
OF_PLAN = "(line_item_line_item_type LIKE 'SavingsPlan%')"
COMMITMENT = f"({COVERED} OR line_item_line_item_type = 'SavingsPlanNegation' OR {PURCHASE})"

SUBCATEGORY = f"""
    coalesce(
        CASE WHEN line_item_product_code = 'AmazonEC2'
             THEN {lookup("ec2_families", EC2_FAMILIES, "product_product_family")} END,
        {lookup("aws_services", services.subcategories(services.AWS_SERVICES), "lower(line_item_product_code)")},
        CASE WHEN line_item_product_code LIKE 'AWSSupport%' THEN 'Support' END,
        'Other (Other)')"""

ARN_TYPE = """
    lower(split_part(line_item_resource_id, ':', 3)) || ':' || lower(CASE
        WHEN contains(split_part(line_item_resource_id, ':', 6), '/')
            THEN split_part(split_part(line_item_resource_id, ':', 6), '/', 1)
        WHEN length(split_part(line_item_resource_id, ':', 7)) > 0 THEN split_part(line_item_resource_id, ':', 6)
        ELSE '' END)"""

RESOURCE_TYPE = f"""
    CASE
        WHEN starts_with(line_item_resource_id, 'arn:')
            THEN {lookup("aws_resource_types", RESOURCE_TYPES, ARN_TYPE)}
        WHEN line_item_product_code = 'AmazonS3' AND line_item_resource_id IS NOT NULL THEN 'AWS::S3::Bucket'
        ELSE {lookup("aws_resource_ids", RESOURCE_ID_TYPES, "split_part(line_item_resource_id, '-', 1)")}
    END"""

RESOURCE_NAME = """
    coalesce(user_tags['Name'], user_tags['name'], resource_tags['user_name'], tags['resourceTags/Name'],
        CASE WHEN NOT starts_with(line_item_resource_id, 'arn:') THEN line_item_resource_id
             WHEN contains(line_item_resource_id, ':loadbalancer/') THEN split_part(line_item_resource_id, '/', -2)
             ELSE split_part(split_part(line_item_resource_id, ':', -1), '/', -1) END)"""

RESOURCE_TAGS = """
    map_from_entries(list_transform(map_entries(resource_tags), lambda e: struct_pack(
        k := CASE WHEN starts_with(e.key, 'user_') THEN e.key[6:] ELSE e.key END, v := e.value)))"""
"""CUR 2.0 heads a user's tag ``user_``, AWS's own ``aws_``."""

ALL_TAGS = """
    map_from_entries(list_transform(map_entries(tags), lambda e: struct_pack(
        k := CASE WHEN starts_with(e.key, 'resourceTags/') THEN e.key[14:] ELSE e.key END, v := e.value)))"""
"""CUR 2.0's ``tags`` hold resource tags, account tags, user attributes and cost categories."""

CATEGORIES = prefixed("cost_category", "costCategory/")

AWS_OR_USER = "CASE WHEN starts_with(k, 'aws:') OR starts_with(k, 'aws_') THEN 'aws' ELSE 'user' END"

ANY_ORIGIN = """CASE
    WHEN starts_with(k, 'costCategory/') THEN 'cost_category'
    WHEN starts_with(k, 'accountTag/') THEN 'account'
    WHEN starts_with(k, 'userAttribute/') THEN 'user_attribute'
    WHEN starts_with(k, 'aws:') OR starts_with(k, 'aws_') THEN 'aws'
    ELSE 'user' END"""

PRODUCT_NAME = f"""
    coalesce(product_product_name, product['product_name'],
        {lookup("aws_product_names", services.aws_names(), "line_item_product_code")},
        product_servicename, product['servicename'], line_item_product_code, 'Unknown')"""

REGION = """
    coalesce(product_region_code, product_region, product['region'],
        nullif(regexp_extract(line_item_availability_zone, '^[a-z]+(-[a-z]+)+-[0-9]'), ''))"""

SKU_DETAILS = """
    CASE WHEN coalesce(product_instance_type, product['instance_type'], product_storage_class,
                       product['storage_class']) IS NOT NULL
    THEN map_from_entries(list_filter([
        struct_pack(k := 'CoreCount', v := coalesce(product_vcpu, product['vcpu'])),
        struct_pack(k := 'InstanceType', v := coalesce(product_instance_type, product['instance_type'])),
        struct_pack(k := 'OperatingSystem', v := coalesce(product_operating_system, product['operating_system'])),
        struct_pack(k := 'StorageClass', v := coalesce(product_storage_class, product['storage_class']))
    ], lambda e: e.v IS NOT NULL)) END"""

UNUSED_SHARE = "share = 'unused'"

COLUMNS: tuple[tuple[str, str], ...] = (
    ("AvailabilityZone", "line_item_availability_zone"),
    ("BilledCost", f"CASE WHEN {UNUSED_SHARE} THEN 0 ELSE {BILLED} END"),
    ("BillingAccountId", "bill_payer_account_id"),
    ("BillingAccountName", "bill_payer_account_name"),
    ("BillingAccountType", "'Payer account'"),
    ("BillingCurrency", "line_item_currency_code"),
    ("BillingPeriodEnd", "bill_billing_period_end_date"),
    ("BillingPeriodStart", "bill_billing_period_start_date"),
    ("CapacityReservationId", "capacity_reservation_capacity_reservation_arn"),
    (
        "CapacityReservationStatus",
        "CASE lower(capacity_reservation_capacity_reservation_status) "
        "WHEN 'used' THEN 'Used' WHEN 'reserved' THEN 'Used' WHEN 'unused' THEN 'Unused' END",
    ),
    (
        "ChargeCategory",
        f"CASE WHEN {UNUSED_SHARE} THEN 'Usage' ELSE coalesce("
        f"{lookup('line_item_categories', LINE_ITEM_CATEGORIES, 'line_item_line_item_type')}, "
        f"CASE WHEN line_item_line_item_type LIKE '%Discount' THEN 'Usage' END, 'Adjustment') END",
    ),
    (
        "ChargeClass",
        "CASE WHEN line_item_line_item_type = 'Refund' OR bill_bill_type = 'Refund' THEN 'Correction' END",
    ),
    (
        "ChargeDescription",
        f"CASE WHEN {UNUSED_SHARE} "
        "THEN 'Unused: ' || coalesce(line_item_line_item_description, line_item_line_item_type) "
        "ELSE coalesce(line_item_line_item_description, line_item_usage_type, line_item_line_item_type) END",
    ),
    (
        "ChargeFrequency",
        f"CASE WHEN {UNUSED_SHARE} THEN 'Usage-Based' ELSE "
        f"coalesce({lookup('line_item_frequencies', LINE_ITEM_FREQUENCIES, 'line_item_line_item_type')}, "
        f"'One-Time') END",
    ),
    ("ChargePeriodEnd", "line_item_usage_end_date"),
    ("ChargePeriodStart", "line_item_usage_start_date"),
    (
        "CommitmentDiscountCategory",
        f"CASE WHEN {COMMITMENT} THEN CASE WHEN {OF_PLAN} THEN 'Spend' ELSE 'Usage' END END",
    ),
    (
        "CommitmentDiscountId",
        f"CASE WHEN {COMMITMENT} THEN "
        f"CASE WHEN {OF_PLAN} THEN savings_plan_savings_plan_arn ELSE reservation_reservation_arn END END",
    ),
    (
        "CommitmentDiscountQuantity",
        f"""CASE
        WHEN {UNUSED_SHARE} AND {OF_PLAN} THEN unused_commitment
        WHEN {UNUSED_SHARE} THEN reservation_unused_quantity
        WHEN line_item_line_item_type = 'SavingsPlanCoveredUsage' THEN {EFFECTIVE}
        WHEN line_item_line_item_type = 'SavingsPlanRecurringFee' THEN savings_plan_total_commitment_to_date
        WHEN line_item_line_item_type IN ('DiscountedUsage', 'RIFee') THEN line_item_usage_amount END""",
    ),
    (
        "CommitmentDiscountStatus",
        f"CASE WHEN {UNUSED_SHARE} THEN 'Unused' "
        f"WHEN {COVERED} OR line_item_line_item_type = 'SavingsPlanNegation' THEN 'Used' END",
    ),
    (
        "CommitmentDiscountType",
        f"CASE WHEN {COMMITMENT} THEN CASE WHEN {OF_PLAN} THEN 'Savings Plan' ELSE 'Reserved Instance' END END",
    ),
    (
        "CommitmentDiscountUnit",
        "CASE WHEN line_item_line_item_type IN ('SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee') "
        "THEN line_item_currency_code "
        "WHEN line_item_line_item_type IN ('DiscountedUsage', 'RIFee') THEN coalesce(pricing_unit, 'Hrs') END",
    ),
    ("ConsumedQuantity", f"CASE WHEN {USAGE} THEN line_item_usage_amount END"),
    ("ConsumedUnit", f"CASE WHEN {USAGE} THEN pricing_unit END"),
    ("ContractedCost", f"CASE WHEN {UNUSED_SHARE} THEN 0 ELSE {CONTRACTED} END"),
    (
        "ContractedUnitPrice",
        "CASE line_item_line_item_type "
        "WHEN 'DiscountedUsage' THEN pricing_public_on_demand_rate "
        "WHEN 'Usage' THEN coalesce(line_item_net_unblended_rate, line_item_unblended_rate) "
        "WHEN 'SavingsPlanCoveredUsage' THEN coalesce(line_item_net_unblended_rate, line_item_unblended_rate) END",
    ),
    ("EffectiveCost", f"CASE WHEN {UNUSED_SHARE} THEN unused_commitment ELSE {EFFECTIVE} END"),
    ("InvoiceId", "bill_invoice_id"),
    ("InvoiceIssuerName", "coalesce(bill_invoicing_entity, 'Amazon Web Services')"),
    ("ListCost", f"CASE WHEN {UNUSED_SHARE} THEN 0 ELSE {LIST} END"),
    ("ListUnitPrice", f"CASE WHEN {USAGE} THEN pricing_public_on_demand_rate END"),
    (
        "PricingCategory",
        f"CASE WHEN {UNUSED_SHARE} OR {COVERED} OR line_item_line_item_type = 'SavingsPlanNegation' THEN 'Committed' "
        "WHEN line_item_line_item_type = 'Usage' AND contains(line_item_usage_type, 'SpotUsage') THEN 'Dynamic' "
        "WHEN line_item_line_item_type IN ('Usage', 'Fee', 'RIFee', 'SavingsPlanRecurringFee', "
        "'SavingsPlanUpfrontFee') OR line_item_line_item_type LIKE '%Discount' THEN 'Standard' END",
    ),
    ("PricingCurrency", "pricing_currency"),
    ("PricingQuantity", f"CASE WHEN {USAGE} THEN line_item_usage_amount END"),
    ("PricingUnit", f"CASE WHEN {USAGE} THEN pricing_unit END"),
    ("ProviderName", "'AWS'"),
    ("PublisherName", "coalesce(line_item_legal_entity, 'Amazon Web Services')"),
    ("RegionId", REGION),
    ("RegionName", f"coalesce({lookup('aws_regions', AWS_REGIONS, REGION)}, product_location)"),
    ("ResourceId", "line_item_resource_id"),
    ("ResourceName", RESOURCE_NAME),
    ("ResourceType", RESOURCE_TYPE),
    ("ServiceCategory", lookup("category_of", services.CATEGORY_OF, SUBCATEGORY)),
    ("ServiceName", PRODUCT_NAME),
    ("ServiceSubcategory", SUBCATEGORY),
    ("SkuId", "product_sku"),
    ("SkuMeter", "line_item_usage_type"),
    ("SkuPriceDetails", SKU_DETAILS),
    ("SkuPriceId", "pricing_rate_code"),
    ("SubAccountId", "line_item_usage_account_id"),
    ("SubAccountName", "line_item_usage_account_name"),
    ("SubAccountType", "CASE WHEN line_item_usage_account_id IS NOT NULL THEN 'Account' END"),
    ("Tags", merged("category_columns", "aws_tags", "user_tags", CATEGORIES, RESOURCE_TAGS, ALL_TAGS)),
    (
        "x_TagOrigins",
        merged(
            origins("category_columns", "'cost_category'"),
            origins("aws_tags", "'aws'"),
            origins("user_tags", "'user'"),
            origins(CATEGORIES, "'cost_category'"),
            origins(RESOURCE_TAGS, AWS_OR_USER),
            origins(ALL_TAGS, ANY_ORIGIN),
        ),
    ),
)

SPLIT = f"""
    SELECT typed.*, {UNUSED} AS unused_commitment,
        unnest(CASE WHEN {UNUSED} <> 0 THEN ['charge', 'unused'] ELSE ['charge'] END) AS share
    FROM typed"""
"""A recurring fee of which something went unused is two charges: the purchase and the unused part."""

TOTALS = (
    (CostKind.BILLED, BILLED),
    (CostKind.EFFECTIVE, f"{EFFECTIVE} + {UNUSED}"),
    (CostKind.LIST, LIST),
    (CostKind.CONTRACTED, CONTRACTED),
)

NOTES = (
    (
        "plan-rate",
        "line_item_line_item_type = 'SavingsPlanCoveredUsage' AND coalesce("
        "savings_plan_net_savings_plan_effective_cost, savings_plan_savings_plan_effective_cost) IS NULL",
        "lines covered by a savings plan have no effective cost; it was taken from the plan's rate, "
        "or from the billed cost where there is none",
    ),
    (
        "no-reservation-cost",
        "line_item_line_item_type = 'DiscountedUsage' AND coalesce("
        "reservation_net_effective_cost, reservation_effective_cost) IS NULL",
        "lines covered by a reservation have no effective cost; it was taken to be the billed cost",
    ),
)

LINE_ITEM = (
    "line_item_line_item_type",
    "line_item_unblended_cost",
    "line_item_usage_start_date",
    "line_item_product_code",
    "bill_payer_account_id",
)

AWS_CUR_LEGACY = Format(
    name="aws-cur-legacy",
    title="AWS Cost and Usage Report (legacy)",
    documentation=(
        "https://docs.aws.amazon.com/cur/latest/userguide/data-dictionary.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/reservation-columns.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/savingsplans-columns.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/cur-sp.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/amortized-reservation.html",
    ),
    inputs=INPUTS,
    signatures=(LINE_ITEM,),
    columns=COLUMNS,
    currency="line_item_currency_code",
    totals=TOTALS,
    split=SPLIT,
    notes=NOTES,
)

AWS_CUR_2 = Format(
    name="aws-cur-2",
    title="AWS Cost and Usage Report 2.0 (Data Exports)",
    documentation=(
        "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-line-item.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-discount.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-tag-columns.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-savings-plan.html",
        "https://docs.aws.amazon.com/cur/latest/userguide/dataexports-migrate.html",
    ),
    inputs=INPUTS,
    signatures=tuple(
        (*LINE_ITEM, column)
        for column in ("resource_tags", "tags", "cost_category", "product", "bill_payer_account_name")
    ),
    columns=COLUMNS,
    currency="line_item_currency_code",
    totals=TOTALS,
    split=SPLIT,
    notes=NOTES,
)
