"""The company's resources: what exists, since when, until when, and which meters it turns.

The population is a set of slots. A slot opens when its application has grown enough to need it, and
holds one resource after another; each resource is a function of (seed, slot, how many came before),
so that a longer simulation adds resources and never changes one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from cco.clouds.simulated.catalogue import AWS, AZURE, GCE_SHAPES, GCP, REGIONS
from cco.clouds.simulated.chance import Draws, day_number
from cco.clouds.simulated.organisation import (
    ACCOUNTS,
    APPLICATIONS,
    DOMAIN,
    TEAMS,
    Account,
    Application,
    Part,
    Pattern,
    pilot,
)

REFERENCE_DAY: Final = day_number(date(2026, 1, 1))
"""The day on which the applications have the sizes written in the organisation."""

NOMINAL: Final = 1850
"""Resources that 13 months of bills name when every part has exactly its written count; about 70 % of
them exist at once."""

_SLOWING_DAYS: Final = 6 * 365.25
"""Growth slows down by a factor e in this time, so that no application grows without bound."""

FOREVER: Final = 1 << 40

NIGHT_HOURS: Final = 6
"""How long a nightly batch machine runs."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One thing a resource is charged for.

    per_day: pricing units a day before pattern, growth and chance; month_units: prices are per month,
    so that a day takes 1/days-in-month of it; noise: standard deviation as a share.
    """

    sku: str
    per_day: float
    pattern: Pattern
    month_units: bool = False
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class SimulatedResource:
    """A resource of the company and the fields that its cost follows from.

    id: None for what providers charge without naming a resource. launched, ended: day numbers, ended
    is exclusive. attached_to: the id of the instance a disk belongs to. waste: the waste planted in
    it, "" for none.
    """

    key: str
    kind: str
    type: str | None
    id: str | None
    name: str | None
    account: Account
    application: Application
    env: str
    region: str
    zone: str | None
    launched: int
    ended: int
    pattern: Pattern
    size: float
    meters: tuple[Meter, ...]
    tags: tuple[tuple[str, str], ...] = ()
    attached_to: str | None = None
    waste: str = ""
    event: str = ""

    @property
    def order(self) -> tuple[int, str]:
        """Older resources first, so that new ones never move those before them."""
        return (self.launched, self.key)


@dataclass(frozen=True, slots=True)
class _Measure:
    sku: str
    coefficient: float
    sized: bool = True
    pattern: Pattern | None = None
    month: bool = False
    noise: float = 0.0
    only: str = ""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How resources of a kind are named and charged. id: its id, "" where charges name none."""

    provider: str
    type: str
    id: str
    measures: tuple[_Measure, ...]
    life_days: float = 0.0
    tagged: bool = True


_A, _T, _S, _O, _N, _E, _M = (
    Pattern.ALWAYS,
    Pattern.TRAFFIC,
    Pattern.STORED,
    Pattern.OFFICE,
    Pattern.NIGHTLY,
    Pattern.ELASTIC,
    Pattern.MONTHLY,
)
_m = _Measure
_ARN = "arn:aws:{service}:{region}:{account}:"
_ARM = "/subscriptions/{account}/resourceGroups/rg-{app}-{env}/providers/"
_GOOGLE = "//{host}.googleapis.com/projects/{account}/"

