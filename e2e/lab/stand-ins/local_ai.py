"""`local-ai run`: with a key all but the health checks ask for it (core/http/auth/public_routes.go); the page is there unless it is switched off."""
import os
import sys

sys.path.insert(0, "/usr/local/lib/stand-ins")
import api
import pose

argv = pose.command_line()


def option(name, default):
    return next((argv[index + 1] for index, word in enumerate(argv[:-1]) if word == name), default)


keys = [key for key in (option("--api-keys", "") or os.environ.get("LOCALAI_API_KEY", "")).split(",") if key]
host, _, port = option("--address", os.environ.get("LOCALAI_ADDRESS", ":8080")).rpartition(":")
page = os.environ.get("LOCALAI_DISABLE_WEBUI") != "true"


def refuse(method, path, headers):
    given = (headers.get("Authorization") or "").replace("Bearer ", "", 1)
    if not keys or method == "OPTIONS" or path in ("/", "/healthz", "/readyz") or given in keys:
        return None
    return api.Reply({"error": {"code": 401, "message": "An authentication key is required", "type": ""}}, 401)


models = {"object": "list", "data": [{"id": "tiny", "object": "model"}]}
routes = {
    ("GET", "/healthz"): lambda _: api.Reply("OK"),
    ("GET", "/readyz"): lambda _: api.Reply("OK"),
    ("GET", "/v1/models"): lambda _: api.Reply(models),
    ("GET", "/version"): lambda _: api.Reply({"version": "v4.9.0"}),
}
if page:
    routes[("GET", "/")] = lambda _: api.Reply("<!doctype html><title>LocalAI</title>", content_type="text/html; charset=utf-8")
api.serve(host or "0.0.0.0", int(port), routes, server="", refuse=refuse)
