"""Every address of the product, found by walking the URL patterns themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address: its name with namespaces, and the arguments it takes."""

    name: str
    arguments: frozenset[str]


def every_route() -> list[Route]:
    """All routes, each once; several methods of one path are one route of the table."""
    return sorted(set(_walk(get_resolver(), "", frozenset())), key=lambda route: route.name)


def _walk(resolver: URLResolver, prefix: str, given: frozenset[str]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        arguments = given | frozenset(pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            namespace = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, prefix + namespace, arguments)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{prefix}{pattern.name}", arguments)