_KINDS: Final[dict[str, _Kind]] = {
    # AWS
    "ec2": _Kind(AWS, "AWS::EC2::Instance", "i-0{hex16}", (_m("ec2:{sku}", 24, sized=False),), 700),
    "ebs": _Kind(AWS, "AWS::EC2::Volume", "vol-0{hex16}", (
        _m("{sku}", 1, pattern=_A, month=True),
        _m("ebs:io1.iops", 10, pattern=_A, month=True, only="ebs:io1"),
    ), 900),
    "snapshot": _Kind(AWS, "AWS::EC2::Snapshot", "snap-0{hex16}", (
        _m("ebs:snapshot", 1, pattern=_A, month=True),), 900),
    "eip": _Kind(AWS, "AWS::EC2::EIP", "eipalloc-0{hex16}", (_m("vpc:ipv4.idle", 24, sized=False,
        pattern=_A),), 700),
    "nat": _Kind(AWS, "AWS::EC2::NatGateway", _ARN.replace("{service}", "ec2") + "natgateway/nat-0{hex16}", (
        _m("vpc:nat.hours", 24, sized=False, pattern=_A), _m("vpc:nat.bytes", 1, pattern=_T, noise=0.07))),
    "alb": _Kind(AWS, "AWS::ElasticLoadBalancingV2::LoadBalancer",
                 _ARN.replace("{service}", "elasticloadbalancing") + "loadbalancer/app/{name}/{hex16}", (
        _m("elb:hours", 24, sized=False, pattern=_A), _m("elb:lcu", 1, pattern=_T, noise=0.05))),
    "transfer": _Kind(AWS, "", "", (
        _m("dto:out", 1, pattern=_T, noise=0.06), _m("dto:az", 4, pattern=_T, noise=0.05),
        _m("dto:in", 2, pattern=_T, noise=0.08)), tagged=False),
    "eks": _Kind(AWS, "AWS::EKS::Cluster", _ARN.replace("{service}", "eks") + "cluster/{name}", (
        _m("eks:cluster", 24, sized=False, pattern=_A),)),
    "fargate": _Kind(AWS, "AWS::ECS::Service", _ARN.replace("{service}", "ecs") + "service/{app}/{name}", (
        _m("fargate:vcpu", 24, pattern=_E, noise=0.03), _m("fargate:memory", 60, pattern=_E, noise=0.03))),
    "rds": _Kind(AWS, "AWS::RDS::DBInstance", _ARN.replace("{service}", "rds") + "db:{name}", (
        _m("rds:{sku}", 24, sized=False, pattern=_A),
        _m("rds:storage{multi}", 1, pattern=_A, month=True)), 1500),
    "aurora": _Kind(AWS, "AWS::RDS::DBInstance", _ARN.replace("{service}", "rds") + "db:{name}", (
        _m("aurora:{sku}", 24, sized=False, pattern=_A), _m("aurora:storage", 1, pattern=_S, month=True),
        _m("aurora:io", 60_000, pattern=_T, noise=0.07)), 1800),
    "elasticache": _Kind(AWS, "AWS::ElastiCache::CacheCluster",
                         _ARN.replace("{service}", "elasticache") + "cluster:{name}", (
        _m("elasticache:{sku}", 24, sized=False, pattern=_A),), 1300),
    "s3": _Kind(AWS, "AWS::S3::Bucket", "tna-{name}-{hex4}", (
        _m("s3:standard", 1, pattern=_S, month=True, noise=0.002),
        _m("s3:put", 30, pattern=_T, noise=0.12), _m("s3:get", 300, pattern=_T, noise=0.1))),
    "efs": _Kind(AWS, "AWS::EFS::FileSystem", _ARN.replace("{service}",
        "elasticfilesystem") + "file-system/fs-0{hex16}",
                 (_m("efs:standard", 1, pattern=_S, month=True, noise=0.004),)),
    "backup": _Kind(AWS, "AWS::Backup::BackupVault", _ARN.replace("{service}",
        "backup") + "backup-vault:{name}", (
        _m("backup:warm", 1, pattern=_S, month=True, noise=0.004),)),
    "cloudfront": _Kind(AWS, "AWS::CloudFront::Distribution",
        "arn:aws:cloudfront::{account}:distribution/E{HEX13}", (
        _m("cloudfront:out", 1, pattern=_T, noise=0.06), _m("cloudfront:https", 6000, pattern=_T,
            noise=0.06))),
    "log-group": _Kind(AWS, "AWS::Logs::LogGroup", _ARN.replace("{service}",
        "logs") + "log-group:/{app}/{env}/{name}", (
        _m("cw:ingest", 1, pattern=_T, noise=0.08), _m("cw:store", 45, pattern=_S, month=True, noise=0.003))),
    "lambda": _Kind(AWS, "AWS::Lambda::Function", _ARN.replace("{service}", "lambda") + "function:{name}", (
        _m("lambda:gbs", 0.15, pattern=_T, noise=0.08), _m("lambda:requests", 1, pattern=_T, noise=0.07))),
    "waf": _Kind(AWS, "AWS::WAFv2::WebACL", "arn:aws:wafv2:us-east-1:{account}:global/webacl/{name}/{hex16}",
        (
        _m("waf:acl", 1, sized=False, pattern=_M), _m("waf:requests", 1, pattern=_T, noise=0.09))),
    "dynamodb": _Kind(AWS, "AWS::DynamoDB::Table", _ARN.replace("{service}", "dynamodb") + "table/{name}", (
        _m("dynamodb:read", 1, pattern=_T, noise=0.09), _m("dynamodb:write", 0.2, pattern=_T, noise=0.09),
        _m("dynamodb:storage", 1e-5, pattern=_S, month=True))),
    "sqs": _Kind(AWS, "AWS::SQS::Queue", _ARN.replace("{service}", "sqs") + "{name}", (
        _m("sqs:requests", 1, pattern=_T, noise=0.07),)),
    "kinesis": _Kind(AWS, "AWS::Kinesis::Stream", _ARN.replace("{service}", "kinesis") + "stream/{name}", (
        _m("kinesis:shard", 24, pattern=_A),)),
    "msk": _Kind(AWS, "AWS::MSK::Cluster", _ARN.replace("{service}", "kafka") + "cluster/{name}/{hex16}", (
        _m("msk:broker", 24, sized=False, pattern=_A),)),
    "opensearch": _Kind(AWS, "AWS::OpenSearchService::Domain", _ARN.replace("{service}",
        "es") + "domain/{name}", (
        _m("opensearch:node", 48, sized=False, pattern=_A), _m("ebs:gp3", 1, pattern=_S, month=True))),
    "redshift": _Kind(AWS, "AWS::Redshift::Cluster", _ARN.replace("{service}",
        "redshift") + "cluster:{name}", (
        _m("redshift:node", 24, sized=False, pattern=_A),)),
    "sagemaker": _Kind(AWS, "AWS::SageMaker::Endpoint", _ARN.replace("{service}",
        "sagemaker") + "endpoint/{name}", (
        _m("sagemaker:endpoint", 24, sized=False, pattern=_A),), 500),
    "glue": _Kind(AWS, "AWS::Glue::Job", _ARN.replace("{service}", "glue") + "job/{name}", (
        _m("glue:dpu", 1, pattern=_N, noise=0.12),)),
    "athena": _Kind(AWS, "AWS::Athena::WorkGroup", _ARN.replace("{service}", "athena") + "workgroup/{name}", (
        _m("athena:scan", 1, pattern=_O, noise=0.2),)),
    "bedrock": _Kind(AWS, "AWS::Bedrock::ApplicationInferenceProfile",
                     _ARN.replace("{service}", "bedrock") + "application-inference-profile/{hex12}", (
        _m("bedrock:input", 1, pattern=_T, noise=0.12), _m("bedrock:output", 0.12, pattern=_T, noise=0.14))),
    "codebuild": _Kind(AWS, "AWS::CodeBuild::Project", _ARN.replace("{service}",
        "codebuild") + "project/{name}", (
        _m("codebuild:minutes", 1, pattern=_O, noise=0.18),)),
    "ecr": _Kind(AWS, "AWS::ECR::Repository", _ARN.replace("{service}", "ecr") + "repository/{name}", (
        _m("ecr:storage", 1, pattern=_S, month=True, noise=0.004),)),
    "kms": _Kind(AWS, "AWS::KMS::Key", _ARN.replace("{service}", "kms") + "key/{uuid}", (
        _m("kms:key", 1, pattern=_A, month=True),)),
    "secrets": _Kind(AWS, "", "", (_m("secrets:secret", 1, pattern=_A, month=True),), tagged=False),
    "route53": _Kind(AWS, "AWS::Route53::HostedZone", "arn:aws:route53:::hostedzone/Z{HEX13}", (
        _m("route53:zone", 12, sized=False, pattern=_M), _m("route53:queries", 1, pattern=_T, noise=0.05)),
        tagged=False),
    "metrics": _Kind(AWS, "", "", (
        _m("cw:metrics", 1, pattern=_A, month=True), _m("cw:alarms", 0.3, pattern=_A, month=True)),
            tagged=False),
    "guardduty": _Kind(AWS, "AWS::GuardDuty::Detector", _ARN.replace("{service}",
        "guardduty") + "detector/{hex16}", (
        _m("guardduty:events", 1, pattern=_O, noise=0.1), _m("guardduty:flow", 2e-5, pattern=_T, noise=0.1)),
        tagged=False),
    "config": _Kind(AWS, "", "", (_m("config:items", 1, pattern=_O, noise=0.25),), tagged=False),
    "cloudtrail": _Kind(AWS, "AWS::CloudTrail::Trail", _ARN.replace("{service}",
        "cloudtrail") + "trail/{name}", (
        _m("cloudtrail:events", 1, pattern=_T, noise=0.08),), tagged=False),
    "atlas": _Kind(AWS, "AWS Marketplace subscription", "tern-and-alder-atlas-{hex6}", (
        _m("atlas:usage", 1, pattern=_E, noise=0.01),), tagged=False),
    # Azure
    "azvm": _Kind(AZURE, "Microsoft.Compute/virtualMachines",
        _ARM + "Microsoft.Compute/virtualMachines/{name}", (
        _m("azvm:{sku}", 24, sized=False),), 800),
    "azdisk": _Kind(AZURE, "Microsoft.Compute/disks", _ARM + "Microsoft.Compute/disks/{name}", (
        _m("{sku}", 1, sized=False, pattern=_A, month=True),), 600),
    "azblob": _Kind(AZURE, "Microsoft.Storage/storageAccounts",
        _ARM + "Microsoft.Storage/storageAccounts/{flat}", (
        _m("azblob:hot", 1, pattern=_S, month=True, noise=0.003), _m("azblob:write", 0.004, pattern=_T,
            noise=0.1),
        _m("azblob:read", 0.03, pattern=_T, noise=0.1))),
    "azsql": _Kind(AZURE, "Microsoft.Sql/servers/databases",
        _ARM + "Microsoft.Sql/servers/{app}/databases/{name}", (
        _m("azsql:vcore", 24, pattern=_A), _m("azsql:storage", 60, pattern=_S, month=True)), 2200),
    "azpg": _Kind(AZURE, "Microsoft.DBforPostgreSQL/flexibleServers",
                  _ARM + "Microsoft.DBforPostgreSQL/flexibleServers/{name}", (
        _m("azpg:vcore", 24, pattern=_A), _m("azpg:storage", 40, pattern=_S, month=True)), 2200),
    "azapp": _Kind(AZURE, "Microsoft.Web/serverFarms", _ARM + "Microsoft.Web/serverFarms/{name}", (
        _m("{sku}", 24, sized=False, pattern=_A),), 1600),
    "azaks": _Kind(AZURE, "Microsoft.ContainerService/managedClusters",
                   _ARM + "Microsoft.ContainerService/managedClusters/{name}", (
        _m("azaks:sla", 24, sized=False, pattern=_A),)),
    "azcosmos": _Kind(AZURE, "Microsoft.DocumentDB/databaseAccounts",
                      _ARM + "Microsoft.DocumentDB/databaseAccounts/{name}", (
        _m("azcosmos:rus", 24, pattern=_A), _m("azcosmos:storage", 4, pattern=_S, month=True))),
    "azredis": _Kind(AZURE, "Microsoft.Cache/Redis", _ARM + "Microsoft.Cache/Redis/{name}", (
        _m("{sku}", 24, sized=False, pattern=_A),)),
    "azhub": _Kind(AZURE, "Microsoft.EventHub/namespaces", _ARM + "Microsoft.EventHub/namespaces/{name}", (
        _m("azhub:throughput", 24, pattern=_A),)),
    "azbus": _Kind(AZURE, "Microsoft.ServiceBus/namespaces", _ARM + "Microsoft.ServiceBus/namespaces/{name}",
        (
        _m("azbus:base", 24, sized=False, pattern=_A),)),
    "azfn": _Kind(AZURE, "Microsoft.Web/sites", _ARM + "Microsoft.Web/sites/{name}", (
        _m("azfn:executions", 0.1, pattern=_T, noise=0.08), _m("azfn:gbs", 0.12, pattern=_T, noise=0.09))),
    "azlog": _Kind(AZURE, "Microsoft.OperationalInsights/workspaces",
                   _ARM + "Microsoft.OperationalInsights/workspaces/{name}", (
        _m("azlog:ingest", 1, pattern=_T, noise=0.08), _m("azlog:retain", 90, pattern=_S, month=True))),
    "azbackup": _Kind(AZURE, "Microsoft.RecoveryServices/vaults",
        _ARM + "Microsoft.RecoveryServices/vaults/{name}", (
        _m("azbackup:instance", 1, pattern=_A, month=True), _m("azbackup:data", 150, pattern=_S,
            month=True))),
    "aznet-out": _Kind(AZURE, "", "", (
        _m("aznet:out", 1, pattern=_T, noise=0.08), _m("aznet:az", 3, pattern=_T, noise=0.08)), tagged=False),
    "azdefender": _Kind(AZURE, "Microsoft.Security/pricings",
                        "/subscriptions/{account}/providers/Microsoft.Security/pricings/VirtualMachines", (
        _m("azdefender:servers", 24, pattern=_A),), tagged=False),
    "azkv": _Kind(AZURE, "Microsoft.KeyVault/vaults", _ARM + "Microsoft.KeyVault/vaults/{name}", (
        _m("azkv:operations", 1, pattern=_T, noise=0.1),)),
    "azlb": _Kind(AZURE, "Microsoft.Network/loadBalancers", _ARM + "Microsoft.Network/loadBalancers/{name}", (
        _m("aznet:lb", 24, sized=False, pattern=_A),)),
    "azdf": _Kind(AZURE, "Microsoft.DataFactory/factories", _ARM + "Microsoft.DataFactory/factories/{name}", (
        _m("azdf:activity", 1, pattern=_N, noise=0.1),)),
    "azdbx": _Kind(AZURE, "Microsoft.Databricks/workspaces", _ARM + "Microsoft.Databricks/workspaces/{name}",
        (
        _m("azdbx:dbu", 1, pattern=_N, noise=0.1),)),
    "azopenai": _Kind(AZURE, "Microsoft.CognitiveServices/accounts",
                      _ARM + "Microsoft.CognitiveServices/accounts/{name}", (
        _m("azopenai:input", 1, pattern=_O, noise=0.12), _m("azopenai:output", 0.15, pattern=_O,
            noise=0.12))),
    "azgateway": _Kind(AZURE, "Microsoft.Network/applicationGateways",
                       _ARM + "Microsoft.Network/applicationGateways/{name}", (
        _m("aznet:gateway", 24, sized=False, pattern=_A), _m("aznet:gateway.cu", 24, pattern=_T,
            noise=0.06))),
    "azvpn": _Kind(AZURE, "Microsoft.Network/virtualNetworkGateways",
                   _ARM + "Microsoft.Network/virtualNetworkGateways/{name}", (
        _m("aznet:vpn", 24, sized=False, pattern=_A),)),
    "azip": _Kind(AZURE, "Microsoft.Network/publicIPAddresses",
        _ARM + "Microsoft.Network/publicIPAddresses/{name}", (
        _m("aznet:ip", 24, sized=False, pattern=_A),), 700),
    "azfrontdoor": _Kind(AZURE, "Microsoft.Cdn/profiles", _ARM + "Microsoft.Cdn/profiles/{name}", (
        _m("aznet:frontdoor", 1, pattern=_T, noise=0.06),)),
    "azdevops": _Kind(AZURE, "", "", (_m("azdevops:parallel", 1, pattern=_A, month=True),), tagged=False),
    "azmetrics": _Kind(AZURE, "", "", (_m("azmonitor:metrics", 1, pattern=_A, month=True),), tagged=False),
    # GCP
    "gce": _Kind(GCP, "compute.googleapis.com/Instance",
                 _GOOGLE.replace("{host}", "compute") + "zones/{zone}/instances/{name}", (), 700),
    "pd": _Kind(GCP, "compute.googleapis.com/Disk", _GOOGLE.replace("{host}",
        "compute") + "zones/{zone}/disks/{name}", (
        _m("{sku}", 1, pattern=_A, month=True),), 520),
    "gke": _Kind(GCP, "container.googleapis.com/Cluster",
                 _GOOGLE.replace("{host}", "container") + "locations/{region}/clusters/{name}", (
        _m("gke:cluster", 24, sized=False, pattern=_A),)),
    "gcs": _Kind(GCP, "storage.googleapis.com/Bucket", "//storage.googleapis.com/tna-{name}-{hex4}", (
        _m("gcs:standard", 1, pattern=_S, month=True, noise=0.003), _m("gcs:class-a", 30, pattern=_T,
            noise=0.1),
        _m("gcs:class-b", 300, pattern=_T, noise=0.1))),
    "cloudsql": _Kind(GCP, "sqladmin.googleapis.com/Instance", _GOOGLE.replace("{host}",
        "cloudsql") + "instances/{name}", (
        _m("cloudsql:cpu", 24, pattern=_A), _m("cloudsql:ram", 90, pattern=_A),
        _m("cloudsql:storage", 50, pattern=_S, month=True)), 2000),
    "bigquery": _Kind(GCP, "bigquery.googleapis.com/Reservation",
                      _GOOGLE.replace("{host}", "bigquery") + "jobs/{name}", (
        _m("bq:analysis", 1, noise=0.15),)),
    "bq-dataset": _Kind(GCP, "bigquery.googleapis.com/Dataset",
                        _GOOGLE.replace("{host}", "bigquery") + "datasets/{snake}", (
        _m("bq:storage", 1, pattern=_S, month=True, noise=0.002),)),
    "dataflow": _Kind(GCP, "dataflow.googleapis.com/Job", _GOOGLE.replace("{host}",
        "dataflow") + "jobs/{name}", (
        _m("dataflow:vcpu", 1, pattern=_N, noise=0.08),)),
    "pubsub": _Kind(GCP, "pubsub.googleapis.com/Topic", _GOOGLE.replace("{host}",
        "pubsub") + "topics/{name}", (
        _m("pubsub:volume", 1, pattern=_T, noise=0.06),)),
    "gcp-logs": _Kind(GCP, "", "", (
        _m("logging:volume", 1, pattern=_T, noise=0.08), _m("monitoring:samples", 4e6, pattern=_T,
            noise=0.03)),
        tagged=False),
    "memorystore": _Kind(GCP, "redis.googleapis.com/Instance",
                         _GOOGLE.replace("{host}", "redis") + "locations/{region}/instances/{name}", (
        _m("redis:capacity", 24, pattern=_A),)),
    "vertex": _Kind(GCP, "aiplatform.googleapis.com/Endpoint",
                    _GOOGLE.replace("{host}", "aiplatform") + "locations/{region}/endpoints/{name}", (
        _m("vertex:predict", 1, pattern=_E, noise=0.03),)),
    "gemini": _Kind(GCP, "", "", (_m("vertex:gemini", 1, pattern=_T, noise=0.15),), tagged=False),
    "gcp-egress": _Kind(GCP, "", "", (
        _m("net:egress", 1, pattern=_T, noise=0.07), _m("net:zone", 5, pattern=_T, noise=0.06)),
            tagged=False),
    "cloudrun": _Kind(GCP, "run.googleapis.com/Service",
                      _GOOGLE.replace("{host}", "run") + "locations/{region}/services/{name}", (
        _m("run:cpu", 1, pattern=_T, noise=0.07), _m("run:memory", 0.5, pattern=_T, noise=0.07))),
    "gcp-lb": _Kind(GCP, "compute.googleapis.com/ForwardingRule",
                    _GOOGLE.replace("{host}", "compute") + "global/forwardingRules/{name}", (
        _m("net:lb", 24, sized=False, pattern=_A),), tagged=False),
    "registry": _Kind(GCP, "artifactregistry.googleapis.com/Repository",
                      _GOOGLE.replace("{host}",
                          "artifactregistry") + "locations/{region}/repositories/{name}", (
        _m("registry:storage", 1, pattern=_S, month=True),)),
    "gcp-nat": _Kind(GCP, "compute.googleapis.com/Router",
                     _GOOGLE.replace("{host}", "compute") + "regions/{region}/routers/{name}", (
        _m("net:nat", 1, pattern=_T, noise=0.08),), tagged=False),
    "gcp-ip": _Kind(GCP, "compute.googleapis.com/Address",
                    _GOOGLE.replace("{host}", "compute") + "regions/{region}/addresses/{name}", (
        _m("net:ip", 24, sized=False, pattern=_A),), 900, tagged=False),
    "gkms": _Kind(GCP, "cloudkms.googleapis.com/KeyRing",
                  _GOOGLE.replace("{host}", "cloudkms") + "locations/{region}/keyRings/{name}", (
        _m("gkms:keys", 1, pattern=_A, month=True),), tagged=False),
}  # fmt: skip

