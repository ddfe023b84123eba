"""Writes __fixtures__: HDF5 files that hurt, written with h5py 3.7.0 of Debian 12. Run: /usr/bin/python3 make-fixtures.py"""
import json, pathlib
import h5py, numpy as np

out = pathlib.Path(__file__).parent / "__fixtures__"
out.mkdir(exist_ok=True)
config = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 1}}, {"class_name": "Lambda", "config": {"function": ["4wEAAA==", None, None]}}]}}
text = json.dumps(config)

with h5py.File(out / "lambda.h5", "w") as f: f.attrs["model_config"] = text.encode()
with h5py.File(out / "lambda-text.h5", "w") as f: f.attrs["model_config"] = text
with h5py.File(out / "lambda-latest.h5", "w", libver="latest") as f: f.attrs["model_config"] = text
with h5py.File(out / "lambda-row.h5", "w") as f: f.attrs["model_config"] = np.array([text.encode()])
with h5py.File(out / "lambda-last.h5", "w") as f:
    for i in range(30): f.attrs[f"note{i}"] = "x" * 300
    f.attrs["model_config"] = text
with h5py.File(out / "lambda-training.h5", "w") as f: f.attrs["training_config"] = json.dumps({"loss": {"class_name": "Lambda", "config": {}}})
with h5py.File(out / "lambda-user-block.h5", "w", userblock_size=512) as f: f.attrs["model_config"] = text
with h5py.File(out / "config-rows.h5", "w") as f: f.attrs["model_config"] = np.array([text[:20].encode(), text[20:].encode()])
with h5py.File(out / "attributes-dense.h5", "w", libver="latest") as f:
    for i in range(30): f.attrs[f"note{i}"] = "x"
    f.attrs["model_config"] = text
with h5py.File(out / "group-dense.h5", "w", libver="latest") as f:
    for i in range(30): f.create_group(f"g{i}")
with h5py.File(out / "link-outside.h5", "w") as f: f["w"] = h5py.ExternalLink("/etc/passwd", "/")
with h5py.File(out / "data-outside.h5", "w") as f: f.create_group("layers").create_dataset("w", (8,), dtype="u1", external=[("/etc/passwd", 0, 8)])
layout = h5py.VirtualLayout((4,), "f4"); layout[:] = h5py.VirtualSource("../other.h5", "w", (4,))
with h5py.File(out / "data-virtual.h5", "w", libver="latest") as f: f.create_virtual_dataset("w", layout)
