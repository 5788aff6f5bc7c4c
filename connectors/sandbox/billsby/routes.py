def routes(core):
    return []
