"""The HTTP edge: FastAPI, pydantic schemas, and nothing that decides."""
