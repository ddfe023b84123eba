"""Writes to __fixtures__ what PyTorch 2.13 and transformers 5 leave beside weights. Run with torch 2.13.0, transformers 5.17.0 and accelerate (Python 3.11): python3 make-fixtures-torch213.py"""
import pathlib, shutil, tempfile

import torch
import torch.distributed.checkpoint as shards
from transformers import TrainingArguments

out = pathlib.Path(__file__).parent / "__fixtures__"
torch.save({"version": torch.__version__, "range": range(3)}, out / "torch213-version.pt")
torch.save(TrainingArguments("out", report_to="none", use_cpu=True), out / "torch213-training_args.bin")
with tempfile.TemporaryDirectory() as folder:
    shards.save({"model": torch.nn.Linear(4, 4).state_dict(), "step": 1}, checkpoint_id=folder, no_dist=True)
    shutil.copy(pathlib.Path(folder) / ".metadata", out / "torch213-shards.metadata")
