"""What the simulated clouds sell: regions, SKUs and list prices.

Prices are USD list prices of each provider's home region (AWS us-east-1, Azure eastus2, GCP
us-central1) as publicly listed in 2026, typed here by hand and rounded where a provider prints more
digits than anyone reads; other regions are a multiple. Nothing is fetched.

A cost is an integer number of 10⁻¹² currency units: a quantity in 10⁻ᵠ pricing units times a unit price
in 10⁻⁽¹²⁻ᵠ⁾ currency units, where q is the SKU's ``digits``. So every cost is exactly its unit price
times its quantity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

AWS: Final = "AWS"
AZURE: Final = "Microsoft"
GCP: Final = "Google Cloud"
PROVIDERS: Final = (AWS, AZURE, GCP)

COST_DIGITS: Final = 12
"""Decimals of every cost and unit price in the bills."""

QUANTITY_DIGITS: Final = 6
"""Decimals of every quantity in the bills."""


@dataclass(frozen=True, slots=True)
class Region:
    """A cloud region. markup: its prices as a multiple of the provider's home region."""

    id: str
    name: str
    markup: Decimal
    zones: tuple[str, ...]


def _zones(region: str, *suffixes: str) -> tuple[str, ...]:
    return tuple(f"{region}{suffix}" for suffix in suffixes)


REGIONS: Final = {
    AWS: {
        "us-east-1": Region(
            "us-east-1", "US East (N. Virginia)", Decimal("1"), _zones("us-east-1", "a", "b", "c")
        ),
        "us-west-2": Region(
            "us-west-2", "US West (Oregon)", Decimal("1"), _zones("us-west-2", "a", "b", "c")
        ),
        "eu-west-1": Region("eu-west-1", "EU (Ireland)", Decimal("1.11"), _zones("eu-west-1", "a", "b", "c")),
        "eu-central-1": Region(
            "eu-central-1", "EU (Frankfurt)", Decimal("1.19"), _zones("eu-central-1", "a", "b", "c")
        ),
        "global": Region("global", "Global", Decimal("1"), ()),
    },
    AZURE: {
        "eastus2": Region("eastus2", "East US 2", Decimal("1"), ("1", "2", "3")),
        "westeurope": Region("westeurope", "West Europe", Decimal("1.198"), ("1", "2", "3")),
        "germanywestcentral": Region(
            "germanywestcentral", "Germany West Central", Decimal("1.2"), ("1", "2", "3")
        ),
        "global": Region("global", "Global", Decimal("1"), ()),
    },
    GCP: {
        "us-central1": Region(
            "us-central1", "Iowa", Decimal("1"), _zones("us-central1", "-a", "-b", "-c", "-f")
        ),
        "europe-west1": Region(
            "europe-west1", "Belgium", Decimal("1.1"), _zones("europe-west1", "-b", "-c", "-d")
        ),
        "global": Region("global", "Global", Decimal("1"), ()),
    },
}


@dataclass(frozen=True, slots=True)
class Sku:
    """Something with a price.

    key: our short name for it. usage_type: the provider's own meter code. digits: decimals of its
    quantities. family, units: which commitments may cover it, and how many of their units one pricing
    unit takes. details: FOCUS SkuPriceDetails. publisher: who sells it where that is not the cloud.
    """

    key: str
    provider: str
    service: str
    category: str
    subcategory: str
    meter: str
    usage_type: str
    description: str
    unit: str
    consumed_unit: str
    price: Decimal
    digits: int
    family: str = ""
    units: int = 0
    details: dict[str, str] = field(default_factory=dict)
    publisher: str = ""
    dynamic: bool = False
    regional: bool = True


SKUS: Final[dict[str, Sku]] = {}
"""Every SKU by key."""


def _sell(sku: Sku) -> None:
    if sku.key in SKUS:
        raise AssertionError(f"SKU {sku.key} is listed twice")
    SKUS[sku.key] = sku


_COMPUTE = ("Compute", "Virtual Machines")
_CONTAINERS = ("Compute", "Containers")
_SERVERLESS = ("Compute", "Serverless Compute")
_BLOCK = ("Storage", "Block Storage")
_OBJECT = ("Storage", "Object Storage")
_FILES = ("Storage", "File Storage")
_BACKUP = ("Storage", "Backup Storage")
_RELATIONAL = ("Databases", "Relational")
_NOSQL = ("Databases", "NoSQL")
_CACHE = ("Databases", "Caching")
_WAREHOUSE = ("Databases", "Data Warehouse")
_TRANSFER = ("Networking", "Data Transfer")
_BALANCE = ("Networking", "Load Balancing")
_CDN = ("Networking", "Content Delivery")
_NETWORK = ("Networking", "Other (Networking)")
_NET_SECURITY = ("Networking", "Network Security")
_OBSERVE = ("Management and Governance", "Observability")
_COMPLY = ("Management and Governance", "Compliance")
_ML = ("AI and Machine Learning", "Machine Learning")
_GENAI = ("AI and Machine Learning", "Generative AI")
_MESSAGES = ("Integration", "Messaging")
_SEARCH = ("Analytics", "Search")
_PROCESS = ("Analytics", "Data Processing")
_ANALYTICS = ("Analytics", "Analytics Platform")
_CREDENTIALS = ("Security", "Credentials")
_THREATS = ("Security", "Threat Detection")
_DEVELOPER = ("Developer Tools", "Other (Developer Tools)")

# ---------------------------------------------------------------- AWS

_EC2 = "Amazon Elastic Compute Cloud"

