// The ledger.
import { countEn as n, figure } from "../plural";

export const ledger = {
  title: "Ledger",
  sub: "every act, chained by hash",
  verify: "Verify the ledger",
  verifying: "Reading every row",
  ok: (rows: number) => `${n(rows, "row fits", "rows fit")} the chain; nothing was changed or removed.`,
  unsigned: (since: string) => `Rows since ${since} are not covered by a signature, though they should be. Compare them with a backup.`,
  broken: (row: number) => `Row ${row} does not fit the chain. Keep this folder as it is and compare it with a backup.`,
  number: "No.",
  at: "Time (UTC)",
  actor: "Who",
  event: "What",
  subject: "About",
  actors: { officer: "Officer", command: "Command", subscriber: "Person", device: "Device", signet: "Signet" },
  details: "Facts",
  from: (row: number) => `From row ${figure(row)} on, the earlier ones below.`,
  noRow: (row: number) => `There is no row ${figure(row)} yet. The newest come first.`,
  newest: "Newest first",
  record: "The record as it was written",
  rowOf: (number: number) => `Row ${figure(number)}`,
  hash: "Hash",
  emptyTitle: "Nothing has happened yet",
  emptyText: "Every act of an officer, a person or a phone gets a row here that cannot be changed unseen.",
};
