//! A new migration file must lead to a new build: the embedding macro sees only files that were there.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
