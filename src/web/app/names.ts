/** The names of settings' choices and of measures as the field writes them. */

const CHOICES: Readonly<Record<string, string>> = {
  ...{ relu: "ReLU", selu: "SELU", gelu: "GELU", silu: "SiLU", tanh: "tanh" },
  ...{ sgd: "SGD", adamw: "AdamW", wasm: "WebAssembly", js: "JavaScript" },
  ...{ coslog4: "Cosine log 4", "one-cycle": "One cycle" },
  ...{ "day-first": "Day first", "month-first": "Month first", ".": "Point", ",": "Comma" },
  ...{ "utf-8": "UTF-8", "utf-16le": "UTF-16 LE", "utf-16be": "UTF-16 BE", "windows-1252": "Windows-1252" },
  ...{ categoricalCrossEntropy: "Categorical cross-entropy", binaryCrossEntropy: "Binary cross-entropy" },
  ...{ meanSquaredError: "Mean squared error", meanAbsoluteError: "Mean absolute error" },
  ...{ float32: "32 bits", float64: "64 bits" },
};

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** "ReLU" of relu, "Cosine" of cosine. */
export const choiceName = (name: string): string => CHOICES[name] ?? capitalized(name);

const MEASURES: Readonly<Record<string, string>> = {
  ...{
    rmse: "RMSE",
    mae: "MAE",
    r2: "R²",
    f1: "F1",
    f1Macro: "F1 (macro)",
    rocAuc: "ROC AUC",
    topK: "Top-k",
  },
  ...{ precisionMacro: "Precision (macro)", recallMacro: "Recall (macro)", logLoss: "Log loss" },
};

/** "Accuracy", "RMSE". */
export const measureName = (name: string): string => MEASURES[name] ?? capitalized(name);
