"""The `scrapy` commands of this project, one a file."""