_NORMAL = {"medium": 2, "large": 4, "xlarge": 8, "2xlarge": 16, "4xlarge": 32, "8xlarge": 64, "12xlarge": 96}
"""AWS's normalisation factors, by instance size."""

_EC2_TYPES = {  # USD per hour, vCPU, GiB by type
    "t3.medium": ("0.0416", 2, 4),
    "t3.large": ("0.0832", 2, 8),
    "m5.large": ("0.096", 2, 8),
    "m5.xlarge": ("0.192", 4, 16),
    "m5.2xlarge": ("0.384", 8, 32),
    "m5.4xlarge": ("0.768", 16, 64),
    "m6i.large": ("0.096", 2, 8),
    "m6i.xlarge": ("0.192", 4, 16),
    "m6i.2xlarge": ("0.384", 8, 32),
    "m6i.4xlarge": ("0.768", 16, 64),
    "m6i.8xlarge": ("1.536", 32, 128),
    "m7g.large": ("0.0816", 2, 8),
    "m7g.xlarge": ("0.1632", 4, 16),
    "c6i.xlarge": ("0.17", 4, 8),
    "c6i.2xlarge": ("0.34", 8, 16),
    "c6i.4xlarge": ("0.68", 16, 32),
    "c6i.8xlarge": ("1.36", 32, 64),
    "c7g.2xlarge": ("0.29", 8, 16),
    "r6i.xlarge": ("0.252", 4, 32),
    "r6i.2xlarge": ("0.504", 8, 64),
    "r6i.4xlarge": ("1.008", 16, 128),
    "g5.2xlarge": ("1.212", 8, 32),
    "g5.12xlarge": ("5.672", 48, 192),
}
for _type, (_price, _cpus, _memory) in _EC2_TYPES.items():
    _family, _size = _type.split(".")
    _details = {"InstanceType": _type, "InstanceSeries": _family, "CoreCount": str(_cpus),
                "MemorySize": str(_memory), "OperatingSystem": "Linux"}  # fmt: skip
    _sell(Sku(
        f"ec2:{_type}", AWS, _EC2, *_COMPUTE, "Box Usage", f"BoxUsage:{_type}",
        f"${{price}} per On Demand Linux {_type} Instance Hour", "Hours", "Hours",
        Decimal(_price), 4, family=f"ec2.{_family}", units=_NORMAL[_size], details=_details,
    ))  # fmt: skip
    if _family in ("m6i", "c6i", "g5"):
        _sell(Sku(
            f"ec2spot:{_type}", AWS, _EC2, *_COMPUTE, "Spot Usage", f"SpotUsage:{_type}",
            f"{_type} Linux/UNIX Spot Instance-hour in {{region}}", "Hours", "Hours",
            (Decimal(_price) * Decimal("0.37")).quantize(Decimal("0.0001")), 4,
            details=_details, dynamic=True,
        ))  # fmt: skip

_RDS_TYPES = {  # class: USD per hour, one zone, PostgreSQL
    "db.t3.medium": "0.072",
    "db.m6g.large": "0.159",
    "db.m6g.xlarge": "0.318",
    "db.r6g.large": "0.225",
    "db.r6g.xlarge": "0.45",
    "db.r6g.2xlarge": "0.9",
    "db.r6g.4xlarge": "1.8",
}
for _type, _price in _RDS_TYPES.items():
    _family, _size = _type.removeprefix("db.").split(".")
    for _label, _many, _usage in (("", 1, "InstanceUsage"), (":multi-az", 2, "Multi-AZUsage")):
        _sell(Sku(
            f"rds:{_type}{_label}", AWS, "Amazon Relational Database Service", *_RELATIONAL,
            "RDS Instance Hours", f"{_usage}:{_type}",
            f"${{price}} per RDS {_type} {'Multi-AZ' if _many == 2 else 'Single-AZ'} instance hour"
            " (or partial hour) running PostgreSQL",
            "Hours", "Hours", Decimal(_price) * _many, 4,
            family=f"rds.{_family}", units=_NORMAL[_size] * _many,
            details={"InstanceType": _type, "DatabaseEngine": "PostgreSQL",
                     "Redundancy": "Zone" if _many == 2 else "Local"},
        ))  # fmt: skip
for _type, _price in {
    "db.r6g.large": "0.26",
    "db.r6g.xlarge": "0.519",
    "db.r6g.2xlarge": "1.038",
    "db.r6g.4xlarge": "2.076",
    "db.r6g.8xlarge": "4.152",
}.items():
    _sell(Sku(
        f"aurora:{_type}", AWS, "Amazon Relational Database Service", *_RELATIONAL,
        "RDS Instance Hours", f"InstanceUsage:{_type}",
        f"${{price}} per {_type} hour running Aurora PostgreSQL", "Hours", "Hours", Decimal(_price), 4,
        details={"InstanceType": _type, "DatabaseEngine": "Aurora PostgreSQL"},
    ))  # fmt: skip
for _type, _price in {
    "cache.t3.medium": "0.068",
    "cache.r6g.large": "0.206",
    "cache.r6g.xlarge": "0.411",
}.items():
    _sell(Sku(
        f"elasticache:{_type}", AWS, "Amazon ElastiCache", *_CACHE, "Node Usage", f"NodeUsage:{_type}",
        f"${{price}} per {_type} node-hour (or partial hour) running Redis", "Hours", "Hours",
        Decimal(_price), 4, details={"InstanceType": _type},
    ))  # fmt: skip

