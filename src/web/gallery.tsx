/** All parts of the kit in all their states: for screenshots, and for the tests. It is not part of the site. */
import { render } from "preact";
import { Charts } from "./gallery/charts.tsx";
import { Controls } from "./gallery/controls.tsx";
import { Live } from "./gallery/live.tsx";
import { Pictures } from "./gallery/pictures.tsx";
import { RunBar, SideColumn } from "./gallery/side.tsx";
import { States } from "./gallery/states.tsx";
import { DropZone, MotionToggle, NavLink, Shell, ThemeToggle, Toaster, toast } from "./kit/index.ts";

function Gallery() {
  return (
    <Shell
      title="Gallery of parts"
      nav={
        <>
          <NavLink href="#charts" current>
            Charts
          </NavLink>
          <NavLink href="#controls">Controls</NavLink>
          <NavLink href="#states">States</NavLink>
        </>
      }
      actions={
        <>
          <MotionToggle />
          <ThemeToggle />
        </>
      }
      controls={<SideColumn />}
      runBar={<RunBar />}
      footer="Your data stays on this machine: it is read, trained on and drawn in this page."
    >
      <Charts />
      <Live />
      <Pictures />
      <Controls />
      <States />
      <DropZone
        title="Drop your data here"
        description="A table, six CIFAR-10 files, MNIST, or a folder of images"
        onFiles={(files) => toast({ tone: "success", text: `${files.length} files: ${files[0]?.path}` })}
      />
      <Toaster />
    </Shell>
  );
}

render(<Gallery />, document.getElementById("app")!);
