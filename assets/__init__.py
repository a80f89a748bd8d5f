"""When: the stages as Dagster assets, with the checks, resources and jobs around them.

The only package that imports dagster. An asset is a signature, one call into ``etl`` and what Dagster shows of the
result; whatever has to be decided is decided in ``etl``.
"""
