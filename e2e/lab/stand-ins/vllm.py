"""`vllm serve`: a Python program in the original too. The key guards /v1, /v2, /inference and /cohere only, as the real one's
middleware does; health, version and metrics answer without."""
import hmac
import os
import sys
import time

sys.path.insert(0, "/usr/local/lib/stand-ins")
import api
import pose

VERSION = "0.27.0"
GUARDED = ("/v1", "/v2", "/inference", "/cohere")


def option(name, default=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def main():
    if os.fork() == 0:
        pose.rename("VLLM::EngineCore")
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    model = sys.argv[2]
    name = option("--served-model-name", model)
    key = option("--api-key") or os.environ.get("VLLM_API_KEY")

    def refuse(method, path, headers):
        if key is None or method == "OPTIONS" or not path.startswith(GUARDED):
            return None
        if hmac.compare_digest(headers.get("Authorization", ""), f"Bearer {key}"):
            return None
        return api.Reply({"error": "Unauthorized"}, 401)

    metrics = (
        "# HELP vllm:num_requests_running Number of requests in model execution batches.\n"
        "# TYPE vllm:num_requests_running gauge\n"
        f'vllm:num_requests_running{{engine="0",model_name="{name}"}} 0.0\n'
        f'vllm:kv_cache_usage_perc{{engine="0",model_name="{name}"}} 0.0\n'
    )
    completion = {"id": "cmpl-1", "object": "text_completion", "model": name, "choices": [{"index": 0, "text": "ok", "finish_reason": "stop"}]}
    api.serve(
        option("--host", "0.0.0.0"),
        int(option("--port", "8000")),
        {
            ("GET", "/health"): lambda _: api.Reply(""),
            ("GET", "/ping"): lambda _: api.Reply(""),
            ("GET", "/version"): lambda _: api.Reply({"version": VERSION}),
            ("GET", "/metrics"): lambda _: api.Reply(metrics, content_type="text/plain; version=0.0.4; charset=utf-8"),
            ("GET", "/v1/models"): lambda _: api.Reply({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "vllm", "root": model}]}),
            ("POST", "/v1/completions"): lambda _: api.Reply(completion),
            ("POST", "/v1/chat/completions"): lambda _: api.Reply(completion),
        },
        server="uvicorn",
        refuse=refuse,
    )


if len(sys.argv) > 2 and sys.argv[1] == "serve":
    main()
elif "--version" in sys.argv:
    print(VERSION)
else:
    sys.exit("usage: vllm serve MODEL [options]")
