DEFAULTS = {"settle_at_once": False, "counter_lag_s": 2}
