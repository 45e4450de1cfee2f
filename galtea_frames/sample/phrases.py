"""Texts for the sample rows: short and long, in several scripts."""

SYSTEM_PROMPTS = (
    "You are a helpful assistant of a travel agency. Answer in the language of the traveller.",
    "You help travellers to change a booking.\n\n- Never promise a refund.\n- Quote prices in €, £ or ¥.",
    "You help clinic staff to find a free appointment. Ask for the patient's date of birth first.",
    None,
)
DESCRIPTIONS = ("First release", "Shorter answers", "New retrieval index — “v2”", "Cheaper model", None)
GUARDRAILS = ("No medical advice. No legal advice.", "Refuse requests for personal data.", None)

CONTEXTS = (
    "The traveller missed a connection in Zürich and asks for a hotel.",
    "Returning customer; two open bookings.",
    "First contact.",
    "客户想把航班改到下周二,并询问手续费。",
    "المسافر يسأل عن استرداد ثمن التذكرة.",
    "ה\u200fלקוח מבקש לבטל את התור מחר בבוקר.",  # noqa: RUF001 - Hebrew is meant
    "Guest is happy 😀👩\u200d👩\u200d👧 and wants the same room again 🏨",
    "Cafe\u0301 voucher was not accepted (decomposed é), naïve co\u0308ordination.",
    'Quotes "inside", a tab\t, a line\nbreak, a backslash \\ and a comma, semicolon;',
    "",
)
STOPPING_REASONS = (
    "GOAL_ACHIEVED",
    "GOAL_ACHIEVED",
    "GOAL_ACHIEVED",
    "MAX_ITERATIONS",
    "The user said goodbye.",
    "USER_FRUSTRATED — asked twice for a person",
    "目标已达成",
)
ERRORS = (
    'External API responded with HTTP 422: Unprocessable Entity — {"detail":"model not found"}',
    "External API responded with HTTP 503: Service Unavailable",
    "Timeout after 60000 ms waiting for the conversation endpoint",
    "Output mapping failed: no match for $.choices[0].message.content",
    "连接被对方重置",
)
#: One frame of a stack trace; a long error repeats it.
FRAME = '  File "/app/agent/chain.py", line {line}, in step_{line}\n    return self.call(message, retry=True)\n'

MODELS = ("model_small-2025-10", "model_large-2025-12", "model_small-2026-02")
COUNTRIES = ("DE", "ES", "FR", "GB", "IL", "JP", "US")
TIERS = ("free", "pro", "enterprise")
TAGS = ("booking", "refund", "voice", "vip", "beta", "Übergepäck")
TOOLS = ("search_flights", "get_booking", "send_mail")
CHANNELS = ("web", "app", "whatsapp")
PAGES = ("/", "/bookings", "/help/refunds", "/help/病院")
