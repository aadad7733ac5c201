"""Tern & Alder, the simulated company: who it is, its teams, accounts and applications.

An invented retailer of outdoor gear: a US parent that lives on AWS with its back office on Azure and
its analytics on GCP, and a German subsidiary with an Azure subscription billed in euros.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cco.clouds.simulated.catalogue import AWS, AZURE, GCP

NAME: Final = "Tern & Alder"
DOMAIN: Final = "ternandalder.example"


@dataclass(frozen=True, slots=True)
class BillingAccount:
    """Who receives an invoice. discount_percent: the negotiated discount on list prices."""

    provider: str
    id: str
    name: str
    type: str
    currency: str
    issuer: str
    discount_percent: int


PAYER: Final = BillingAccount(
    AWS, "471208356194", "Tern & Alder", "Organization", "USD", "Amazon Web Services, Inc.", 6
)
ENROLLMENT: Final = BillingAccount(
    AZURE, "84210673", "Tern & Alder, Inc.", "Billing Account", "USD", "Microsoft", 8
)
GMBH: Final = BillingAccount(
    AZURE, "7c1e9a40-52d3-5b0f-9e6d-3f1a8c72b5e4:0b6f4c1d-8a27-4e35-b1c9-6d2e7f508a93_2019-05-31",
    "Tern & Alder GmbH", "Billing Account", "EUR", "Microsoft Ireland Operations Limited", 0,
)  # fmt: skip
GOOGLE: Final = BillingAccount(
    GCP, "01D7C3-5E8A42-9B60F1", "Tern & Alder", "Billing Account", "USD", "Google LLC", 10
)
BILLING_ACCOUNTS: Final = (PAYER, ENROLLMENT, GMBH, GOOGLE)


@dataclass(frozen=True, slots=True)
class Account:
    """A sub account: an AWS account, an Azure subscription, a GCP project.

    discipline: how well its owners tag, 0 (never) to 1 (always).
    """

    id: str
    name: str
    billing: BillingAccount
    discipline: float

    @property
    def provider(self) -> str:
        """FOCUS ProviderName."""
        return self.billing.provider

    @property
    def type(self) -> str:
        """FOCUS SubAccountType."""
        return {AWS: "Account", AZURE: "Subscription", GCP: "Project"}[self.provider]


ACCOUNTS: Final = {
    account.name: account
    for account in (
        Account("471208356194", "tna-management", PAYER, 0.9),
        Account("206719384512", "tna-shared-network", PAYER, 0.93),
        Account("583920174466", "tna-security", PAYER, 0.95),
        Account("730164829953", "tna-log-archive", PAYER, 0.95),
        Account("119846207735", "storefront-prod", PAYER, 0.95),
        Account("862035719428", "storefront-nonprod", PAYER, 0.86),
        Account("394718260581", "payments-prod", PAYER, 0.98),
        Account("657203918846", "payments-nonprod", PAYER, 0.92),
        Account("248095613377", "catalogue-search-prod", PAYER, 0.93),
        Account("915372046810", "catalogue-search-nonprod", PAYER, 0.82),
        Account("531480927264", "fulfilment-prod", PAYER, 0.9),
        Account("087261394551", "fulfilment-nonprod", PAYER, 0.8),
        Account("442918053697", "mobile-prod", PAYER, 0.88),
        Account("790531284416", "ml-research", PAYER, 0.74),
        Account("368174205929", "platform-ci", PAYER, 0.9),
        Account("625803917740", "innovation-lab", PAYER, 0.62),
        Account("3f9c2a51-7e84-4d16-9b0a-5c82e1f6d734", "TNA Back Office Prod", ENROLLMENT, 0.92),
        Account("b82d60e7-1c45-4fa9-8e37-04a9f5c3d216", "TNA Back Office Test", ENROLLMENT, 0.8),
        Account("5e17f4c8-93ab-4d02-a6f1-7b20c8e9d543", "TNA Warehouse Systems", ENROLLMENT, 0.88),
        Account("d04b9e26-5f71-48c3-b5da-91e3a7f60c82", "TNA Data Factory", ENROLLMENT, 0.85),
        Account("91a6c3f0-284e-47b5-8d19-e5f02b7c6a34", "TNA Connectivity Hub", ENROLLMENT, 0.94),
        Account("6b35d8e1-a0f9-4c72-9e48-2d71c5b3f096", "TNA Sandbox", ENROLLMENT, 0.6),
        Account("e28f7a14-6b3d-4590-8c05-f19d4b6e2a73", "TNA GmbH Shop DE", GMBH, 0.84),
        Account("tna-analytics-prod", "tna-analytics-prod", GOOGLE, 0.93),
        Account("tna-analytics-dev", "tna-analytics-dev", GOOGLE, 0.8),
        Account("tna-recommender-prod", "tna-recommender-prod", GOOGLE, 0.9),
        Account("tna-recommender-exp", "tna-recommender-exp", GOOGLE, 0.68),
        Account("tna-marketing-web", "tna-marketing-web", GOOGLE, 0.85),
        Account("tna-geo-services", "tna-geo-services", GOOGLE, 0.87),
        Account("tna-host-network", "tna-host-network", GOOGLE, 0.95),
    )
}
"""Every account by name."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team, its budget code and who answers for its resources.

    style: which of the company's competing tag conventions it follows (0 is the written one).
    """

    name: str
    tag: str
    cost_center: str
    owners: tuple[str, ...]
    style: int


TEAMS: Final = {
    team.tag: team
    for team in (
        Team("Platform Engineering", "platform", "CC-1100", ("ines.okafor", "joel.brandt"), 0),
        Team("Security", "security", "CC-1150", ("tomas.varga",), 0),
        Team("Storefront", "storefront", "CC-2100", ("mara.lindqvist", "dev.anand", "paul.keane"), 0),
        Team("Payments", "payments", "CC-2150", ("aiko.mori", "sam.whitlock"), 0),
        Team("Catalogue & Search", "search", "CC-2200", ("lena.hoff", "ravi.menon"), 1),
        Team("Mobile", "mobile", "CC-2250", ("carla.nunez",), 1),
        Team("Fulfilment", "fulfilment", "CC-3100", ("george.adeyemi", "hanna.sorensen"), 2),
        Team("Warehouse Systems", "warehouse", "CC-3150", ("piotr.zielinski",), 2),
        Team("Data Platform", "data", "CC-4100", ("yusuf.demir", "olivia.grant"), 1),
        Team("Recommendations", "recommendations", "CC-4150", ("nina.petrov", "leo.castellan"), 3),
        Team("Marketing", "marketing", "CC-5100", ("beth.oconnor",), 3),
        Team("Finance Systems", "finance", "CC-5150", ("ruth.feldmann", "ian.mercer"), 2),
        Team("Shop Germany", "shop-de", "CC-6100", ("jonas.weber", "katrin.vogel"), 2),
    )
}
"""Every team by tag value."""


class Pattern(StrEnum):
    """How a resource is used over time."""

    ALWAYS = "always"
    OFFICE_HOURS = "office-hours"
    ELASTIC = "elastic"
    TRAFFIC = "traffic"
    OFFICE = "office"
    NIGHTLY = "nightly"
    STORED = "stored"
    BURSTY = "bursty"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Part:
    """A building block of an application: so many resources of one kind in one place.

    count: how many at the reference date at scale 1. skus: what the kind may choose from.
    size: bounds of the kind's own measure of size (GiB, GB a day, requests a day, …).
    disk: the attached disks' SKU and size bounds in GiB, where the kind has disks.
    waste: the waste planted in these resources, if any.
    """

    kind: str
    count: float
    account: str
    env: str
    region: str
    skus: tuple[str, ...] = ()
    size: tuple[float, float] = (1.0, 1.0)
    pattern: Pattern | None = None
    disk: tuple[str, float, float] | None = None
    name: str = ""
    waste: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """A product of the company.

    growth: yearly growth of its traffic at the reference date (0.2 is 20 %); seasonal: how strongly
    it follows the retail year (0 not at all, 1 fully). life: for pilots, the days (since the world's
    epoch) from which and until which it runs.
    """

    tag: str
    name: str
    team: str
    growth: float
    seasonal: float
    parts: tuple[Part, ...]
    life: tuple[int, int] | None = None


P = Pattern
_E1, _W2, _I1 = "us-east-1", "us-west-2", "eu-west-1"

APPLICATIONS: Final = (
    Application("webshop", "Web Shop", "storefront", 0.22, 1.0, (
        Part("ec2", 16, "storefront-prod", "prod", _E1, ("m6i.4xlarge", "m6i.8xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp3", 80, 160), name="web"),
        Part("ec2", 18, "storefront-prod", "prod", _E1, ("m6i.8xlarge", "c6i.8xlarge"), pattern=P.ELASTIC,
             disk=("ebs:gp3", 60, 100), name="eks-node"),
        Part("ec2", 8, "storefront-prod", "prod", _I1, ("m6i.2xlarge", "m6i.4xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp3", 80, 120), name="web"),
        Part("eks", 2, "storefront-prod", "prod", _E1, name="shop"),
        Part("alb", 4, "storefront-prod", "prod", _E1, size=(40, 220), name="web"),
        Part("alb", 2, "storefront-prod", "prod", _I1, size=(30, 80), name="web"),
        Part("aurora", 4, "storefront-prod", "prod", _E1, ("db.r6g.4xlarge", "db.r6g.8xlarge"),
             size=(600, 2400), name="orders"),
        Part("aurora", 2, "storefront-prod", "prod", _I1, ("db.r6g.xlarge", "db.r6g.2xlarge"), size=(150,
            400), name="orders"),
        Part("elasticache", 6, "storefront-prod", "prod", _E1, ("cache.r6g.large", "cache.r6g.xlarge"),
             name="session"),
        Part("s3", 8, "storefront-prod", "prod", _E1, size=(3000, 45000), name="assets"),
        Part("cloudfront", 2, "storefront-prod", "prod", "global", size=(900, 1700), name="cdn"),
        Part("log-group", 7, "storefront-prod", "prod", _E1, size=(8, 40), name="web"),
        Part("lambda", 6, "storefront-prod", "prod", _E1, size=(2e5, 2.5e6), name="edge"),
        Part("waf", 1, "storefront-prod", "prod", "global", size=(4e6, 7e6), name="shop"),
        Part("nat", 3, "storefront-prod", "prod", _E1, size=(90, 260), name="nat"),
        Part("transfer", 1, "storefront-prod", "prod", _E1, size=(420, 560)),
        Part("ec2", 14, "storefront-nonprod", "staging", _E1, ("m5.xlarge", "m5.2xlarge"),
             pattern=P.OFFICE_HOURS, disk=("ebs:gp2", 60, 120), name="web"),
        Part("ec2", 14, "storefront-nonprod", "dev", _E1, ("m5.large", "m5.xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp2", 50, 100), name="dev"),
        Part("rds", 3, "storefront-nonprod", "staging", _E1, ("db.m6g.large", "db.t3.medium"),
             size=(100, 200), name="orders"),
        Part("alb", 3, "storefront-nonprod", "staging", _E1, size=(1, 3), name="web"),
        Part("s3", 5, "storefront-nonprod", "dev", _E1, size=(60, 900), name="build"),
        Part("log-group", 3, "storefront-nonprod", "staging", _E1, size=(1, 4), name="web"),
    )),
    Application("checkout", "Checkout", "payments", 0.18, 0.9, (
        Part("ec2", 14, "payments-prod", "prod", _E1, ("c6i.4xlarge", "c6i.8xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp3", 60, 100), name="pay"),
        Part("rds", 4, "payments-prod", "prod", _E1, ("db.r6g.4xlarge:multi-az", "db.r6g.2xlarge:multi-az"),
             size=(400, 1200), name="ledger"),
        Part("alb", 2, "payments-prod", "prod", _E1, size=(15, 40), name="pay"),
        Part("elasticache", 2, "payments-prod", "prod", _E1, ("cache.r6g.large",), name="tokens"),
        Part("dynamodb", 5, "payments-prod", "prod", _E1, size=(6e6, 4.5e7), name="idempotency"),
        Part("lambda", 8, "payments-prod", "prod", _E1, size=(3e5, 2e6), name="webhook"),
        Part("sqs", 6, "payments-prod", "prod", _E1, size=(2e6, 1.2e7), name="settlement"),
        Part("kms", 5, "payments-prod", "prod", _E1, size=(2, 8), name="keys"),
        Part("secrets", 1, "payments-prod", "prod", _E1, size=(40, 60), name="secrets"),
        Part("nat", 2, "payments-prod", "prod", _E1, size=(40, 90), name="nat"),
        Part("log-group", 5, "payments-prod", "prod", _E1, size=(3, 14), name="pay"),
        Part("s3", 3, "payments-prod", "prod", _E1, size=(300, 2600), name="receipts"),
        Part("transfer", 1, "payments-prod", "prod", _E1, size=(60, 90)),
        Part("ec2", 8, "payments-nonprod", "staging", _E1, ("c6i.xlarge", "t3.large"),
             pattern=P.OFFICE_HOURS, disk=("ebs:gp2", 50, 80), name="pay"),
        Part("rds", 2, "payments-nonprod", "staging", _E1, ("db.m6g.large",), size=(100, 200), name="ledger"),
        Part("dynamodb", 2, "payments-nonprod", "dev", _E1, size=(2e5, 1e6), name="idempotency"),
    )),
    Application("catalogue", "Product Catalogue", "search", 0.16, 0.7, (
        Part("fargate", 10, "catalogue-search-prod", "prod", _E1, size=(6, 24), name="catalogue"),
        Part("rds", 3, "catalogue-search-prod", "prod", _E1, ("db.r6g.xlarge:multi-az",
            "db.r6g.2xlarge:multi-az"),
             size=(200, 500), name="catalogue"),
        Part("dynamodb", 4, "catalogue-search-prod", "prod", _E1, size=(2e7, 1.6e8), name="prices"),
        Part("s3", 6, "catalogue-search-prod", "prod", _E1, size=(3000, 50000), name="images"),
        Part("lambda", 6, "catalogue-search-prod", "prod", _E1, size=(4e5, 4e6), name="thumbs"),
        Part("log-group", 4, "catalogue-search-prod", "prod", _E1, size=(2, 12), name="catalogue"),
        Part("alb", 2, "catalogue-search-prod", "prod", _E1, size=(20, 70), name="catalogue"),
        Part("fargate", 5, "catalogue-search-nonprod", "staging", _E1, size=(1, 3), name="catalogue"),
        Part("rds", 2, "catalogue-search-nonprod", "dev", _E1, ("db.t3.medium", "db.m6g.large"),
             size=(50, 150), name="catalogue"),
    )),
    Application("search", "Search", "search", 0.28, 0.9, (
        Part("opensearch", 12, "catalogue-search-prod", "prod", _E1, size=(300, 700), name="search"),
        Part("ec2", 9, "catalogue-search-prod", "prod", _E1, ("r6i.2xlarge", "r6i.4xlarge"), pattern=P.ALWAYS,
             disk=("ebs:io1", 200, 400), name="ranker"),
        Part("nat", 2, "catalogue-search-prod", "prod", _E1, size=(60, 130), name="nat"),
        Part("transfer", 1, "catalogue-search-prod", "prod", _E1, size=(70, 120)),
        Part("bedrock", 2, "catalogue-search-prod", "prod", _E1, size=(9e3, 2.2e4), name="query-rewrite"),
        Part("opensearch", 3, "catalogue-search-nonprod", "staging", _E1, size=(80, 160), name="search"),
        Part("ec2", 5, "catalogue-search-nonprod", "dev", _E1, ("m5.large", "r6i.xlarge"),
             pattern=P.ALWAYS, disk=("ebs:gp2", 80, 200), name="ranker"),
    )),
    Application("order-routing", "Order Routing", "fulfilment", 0.12, 0.8, (
        Part("ec2", 13, "fulfilment-prod", "prod", _W2, ("m5.4xlarge", "m5.2xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp2", 100, 300), name="router"),
        Part("rds", 3, "fulfilment-prod", "prod", _W2, ("db.r6g.xlarge:multi-az", "db.m6g.xlarge:multi-az"),
             size=(200, 700), name="orders"),
        Part("msk", 3, "fulfilment-prod", "prod", _W2, name="events"),
        Part("kinesis", 2, "fulfilment-prod", "prod", _W2, size=(4, 10), name="scan"),
        Part("sqs", 8, "fulfilment-prod", "prod", _W2, size=(1e6, 9e6), name="pick"),
        Part("alb", 2, "fulfilment-prod", "prod", _W2, size=(5, 15), name="api"),
        Part("log-group", 4, "fulfilment-prod", "prod", _W2, size=(2, 9), name="router"),
        Part("s3", 4, "fulfilment-prod", "prod", _W2, size=(200, 4000), name="labels"),
        Part("efs", 2, "fulfilment-prod", "prod", _W2, size=(300, 900), name="labels"),
        Part("nat", 2, "fulfilment-prod", "prod", _W2, size=(25, 60), name="nat"),
        Part("transfer", 1, "fulfilment-prod", "prod", _W2, size=(25, 50)),
        Part("ec2", 8, "fulfilment-nonprod", "staging", _W2, ("m5.large",), pattern=P.OFFICE_HOURS,
             disk=("ebs:gp2", 60, 100), name="router"),
        Part("ec2", 5, "fulfilment-nonprod", "dev", _W2, ("t3.large", "m5.xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp2", 60, 120), name="dev", waste="idle-instance"),
        Part("rds", 2, "fulfilment-nonprod", "dev", _W2, ("db.m6g.large",), size=(80, 150), name="orders",
             waste="idle-database"),
    )),
    Application("mobile-api", "Mobile API", "mobile", 0.34, 0.8, (
        Part("fargate", 8, "mobile-prod", "prod", _E1, size=(8, 26), name="api"),
        Part("lambda", 12, "mobile-prod", "prod", _E1, size=(5e5, 6e6), name="push"),
        Part("dynamodb", 5, "mobile-prod", "prod", _E1, size=(1e7, 9e7), name="profile"),
        Part("alb", 2, "mobile-prod", "prod", _E1, size=(20, 50), name="api"),
        Part("s3", 3, "mobile-prod", "prod", _E1, size=(200, 2500), name="uploads"),
        Part("log-group", 4, "mobile-prod", "prod", _E1, size=(2, 10), name="api"),
        Part("cloudfront", 1, "mobile-prod", "prod", "global", size=(300, 420), name="media"),
        Part("transfer", 1, "mobile-prod", "prod", _E1, size=(40, 60)),
    )),
    Application("demand-forecast", "Demand Forecast", "recommendations", 0.3, 0.2, (
        Part("sagemaker", 4, "ml-research", "prod", _E1, name="forecast"),
        Part("ec2", 5, "ml-research", "dev", _E1, ("g5.2xlarge",), pattern=P.OFFICE_HOURS,
             disk=("ebs:gp3", 300, 800), name="notebook"),
        Part("ec2", 10, "ml-research", "prod", _E1, ("spot:c6i.4xlarge", "spot:m6i.4xlarge"),
            pattern=P.NIGHTLY,
             name="train"),
        Part("s3", 5, "ml-research", "prod", _E1, size=(6000, 50000), name="features"),
        Part("glue", 4, "ml-research", "prod", _E1, size=(8, 40), name="features"),
        Part("bedrock", 2, "ml-research", "dev", _E1, size=(3e3, 9e3), name="assistant"),
    )),
    Application("platform", "Developer Platform", "platform", 0.1, 0.0, (
        Part("ec2", 12, "platform-ci", "shared", _E1, ("c6i.4xlarge", "m6i.4xlarge"), pattern=P.OFFICE_HOURS,
             disk=("ebs:gp3", 100, 200), name="runner"),
        Part("ec2", 8, "platform-ci", "shared", _E1, ("spot:c6i.2xlarge",), pattern=P.OFFICE_HOURS,
            name="runner"),
        Part("codebuild", 4, "platform-ci", "shared", _E1, size=(150, 900), name="build"),
        Part("ecr", 6, "platform-ci", "shared", _E1, size=(80, 600), name="images"),
        Part("ec2", 7, "tna-shared-network", "shared", _E1, ("m6i.large", "t3.medium"), pattern=P.ALWAYS,
             disk=("ebs:gp3", 30, 60), name="bastion"),
        Part("nat", 3, "tna-shared-network", "shared", _E1, size=(15, 60), name="egress"),
        Part("route53", 1, "tna-shared-network", "shared", "global", size=(3e7, 5e7), name="zones"),
        Part("metrics", 9, "", "shared", _E1, size=(400, 3200), name="metrics"),
        Part("redshift", 3, "tna-management", "shared", _E1, name="finops"),
        Part("s3", 3, "tna-management", "shared", _E1, size=(300, 1200), name="billing"),
        Part("athena", 2, "tna-management", "shared", _E1, size=(0.4, 1.6), name="billing"),
    )),
    Application("security-tooling", "Security Tooling", "security", 0.08, 0.1, (
        Part("guardduty", 10, "", "shared", _E1, size=(1e5, 7e5), name="guardduty"),
        Part("config", 10, "", "shared", _E1, size=(300, 1500), name="config"),
        Part("cloudtrail", 4, "", "shared", _E1, size=(2e6, 8e6), name="trail"),
        Part("s3", 5, "tna-log-archive", "shared", _E1, size=(20000, 90000), name="archive"),
        Part("ec2", 4, "tna-security", "shared", _E1, ("m6i.2xlarge",), pattern=P.ALWAYS,
             disk=("ebs:gp3", 300, 600), name="siem"),
        Part("opensearch", 3, "tna-security", "shared", _E1, size=(600, 900), name="siem"),
        Part("log-group", 3, "tna-security", "shared", _E1, size=(4, 14), name="siem"),
        Part("kms", 4, "tna-security", "shared", _E1, size=(3, 9), name="keys"),
        Part("backup", 3, "tna-security", "shared", _E1, size=(4000, 9000), name="vault"),
    )),
    Application("leftovers", "", "platform", 0.0, 0.0, (
        Part("ebs", 16, "innovation-lab", "dev", _E1, ("ebs:gp2", "ebs:gp3"), size=(80, 500), name="data",
             waste="unattached-disk"),
        Part("ebs", 8, "storefront-nonprod", "dev", _E1, ("ebs:gp2",), size=(50, 300), name="data",
             waste="unattached-disk"),
        Part("snapshot", 18, "storefront-nonprod", "dev", _E1, size=(60, 500), name="pre-migration",
             waste="old-snapshot"),
        Part("snapshot", 10, "fulfilment-prod", "prod", _W2, size=(80, 300), name="nightly"),
        Part("eip", 9, "innovation-lab", "dev", _E1, name="eip", waste="idle-address"),
        Part("alb", 4, "innovation-lab", "dev", _E1, size=(0, 0), name="poc", waste="idle-load-balancer"),
        Part("ec2", 8, "innovation-lab", "dev", _E1, ("m5.xlarge", "t3.large", "m5.2xlarge"),
            pattern=P.ALWAYS,
             disk=("ebs:gp2", 80, 200), name="poc", waste="idle-instance"),
        Part("nat", 2, "innovation-lab", "dev", _E1, size=(0, 0.2), name="poc", waste="idle-nat"),
        Part("rds", 2, "innovation-lab", "dev", _E1, ("db.m6g.large",), size=(50, 100), name="poc",
             waste="idle-database"),
        Part("azdisk", 10, "TNA Sandbox", "dev", "eastus2", ("azdisk:P10", "azdisk:P20"), name="data",
             waste="unattached-disk"),
        Part("azip", 5, "TNA Sandbox", "dev", "eastus2", name="ip", waste="idle-address"),
        Part("azvm", 4, "TNA Sandbox", "dev", "eastus2", ("D4s v5", "B4ms"), pattern=P.ALWAYS,
             disk=("azdisk:P10", 0, 0), name="poc", waste="idle-instance"),
        Part("pd", 6, "tna-recommender-exp", "dev", "us-central1", ("pd:ssd", "pd:balanced"), size=(100, 600),
             name="data", waste="unattached-disk"),
    )),
    Application("marketplace", "", "platform", 0.15, 0.3, (
        Part("atlas", 1, "storefront-prod", "prod", "global", size=(10500, 12500), name="atlas"),
    )),
    # ------------------------------------------------------------ Azure
    Application("erp", "ERP", "finance", 0.04, 0.1, (
        Part("azvm", 14, "TNA Back Office Prod", "prod", "eastus2", ("E16s v5",), pattern=P.ALWAYS,
             disk=("azdisk:P30", 0, 0), name="erp"),
        Part("azsql", 4, "TNA Back Office Prod", "prod", "eastus2", size=(12, 32), name="erp"),
        Part("azapp", 4, "TNA Back Office Prod", "prod", "eastus2", ("azapp:P1v3", "azapp:P2v3"),
            name="portal"),
        Part("azblob", 5, "TNA Back Office Prod", "prod", "eastus2", size=(500, 6000), name="erp"),
        Part("azkv", 3, "TNA Back Office Prod", "prod", "eastus2", size=(3, 20), name="kv"),
        Part("azlog", 2, "TNA Back Office Prod", "prod", "eastus2", size=(10, 24), name="ops"),
        Part("azbackup", 1, "TNA Back Office Prod", "prod", "eastus2", size=(20, 30), name="vault"),
        Part("aznet-out", 1, "TNA Back Office Prod", "prod", "eastus2", size=(15, 30)),
        Part("azdefender", 1, "TNA Back Office Prod", "prod", "eastus2", size=(22, 30), name="defender"),
        Part("azvm", 9, "TNA Back Office Test", "test", "eastus2", ("D8s v5", "E8s v5"),
             pattern=P.OFFICE_HOURS, disk=("azdisk:E20", 0, 0), name="erp"),
        Part("azsql", 2, "TNA Back Office Test", "test", "eastus2", size=(4, 8), name="erp"),
        Part("azblob", 3, "TNA Back Office Test", "test", "eastus2", size=(100, 900), name="erp"),
    )),
    Application("wms", "Warehouse Management", "warehouse", 0.14, 0.7, (
        Part("azaks", 2, "TNA Warehouse Systems", "prod", "eastus2", name="wms"),
        Part("azvm", 16, "TNA Warehouse Systems", "prod", "eastus2", ("D16s v5", "D32s v5"), pattern=P.ALWAYS,
             disk=("azdisk:P10", 0, 0), name="aks-pool"),
        Part("azvm", 4, "TNA Warehouse Systems", "prod", "eastus2", ("F8s v2", "F4s v2"), pattern=P.ELASTIC,
             disk=("azdisk:E10", 0, 0), name="slotting"),
        Part("azpg", 4, "TNA Warehouse Systems", "prod", "eastus2", size=(16, 48), name="wms"),
        Part("azcosmos", 3, "TNA Warehouse Systems", "prod", "eastus2", size=(60, 200), name="scans"),
        Part("azredis", 2, "TNA Warehouse Systems", "prod", "eastus2", ("azredis:C3", "azredis:C1"),
            name="cache"),
        Part("azhub", 2, "TNA Warehouse Systems", "prod", "eastus2", size=(4, 12), name="telemetry"),
        Part("azbus", 1, "TNA Warehouse Systems", "prod", "eastus2", name="orders"),
        Part("azfn", 6, "TNA Warehouse Systems", "prod", "eastus2", size=(1e5, 2e6), name="label"),
        Part("azlog", 2, "TNA Warehouse Systems", "prod", "eastus2", size=(14, 36), name="wms"),
        Part("azblob", 4, "TNA Warehouse Systems", "prod", "eastus2", size=(300, 5000), name="images"),
        Part("azlb", 3, "TNA Warehouse Systems", "prod", "eastus2", name="lb"),
        Part("aznet-out", 1, "TNA Warehouse Systems", "prod", "eastus2", size=(20, 40)),
        Part("azvm", 5, "TNA Sandbox", "dev", "eastus2", ("B4ms", "D2s v5", "B2ms"), pattern=P.OFFICE_HOURS,
             disk=("azdisk:E10", 0, 0), name="dev"),
    )),
    Application("supplier-data", "Supplier Data Exchange", "data", 0.1, 0.2, (
        Part("azdf", 3, "TNA Data Factory", "prod", "eastus2", size=(1, 6), name="adf"),
        Part("azdbx", 3, "TNA Data Factory", "prod", "eastus2", size=(180, 420), name="dbx"),
        Part("azvm", 8, "TNA Data Factory", "prod", "eastus2", ("E16s v5", "D16s v5"), pattern=P.NIGHTLY,
             name="dbx-worker"),
        Part("azblob", 6, "TNA Data Factory", "prod", "eastus2", size=(8000, 60000), name="lake"),
        Part("azopenai", 2, "TNA Data Factory", "prod", "eastus2", size=(8e3, 2e4), name="classify"),
        Part("azlog", 1, "TNA Data Factory", "prod", "eastus2", size=(2, 4), name="adf"),
    )),
    Application("connectivity", "Network Hub", "platform", 0.05, 0.3, (
        Part("azgateway", 3, "TNA Connectivity Hub", "shared", "eastus2", size=(4, 12), name="agw"),
        Part("azvpn", 2, "TNA Connectivity Hub", "shared", "eastus2", name="vpn"),
        Part("azip", 7, "TNA Connectivity Hub", "shared", "eastus2", name="ip"),
        Part("aznet-out", 1, "TNA Connectivity Hub", "shared", "eastus2", size=(120, 190)),
        Part("azdevops", 1, "TNA Connectivity Hub", "shared", "global", size=(8, 12), name="pipelines"),
        Part("azmetrics", 4, "", "shared", "eastus2", size=(60, 300), name="alerts"),
    )),
    Application("shop-de", "Shop DE", "shop-de", 0.26, 0.9, (
        Part("azapp", 3, "TNA GmbH Shop DE", "prod", "germanywestcentral", ("azapp:P2v3", "azapp:P1v3"),
            name="shop"),
        Part("azvm", 5, "TNA GmbH Shop DE", "prod", "germanywestcentral", ("D4s v5", "D2s v5"),
            pattern=P.ALWAYS,
             disk=("azdisk:P10", 0, 0), name="shop"),
        Part("azsql", 1, "TNA GmbH Shop DE", "prod", "germanywestcentral", size=(4, 6), name="shop"),
        Part("azredis", 1, "TNA GmbH Shop DE", "prod", "germanywestcentral", ("azredis:C1",), name="shop"),
        Part("azblob", 3, "TNA GmbH Shop DE", "prod", "germanywestcentral", size=(200, 2000), name="shop"),
        Part("azfrontdoor", 1, "TNA GmbH Shop DE", "prod", "global", size=(40, 70), name="shop"),
        Part("azlog", 1, "TNA GmbH Shop DE", "prod", "germanywestcentral", size=(2, 5), name="shop"),
        Part("azvm", 3, "TNA GmbH Shop DE", "test", "germanywestcentral", ("B2ms", "D2s v5"),
             pattern=P.OFFICE_HOURS, disk=("azdisk:E10", 0, 0), name="shop-test"),
    )),
    # ------------------------------------------------------------ GCP
    Application("lakehouse", "Analytics Lakehouse", "data", 0.25, 0.3, (
        Part("bigquery", 4, "tna-analytics-prod", "prod", "us-central1", size=(5, 20), pattern=P.OFFICE,
             name="reports"),
        Part("bq-dataset", 9, "tna-analytics-prod", "prod", "us-central1", size=(3000, 40000), name="dw"),
        Part("dataflow", 4, "tna-analytics-prod", "prod", "us-central1", size=(60, 300), name="events"),
        Part("gcs", 7, "tna-analytics-prod", "prod", "us-central1", size=(5000, 50000), name="landing"),
        Part("pubsub", 4, "tna-analytics-prod", "prod", "us-central1", size=(0.05, 0.35), name="events"),
        Part("gcp-logs", 1, "tna-analytics-prod", "prod", "us-central1", size=(12, 20), name="logs"),
        Part("bigquery", 2, "tna-analytics-dev", "dev", "us-central1", size=(1, 5), pattern=P.OFFICE,
            name="adhoc"),
        Part("gce", 6, "tna-analytics-dev", "dev", "us-central1", ("e2-standard-4", "e2-standard-2"),
             pattern=P.OFFICE_HOURS, disk=("pd:balanced", 50, 150), name="notebook"),
        Part("gcs", 3, "tna-analytics-dev", "dev", "us-central1", size=(100, 1500), name="scratch"),
    )),
    Application("recommender", "Recommender", "recommendations", 0.4, 0.8, (
        Part("gke", 2, "tna-recommender-prod", "prod", "us-central1", name="reco"),
        Part("gce", 14, "tna-recommender-prod", "prod", "us-central1", ("n2-standard-16", "n2-standard-32"),
             pattern=P.ALWAYS, disk=("pd:balanced", 100, 150), name="gke-node"),
        Part("gce", 5, "tna-recommender-prod", "prod", "us-central1", ("n2-standard-16",), pattern=P.ELASTIC,
             disk=("pd:balanced", 100, 100), name="gke-burst"),
        Part("memorystore", 2, "tna-recommender-prod", "prod", "us-central1", size=(30, 80), name="features"),
        Part("cloudsql", 2, "tna-recommender-prod", "prod", "us-central1", size=(8, 16), name="catalog"),
        Part("vertex", 3, "tna-recommender-prod", "prod", "us-central1", size=(90, 260), name="serving"),
        Part("gemini", 1, "tna-recommender-prod", "prod", "us-central1", size=(6e7, 1.1e8), name="copy"),
        Part("gcs", 4, "tna-recommender-prod", "prod", "us-central1", size=(400, 5000), name="models"),
        Part("gcp-logs", 1, "tna-recommender-prod", "prod", "us-central1", size=(8, 16), name="logs"),
        Part("gcp-egress", 1, "tna-recommender-prod", "prod", "us-central1", size=(30, 60)),
        Part("gce", 5, "tna-recommender-exp", "dev", "us-central1", ("n2-standard-8", "n2-highmem-4"),
             pattern=P.OFFICE_HOURS, disk=("pd:ssd", 200, 500), name="experiment"),
    )),
    Application("brand-site", "Brand Site", "marketing", 0.1, 0.6, (
        Part("cloudrun", 6, "tna-marketing-web", "prod", "us-central1", size=(6e4, 3e5), name="site"),
        Part("gcs", 3, "tna-marketing-web", "prod", "us-central1", size=(100, 1200), name="media"),
        Part("gcp-lb", 2, "tna-marketing-web", "prod", "global", name="site"),
        Part("gcp-egress", 1, "tna-marketing-web", "prod", "us-central1", size=(40, 90)),
        Part("registry", 2, "tna-marketing-web", "prod", "us-central1", size=(20, 90), name="images"),
        Part("gcp-logs", 1, "tna-marketing-web", "prod", "us-central1", size=(2, 5), name="logs"),
    )),
    Application("store-locator", "Store Locator", "marketing", 0.08, 0.4, (
        Part("gce", 5, "tna-geo-services", "prod", "europe-west1", ("e2-standard-4",), pattern=P.ALWAYS,
             disk=("pd:balanced", 50, 100), name="tiles"),
        Part("cloudsql", 1, "tna-geo-services", "prod", "europe-west1", size=(4, 4), name="geo"),
        Part("cloudrun", 2, "tna-geo-services", "prod", "europe-west1", size=(3e4, 9e4), name="geo"),
        Part("gcp-nat", 2, "tna-host-network", "shared", "us-central1", size=(40, 120), name="nat"),
        Part("gcp-ip", 5, "tna-host-network", "shared", "us-central1", name="ip"),
        Part("gkms", 2, "tna-host-network", "shared", "us-central1", size=(10, 40), name="keyring"),
    )),
)  # fmt: skip

PILOTS: Final = (
    ("gift-finder", "Gift Finder"),
    ("trail-planner", "Trail Planner"),
    ("ar-fitting", "AR Fitting Room"),
    ("gear-rental", "Gear Rental"),
    ("trade-in", "Trade-In"),
    ("club-rewards", "Club Rewards"),
)
"""Pilots come and go: one is launched every half year and cancelled about seven months later."""


def pilot(index: int, life: tuple[int, int]) -> Application:
    """The index-th pilot application with the days it lives; it leaves disks and addresses behind."""
    tag, name = PILOTS[index % len(PILOTS)]
    if index >= len(PILOTS):
        tag, name = f"{tag}-{index // len(PILOTS) + 1}", f"{name} {index // len(PILOTS) + 1}"
    account = "innovation-lab"
    return Application(tag, name, "mobile", 0.2, 0.3, (
        Part("ec2", 9, account, "prod", _E1, ("m6i.xlarge", "c6i.xlarge"), pattern=P.ALWAYS,
             disk=("ebs:gp3", 80, 200), name="pilot"),
        Part("rds", 2, account, "prod", _E1, ("db.r6g.large",), size=(100, 250), name="pilot"),
        Part("alb", 1, account, "prod", _E1, size=(3, 9), name="pilot"),
        Part("elasticache", 1, account, "prod", _E1, ("cache.r6g.large",), name="pilot"),
        Part("dynamodb", 2, account, "prod", _E1, size=(1e6, 6e6), name="pilot"),
        Part("log-group", 2, account, "prod", _E1, size=(1, 5), name="pilot"),
        Part("eip", 2, account, "prod", _E1, name="pilot"),
    ), life)  # fmt: skip
