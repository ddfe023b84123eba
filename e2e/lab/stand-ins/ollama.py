"""`ollama serve`: paths, methods and answers of server/routes.go (no key, no TLS), the store on disk as in manifest/paths.go."""
import hashlib
import json
import os
import sys

sys.path.insert(0, "/usr/local/lib/stand-ins")
import api
import pose

VERSION = "0.12.6"
pose.command_line()


def bind():
    value = os.environ.get("OLLAMA_HOST", "").strip().strip("\"'")
    host, _, port = value.rpartition("://")[2].partition(":")
    return (host or "127.0.0.1", int(port or 11434)) if value else ("127.0.0.1", 11434)


def store():
    return os.environ.get("OLLAMA_MODELS") or os.path.join(os.environ.get("HOME", "/root"), ".ollama", "models")


def models():
    root = os.path.join(store(), "manifests")
    for folder, _, files in os.walk(root):
        for tag in files:
            with open(os.path.join(folder, tag), "rb") as file:
                raw = file.read()
            name = f"{os.path.basename(folder)}:{tag}"
            manifest = json.loads(raw)
            yield {
                "name": name,
                "model": name,
                "modified_at": "2026-10-01T09:30:00.000000000Z",
                "size": sum(layer["size"] for layer in manifest["layers"]),
                "digest": hashlib.sha256(raw).hexdigest(),
                "details": {"format": "gguf", "family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
            }


def model_list(_):
    return api.Reply({"object": "list", "data": [{"id": model["name"], "object": "model", "owned_by": "library"} for model in models()]})


def done(_):
    return api.Reply({"status": "success"})


def generate(body):
    # The runner's debug line with the rendered prompt; OLLAMA_DEBUG is a flag (envconfig/config.go).
    if os.environ.get("OLLAMA_DEBUG"):
        print(f"level=DEBUG msg=\"completion request\" prompt={body.decode(errors='replace')!r}", file=sys.stderr, flush=True)
    return api.Reply({"model": "llama3.2:latest", "created_at": "2026-10-01T09:30:00Z", "response": "ok", "done": True})


host, port = bind()
api.serve(
    host,
    port,
    {
        ("GET", "/"): lambda _: api.Reply("Ollama is running"),
        ("GET", "/api/version"): lambda _: api.Reply({"version": VERSION}),
        ("GET", "/api/tags"): lambda _: api.Reply({"models": list(models())}),
        ("GET", "/api/ps"): lambda _: api.Reply({"models": []}),
        ("GET", "/v1/models"): model_list,
        ("POST", "/api/show"): lambda _: api.Reply({"modelfile": "FROM llama3.2", "template": "{{ .Prompt }}"}),
        **{("POST", path): generate for path in ("/api/generate", "/api/chat", "/v1/chat/completions", "/v1/completions")},
        **{("POST", path): done for path in ("/api/pull", "/api/push", "/api/create", "/api/copy")},
        ("DELETE", "/api/delete"): done,
    },
    server="",
)
