// What is under way when the officer looks at Today.
import { api, type Batch, type Enrollment } from "$lib/api";

export interface UnderWay {
  batches: readonly Batch[];
  /** Enrollments that move, then those that nobody has opened. */
  walks: readonly Enrollment[];
}

export async function underWay(): Promise<UnderWay> {
  const query = { subscriber: null, search: null, after: null };
  const [batches, moving, waiting] = await Promise.all([
    api.batches(),
    api.enrollments({ ...query, states: ["opened", "authenticated", "identified", "issued"], limit: 50 }),
    api.enrollments({ ...query, states: ["invited"], limit: 100 }),
  ]);
  return { batches, walks: [...moving.rows, ...waiting.rows] };
}
