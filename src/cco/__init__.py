"""Cloud Cost Optimizer: from a cloud bill to a proven saving, on AWS, Azure and GCP."""

__version__ = "0.1.0"