_AWS_TABLE: tuple[tuple[str, str, tuple[str, str], str, str, str, str, str, int], ...] = (
    # key, service, (category, subcategory), meter, usage type, description, unit, price, digits
    ("ebs:gp3", _EC2, _BLOCK, "EBS Volume Usage", "EBS:VolumeUsage.gp3",
     "${price} per GB-month of General Purpose (gp3) provisioned storage", "GB-Months", "0.08", 6),
    ("ebs:gp2", _EC2, _BLOCK, "EBS Volume Usage", "EBS:VolumeUsage.gp2",
     "${price} per GB-month of General Purpose SSD (gp2) provisioned storage", "GB-Months", "0.10", 6),
    ("ebs:io1", _EC2, _BLOCK, "EBS Volume Usage", "EBS:VolumeUsage.piops",
     "${price} per GB-month of Provisioned IOPS SSD (io1) provisioned storage", "GB-Months", "0.125", 6),
    ("ebs:io1.iops", _EC2, _BLOCK, "EBS IOPS", "EBS:VolumeP-IOPS.piops",
     "${price} per IOPS-month provisioned", "IOPS-Months", "0.065", 6),
    ("ebs:snapshot", _EC2, _BLOCK, "EBS Snapshot Usage", "EBS:SnapshotUsage",
     "${price} per GB-Month of snapshot data stored", "GB-Months", "0.05", 6),
    ("vpc:nat.hours", _EC2, _NETWORK, "NAT Gateway Hours", "NatGateway-Hours",
     "${price} per NAT Gateway Hour", "Hours", "0.045", 4),
    ("vpc:nat.bytes", _EC2, _NETWORK, "NAT Gateway Data Processing", "NatGateway-Bytes",
     "${price} per GB Data Processed by NAT Gateways", "GB", "0.045", 6),
    ("vpc:ipv4", "Amazon Virtual Private Cloud", _NETWORK, "Public IPv4 Address", "PublicIPv4:InUseAddress",
     "${price} per In-use public IPv4 address per hour", "Hours", "0.005", 4),
    ("vpc:ipv4.idle", "Amazon Virtual Private Cloud", _NETWORK, "Idle Public IPv4 Address",
     "PublicIPv4:IdleAddress", "${price} per Idle public IPv4 address per hour", "Hours", "0.005", 4),
    ("elb:hours", "Elastic Load Balancing", _BALANCE, "Load Balancer Hours", "LoadBalancerUsage",
     "${price} per Application LoadBalancer-hour (or partial hour)", "Hours", "0.0225", 4),
    ("elb:lcu", "Elastic Load Balancing", _BALANCE, "LCU Usage", "LCUUsage",
     "${price} per used Application load balancer capacity unit-hour (or partial hour)", "LCU-Hours",
     "0.008", 6),
    ("dto:out", _EC2, _TRANSFER, "Data Transfer Out", "DataTransfer-Out-Bytes",
     "${price} per GB - first 10 TB / month data transfer out", "GB", "0.09", 6),
    ("dto:az", _EC2, _TRANSFER, "Regional Data Transfer", "DataTransfer-Regional-Bytes",
     "${price} per GB - regional data transfer - in/out/between EC2 AZs", "GB", "0.01", 6),
    ("dto:in", _EC2, _TRANSFER, "Data Transfer In", "DataTransfer-In-Bytes",
     "$0.000 per GB - data transfer in per month", "GB", "0", 6),
    ("s3:standard", "Amazon Simple Storage Service", _OBJECT, "Storage", "TimedStorage-ByteHrs",
     "${price} per GB - first 50 TB / month of storage used", "GB-Months", "0.023", 6),
    ("s3:ia", "Amazon Simple Storage Service", _OBJECT, "Storage", "TimedStorage-SIA-ByteHrs",
     "${price} per GB-Month of storage used in Standard-Infrequent Access", "GB-Months", "0.0125", 6),
    ("s3:put", "Amazon Simple Storage Service", _OBJECT, "PUT, COPY, POST, LIST Requests",
     "Requests-Tier1", "$0.005 per 1,000 PUT, COPY, POST, or LIST requests", "Requests", "0.000005", 0),
    ("s3:get", "Amazon Simple Storage Service", _OBJECT, "GET Requests", "Requests-Tier2",
     "$0.004 per 10,000 GET and all other requests", "Requests", "0.0000004", 0),
    ("efs:standard", "Amazon Elastic File System", _FILES, "Storage", "TimedStorage-ByteHrs",
     "${price} per GB-Mo for Standard storage", "GB-Months", "0.30", 6),
    ("backup:warm", "AWS Backup", _BACKUP, "Warm Storage", "WarmStorage-ByteHrs-EBS",
     "${price} per GB-Month for Amazon EBS Snapshot warm storage", "GB-Months", "0.05", 6),
    ("rds:storage", "Amazon Relational Database Service", _RELATIONAL, "Storage", "RDS:GP3-Storage",
     "${price} per GB-month of provisioned gp3 storage running PostgreSQL", "GB-Months", "0.115", 6),
    ("rds:storage.multi-az", "Amazon Relational Database Service", _RELATIONAL, "Storage",
     "RDS:Multi-AZ-GP3-Storage", "${price} per GB-month of provisioned gp3 storage for Multi-AZ PostgreSQL",
     "GB-Months", "0.23", 6),
    ("aurora:storage", "Amazon Relational Database Service", _RELATIONAL, "Storage", "Aurora:StorageUsage",
     "${price} per GB-month of consumed storage (Aurora)", "GB-Months", "0.10", 6),
    ("aurora:io", "Amazon Relational Database Service", _RELATIONAL, "I/O", "Aurora:StorageIOUsage",
     "$0.20 per 1 million I/O requests (Aurora)", "IOs", "0.0000002", 0),
    ("dynamodb:write", "Amazon DynamoDB", _NOSQL, "Write Requests", "WriteRequestUnits",
     "$0.625 per million write request units", "WriteRequestUnits", "0.000000625", 0),
    ("dynamodb:read", "Amazon DynamoDB", _NOSQL, "Read Requests", "ReadRequestUnits",
     "$0.125 per million read request units", "ReadRequestUnits", "0.000000125", 0),
    ("dynamodb:storage", "Amazon DynamoDB", _NOSQL, "Storage", "TimedStorage-ByteHrs",
     "${price} per GB-Month of storage used", "GB-Months", "0.25", 6),
    ("lambda:gbs", "AWS Lambda", _SERVERLESS, "Duration", "Lambda-GB-Second",
     "AWS Lambda - Total Compute", "Lambda-GB-Seconds", "0.0000166667", 2),
    ("lambda:requests", "AWS Lambda", _SERVERLESS, "Requests", "Request",
     "AWS Lambda - Total Requests", "Requests", "0.0000002", 0),
    ("eks:cluster", "Amazon Elastic Kubernetes Service", _CONTAINERS, "Cluster Hours",
     "AmazonEKS-Hours:perCluster", "Amazon EKS cluster usage", "Hours", "0.10", 4),
    ("fargate:vcpu", "Amazon Elastic Container Service", _CONTAINERS, "Fargate vCPU",
     "Fargate-vCPU-Hours:perCPU",
     "AWS Fargate - vCPU", "vCPU-Hours", "0.04048", 4),
    ("fargate:memory", "Amazon Elastic Container Service", _CONTAINERS, "Fargate Memory", "Fargate-GB-Hours",
     "AWS Fargate - Memory", "GB-Hours", "0.004445", 4),
    ("ecr:storage", "Amazon EC2 Container Registry (ECR)", _CONTAINERS, "Storage", "TimedStorage-ByteHrs",
     "${price} per GB-month of data storage", "GB-Months", "0.10", 6),
    ("cw:ingest", "AmazonCloudWatch", _OBSERVE, "Log Ingestion", "DataProcessing-Bytes",
     "${price} per GB custom log data ingested", "GB", "0.50", 6),
    ("cw:store", "AmazonCloudWatch", _OBSERVE, "Log Storage", "TimedStorage-ByteHrs",
     "${price} per GB-mo of log storage", "GB-Months", "0.03", 6),
    ("cw:metrics", "AmazonCloudWatch", _OBSERVE, "Metrics", "CW:MetricMonitorUsage",
     "${price} per metric-month for the first 10,000 metrics", "Metrics", "0.30", 6),
    ("cw:alarms", "AmazonCloudWatch", _OBSERVE, "Alarms", "CW:AlarmMonitorUsage",
     "${price} per alarm metric month", "Alarms", "0.10", 6),
    ("sqs:requests", "Amazon Simple Queue Service", _MESSAGES, "Requests", "Requests-RBP",
     "$0.40 per million Amazon SQS standard requests", "Requests", "0.0000004", 0),
    ("kinesis:shard", "Amazon Kinesis", ("Analytics", "Streaming Analytics"), "Shard Hours",
     "Storage-ShardHour", "${price} per provisioned shard-hour", "Hours", "0.015", 4),
    ("msk:broker", "Amazon Managed Streaming for Apache Kafka", _MESSAGES, "Broker Hours",
     "Kafka.m5.large", "${price} per Kafka.m5.large broker hour", "Hours", "0.21", 4),
    ("opensearch:node", "Amazon OpenSearch Service", _SEARCH, "Instance Hours", "ESInstance:r6g.large",
     "${price} per r6g.large.search instance hour (or partial hour)", "Hours", "0.167", 4),
    ("redshift:node", "Amazon Redshift", _WAREHOUSE, "Node Hours", "Node:ra3.xlplus",
     "${price} per ra3.xlplus compute node hour (or partial hour)", "Hours", "1.086", 4),
    ("glue:dpu", "AWS Glue", _PROCESS, "ETL DPU Hours", "ETL-DPU-Hour",
     "${price} per Data Processing Unit-Hour for AWS Glue ETL job", "DPU-Hours", "0.44", 4),
    ("athena:scan", "Amazon Athena", _ANALYTICS, "Data Scanned", "DataScannedInTB",
     "${price} per Terabyte for DML queries", "Terabytes", "5", 6),
    ("sagemaker:endpoint", "Amazon SageMaker", _ML, "Hosting", "Host:ml.g5.xlarge",
     "${price} per Hosting ml.g5.xlarge hour", "Hours", "1.408", 4),
    ("bedrock:input", "Amazon Bedrock", _GENAI, "Input Tokens", "InputTokenCount",
     "$0.003 per 1K input tokens", "1K tokens", "0.003", 3),
    ("bedrock:output", "Amazon Bedrock", _GENAI, "Output Tokens", "OutputTokenCount",
     "$0.015 per 1K output tokens", "1K tokens", "0.015", 3),
    ("cloudfront:out", "Amazon CloudFront", _CDN, "Data Transfer Out", "DataTransfer-Out-Bytes",
     "${price} per GB - first 10 TB / month data transfer out", "GB", "0.085", 6),
    ("cloudfront:https", "Amazon CloudFront", _CDN, "HTTPS Requests", "Requests-Tier2-HTTPS",
     "$0.0100 per 10,000 HTTPS Requests", "Requests", "0.000001", 0),
    ("route53:zone", "Amazon Route 53", _NETWORK, "Hosted Zone", "HostedZone",
     "$0.50 per Hosted Zone for the first 25 Hosted Zones", "Hosted Zones", "0.50", 6),
    ("route53:queries", "Amazon Route 53", _NETWORK, "DNS Queries", "DNS-Queries",
     "$0.40 per 1,000,000 queries for the first 1 Billion queries", "Queries", "0.0000004", 0),
    ("waf:acl", "AWS WAF", ("Security", "Other (Security)"), "Web ACL", "WebACLV2",
     "$5.00 per Web ACL per month", "Months", "5", 6),
    ("waf:requests", "AWS WAF", ("Security", "Other (Security)"), "Requests", "RequestV2-Tier1",
     "$0.60 per million requests", "Requests", "0.0000006", 0),
    ("guardduty:events", "Amazon GuardDuty", _THREATS, "Events Analysed", "PaidEventsAnalyzed",
     "$4.00 per 1,000,000 CloudTrail events analyzed", "Events", "0.000004", 0),
    ("guardduty:flow", "Amazon GuardDuty", _THREATS, "Flow Logs Analysed", "PaidEventsAnalyzed-Bytes",
     "${price} per GB VPC Flow Log and DNS query log analyzed", "GB", "1", 6),
    ("config:items", "AWS Config", _COMPLY, "Configuration Items", "ConfigurationItemRecorded",
     "${price} per Configuration Item recorded", "Items", "0.003", 3),
    ("cloudtrail:events", "AWS CloudTrail", _COMPLY, "Data Events", "DataEventsRecorded",
     "$0.10 per 100,000 data events recorded", "Events", "0.000001", 0),
    ("kms:key", "AWS Key Management Service", _CREDENTIALS, "Keys", "KMS-Keys",
     "${price} per customer managed key version", "Keys", "1", 6),
    ("secrets:secret", "AWS Secrets Manager", _CREDENTIALS, "Secrets", "AWSSecretsManager-Secrets",
     "${price} per secret per month", "Secrets", "0.40", 6),
    ("codebuild:minutes", "AWS CodeBuild", _DEVELOPER, "Build Minutes", "Build-Min:Linux:g1.large",
     "${price} per minute for general1.large on Linux", "Minutes", "0.02", 2),
)  # fmt: skip
for _key, _service, _class, _meter, _usage, _text, _unit, _price, _digits in _AWS_TABLE:
    _fargate = _key.startswith("fargate:")
    _sell(Sku(
        _key, AWS, _service, *_class, _meter, _usage, _text, _unit, _unit, Decimal(_price), _digits,
        family="fargate" if _fargate else "", regional=not _key.startswith(("route53", "cloudfront", "waf")),
    ))  # fmt: skip