_DISK_KIND: Final = {AWS: "ebs", AZURE: "azdisk", GCP: "pd"}
_COMPUTE_KINDS: Final = ("ec2", "azvm", "gce")
_NAMELESS: Final = ("ec2", "ebs", "snapshot", "eip")


def growth_level(growth: float, day: float) -> float:
    """An application's traffic on a day as a multiple of that on the reference day."""
    rate = math.log1p(growth) / 365.25 * _SLOWING_DAYS
    return math.exp(rate * (1 - math.exp(-(day - REFERENCE_DAY) / _SLOWING_DAYS)))


def _opens_on(growth: float, needed: float) -> int:
    """The first day on which growth_level ** 0.5 reaches `needed`; FOREVER where it never does."""
    rate = math.log1p(growth) / 365.25 * _SLOWING_DAYS
    level = 2 * math.log(needed) if needed > 0 else -FOREVER
    if rate == 0:
        return -1 if level <= 0 else FOREVER
    rest = 1 - level / rate
    if rest <= 0:
        return FOREVER
    day = REFERENCE_DAY - _SLOWING_DAYS * math.log(rest)
    return math.ceil(day) if day > 0 else -1


def applications(seed: int, until: int) -> list[Application]:
    """The applications that have started before a day, pilots included."""
    result = list(APPLICATIONS)
    index = 0
    while True:
        draws = Draws(seed, "pilot", index)
        start = 140 + index * 183 + draws.whole(-30, 30)
        if start >= until:
            return result
        result.append(pilot(index, (start, start + draws.whole(185, 245))))
        index += 1


