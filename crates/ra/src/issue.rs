//! The issuance cycle, steps 1 to 4 of docs/issuance-cycle.md: reserve, sign, lint, store.
