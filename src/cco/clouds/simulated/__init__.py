"""A simulated company on three simulated clouds: the demo, the evaluation set, the test bench.

company = Company(seed=7, end=date(2026, 11, 23))
company.write(folder)     # Parquet files that load like any customer's FOCUS 1.2 bill
company.truth             # what was planted in them
"""

from cco.clouds.simulated.company import Company, Granularity, Rate
from cco.clouds.simulated.truth import Planted, Truth

__all__ = ["Company", "Granularity", "Planted", "Rate", "Truth"]
