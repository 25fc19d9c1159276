"""Scrapy's own commands where the project's differ: ``COMMANDS_MODULE`` points here."""