_sell(Sku(
    "atlas:usage", AWS, "MongoDB Atlas (pay-as-you-go)", *_NOSQL, "Atlas Credits", "MP:Atlas-Credits",
    "AWS Marketplace software usage - MongoDB Atlas", "Units", "Units", Decimal("0.01"), 2,
    publisher="MongoDB, Inc.", regional=False,
))  # fmt: skip

# ---------------------------------------------------------------- Azure

_AZURE_VMS = {  # USD per hour, vCPU, GiB by size
    "B2ms": ("0.0832", 2, 8),
    "B4ms": ("0.166", 4, 16),
    "D2s v5": ("0.096", 2, 8),
    "D4s v5": ("0.192", 4, 16),
    "D8s v5": ("0.384", 8, 32),
    "D16s v5": ("0.768", 16, 64),
    "D32s v5": ("1.536", 32, 128),
    "E4s v5": ("0.252", 4, 32),
    "E8s v5": ("0.504", 8, 64),
    "E16s v5": ("1.008", 16, 128),
    "F4s v2": ("0.169", 4, 8),
    "F8s v2": ("0.338", 8, 16),
    "NC24ads A100 v4": ("3.673", 24, 220),
}
for _type, (_price, _cpus, _memory) in _AZURE_VMS.items():
    _series = _type.translate(str.maketrans("", "", "0123456789"))[0] + _type[-2:]
    _sell(Sku(
        f"azvm:{_type}", AZURE, "Virtual Machines", *_COMPUTE, _type, f"{_type}/Linux",
        f"Virtual Machines {_type[0]} Series - {_type} - {{region}}", "1 Hour", "Hours", Decimal(_price), 4,
        family=f"azvm.{_type}" if _series else "", units=1,
        details={"InstanceType": f"Standard_{_type.replace(' ', '_')}", "CoreCount": str(_cpus),
                 "MemorySize": str(_memory), "OperatingSystem": "Linux"},
    ))  # fmt: skip
