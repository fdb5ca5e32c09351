import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, ApiError, type BatchOrder, type BatchPlan, type ListFacts } from "$lib/api";
import { Draft } from "./draft.svelte";

const facts: ListFacts = { name: "staff.csv", headings: ["Address"], columns: { mail: 0, name: null, csr: null }, rows: 24, sample: [] };
const order: BatchOrder = { profiles: ["encryption"], form: "modern", supersede: false, columns: facts.columns, department: "physics" };
const plan = (toIssue: number): BatchPlan => ({ rows: 24, toIssue, there: 0, wrong: 0, errors: [], byDevice: [], makesKeys: true });

describe("a list before anything is made", () => {
  let answers: ((found: BatchPlan) => void)[];
  let draft: Draft;
  beforeEach(async () => {
    answers = [];
    vi.spyOn(api, "planBatch").mockImplementation(() => new Promise((found) => answers.push(found)));
    vi.spyOn(api, "correctBatchList").mockResolvedValue(null);
    draft = new Draft();
    draft.look("/folder");
    draft.show(facts);
    const asked = draft.check(order);
    answers[0]?.(plan(24));
    await asked;
  });
  afterEach(() => vi.restoreAllMocks());

  it("can be started when its plan is the answer to what is chosen now, and not before", async () => {
    expect(draft.fresh(order)).toBe(true);
    const other = { ...order, supersede: true };
    expect(draft.fresh(other)).toBe(false);
    const asked = draft.check(other);
    expect([draft.plan?.toIssue, draft.fresh(other)]).toEqual([24, false]);
    answers[1]?.(plan(30));
    await asked;
    expect([draft.plan?.toIssue, draft.fresh(other), draft.fresh(order)]).toEqual([30, true, false]);
  });
  it("forgets an answer that comes after a newer question", async () => {
    const [slow, quick] = [draft.check({ ...order, department: "chemistry" }), draft.check(order)];
    answers[2]?.(plan(7));
    await quick;
    answers[1]?.(plan(99));
    await slow;
    expect([draft.plan?.toIssue, draft.fresh(order)]).toEqual([7, true]);
  });
  it("cannot be started while a row is being corrected, nor before the rows were looked at again", async () => {
    const corrected = draft.correct(3, 0, "zoe@example.edu");
    expect(draft.fresh(order)).toBe(false);
    await corrected;
    expect(draft.fresh(order)).toBe(false);
    const asked = draft.check(order);
    answers[1]?.(plan(25));
    await asked;
    expect(draft.fresh(order)).toBe(true);
  });
  it("stays while the officer looks elsewhere, and is asked about anew", () => {
    draft.bundle = "Staff";
    draft.look("/folder");
    expect([draft.list?.name, draft.columns.mail, draft.bundle, draft.plan?.toIssue, draft.fresh(order)]).toEqual(["staff.csv", 0, "Staff", 24, false]);
  });
  it("goes with the officer's word, with another folder and when the program has no list any more", async () => {
    const left = () => [draft.list, draft.plan, draft.columns.mail];
    draft.close();
    expect(left()).toEqual([null, null, null]);
    draft.show(facts);
    draft.look("/other");
    expect(left()).toEqual([null, null, null]);
    draft.show(facts);
    vi.mocked(api.planBatch).mockRejectedValue(new ApiError({ code: "notFound", message: "", field: null, incident: null }));
    await draft.check(order);
    expect([...left(), draft.gone]).toEqual([null, null, null, true]);
    draft.look("/other");
    expect(draft.gone).toBe(false);
  });
  it("says why it could not be looked at", async () => {
    vi.mocked(api.planBatch).mockRejectedValue(new ApiError({ code: "databaseBusy", message: "", field: null, incident: null }));
    await draft.check(order);
    expect([draft.plan, draft.error?.code, draft.list?.name]).toEqual([null, "databaseBusy", "staff.csv"]);
  });
});
