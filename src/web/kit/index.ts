/**
 * The kit of parts that pages are made of. Parts are dumb: props in, callbacks out. Where something moves fast a prop may be
 * a signal. A page links to kit.css; it must hold one `Toaster` if it calls `toast()`.
 */
export * from "./announce.ts";
export * from "./barList.tsx";
export * from "./button.tsx";
export * from "./classes.ts";
export * from "./confusionMatrix.tsx";
export * from "./copyField.tsx";
export * from "./dataTable.tsx";
export * from "./dialog.tsx";
export * from "./disclosure.tsx";
export * from "./drawPad.tsx";
export * from "./droppedFiles.ts";
export * from "./dropZone.tsx";
export * from "./emptyState.tsx";
export * from "./fileButton.tsx";
export * from "./format.ts";
export { type DeadLimits, deathOf, type LayerHistogram } from "./histogram.ts";
export * from "./histogramStack.tsx";
export * from "./icons.tsx";
export * from "./imageGrid.tsx";
export * from "./layerEditor.tsx";
export * from "./lineChart.tsx";
export type { LineSeries, Range } from "./linePlot.ts";
export * from "./menu.tsx";
export * from "./notice.tsx";
export * from "./numberField.tsx";
export * from "./panel.tsx";
export type { PixelScale, PixelShape } from "./pixels.ts";
export * from "./progress.tsx";
export * from "./reactive.ts";
export * from "./rowForm.tsx";
export * from "./segmented.tsx";
export * from "./select.tsx";
export * from "./shell.tsx";
export * from "./skeleton.tsx";
export * from "./slider.tsx";
export * from "./spreadChart.tsx";
export * from "./stat.tsx";
export * from "./surfacePlot.tsx";
export * from "./switch.tsx";
export * from "./tabs.tsx";
export * from "./textField.tsx";
export * from "./theme.ts";
export * from "./themeToggle.tsx";
export * from "./toaster.tsx";
