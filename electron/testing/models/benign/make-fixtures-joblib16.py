"""Writes to __fixtures__ what joblib 1.6 and numpy 2 write otherwise. Run with numpy 2.4.6 and joblib 1.6.0 (Python 3.11): python3 make-fixtures-joblib16.py"""
import pathlib

import joblib, numpy as np

out = pathlib.Path(__file__).parent / "__fixtures__"
# As a plain pickle the array takes another text than `numpy` out of the memo.
joblib.dump({"a": np.zeros(3, "O")}, out / "joblib-objects-protocol4.joblib", protocol=4)
joblib.dump({"a": np.zeros(3, [(f"f{index}", "<f4") for index in range(40)])}, out / "joblib-many-fields.joblib", protocol=4)