def population(seed: int, until: int, scale: float) -> list[SimulatedResource]:
    """Every resource launched before a day, oldest first. scale: 1 is about NOMINAL resources."""
    result: list[SimulatedResource] = []
    for application in applications(seed, until):
        for index, part in enumerate(application.parts):
            result.extend(_part(seed, until, scale, application, index, part))
    result.sort(key=lambda resource: resource.order)
    return result


def _part(
    seed: int, until: int, scale: float, application: Application, index: int, part: Part
) -> Iterator[SimulatedResource]:
    """All resources that ever fill the slots of one part."""
    count = part.count * scale if application.life is None else part.count * max(1.0, scale**0.5)
    slot = 0
    while True:
        draws = Draws(seed, application.tag, index, slot)
        threshold = slot + draws.unit() if slot else 0.0
        if application.life is None:
            opens = _opens_on(application.growth, threshold / count)
        else:
            opens = application.life[0] + draws.whole(0, 20) if threshold < count else FOREVER
        if opens >= until:
            return
        yield from _slot(seed, until, application, index, part, slot, opens)
        slot += 1


def _slot(
    seed: int, until: int, application: Application, index: int, part: Part, slot: int, opens: int
) -> Iterator[SimulatedResource]:
    """The resources that follow one another in a slot."""
    kind = _KINDS[part.kind]
    mean = kind.life_days
    if part.name in ("eks-node", "aks-pool", "gke-node"):
        mean *= 0.45
    elif part.env in ("dev", "staging", "test") and part.kind in _COMPUTE_KINDS and not part.waste:
        mean *= 0.7
    nth, day = 0, opens
    while day < until:
        draws = Draws(seed, application.tag, index, slot, nth, "resource")
        life = math.ceil(mean * draws.between(0.4, 1.6)) if mean else FOREVER
        launched = day
        if day < 0:
            launched = -int((life if mean else 600) * draws.unit()) - 1
        ended = launched + life
        if application.life is not None:
            ended = min(ended, application.life[1])
        resource = _resource(seed, application, part, (index, slot, nth), launched, ended, draws)
        yield resource
        if part.disk is not None:
            yield _disk(resource, part, draws)
        if application.life is not None and ended == application.life[1]:
            return
        gap = draws.whole(5, 40) if part.env == "dev" and not part.waste else 0
        day, nth = max(ended + gap, 0), nth + 1


