"""Writes to __fixtures__ what newer programs write otherwise. Run on Debian 13 with python3-torch 2.6.0, python3-numpy 2.2.4, python3-sklearn 1.4.2,
python3-joblib 1.4.2 (Python 3.13.5): /usr/bin/python3 make-fixtures-debian13.py"""
import argparse, pathlib, pickle

import joblib, numpy as np, torch
from sklearn import linear_model, model_selection

out = pathlib.Path(__file__).parent / "__fixtures__"
torch.manual_seed(0)
X, y = np.random.RandomState(0).rand(24, 3), np.arange(24) % 2

# An archive of archives.
torch.export.save(torch.export.export(torch.nn.Linear(2, 2), (torch.ones(1, 2),)), str(out / "torch26-export.pt2"))
torch.save({n: torch.zeros(2).to(getattr(torch, n)) for n in "float8_e4m3fn float8_e5m2 uint16 uint32 uint64".split()}, out / "torch26-dtypes.pt")
torch.save({"args": argparse.Namespace(lr=1e-4, path=pathlib.PosixPath("/x"))}, out / "torch26-arguments.pt")
joblib.dump(model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}, cv=2).fit(X, y), out / "sklearn14-grid.joblib")
with open(out / "numpy2-masked.pkl", "wb") as file:
    pickle.dump({"masked": np.ma.array([1, 2], mask=[True, False]), "generator": np.random.default_rng(1), "date": np.datetime64("2026")}, file)
