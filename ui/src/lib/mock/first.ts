// The first screen of the pretended program, out of its other answers.
import type { CommandError, Result } from "../../bindings";
import { ApiError, type Api } from "../api";

type Others = Pick<Api, "session" | "today" | "batches" | "enrollments" | "serverStatus" | "statusBrief">;

async function part<T>(call: () => Promise<T>): Promise<Result<T, CommandError>> {
  try {
    return { Ok: await call() };
  } catch (thrown) {
    const { code, message, field, incident } = ApiError.from(thrown);
    return { Err: { code, message, field, incident } };
  }
}

export function first(of: Others): Pick<Api, "firstScreen" | "underWay"> {
  const underWay: Api["underWay"] = async () => {
    const query = { subscriber: null, search: null, after: null };
    const [batches, moving, waiting] = await Promise.all([
      of.batches(),
      of.enrollments({ ...query, states: ["opened", "authenticated", "identified", "issued"], limit: 50 }),
      of.enrollments({ ...query, states: ["invited"], limit: 100 }),
    ]);
    return { batches: batches.filter((one) => one.state === "running" || one.state === "stopped"), walks: [...moving.rows, ...waiting.rows] };
  };
  return {
    underWay,
    firstScreen: async () => ({ session: await part(of.session), today: await part(of.today), underWay: await part(underWay), server: await part(of.serverStatus), status: await part(of.statusBrief) }),
  };
}
