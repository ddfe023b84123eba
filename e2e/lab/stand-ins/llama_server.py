"""`llama-server`: without --api-key everything answers, with one all but the health check asks for it."""
import os
import sys

sys.path.insert(0, "/usr/local/lib/stand-ins")
import api
import pose

BUILD = "b6910-2f68ce7c"
argv = pose.command_line()


def option(*names, default=None):
    return next((argv[index + 1] for index, word in enumerate(argv[:-1]) if word in names), default)


model = option("-m", "--model", default="")
key = option("--api-key") or os.environ.get("LLAMA_API_KEY")
if option("--api-key-file"):
    with open(option("--api-key-file")) as file:
        key = file.read().strip() or None
PUBLIC = ("/health", "/v1/health", "/")


def refuse(method, path, headers):
    given = (headers.get("Authorization") or "").replace("Bearer ", "", 1) or headers.get("X-Api-Key")
    if key is None or method == "OPTIONS" or path in PUBLIC or given == key:
        return None
    return api.Reply({"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}, 401)


models = {"object": "list", "data": [{"id": model, "object": "model", "owned_by": "llamacpp"}]}
answer = {"content": "ok", "stop": True, "model": model}
api.serve(
    option("--host", default="127.0.0.1"),
    int(option("--port", default="8080")),
    {
        ("GET", "/"): lambda _: api.Reply("<!doctype html><title>llama.cpp</title>", content_type="text/html; charset=utf-8"),
        ("GET", "/health"): lambda _: api.Reply({"status": "ok"}),
        ("GET", "/v1/health"): lambda _: api.Reply({"status": "ok"}),
        ("GET", "/v1/models"): lambda _: api.Reply(models),
        ("GET", "/models"): lambda _: api.Reply(models),
        ("GET", "/props"): lambda _: api.Reply({"model_path": model, "build_info": BUILD, "total_slots": 4}),
        ("GET", "/slots"): lambda _: api.Reply([{"id": 0, "is_processing": False, "prompt": ""}]),
        ("GET", "/metrics"): lambda _: api.Reply(
            {"error": {"code": 501, "message": "This server does not support metrics endpoint. Start it with `--metrics`", "type": "not_supported_error"}}, 501
        ),
        ("POST", "/completion"): lambda _: api.Reply(answer),
        ("POST", "/v1/completions"): lambda _: api.Reply(answer),
        ("POST", "/v1/chat/completions"): lambda _: api.Reply(answer),
    },
    server="llama.cpp",
    refuse=refuse,
)
