"""Every address of the product, found by walking the URL patterns themselves."""

from tools.permissions import Route, every_route

__all__ = ["Route", "every_route"]
