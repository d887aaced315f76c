/** The whole window takes dropped files and folders, and says so while something is dragged over it. */
import { useEffect, useState } from "preact/hooks";
import { carriesFiles, droppedFiles, type NamedFile } from "./droppedFiles.ts";
import { Icon } from "./icons.tsx";

export interface DropZoneProps {
  readonly onFiles: (files: readonly NamedFile[]) => void;
  /** A file or folder could not be read. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** What may be dropped, in a few words. */
  readonly title: string;
  readonly description?: string | undefined;
  readonly disabled?: boolean | undefined;
}

/** What stands over the page while files are dragged. */
export function DropOverlay({ title, description }: Pick<DropZoneProps, "title" | "description">) {
  return (
    <div class="drop-overlay" aria-hidden="true">
      <div class="drop-target">
        <Icon name="upload" />
        <strong>{title}</strong>
        {description !== undefined && <span>{description}</span>}
      </div>
    </div>
  );
}

export function DropZone({ onFiles, onError, title, description, disabled = false }: DropZoneProps) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (disabled) return;
    // Each element that is entered and left fires: only as many leaves as enters end the drag.
    let depth = 0;
    const onEnter = (event: DragEvent) => {
      if (!carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = "copy";
    };
    const onLeave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      droppedFiles(event.dataTransfer!).then(
        (files) => files.length > 0 && onFiles(files),
        (error) => onError?.(error),
      );
    };
    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragover", onOver);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("drop", onDrop);
    };
  }, [onFiles, onError, disabled]);
  return over ? <DropOverlay title={title} description={description} /> : null;
}
