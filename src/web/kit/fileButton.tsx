/** A button that opens files, or a folder, from the reader's disk. */
import { useRef } from "preact/hooks";
import { Button, type ButtonProps } from "./button.tsx";
import type { NamedFile } from "./droppedFiles.ts";

export interface FileButtonProps extends Omit<ButtonProps, "onClick" | "type"> {
  /** Endings and types as the platform's chooser takes them: ".csv,.parquet". */
  readonly accept?: string | undefined;
  readonly multiple?: boolean | undefined;
  /** A whole folder, with the folders in it. */
  readonly directory?: boolean | undefined;
  readonly onFiles: (files: readonly NamedFile[]) => void;
}

export function FileButton({ accept, multiple, directory, onFiles, ...button }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = (files: FileList | null) => {
    const named = [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    // The same file can be chosen again.
    if (input.current) input.current.value = "";
    if (named.length > 0) onFiles(named);
  };
  return (
    <>
      <Button {...button} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple || directory}
        {...(directory ? { webkitdirectory: true } : {})}
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => chosen(event.currentTarget.files)}
      />
    </>
  );
}
