def seed(core, seed, customers):
    pass
