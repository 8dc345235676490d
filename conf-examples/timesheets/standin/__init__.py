"""What the stand-in for an Auth0 tenant (../tenant.py) is made of."""
