"""Adapters to frameworks, each of which needs the framework."""
