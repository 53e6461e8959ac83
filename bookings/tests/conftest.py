from hypothesis import settings

# A busy machine is slow now and then; that says nothing about prices.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