_AZURE_TABLE: tuple[tuple[str, str, tuple[str, str], str, str, str, str, int], ...] = (
    # key, service, (category, subcategory), meter, description, unit, price, digits
    ("azdisk:P10", "Storage Accounts", _BLOCK, "P10 LRS Disk", "Premium SSD Managed Disks - P10 LRS Disk",
     "1/Month", "19.71", 6),
    ("azdisk:P20", "Storage Accounts", _BLOCK, "P20 LRS Disk", "Premium SSD Managed Disks - P20 LRS Disk",
     "1/Month", "73.22", 6),
    ("azdisk:P30", "Storage Accounts", _BLOCK, "P30 LRS Disk", "Premium SSD Managed Disks - P30 LRS Disk",
     "1/Month", "135.17", 6),
    ("azdisk:E10", "Storage Accounts", _BLOCK, "E10 LRS Disk", "Standard SSD Managed Disks - E10 LRS Disk",
     "1/Month", "9.6", 6),
    ("azdisk:E20", "Storage Accounts", _BLOCK, "E20 LRS Disk", "Standard SSD Managed Disks - E20 LRS Disk",
     "1/Month", "38.4", 6),
    ("azdisk:snapshot", "Storage Accounts", _BLOCK, "LRS Snapshots",
     "Standard HDD Managed Disks - LRS Snapshots", "1 GB/Month", "0.05", 6),
    ("azblob:hot", "Storage Accounts", _OBJECT, "Hot LRS Data Stored",
     "General Block Blob v2 - Hot LRS Data Stored",
     "1 GB/Month", "0.0184", 6),
    ("azblob:cool", "Storage Accounts", _OBJECT, "Cool LRS Data Stored",
     "General Block Blob v2 - Cool LRS Data Stored", "1 GB/Month", "0.01", 6),
    ("azblob:write", "Storage Accounts", _OBJECT, "Hot LRS Write Operations",
     "General Block Blob v2 - Hot LRS Write Operations", "10K", "0.05", 4),
    ("azblob:read", "Storage Accounts", _OBJECT, "Hot Read Operations",
     "General Block Blob v2 - Hot Read Operations", "10K", "0.004", 4),
    ("azsql:vcore", "SQL Database", _RELATIONAL, "vCore",
     "SQL Database General Purpose - Compute Gen5 - vCore",
     "1 Hour", "0.2525", 4),
    ("azsql:storage", "SQL Database", _RELATIONAL, "General Purpose Data Stored",
     "SQL Database General Purpose - Storage - Data Stored", "1 GB/Month", "0.115", 6),
    ("azpg:vcore", "Azure Database for PostgreSQL", _RELATIONAL, "vCore",
     "Flexible Server General Purpose Ddsv5 Series Compute - vCore", "1 Hour", "0.089", 4),
    ("azpg:storage", "Azure Database for PostgreSQL", _RELATIONAL, "Storage Data Stored",
     "Flexible Server Storage - Storage Data Stored", "1 GB/Month", "0.115", 6),
    ("azapp:P1v3", "Azure App Service", ("Compute", "Other (Compute)"), "P1 v3 App",
     "Azure App Service Premium v3 Plan - Linux - P1 v3 App", "1 Hour", "0.113", 4),
    ("azapp:P2v3", "Azure App Service", ("Compute", "Other (Compute)"), "P2 v3 App",
     "Azure App Service Premium v3 Plan - Linux - P2 v3 App", "1 Hour", "0.226", 4),
    ("azfn:executions", "Functions", _SERVERLESS, "Standard Total Executions",
     "Functions - Standard Total Executions", "10", "0.000002", 0),
    ("azfn:gbs", "Functions", _SERVERLESS, "Standard Execution Time", "Functions - Standard Execution Time",
     "1 GB Second", "0.000016", 2),
    ("azaks:sla", "Azure Kubernetes Service", _CONTAINERS, "Standard Uptime SLA",
     "Azure Kubernetes Service - Standard Uptime SLA", "1 Hour", "0.10", 4),
    ("azcosmos:rus", "Azure Cosmos DB", _NOSQL, "100 RU/s", "Azure Cosmos DB - 100 RU/s",
     "1/Hour", "0.008", 4),
    ("azcosmos:storage", "Azure Cosmos DB", _NOSQL, "Data Stored", "Azure Cosmos DB - Data Stored",
     "1 GB/Month", "0.25", 6),
    ("azredis:C3", "Azure Cache for Redis", _CACHE, "C3 Cache Instance",
     "Azure Redis Cache Standard - C3 Cache Instance", "1 Hour", "0.451", 4),
    ("azredis:C1", "Azure Cache for Redis", _CACHE, "C1 Cache Instance",
     "Azure Redis Cache Standard - C1 Cache Instance", "1 Hour", "0.138", 4),
    ("azlog:ingest", "Log Analytics", _OBSERVE, "Pay-as-you-go Data Ingestion",
     "Log Analytics - Analytics Logs Data Ingestion", "1 GB", "2.30", 6),
    ("azlog:retain", "Log Analytics", _OBSERVE, "Data Retention",
     "Log Analytics - Analytics Logs Data Retention",
     "1 GB/Month", "0.10", 6),
    ("azmonitor:metrics", "Azure Monitor", _OBSERVE, "Alerts Metric Monitored",
     "Azure Monitor - Alerts Metric Monitored", "1/Month", "0.10", 6),
    ("aznet:out", "Bandwidth", _TRANSFER, "Standard Data Transfer Out",
     "Rtn Preference: MGN - Standard Data Transfer Out",
     "1 GB", "0.087", 6),
    ("aznet:az", "Bandwidth", _TRANSFER, "Intra Continent Data Transfer Out",
     "Bandwidth Inter-Region - Intra Continent Data Transfer Out", "1 GB", "0.02", 6),
    ("aznet:lb", "Load Balancer", _BALANCE, "Standard Included LB Rules",
     "Load Balancer - Standard Included LB Rules and Outbound Rules", "1 Hour", "0.025", 4),
    ("aznet:gateway", "Application Gateway", _BALANCE, "Standard Fixed Cost",
     "Application Gateway WAF v2 - Standard Fixed Cost", "1/Hour", "0.443", 4),
    ("aznet:gateway.cu", "Application Gateway", _BALANCE, "Standard Capacity Units",
     "Application Gateway WAF v2 - Standard Capacity Units", "1/Hour", "0.0144", 4),
    ("aznet:vpn", "VPN Gateway", _NET_SECURITY, "VpnGw1", "VPN Gateway - VpnGw1", "1 Hour", "0.19", 4),
    ("aznet:ip", "Virtual Network", _NETWORK, "Standard IPv4 Static Public IP",
     "IP Addresses - Standard IPv4 Static Public IP", "1 Hour", "0.005", 4),
    ("aznet:frontdoor", "Azure Front Door Service", _CDN, "Standard Data Transfer Out",
     "Azure Front Door - Standard Data Transfer Out", "1 GB", "0.083", 6),
    ("azkv:operations", "Key Vault", _CREDENTIALS, "Operations", "Key Vault - Operations", "10K", "0.03", 4),
    ("azhub:throughput", "Event Hubs", _MESSAGES, "Standard Throughput Unit",
     "Event Hubs - Standard Throughput Unit", "1 Hour", "0.03", 4),
    ("azbus:base", "Service Bus", _MESSAGES, "Premium Messaging Unit", "Service Bus - Premium Messaging Unit",
     "1 Hour", "0.928", 4),
    ("azbackup:instance", "Backup", _BACKUP, "Azure VM Protected Instances",
     "Backup - Azure VM Protected Instances", "1/Month", "10", 6),
    ("azbackup:data", "Backup", _BACKUP, "LRS Data Stored", "Backup - LRS Data Stored", "1 GB/Month",
     "0.0224", 6),
    ("azdefender:servers", "Microsoft Defender for Cloud", _THREATS, "Standard Node",
     "Microsoft Defender for Servers Plan 2 - Standard Node", "1/Hour", "0.02", 4),
    ("azopenai:input", "Azure OpenAI", _GENAI, "gpt-4o Input Tokens",
     "Azure OpenAI - gpt-4o Input global Tokens",
     "1K", "0.0025", 3),
    ("azopenai:output", "Azure OpenAI", _GENAI, "gpt-4o Output Tokens",
     "Azure OpenAI - gpt-4o Output global Tokens", "1K", "0.01", 3),
    ("azdbx:dbu", "Azure Databricks", _ANALYTICS, "Premium Jobs Compute DBU",
     "Azure Databricks - Premium Jobs Compute DBU", "1 Hour", "0.30", 4),
    ("azdf:activity", "Azure Data Factory v2", _PROCESS, "Cloud Orchestration Activity Run",
     "Azure Data Factory v2 - Cloud Orchestration Activity Run", "1K", "1", 3),
    ("azdevops:parallel", "Azure DevOps", _DEVELOPER, "Microsoft-hosted CI/CD Concurrent Job",
     "Azure DevOps - Azure Pipelines - Microsoft-hosted CI/CD Concurrent Job", "1/Month", "40", 6),
)  # fmt: skip
for _key, _service, _class, _meter, _text, _unit, _price, _digits in _AZURE_TABLE:
    _sell(Sku(
        _key, AZURE, _service, *_class, _meter, _meter, f"{_text} - {{region}}", _unit,
        _unit.removeprefix("1 ").removeprefix("1/") or "Units", Decimal(_price), _digits,
        family={"azsql:vcore": "azsql", "azapp:P1v3": "azapp", "azapp:P2v3": "azapp"}.get(_key, ""),
        units=1,
    ))  # fmt: skip

