"""The rows of ``meta`` that bind a register to this PC and its place in the province."""

from __future__ import annotations

#: The private key (hex) that this device signs with.
DEVICE_KEY = "device_key"
#: The place that the province gave the device (JSON).
ENROLMENT = "enrolment"
#: The hash of a code and the key made for it, until the enrolment has succeeded.
NEXT_KEY = "next_device_key"
#: Gets the next session, once. Only here, inside the encrypted register.
REFRESH_TOKEN = "refresh_token"
#: The incarnation of the server that the register knows.
SERVER_EPOCH = "server_epoch"
