"""Writes __fixtures__: small files as the real programs write them. Run on Debian 12 with python3-torch 1.13.1, python3-numpy 1.24.2,
python3-joblib 1.2.0, python3-sklearn 1.2.1, python3-scipy 1.10.1, python3-h5py 3.7.0 (Python 3.11.2): /usr/bin/python3 make-fixtures.py"""
import collections, datetime, decimal, io, json, os, pathlib, pickle, warnings

warnings.filterwarnings("ignore")
import h5py, joblib, numpy as np, scipy.sparse as sp, torch
from sklearn import (calibration, cluster, decomposition, ensemble, feature_extraction, gaussian_process, impute, isotonic, linear_model,
                     mixture, model_selection, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree)

out = pathlib.Path(__file__).parent / "__fixtures__"
out.mkdir(exist_ok=True)
torch.manual_seed(0)
rng = np.random.RandomState(0)
X, y = rng.rand(24, 3), np.arange(24) % 2


def dump(name, value, protocol=None):
    with open(out / name, "wb") as f:
        pickle.dump(value, f, protocol=protocol)


# PyTorch
net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.LayerNorm(2))
torch.save(net.state_dict(), out / "torch-state-dict.pt")
torch.save(net.state_dict(), out / "torch-state-dict-legacy.pth", _use_new_zipfile_serialization=False)
torch.save(net, out / "torch-whole-model.pt")
torch.save(net, out / "torch-whole-model-legacy.pt", _use_new_zipfile_serialization=False)
torch.save({n: torch.zeros(2, dtype=getattr(torch, n)) for n in
            "uint8 int8 int16 int32 int64 float16 float32 float64 bfloat16 complex64 complex128 bool".split()}, out / "torch-dtypes.bin")
torch.save(torch.zeros(3), out / "torch-tensor.pt")
torch.save(torch.zeros(3), out / "torch-tensor-protocol4.pt", pickle_protocol=4)
torch.save(torch.zeros(3), out / "torch-tensor-legacy-protocol0.pt", pickle_protocol=0, _use_new_zipfile_serialization=False)
opt = torch.optim.Adam(net.parameters())
net(torch.zeros(1, 3)).sum().backward(); opt.step()
torch.save({"model": net.state_dict(), "optimizer": opt.state_dict(), "epoch": 3, "loss": 0.5, "rng": torch.get_rng_state()}, out / "torch-checkpoint.ckpt")
torch.save({"sparse": torch.eye(3).to_sparse(), "param": torch.nn.Parameter(torch.ones(2)), "size": torch.Size([2, 3]), "device": torch.device("cpu"),
            "dtype": torch.float32}, out / "torch-sparse-param.pt")
torch.save(torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8), out / "torch-quantized.pt")
torch.save({"np": np.zeros(3), "scalar": np.float64(1), "list": [1, 2.5, "x", None, True]}, out / "torch-with-numpy.pt")
dump("torch-tensor-plain.pkl", {"w": torch.zeros(3), "v": torch.ones(2, 2)})
dump("torch-tensor-plain-protocol2.pkl", torch.zeros(3), 2)
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), out / "torchscript-linear.pt")
torch.onnx.export(torch.nn.Linear(3, 2), torch.zeros(1, 3), str(out / "torch-linear.onnx"))

# Plain pickles
plain = {"a": [1, -2, 3.5, 10**30], "b": ("x", b"y", None, True), "c": {1, 2}, "d": frozenset([3]), "e": complex(1, 2), "f": bytearray(b"z"), "ü": "é\n"}
for protocol in range(6):
    dump(f"plain-protocol{protocol}.pkl", plain, protocol)
dump("plain-standard-types.pkl", [collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]), collections.deque([1]), collections.Counter("aab"),
     datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), datetime.timedelta(1), decimal.Decimal("1.5"), pathlib.PurePosixPath("a/b"), range(3), slice(1, 2)])

