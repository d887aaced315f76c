/**
 * A network as an ONNX file: Gemm, Relu and BatchNormalization in a row, Softmax at the end. The few fields of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that it takes are written here, in protocol buffers' wire
 * format (https://protobuf.dev/programming-guides/encoding/).
 */
import { initialWeight } from "./numbers.ts";
import type { Settings } from "./settings.ts";

type Field = Uint8Array;

const OPSET = 15;
/** The version of the format that came with that set of operators. */
const IR = 8;
const FLOAT = 1;
const EPSILON = 1e-5;

/** Seven bits a byte, the lowest first; the top bit says that there are more. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const integer = (field: number, value: number): Field =>
  Uint8Array.from([...varint(field * 8), ...varint(value)]);

function bytes(field: number, content: Uint8Array): Field {
  const head = [...varint(field * 8 + 2), ...varint(content.length)];
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

const text = (field: number, value: string): Field => bytes(field, new TextEncoder().encode(value));
const message = (field: number, ...fields: Field[]): Field => bytes(field, Buffer.concat(fields));

function float(field: number, value: number): Field {
  const content = new Uint8Array(5);
  content[0] = field * 8 + 5;
  new DataView(content.buffer).setFloat32(1, value, true);
  return content;
}

/** A TensorProto in a graph's initializers. */
function tensor(name: string, shape: readonly number[], data: Float32Array): Field {
  return message(
    5,
    ...shape.map((size) => integer(1, size)),
    integer(2, FLOAT),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

/** A NodeProto of a graph. */
function node(operator: string, inputs: readonly string[], output: string, ...attributes: Field[]): Field {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, operator),
    ...attributes,
  );
}

/** A ValueInfoProto: float32 of (n, columns), n being left open. */
function matrix(field: number, name: string, columns: number): Field {
  const shape = message(2, message(1, text(2, "n")), message(1, integer(1, columns)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), shape)));
}

/** The network with the numbers that all begin with; input "x", output "probabilities". */
export function onnxModel(settings: Settings): Uint8Array {
  const { widths, batchNormalization } = settings;
  const last = widths.length - 2;
  const graph: Field[] = [text(2, "network"), matrix(11, "x", widths[0]!)];
  let from = "x";
  const then = (operator: string, parameters: readonly string[], ...attributes: Field[]) => {
    const to = `${operator}${graph.length}`;
    graph.push(node(operator, [from, ...parameters], to, ...attributes));
    from = to;
  };
  widths.slice(1).forEach((outputs, i) => {
    const vector = (name: string, value: number) => {
      graph.push(tensor(`${name}${i}`, [outputs], new Float32Array(outputs).fill(value)));
      return `${name}${i}`;
    };
    graph.push(tensor(`weight${i}`, [widths[i]!, outputs], initialWeight(settings, i)));
    then("Gemm", [`weight${i}`, vector("bias", 0)]);
    if (i === last) return;
    then("Relu", []);
    if (!batchNormalization) return;
    const statistics = [vector("gamma", 1), vector("beta", 0), vector("mean", 0), vector("variance", 1)];
    then("BatchNormalization", statistics, message(5, text(1, "epsilon"), float(2, EPSILON), integer(20, 1)));
  });
  graph.push(node("Softmax", [from], "probabilities"), matrix(12, "probabilities", widths.at(-1)!));
  return Buffer.concat([integer(1, IR), message(7, ...graph), message(8, integer(2, OPSET))]);
}
