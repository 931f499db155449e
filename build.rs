//! Builds again when a file under `config/` or `assets/` comes or goes: both are embedded in the program.

fn main() {
    println!("cargo:rerun-if-changed=config");
    println!("cargo:rerun-if-changed=assets");
}
