"""Which kind of device a browser runs on, as one of four words; nothing else of it is kept."""


def kind_of(user_agent: str) -> str:
    """The kind of device, as far as the browser says.

    Examples
    --------
    >>> kind_of("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)")
    'phone'
    >>> kind_of("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0")
    'computer'
    """
    told = user_agent.casefold()
    if "ipad" in told or "tablet" in told or ("android" in told and "mobile" not in told):
        return "tablet"
    if "iphone" in told or "mobile" in told:
        return "phone"
    if any(word in told for word in ("windows", "macintosh", "linux", "x11", "cros")):
        return "computer"
    return "unknown"
