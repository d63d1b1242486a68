from capitals.asia import TABLE as _ASIA
from capitals.europe import TABLE as _EUROPE

CAPITALS = {**_ASIA, **_EUROPE}
