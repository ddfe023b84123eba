"""make_models.py safetensors FILE | gguf FILE | ollama STORE NAME: small files in the real formats.

safetensors: 8 bytes of header length, JSON header, data. GGUF: version 3, no tensors, two metadata strings. Ollama: manifest
and blobs named by their SHA-256, as manifest/paths.go lays them out, with the modes that the server gives them.
"""
import hashlib
import json
import os
import struct
import sys


def safetensors():
    data = bytes(64)
    header = json.dumps({"__metadata__": {"format": "pt"}, "model.norm.weight": {"dtype": "F16", "shape": [32], "data_offsets": [0, 64]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + data


def gguf():
    def text(value):
        raw = value.encode()
        return struct.pack("<Q", len(raw)) + raw

    pairs = {"general.architecture": "llama", "general.name": "Llama 3.2 3B Instruct"}
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(text(key) + struct.pack("<I", 8) + text(value) for key, value in pairs.items())


def ollama(store, name):
    blobs = os.path.join(store, "blobs")
    os.makedirs(blobs, exist_ok=True)

    def blob(media_type, content):
        digest = hashlib.sha256(content).hexdigest()
        write(os.path.join(blobs, f"sha256-{digest}"), content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    image = "application/vnd.ollama.image."
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": blob("application/vnd.docker.container.image.v1+json", b'{"model_format":"gguf","model_family":"llama"}'),
        "layers": [
            blob(image + "model", gguf()),
            blob(image + "template", b"{{ .Prompt }}"),
            blob(image + "params", b'{"stop":["<|eot_id|>"]}'),
        ],
    }
    write(os.path.join(store, "manifests/registry.ollama.ai/library", name, "latest"), json.dumps(manifest, separators=(",", ":")).encode())


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o644)


os.umask(0o022)
kind, *words = sys.argv[1:] or [""]
makers = {"safetensors": (1, lambda path: write(path, safetensors())), "gguf": (1, lambda path: write(path, gguf())), "ollama": (2, ollama)}
count, make = makers.get(kind, (None, None))
if count != len(words):
    sys.exit(__doc__)
make(*words)
