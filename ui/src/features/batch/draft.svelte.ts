// The list on show and what was chosen for it, before anything is made: it stays while the officer looks something up in the register.
// The rows themselves, as corrected so far, are with the program.
import { api, ApiError, type BatchColumns, type BatchOrder, type BatchPlan, type ListFacts, type Pkcs12Form } from "$lib/api";

const NONE: BatchColumns = { mail: null, name: null, csr: null };

export class Draft {
  list = $state.raw<ListFacts | null>(null);
  columns = $state.raw<BatchColumns>(NONE);
  /** Id of the chosen department; empty: the first one. */
  department = $state("");
  /** Name of the chosen bundle; empty: the first that can be made here. */
  bundle = $state("");
  form = $state<Pkcs12Form>("modern");
  supersede = $state(false);
  /** What every row would give, by the newest answer. */
  plan = $state.raw<BatchPlan | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** The program has no list any more. */
  gone = $state(false);
  /** Rises when what an order is about changed: the list, a row of it, the register. */
  revision = $state(0);
  #correcting = $state(0);
  #answered = $state<string | null>(null);
  #turn = 0;
  #folder: string | null = null;

  #question(order: BatchOrder | null): string {
    return JSON.stringify([this.revision, order]);
  }
  /** The plan is the answer to this order and to the rows as they are: only then it can be started. */
  fresh(order: BatchOrder | null): boolean {
    return this.#correcting === 0 && this.#answered === this.#question(order);
  }

  /** The officer looks at it, in this folder: what was planned before is asked again, what belongs to another folder is forgotten. */
  look(folder: string | null): void {
    if (!this.list || folder !== this.#folder) this.drop();
    this.#folder = folder;
    this.revision += 1;
  }
  /** Another list. */
  show(facts: ListFacts): void {
    this.list = facts;
    this.columns = { ...facts.columns };
    this.#forget();
    this.gone = false;
  }
  /** Away with the list; what was chosen for it stays for the next one. */
  close(): void {
    this.list = null;
    this.columns = NONE;
    this.#forget();
  }
  /** Away with all of it. */
  drop(): void {
    this.close();
    this.department = this.bundle = "";
    this.form = "modern";
    this.supersede = this.gone = false;
  }
  #forget(): void {
    this.plan = this.error = this.#answered = null;
    this.#turn += 1;
    this.revision += 1;
  }

  /** Corrects a cell, or leaves the row out; throws what was refused. */
  async correct(line: number, column: number, text: string | null): Promise<void> {
    this.#correcting += 1;
    try {
      await api.correctBatchList(line, column, text);
    } finally {
      this.#correcting -= 1;
      this.revision += 1;
    }
  }

  /** Asks what every row would give; only the newest answer counts. Without an order there is nothing to give. */
  async check(order: BatchOrder | null): Promise<void> {
    const turn = ++this.#turn;
    const question = this.#question(order);
    if (!this.list || !order) {
      this.plan = this.error = null;
      return;
    }
    try {
      const found = await api.planBatch(order);
      if (turn !== this.#turn) return;
      [this.plan, this.error, this.#answered] = [found, null, question];
    } catch (thrown) {
      if (turn !== this.#turn) return;
      const error = ApiError.from(thrown);
      if (error.code === "notFound") {
        this.close();
        this.gone = true;
      } else [this.plan, this.error, this.#answered] = [null, error, question];
    }
  }
}

export const draft = new Draft();
