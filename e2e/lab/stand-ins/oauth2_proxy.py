"""oauth2-proxy: its health and sign-in paths. Who sends the session cookie of the lab is signed in; everybody else is refused (401 for
/oauth2/auth, 403 else)."""
import sys

sys.path.insert(0, "/usr/local/lib/stand-ins")
import api
import pose

words = pose.command_line()
config = next((word.partition("=")[2] for word in words if word.startswith("--config=")), None)
address = "127.0.0.1:4180"
if config:
    with open(config) as file:
        for line in file:
            name, _, value = line.partition("=")
            if name.strip() == "http_address":
                address = value.strip().strip('"')
host, _, port = address.rpartition(":")


def refuse(method, path, headers):
    if path in ("/ping", "/ready"):
        return None
    if path == "/oauth2/auth" and "_oauth2_proxy=lab-session" in (headers.get("Cookie") or ""):
        return api.Reply("", 202)
    return api.Reply("Unauthorized", 401) if path == "/oauth2/auth" else api.Reply("Forbidden", 403)


api.serve(host or "0.0.0.0", int(port), {("GET", "/ping"): lambda _: api.Reply("OK"), ("GET", "/ready"): lambda _: api.Reply("OK")}, server="", refuse=refuse)
