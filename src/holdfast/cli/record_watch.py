def add(subparsers):
    pass
