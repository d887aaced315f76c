/** One row of a table as a form: a field for each column, of the column's kind. */
import { useId } from "preact/hooks";
import { Button } from "./button.tsx";
import { Select } from "./select.tsx";
import { TextField } from "./textField.tsx";

export interface RowColumn {
  readonly name: string;
  readonly kind: "number" | "category" | "text" | "date";
  /** Of a category: its values, the most frequent first. */
  readonly values?: readonly string[] | undefined;
  /** A value as they are in the data, in grey until one is given. */
  readonly example?: string | undefined;
  readonly hint?: string | undefined;
}

export interface RowFormProps {
  readonly label: string;
  readonly columns: readonly RowColumn[];
  /** Texts by the columns' names, as they would stand in a CSV file; an empty one is a missing value. */
  readonly row: Readonly<Record<string, string>>;
  readonly onChange: (row: Readonly<Record<string, string>>) => void;
  /** Fills the form with a row of the data. Without it there is no button. */
  readonly onSample?: (() => void) | undefined;
  /** What is wrong with a column's text. */
  readonly errors?: Readonly<Record<string, string>> | undefined;
  readonly disabled?: boolean | undefined;
}

/** More values than these are searched for instead of listed. */
const MOST_LISTED = 12;

interface CellProps {
  readonly column: RowColumn;
  readonly value: string;
  readonly error: string | undefined;
  readonly disabled: boolean | undefined;
  readonly onInput: (value: string) => void;
}

/** What is wrong with the text as a value of the column, as far as that can be said at once. */
function problemOf({ kind, values = [] }: RowColumn, value: string): string | undefined {
  if (value.trim() === "") return undefined;
  if (kind === "number" && !Number.isFinite(Number(value))) return `“${value}” is not a number.`;
  if (kind === "category" && values.length > MOST_LISTED && !values.includes(value))
    return "The data does not have this value: the model takes it as unknown.";
  return undefined;
}

function Cell({ column, value, error, disabled, onInput }: CellProps) {
  const list = useId();
  const { name, kind, values = [], example, hint } = column;
  const shared = { label: name, hint, disabled, error: error ?? problemOf(column, value) };
  if (kind === "category" && values.length <= MOST_LISTED) {
    const choices = ["", ...values, ...(value !== "" && !values.includes(value) ? [value] : [])];
    return (
      <Select
        {...shared}
        value={value}
        choices={choices.map((one) => ({ value: one, label: one === "" ? "(missing)" : one }))}
        onChange={onInput}
      />
    );
  }
  return (
    <>
      <TextField
        {...shared}
        value={value}
        type={kind === "date" ? "date" : "text"}
        inputMode={kind === "number" ? "decimal" : undefined}
        placeholder={example}
        list={kind === "category" ? list : undefined}
        onInput={onInput}
      />
      {kind === "category" && (
        <datalist id={list}>
          {values.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

export function RowForm({ label, columns, row, onChange, onSample, errors = {}, disabled }: RowFormProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend would repeat the panel's title
    <div class="row-form" role="group" aria-label={label}>
      {onSample !== undefined && (
        <div class="row">
          <Button small icon="table" disabled={disabled} onClick={onSample}>
            Fill with a sample row
          </Button>
          <Button kind="quiet" small disabled={disabled} onClick={() => onChange({})}>
            Clear
          </Button>
        </div>
      )}
      <div class="row-fields">
        {columns.map((column) => (
          <div key={column.name} title={column.name}>
            <Cell
              column={column}
              value={row[column.name] ?? ""}
              error={errors[column.name]}
              disabled={disabled}
              onInput={(value) => onChange({ ...row, [column.name]: value })}
            />
          </div>
        ))}
      </div>
    </div>
  );
}
