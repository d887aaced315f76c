/** Small images side by side: samples, or the weights of a first layer. Each opens larger. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { colors } from "./colors.ts";
import { Dialog } from "./dialog.tsx";
import { type PixelScale, type PixelShape, pixelsOf, reachOf } from "./pixels.ts";

export interface GridImage {
  /** channels × height × width numbers. */
  readonly pixels: ArrayLike<number>;
  /** A line below it, such as the class. */
  readonly caption?: string | undefined;
  /** A second line, such as what the model says. */
  readonly note?: string | undefined;
  /** Whether the second line is good or bad news. */
  readonly tone?: "success" | "error" | undefined;
}

export interface ImageGridProps extends PixelShape {
  readonly label: string;
  readonly images: readonly GridImage[];
  readonly scale: PixelScale;
  /** The side of an image, in pixels. Default: 64. */
  readonly size?: number | undefined;
}

interface PictureProps extends PixelShape {
  readonly image: GridImage;
  readonly scale: PixelScale;
  readonly reach: number;
  readonly side: number;
}

function Picture({ image, scale, reach, side, width, height, channels }: PictureProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const palette = colors.value;
  useLayoutEffect(() => {
    const pixels = pixelsOf(image.pixels, { width, height, channels }, scale, reach, palette);
    ref.current?.getContext("2d")?.putImageData(pixels, 0, 0);
  }, [image.pixels, scale, reach, palette, width, height, channels]);
  // Its height follows: it has the shape of the image, in a narrow frame as well.
  const across = `${(side * width) / Math.max(width, height)}px`;
  return <canvas ref={ref} class="pixels" width={width} height={height} style={{ width: across }} />;
}

/** One image, large. Arrow keys go to its neighbours. */
function Large(
  props: ImageGridProps & {
    reach: number;
    index: number | undefined;
    onIndex: (index: number | undefined) => void;
  },
) {
  const { images, index, onIndex, ...look } = props;
  const image = index === undefined ? undefined : images[index];
  const go = (by: number) => index !== undefined && onIndex((index + by + images.length) % images.length);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    go(event.key === "ArrowRight" ? 1 : -1);
  };
  return (
    <Dialog
      open={image !== undefined}
      onClose={() => onIndex(undefined)}
      title={image?.caption ?? `Image ${(index ?? 0) + 1}`}
      description={image?.note}
      onKeyDown={onKeyDown}
    >
      <div class="large-image">
        <IconButton icon="chevronLeft" label="Previous" onClick={() => go(-1)} />
        {image !== undefined && <Picture {...look} image={image} side={288} />}
        <IconButton icon="chevronRight" label="Next" onClick={() => go(1)} />
      </div>
      <p class="large-count">
        {(index ?? 0) + 1} of {images.length}
      </p>
    </Dialog>
  );
}

export function ImageGrid(props: ImageGridProps) {
  const { label, images, scale, size = 64 } = props;
  const [open, setOpen] = useState<number>();
  const reach = useMemo(
    () => (scale === "weights" ? reachOf(images.map(({ pixels }) => pixels)) : 0),
    [images, scale],
  );
  return (
    <>
      <ul class="image-grid" aria-label={label} style={{ "--size": `${size}px` }}>
        {images.map((image, i) => (
          <li key={i}>
            <button type="button" class="image-button" onClick={() => setOpen(i)}>
              <span class="visually-hidden">Enlarge {image.caption === undefined && `image ${i + 1}`}</span>
              <Picture {...props} image={image} reach={reach} side={size} />
              {image.caption !== undefined && <span class="image-caption">{image.caption}</span>}
              {image.note !== undefined && (
                <span class={image.tone === undefined ? "image-note" : `image-note is-${image.tone}`}>
                  {image.note}
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      <Large {...props} reach={reach} index={open} onIndex={setOpen} />
    </>
  );
}
