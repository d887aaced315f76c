// The networks in plain JavaScript, bench/baseline: tuned loops on Float32Arrays, or with products that are only unrolled.
const { initialWeight, makeData, Network, serve, standardize, trainingProgram, unrolled } = await import(
  process.argv[2]
);
const isUnrolled = process.argv[4] === "unrolled";
const settings = JSON.parse(process.argv[3]);
const { widths } = settings;
const { bytes, labels } = makeData(settings);
const data = { values: standardize(bytes), labels };

function make() {
  const parameters = new Map();
  widths.slice(1).forEach((outputs, i) => {
    parameters.set(`dense${i + 1}.weight`, initialWeight(settings, i));
    parameters.set(`dense${i + 1}.bias`, new Float32Array(outputs));
  });
  const network = new Network({ ...settings, parameters, ...(isUnrolled && { products: unrolled }) });
  return {
    step: (rows, rate) => network.step(data, rows, rate),
    penalty: () => network.penalty(),
  };
}

const introduction = {
  name: "plain JavaScript",
  version: process.versions.node,
  threads: 1,
  engine: isUnrolled ? "V8, unrolled" : "V8",
};
await serve(introduction, trainingProgram(settings, make));