def _account(part: Part, slot: int) -> Account:
    """The part's account; parts without one are in every account of their cloud in turn."""
    if part.account:
        return ACCOUNTS[part.account]
    provider = _KINDS[part.kind].provider
    accounts = [account for account in ACCOUNTS.values() if account.provider == provider]
    return accounts[slot % len(accounts)]


def _names(part: Part, application: Application, key: tuple[int, int, int], region: str) -> str:
    _, slot, nth = key
    short = {"us-east-1": "use1", "us-west-2": "usw2", "eu-west-1": "euw1"}.get(region, "")
    words = [application.tag, part.name, "" if part.env == "shared" else part.env, short,
             f"{slot + 1:02d}" + (f"-v{nth + 1}" if nth else "")]  # fmt: skip
    if application.tag in ("leftovers", part.name):
        words[0] = ""
    return "-".join(word for word in words if word)


def _identity(template: str, words: dict[str, str], draws: Draws) -> str:
    for length in (4, 6, 12, 16):
        if f"{{hex{length}}}" in template:
            words[f"hex{length}"] = draws.hex(length)
    words["HEX13"] = draws.hex(13).upper()
    digits = draws.hex(32)
    words["uuid"] = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
    return template.format(**words)


def _resource(
    seed: int,
    application: Application,
    part: Part,
    key: tuple[int, int, int],
    launched: int,
    ended: int,
    draws: Draws,
) -> SimulatedResource:
    kind = _KINDS[part.kind]
    account = _account(part, key[1])
    region = REGIONS[kind.provider][part.region]
    sku = draws.one_of(part.skus) if part.skus else ""
    low, high = part.size
    size = low * (high / low) ** draws.unit() if low > 0 else draws.between(low, high)
    zone = region.zones[key[1] % len(region.zones)] if region.zones else None
    name = _names(part, application, key, region.id)
    words = {
        "name": name, "flat": "tna" + name.replace("-", "")[:17] + draws.hex(4), "snake": name.replace("-",
            "_"),
        "region": region.id, "zone": zone or region.id, "account": account.id, "app": application.tag,
        "env": part.env, "sku": sku,
    }  # fmt: skip
    pattern = part.pattern or Pattern.ALWAYS
    text = "/".join(map(str, (application.tag, *key)))
    return SimulatedResource(
        key=text, kind=part.kind, type=kind.type or None,
        id=_identity(kind.id, words, draws) if kind.id else None,
        name=name if kind.id else None,
        account=account, application=application, env=part.env, region=region.id,
        zone=zone if part.kind in (*_COMPUTE_KINDS, *_DISK_KIND.values()) else None,
        launched=launched, ended=ended, pattern=pattern, size=size,
        meters=_meters(kind, sku, size, part.pattern),
        tags=tags(seed, text, application, account, part, name) if kind.tagged else (),
        waste=part.waste,
    )  # fmt: skip


