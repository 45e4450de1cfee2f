"""The lists of the API, by what they are about; `api/resources.py` is the table of all."""
