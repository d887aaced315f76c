"""Reads a table, trains one epoch on it and predicts, as people do it with pandas and scikit-learn. One line of JSON comes out."""
import json
import resource
import sys
import time
import warnings

try:
    import pandas as pd
    import sklearn
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
except ImportError as error:
    print(json.dumps({"absent": str(error)}))
    sys.exit(0)

warnings.filterwarnings("ignore")  # one epoch does not converge
train_file, new_file, answers_file, hidden, batch = sys.argv[1:]
seconds = {}
began = time.perf_counter()


def part(name):
    global began
    now = time.perf_counter()
    seconds[name] = now - began
    began = now


table = pd.read_csv(train_file)
part("read")
target = table.pop("target")
numbers = table.select_dtypes("number").columns
texts = table.columns.difference(numbers)
prepare = make_column_transformer(
    (make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
    (OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts),
)
features = prepare.fit_transform(table).astype("float32")
del table
part("prepare")
model = MLPClassifier(
    hidden_layer_sizes=(int(hidden),), batch_size=int(batch), max_iter=1, random_state=1, solver="adam"
)
model.fit(features, target)
part("train")
del features
new = pd.read_csv(new_file)
answers = model.predict_proba(prepare.transform(new.drop(columns="target")).astype("float32"))
pd.DataFrame(answers, columns=model.classes_).to_csv(answers_file, index_label="row")
part("predict")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
versions = f"pandas {pd.__version__}, scikit-learn {sklearn.__version__}, Python {sys.version.split()[0]}"
print(json.dumps({"seconds": seconds, "peakBytes": {"all": peak}, "versions": versions}))
