"""Prints a dose that was prescribed. It works nothing out."""

from jinja2 import Environment

SHEET = Environment(autoescape=True).from_string("Bed {{ bed }}: {{ dose }} mg")


def sheet(bed: int, dose: int) -> str:
    """The line for one bed."""
    if not 0 < dose < 10_000:
        raise ValueError("a dose that no table has")
    return SHEET.render(bed=bed, dose=dose)