def _disk(instance: SimulatedResource, part: Part, draws: Draws) -> SimulatedResource:
    """The disk of an instance; it carries the instance's tags, or forgets some. A cancelled pilot's
    disks stay behind now and then."""
    if part.disk is None:
        raise AssertionError(f"{part} has no disk")
    sku, low, high = part.disk
    kind_name = _DISK_KIND[instance.account.provider]
    kind = _KINDS[kind_name]
    size = float(10 * round(low * (high / low) ** draws.unit() / 10)) if low > 0 else 1.0
    name = f"{instance.name}-disk"
    words = {
        "name": name, "region": instance.region, "zone": instance.zone or "", "account": instance.account.id,
        "app": instance.application.tag, "env": part.env, "sku": sku,
    }  # fmt: skip
    ended = instance.ended
    life = instance.application.life
    forgotten = life is not None and ended == life[1] and draws.unit() < 0.5
    if forgotten:
        ended += draws.whole(150, 400)
    forgets = draws.unit() < 0.15
    return SimulatedResource(
        key=f"{instance.key}/disk", kind=kind_name, type=kind.type, id=_identity(kind.id, words, draws),
            name=name,
        account=instance.account, application=instance.application, env=part.env, region=instance.region,
        zone=instance.zone, launched=instance.launched, ended=ended, pattern=Pattern.ALWAYS, size=size,
        meters=_meters(kind, sku, size, None), tags=() if forgets else instance.tags, attached_to=instance.id,
        waste="unattached-disk" if forgotten else "",
    )  # fmt: skip


