//! Generating CRLs: at once after a change, daily otherwise, nextUpdate 8 days (root: 400 days).