# numpy
np.save(out / "numpy-f8.npy", np.arange(4.0)); np.save(out / "numpy-scalar.npy", np.array(3)); np.save(out / "numpy-empty.npy", np.zeros((0, 3)))
np.save(out / "numpy-fortran.npy", np.asfortranarray(np.ones((2, 3), "f4"))); np.save(out / "numpy-text.npy", np.array(["a", "bc"]))
np.save(out / "numpy-bool.npy", np.array([True, False])); np.save(out / "numpy-big-endian.npy", np.arange(3, dtype=">i4"))
np.save(out / "numpy-structured.npy", np.zeros(2, dtype=[("x", "f4"), ("y", "i8", (2,))])); np.save(out / "numpy-date.npy", np.array(["2026-01-01"], "M8[D]"))
np.save(out / "numpy-objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
with open(out / "numpy-version2.npy", "wb") as f: np.lib.format.write_array(f, np.arange(3), version=(2, 0))
with open(out / "numpy-two.npy", "wb") as f: np.save(f, np.arange(3)); np.save(f, np.arange(2))
np.savez(out / "numpy-two.npz", a=np.arange(3), b=np.ones((2, 2))); np.savez_compressed(out / "numpy-compressed.npz", a=np.arange(3), b=np.array(["x"]))
dump("numpy-arrays.pkl", [np.arange(3), np.float32(1), np.array(["x"]), np.zeros(1, dtype=[("a", "f4")]), np.ma.masked_array([1, 2], [0, 1]), np.matrix([[1]])])
dump("numpy-arrays-protocol2.pkl", np.arange(3), 2); dump("numpy-arrays-protocol0.pkl", np.arange(3), 0); dump("numpy-arrays-protocol5.pkl", np.arange(3), 5)
dump("numpy-random.pkl", [np.random.RandomState(1), np.random.default_rng(1)])
dump("scipy-sparse.pkl", [sp.csr_matrix(np.eye(3)), sp.csc_matrix(np.eye(2)), sp.coo_matrix(np.eye(2))])

# joblib
data = {"w": np.arange(6.0).reshape(2, 3), "o": np.array([{"k": 1}, None], dtype=object), "s": np.zeros(2, dtype=[("a", "f4"), ("b", "i2")]), "t": np.array(["ab", "c"])}
joblib.dump(data, out / "joblib-arrays.joblib"); joblib.dump(data, out / "joblib-arrays-zlib.joblib", compress=3); joblib.dump(data, out / "joblib-arrays-gzip.joblib", compress=("gzip", 3))
joblib.dump(data, out / "joblib-arrays-protocol2.joblib", protocol=2)
for method in ("bz2", "lzma", "xz"):
    joblib.dump(data, out / f"joblib-arrays-{method}.joblib", compress=(method, 3))

# scikit-learn
models = dict(
    logistic=linear_model.LogisticRegression(), ridge=linear_model.Ridge(), sgd=linear_model.SGDClassifier(), forest=ensemble.RandomForestClassifier(3, max_depth=2),
    boosting=ensemble.GradientBoostingClassifier(n_estimators=2, max_depth=1), histboosting=ensemble.HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3), tree=tree.DecisionTreeRegressor(max_depth=2),
    svc=svm.SVC(probability=True), knn=neighbors.KNeighborsClassifier(algorithm="kd_tree"), bayes=naive_bayes.GaussianNB(), mlp=neural_network.MLPClassifier((3,), max_iter=3),
    gp=gaussian_process.GaussianProcessClassifier(), ada=ensemble.AdaBoostClassifier(n_estimators=2), iforest=ensemble.IsolationForest(n_estimators=2),
    grid=model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}, cv=2), calibrated=calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=2),
    pipe=pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler(), decomposition.PCA(2), linear_model.LogisticRegression()))
for name, model in models.items():
    model.fit(X, y); joblib.dump(model, out / f"sklearn-{name}.joblib")
dump("sklearn-logistic.pkl", models["logistic"]); dump("sklearn-forest-protocol2.pkl", models["forest"], 2)
dump("sklearn-vectorizer.pkl", feature_extraction.text.TfidfVectorizer().fit(["a bc", "bc de"])); dump("sklearn-encoder.pkl", [preprocessing.LabelEncoder().fit(["a", "b"]), preprocessing.OneHotEncoder().fit([["a"], ["b"]])])
dump("sklearn-unsupervised.pkl", [cluster.KMeans(2, n_init=1).fit(X), mixture.GaussianMixture(2).fit(X), isotonic.IsotonicRegression().fit(X[:, 0], y)])

# HDF5 as Keras 2 writes it (its attributes and groups; written with h5py since Keras is not in Debian)
layers = {"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "relu", "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}}}}]}}
with h5py.File(out / "keras-sequential.h5", "w") as f:
    f.attrs["keras_version"] = b"2.11.0"; f.attrs["backend"] = b"tensorflow"; f.attrs["model_config"] = json.dumps(layers).encode()
    g = f.create_group("model_weights"); g.attrs["layer_names"] = np.array([b"d"]); g.create_group("d").create_dataset("kernel:0", data=np.ones((3, 2), "f4"))
with h5py.File(out / "keras-sequential-text.h5", "w") as f:
    f.attrs["model_config"] = json.dumps(layers); f.create_dataset("w", data=np.ones(3, "f4"))
with h5py.File(out / "hdf5-latest.h5", "w", libver="latest") as f:
    f.attrs["model_config"] = json.dumps(layers); f.create_group("g").create_dataset("w", data=np.ones(3, "f4"))
with h5py.File(out / "hdf5-weights.h5", "w") as f:
    f.create_group("layers/dense/vars").create_dataset("0", data=np.ones((3, 2), "f4")); f.create_group("vars")
