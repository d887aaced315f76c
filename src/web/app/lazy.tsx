/** Parts of the page that are loaded when they are needed: a first visit does without them. */
import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { toast } from "../kit/toaster.tsx";

/**
 * A component that is loaded when it is first drawn.
 * @param load imports it
 * @param meanwhile what stands in its place, as tall as it will be
 */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: () => ComponentChildren = () => null,
): (props: Props) => ComponentChildren {
  const loaded = signal<ComponentType<Props> | undefined>(undefined);
  let isLoading = false;
  const begin = async () => {
    if (isLoading) return;
    isLoading = true;
    try {
      loaded.value = await load();
    } catch {
      isLoading = false;
      toast({ tone: "error", text: "A part of the page cannot be loaded. Is the server still there?" });
    }
  };
  return (props: Props) => {
    useEffect(() => void begin(), []);
    const Component = loaded.value;
    return Component === undefined ? meanwhile() : <Component {...props} />;
  };
}
