"""All knowledge of the vendors: catalogues, requests, answers. Plain Python, no Django."""
