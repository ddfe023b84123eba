"""Writes to __fixtures__ what PyTorch 2.13 and transformers 5 leave beside weights. Run with torch 2.13.0, transformers 5.17.0, accelerate and TRL 1.13 (Python 3.11): python3 make-fixtures-torch213.py"""
import pathlib, shutil, tempfile

import torch
import torch.distributed.checkpoint as shards
from transformers import GenerationConfig, Seq2SeqTrainingArguments, TrainingArguments
from trl.trainer.sft_config import SFTConfig

out = pathlib.Path(__file__).parent / "__fixtures__"
torch.save({"version": torch.__version__, "range": range(3)}, out / "torch213-version.pt")
torch.save(TrainingArguments("out", report_to="none", use_cpu=True), out / "torch213-training_args.bin")
with tempfile.TemporaryDirectory() as folder:
    shards.save({"model": torch.nn.Linear(4, 4).state_dict(), "step": 1}, checkpoint_id=folder, no_dist=True)
    shutil.copy(pathlib.Path(folder) / ".metadata", out / "torch213-shards.metadata")
    shutil.copy(pathlib.Path(folder) / "__0_0.distcp", out / "torch213-shard.distcp")
torch.save(SFTConfig("out", report_to="none", use_cpu=True, bf16=False), out / "torch213-sft-training_args.bin")
torch.save(Seq2SeqTrainingArguments("out", report_to="none", use_cpu=True, generation_config=GenerationConfig()), out / "torch213-seq2seq-training_args.bin")
torch.save(torch.nn.utils.weight_norm(torch.nn.Linear(2, 2)), out / "torch213-weight-norm.pt")
torch.save(torch.nn.utils.spectral_norm(torch.nn.Linear(4, 4)), out / "torch213-spectral-norm.pt")
exported = torch.export.export(torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU()), (torch.randn(2, 4),))
torch.export.save(exported, out / "torch213-export.pt2")
torch.save(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged), out / "torch213-jagged.pt")
torch.save(torch.quantize_per_tensor(torch.ones(3, 4), 0.1, 0, torch.quint4x2), out / "torch213-four-bits.pt")
