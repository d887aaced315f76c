/** A command, or other text, to be copied. */
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce.ts";
import { Button } from "./button.tsx";

export interface CopyFieldProps {
  /** What it is, for screen readers: "Command". */
  readonly label: string;
  readonly text: string;
  /** Long texts break into lines. Default: true. Otherwise they scroll. */
  readonly wrap?: boolean | undefined;
}

export function CopyField({ label, text, wrap = true }: CopyFieldProps) {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");
  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
      announce("Copied");
    } catch {
      setState("failed");
      announce("Copying was refused. Select the text and copy it.");
    }
  };
  const words = { ready: "Copy", copied: "Copied", failed: "Select it" }[state];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    <div class="copy-field" role="group" aria-label={label}>
      <pre class={wrap ? "is-wrapped" : undefined} tabIndex={wrap ? undefined : 0}>
        <code>{text}</code>
      </pre>
      <Button kind="quiet" small icon={state === "copied" ? "check" : "copy"} onClick={copy}>
        {words}
      </Button>
    </div>
  );
}
