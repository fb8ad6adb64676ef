"""Which permission each address of the pharmacy needs; a part of the one table in ``web.permissions``."""

CUSTODY_ROUTES = {
    "pharmacy:stores": "custody.see",
    "pharmacy:store": "custody.see",
    "pharmacy:store-open": "custody.set-up",
    "pharmacy:place-add": "custody.set-up",
    "pharmacy:register": "custody.see",
    "pharmacy:labels": "custody.see",
    "pharmacy:receive": "custody.move",
    "pharmacy:move": "custody.move",
    "pharmacy:count": "custody.count",
    "pharmacy:discrepancies": "custody.see",
    "pharmacy:report": "custody.see",
    "pharmacy:settle": "custody.settle",
    "pharmacy:confirm": "custody.witness",
    "pharmacy:passkey": "custody.see",
    "pharmacy:shown": "custody.see",
    "pharmacy:box": "custody.see",
    "pharmacy:box-act": "custody.box",
}
