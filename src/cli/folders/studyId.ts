/** The id of a study: made when it begins, and kept for ever, also in copies of its folder. What a queue has done for it goes by it. */
import { randomBytes } from "node:crypto";
import * as v from "valibot";

/** An earlier version wrote none. */
export const StudyId = v.optional(v.pipe(v.string(), v.regex(/^[0-9a-z]{1,40}$/)));

/** Of 80 random bits. */
export const newStudyId = (): string => randomBytes(10).toString("hex");
