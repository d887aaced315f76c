/** The configurations at a glance: what each is, and whether it lives. */
import type { ComponentChildren } from "preact";
import type { Given, Prepared } from "../engine/api.ts";
import { classes } from "../kit/classes.ts";
import { Icon, type IconName } from "../kit/icons.tsx";
import { Columns } from "../kit/shell.tsx";
import { choiceName } from "./names.ts";
import type { Playground } from "./playground.ts";
import type { Run } from "./run.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export function VerdictCards({ playground }: { playground: Playground }) {
  const runs = playground.runs.value;
  return (
    <section aria-label="Verdict">
      <Columns>
        {runs.map((run, i) => (
          <Card key={run.slot} run={run} color={i} several={runs.length > 1} />
        ))}
      </Columns>
    </section>
  );
}

const ICONS: Readonly<Record<Verdict["state"], IconName>> = {
  alive: "success",
  fading: "warning",
  dead: "error",
  exploding: "error",
};

function Card({ run, color, several }: { run: Run; color: number; several: boolean }) {
  const prepared = run.trained.value ?? run.prepared.value;
  const verdict = verdictNow(run);
  return (
    <div class={classes("verdict", verdict && `verdict-${verdict.state}`)}>
      <p class="verdict-name">
        {several && (
          <>
            <span class="swatch" data-series={color} aria-hidden="true" />
            <strong>{run.slot.toUpperCase()}</strong>
          </>
        )}
        <span>{prepared === undefined ? "…" : networkInWords(prepared)}</span>
      </p>
      <div class="verdict-body" aria-live="polite">
        {verdict === undefined ? (
          <Waiting>
            {run.isUnderWay ? "The first steps tell." : "Press Train: the first steps tell whether it lives."}
          </Waiting>
        ) : (
          <>
            <Icon name={ICONS[verdict.state]} />
            <div>
              <p class="verdict-title">{verdict.title}</p>
              <p class="verdict-text">{verdict.text}</p>
            </div>
          </>
        )}
      </div>
    </div>
  );
}

const Waiting = ({ children }: { children: ComponentChildren }) => <p class="verdict-text">{children}</p>;

/** How many of the last reports of the loss are looked at. */
const RECENT = 8;

function verdictNow(run: Run): Verdict | undefined {
  const activity = run.views.activity.value;
  if (activity === undefined) return undefined;
  const recent = run.curve.value.loss.slice(-RECENT);
  const prepared = run.trained.value;
  return verdictOf(activity, {
    loss: recent.length === 0 ? undefined : recent.reduce((a, b) => a + b) / recent.length,
    classes: prepared?.targets === "classes" ? prepared.classNames.length : undefined,
  });
}

/** "9 layers, no batch normalisation, ReLU, SGD". */
function networkInWords({ settings }: Prepared): string {
  const { layers = [], bn, activation = "relu", optimizer = "sgd" }: Given = settings;
  const count = layers.length + 1;
  return [
    count === 1 ? "1 layer" : `${count} layers`,
    bn === false || bn === undefined ? "no batch normalisation" : `batch normalisation ${bn} the activation`,
    choiceName(activation),
    choiceName(optimizer),
  ].join(", ");
}
