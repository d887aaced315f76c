/** A search or a reproduction as its workers have to know it. */
import type { QueueStudy } from "../../queue/messages.ts";
import type { TrainSettings } from "../../settings/settings.ts";

/** What a study's folder says of it. */
interface Described {
  readonly id?: string | undefined;
  readonly settings: object;
  readonly objective?: string | undefined;
  readonly data: QueueStudy["data"];
}

/** Without the place of the data: it is the coordinator's own. */
export function queueStudy(
  kind: QueueStudy["kind"],
  { id, settings, objective, data }: Described,
): QueueStudy {
  const { data: _, ...others } = settings as TrainSettings;
  return { kind, id: id!, settings: others as TrainSettings, objective, data };
}