def _meters(kind: _Kind, sku: str, size: float, pattern: Pattern | None) -> tuple[Meter, ...]:
    if kind.type == "compute.googleapis.com/Instance":
        series, cores, memory = GCE_SHAPES[sku]
        run = pattern or Pattern.ALWAYS
        gpu = (Meter("gce:a100", 24.0, run),) if series == "a2" else ()
        return (
            *gpu,
            Meter(f"gce:{series}.core", 24.0 * cores, run),
            Meter(f"gce:{series}.ram", 24.0 * memory, run),
        )
    result = []
    for measure in kind.measures:
        if measure.only and measure.only != sku:
            continue
        spot = sku.startswith("spot:") and measure.sku == "ec2:{sku}"
        name = f"ec2spot:{sku.removeprefix('spot:')}" if spot else measure.sku.format(
            sku=sku, multi=".multi-az" if sku.endswith(":multi-az") else ""
        )  # fmt: skip
        run = measure.pattern or pattern or Pattern.ALWAYS
        per_day = measure.coefficient * (size if measure.sized else 1.0)
        if run is Pattern.NIGHTLY and not measure.sized:
            per_day *= NIGHT_HOURS / 24
        result.append(Meter(name, per_day, run, measure.month, measure.noise))
    return tuple(result)


def gpu_fleet(seed: int, event: str, launched: int, ended: int) -> list[SimulatedResource]:
    """A fleet of GPU machines that somebody started for an experiment and forgot to stop."""
    draws = Draws(seed, event, "fleet")
    tag = draws.one_of(["demand-forecast", "recommender"])
    application = next(app for app in APPLICATIONS if app.tag == tag)
    if application.tag == "demand-forecast":
        part = Part(
            "ec2", 0, "ml-research", "dev", "us-east-1", ("g5.12xlarge", "g5.2xlarge"), name="gpu-exp"
        )
        many = draws.whole(4, 7)
    else:
        part = Part("gce", 0, "tna-recommender-exp", "dev", "us-central1", ("a2-highgpu-1g",), name="gpu-exp")
        many = draws.whole(4, 8)
    fleet = []
    for index in range(many):
        each = Draws(seed, event, "fleet", index)
        resource = _resource(
            seed, application, part, (day_number(date(2099, 1, 1)), index, 0), launched, ended, each
        )
        fleet.append(_renamed(resource, f"{event}/{index}", event))
    return fleet


