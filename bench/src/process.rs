//! What the kernel says of processes: CPU time and memory. Linux only.

use crate::Outcome;
use std::time::Duration;

/// Clock ticks a second, as Linux reports them to programs on every platform that it runs on.
const TICKS: u64 = 100;

/// CPU time that a process has used, its finished children not counted.
pub fn cpu(pid: u32) -> Outcome<Duration> {
    let (_, used, _) = stat(pid)?;
    Ok(used)
}

/// CPU time that a process and all its children have used, finished ones too.
pub fn family_cpu(pid: u32) -> Outcome<Duration> {
    let (_, used, waited_for) = stat(pid)?;
    let mut sum = used + waited_for;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // One that has ended meanwhile is counted by its parent.
        if let Ok((parent, used, _)) = stat(child)
            && parent == pid
        {
            sum += used;
        }
    }
    Ok(sum)
}

/// Memory that a process has in RAM now, and the most it ever had, in MB.
pub fn memory(pid: u32) -> Outcome<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default()
    };
    Ok((kib("VmRSS:") / 1024.0, kib("VmHWM:") / 1024.0))
}

/// Parent, own CPU time, CPU time of children that were waited for.
fn stat(pid: u32) -> Outcome<(u32, Duration, Duration)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before the last parenthesis may hold anything.
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let field = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    let time = |ticks: u64| Duration::from_millis(ticks * 1000 / TICKS);
    Ok((u32::try_from(field(1))?, time(field(11) + field(12)), time(field(13) + field(14))))
}