# ---------------------------------------------------------------- GCP

_GCE = "Compute Engine"
_GCP_TABLE: tuple[tuple[str, str, tuple[str, str], str, str, str, int, str], ...] = (
    # key, service, (category, subcategory), SKU description, unit, price, digits, commitment family
    ("gce:n2.core", _GCE, _COMPUTE, "N2 Instance Core running in {region}", "hour", "0.031611", 4,
     "gce.n2.core"),
    ("gce:n2.ram", _GCE, _COMPUTE, "N2 Instance Ram running in {region}", "gibibyte hour", "0.004237", 4,
     "gce.n2.ram"),
    ("gce:e2.core", _GCE, _COMPUTE, "E2 Instance Core running in {region}", "hour", "0.021811", 4, "gce.e2"),
    ("gce:e2.ram", _GCE, _COMPUTE, "E2 Instance Ram running in {region}", "gibibyte hour", "0.002923", 4,
     "gce.e2"),
    ("gce:a100", _GCE, _COMPUTE, "Nvidia Tesla A100 GPU running in {region}", "hour", "2.933908", 4, ""),
    ("gce:a2.core", _GCE, _COMPUTE, "A2 Instance Core running in {region}", "hour", "0.031611", 4, ""),
    ("gce:a2.ram", _GCE, _COMPUTE, "A2 Instance Ram running in {region}", "gibibyte hour", "0.004237", 4, ""),
    ("pd:balanced", _GCE, _BLOCK, "Balanced PD Capacity in {region}", "gibibyte month", "0.10", 6, ""),
    ("pd:ssd", _GCE, _BLOCK, "SSD backed PD Capacity in {region}", "gibibyte month", "0.17", 6, ""),
    ("pd:standard", _GCE, _BLOCK, "Storage PD Capacity in {region}", "gibibyte month", "0.04", 6, ""),
    ("pd:snapshot", _GCE, _BLOCK, "Storage PD Snapshot in {region}", "gibibyte month", "0.05", 6, ""),
    ("gcs:standard", "Cloud Storage", _OBJECT, "Standard Storage {region}", "gibibyte month", "0.020", 6, ""),
    ("gcs:nearline", "Cloud Storage", _OBJECT, "Nearline Storage {region}", "gibibyte month", "0.010", 6, ""),
    ("gcs:class-a", "Cloud Storage", _OBJECT, "Regional Standard Class A Operations", "count", "0.000005", 0,
     ""),
    ("gcs:class-b", "Cloud Storage", _OBJECT, "Regional Standard Class B Operations", "count", "0.0000004",
     0, ""),
    ("cloudsql:cpu", "Cloud SQL", _RELATIONAL, "Cloud SQL for PostgreSQL: Regional - vCPU in {region}",
     "hour",
     "0.0826", 4, ""),
    ("cloudsql:ram", "Cloud SQL", _RELATIONAL, "Cloud SQL for PostgreSQL: Regional - RAM in {region}",
     "gibibyte hour", "0.014", 4, ""),
    ("cloudsql:storage", "Cloud SQL", _RELATIONAL,
     "Cloud SQL for PostgreSQL: Regional - Standard storage in {region}",
     "gibibyte month", "0.34", 6, ""),
    ("gke:cluster", "Kubernetes Engine", _CONTAINERS, "Regional Kubernetes Clusters", "hour", "0.10", 4, ""),
    ("bq:analysis", "BigQuery", _WAREHOUSE, "Analysis (us-central1)", "tebibyte", "6.25", 6, ""),
    ("bq:storage", "BigQuery", _WAREHOUSE, "Active Logical Storage ({region})", "gibibyte month", "0.023", 6,
     ""),
    ("bq:streaming", "BigQuery", _WAREHOUSE, "Streaming Insert ({region})", "mebibyte", "0.0000488", 3, ""),
    ("logging:volume", "Cloud Logging", _OBSERVE, "Log Storage cost", "gibibyte", "0.50", 6, ""),
    ("monitoring:samples", "Cloud Monitoring", _OBSERVE, "Prometheus Samples Ingested", "count",
     "0.00000006", 0, ""),
    ("run:cpu", "Cloud Run", _SERVERLESS, "Services CPU (Request-based billing) in {region}", "second",
     "0.000024", 2,
     ""),
    ("run:memory", "Cloud Run", _SERVERLESS, "Services Memory (Request-based billing) in {region}",
     "gibibyte second", "0.0000025", 2, ""),
    ("pubsub:volume", "Cloud Pub/Sub", _MESSAGES, "Message Delivery Basic", "tebibyte", "40", 6, ""),
    ("net:egress", _GCE, _TRANSFER, "Network Internet Data Transfer Out from {region} to Americas",
     "gibibyte",
     "0.085", 6, ""),
    ("net:zone", _GCE, _TRANSFER, "Network Inter Zone Data Transfer Out", "gibibyte", "0.01", 6, ""),
    ("net:nat", "Networking", _NETWORK, "Networking Cloud Nat Data Processing", "gibibyte", "0.045", 6, ""),
    ("net:lb", "Networking", _BALANCE, "Cloud Load Balancer Forwarding Rule Minimum Global", "hour", "0.025",
     4, ""),
    ("net:ip", _GCE, _NETWORK, "Static Ip Charge", "hour", "0.01", 4, ""),
    ("redis:capacity", "Cloud Memorystore for Redis", _CACHE, "Redis Capacity Standard M2 in {region}",
     "gibibyte hour", "0.046", 4, ""),
    ("vertex:predict", "Vertex AI", _ML, "Vertex AI: Online/Batch Prediction N1 Predefined Instance Core",
     "hour",
     "0.0364", 4, ""),
    ("vertex:gemini", "Vertex AI", _GENAI, "Gemini Flash Text Input - Predictions", "count", "0.0000003", 0,
     ""),
    ("registry:storage", "Artifact Registry", _DEVELOPER, "Artifact Registry Storage", "gibibyte month",
     "0.10", 6, ""),
    ("dataflow:vcpu", "Cloud Dataflow", _PROCESS, "vCPU Time Batch {region}", "hour", "0.056", 4, ""),
    ("gkms:keys", "Cloud Key Management Service (KMS)", _CREDENTIALS,
     "Active software symmetric key versions",
     "month", "0.06", 6, ""),
)  # fmt: skip
for _key, _service, _class, _text, _unit, _price, _digits, _family in _GCP_TABLE:
    _sell(Sku(
        _key, GCP, _service, *_class, _text.removesuffix(" in {region}"), _text, _text, _unit, _unit,
        Decimal(_price), _digits, family=_family, units=1,
    ))  # fmt: skip

GCE_SHAPES: Final = {  # machine type: (series, vCPU, GiB)
    "n2-standard-2": ("n2", 2, 8),
    "n2-standard-4": ("n2", 4, 16),
    "n2-standard-8": ("n2", 8, 32),
    "n2-standard-16": ("n2", 16, 64),
    "n2-standard-32": ("n2", 32, 128),
    "n2-highmem-4": ("n2", 4, 32),
    "e2-standard-2": ("e2", 2, 8),
    "e2-standard-4": ("e2", 4, 16),
    "a2-highgpu-1g": ("a2", 12, 85),
}


def list_price(sku: Sku, region: Region) -> int:
    """The list price in a region, in 10⁻⁽¹²⁻ᵠ⁾ USD, rounded as price lists are: to four significant
    digits."""
    price = sku.price * (region.markup if sku.regional else 1)
    if price and region.markup != 1:
        price = price.quantize(Decimal(1).scaleb(price.adjusted() - 3))
    return int(price.scaleb(COST_DIGITS - sku.digits).to_integral_value())