def _renamed(resource: SimulatedResource, key: str, event: str) -> SimulatedResource:
    name = f"{resource.name}-{key.split('/')[0][-4:]}"
    identity = resource.id
    if identity and resource.name and identity.endswith(resource.name):
        identity = identity.removesuffix(resource.name) + name
    return replace(resource, key=key, event=event, name=name, id=identity)


# ---------------------------------------------------------------- tags

_STYLES: Final = (
    {"team": "team", "app": "app", "env": "env", "cost-center": "cost-center", "owner": "owner"},
    {
        "team": "Team",
        "app": "Application",
        "env": "Environment",
        "cost-center": "CostCenter",
        "owner": "Owner",
    },
    {"team": "team", "app": "app", "env": "environment", "cost-center": "cost_center", "owner": "owner"},
    {"team": "team", "app": "application", "env": "env", "cost-center": "cost-center", "owner": "contact"},
)
_MISSPELT: Final = {
    "team": ("Team", "team ", "tema"),
    "app": ("App", "aplication"),
    "env": ("enviroment", "Env", "evn"),
    "cost-center": ("cost-centre", "CostCentre", "costcenter"),
    "owner": ("Owner", "onwer"),
}
_ENVIRONMENTS: Final = {
    "prod": ("prod", "prod", "prod", "prod", "production", "Prod", "PROD"),
    "staging": ("staging", "staging", "staging", "stage", "stg"),
    "test": ("test", "test", "qa", "Test"),
    "dev": ("dev", "dev", "dev", "development", "Dev"),
    "shared": ("shared", "shared", "common"),
}


def tags(
    seed: int, key: str, application: Application, account: Account, part: Part, name: str
) -> tuple[tuple[str, str], ...]:
    """The tags somebody put on a resource, with the usual mess: some none at all, some keys missing,
    misspelt or in another team's convention, values that differ in case and wording."""
    draws = Draws(seed, key, "tags")
    if draws.unit() > account.discipline:
        return ()
    team = TEAMS[application.team]
    style = _STYLES[team.style if draws.unit() < 0.9 else 0]
    values = {
        "team": team.tag if draws.unit() < 0.96 else team.name,
        "app": application.tag,
        "env": draws.one_of(_ENVIRONMENTS[part.env]),
        "cost-center": team.cost_center if draws.unit() < 0.97 else team.cost_center.removeprefix("CC-"),
        "owner": f"{draws.one_of(team.owners)}@{DOMAIN}",
    }
    missing = {"team": 0.03, "app": 0.05, "env": 0.04, "cost-center": 0.12, "owner": 0.2}
    result = []
    for word, value in values.items():
        chance = draws.unit()
        if chance < missing[word] or (word == "app" and application.tag == "leftovers"):
            continue
        tag = style[word]
        if draws.unit() < 0.03:
            tag = draws.one_of(_MISSPELT[word])
        result.append(_label(tag, value, account))
    if part.name == "eks-node":
        result.append(("eks:cluster-name", f"{application.tag}-shop"))
    elif part.name in ("gke-node", "gke-burst"):
        result.append(("goog-k8s-cluster-name", f"{application.tag}-reco"))
    elif part.name == "runner":
        result.append(("aws:autoscaling:groupName", "ci-runners"))
    if part.kind in _NAMELESS:
        result.append(("Name", name))
    return tuple(sorted(dict(result).items()))


def _label(tag: str, value: str, account: Account) -> tuple[str, str]:
    """GCP allows lower-case letters, digits, dashes and underscores only."""
    if account.provider != GCP:
        return tag, value
    return tag.strip().lower(), value.lower().replace("@", "_at_").replace(".", "-").replace(
        " & ", "-"
    ).replace(" ", "-")
