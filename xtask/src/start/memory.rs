//! Memory of a process and its children by the kernel's figures (Linux): shared pages are counted in parts, so that sums are right.

use std::{collections::BTreeSet, fs, path::PathBuf};

/// A process and all that it started.
pub(super) fn tree(root: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        if let Ok(process) = entry.file_name().to_string_lossy().parse::<u32>()
            && let Ok(stat) = fs::read_to_string(entry.path().join("stat"))
            // "pid (name) state parent ...", and a name may hold blanks and parentheses
            && let Some(parent) = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)).and_then(|word| word.parse().ok())
        {
            parents.push((process, parent));
        }
    }
    let mut tree = vec![root];
    let mut at = 0;
    while let Some(parent) = tree.get(at).copied() {
        tree.extend(parents.iter().filter(|(_, of): &&(u32, u32)| *of == parent).map(|(process, _)| *process));
        at += 1;
    }
    tree
}

/// KiB of all of them.
pub(super) fn pss(tree: &[u32]) -> Result<u64, String> {
    let mut sum = 0;
    for process in tree {
        // One that has ended meanwhile takes nothing.
        let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        sum += line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
    }
    if sum == 0 { Err("the kernel says nothing about the memory of the program".to_owned()) } else { Ok(sum) }
}

/// Files that they have mapped.
pub(super) fn mapped(tree: &[u32]) -> Vec<PathBuf> {
    let mut files = BTreeSet::new();
    for process in tree {
        let text = fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
        files.extend(text.lines().filter_map(|line| line.find('/').and_then(|at| line.get(at..))).map(PathBuf::from));
    }
    files.into_iter().collect()
}
