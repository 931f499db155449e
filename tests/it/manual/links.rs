//! Links between the pages lead somewhere, and the first page stays short.

use super::{page, read, root};
use std::{collections::BTreeSet, fs, path::Path};

const MOST_LINES: usize = 150;

/// README.md, ARCHITECTURE.md and all of docs, from the root.
fn pages() -> Vec<String> {
    let docs = fs::read_dir(root("docs")).expect("docs");
    let docs = docs.map(|entry| format!("docs/{}", entry.expect("a page").file_name().display()));
    let mut pages: Vec<String> = docs.filter(|path| path.ends_with(".md")).collect();
    pages.sort();
    pages.extend(["README.md", "ARCHITECTURE.md"].map(str::to_owned));
    assert!(pages.len() > 5, "{pages:?}");
    pages
}

/// Where a line's links lead: what stands in `](…)`, without what is in backticks.
fn links(line: &str) -> Vec<String> {
    let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let after = plain.split("](").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(link, _)| link.to_owned()).collect()
}

/// A heading as it is linked to: small letters, digits, and hyphens for blanks.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let (_, lines) = page::apart(page);
    let headings = lines.iter().filter(|(_, line)| line.starts_with('#'));
    headings.map(|(_, line)| anchor(line.trim_start_matches('#'))).collect()
}

/// What is wrong with a link of a page.
fn broken(page: &str, link: &str) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("http://") {
        return None;
    }
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
    let folder = Path::new(page).parent().expect("a folder");
    let target = if file.is_empty() { page.into() } else { folder.join(file) };
    let path = root(&target.display().to_string());
    if !path.exists() {
        return Some(format!("there is no {}", target.display()));
    }
    let heading = heading?;
    let text = fs::read_to_string(&path).unwrap_or_default();
    (!anchors(&text).contains(heading)).then(|| format!("{} has no heading #{heading}", target.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for path in pages() {
        let text = read(&path);
        for (number, line) in page::apart(&text).1 {
            for link in links(line) {
                checked += 1;
                wrong.extend(broken(&path, &link).map(|why| format!("{path}:{number}: {why}")));
            }
        }
    }
    assert!(checked > 20, "only {checked} links were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_broken_link_is_noticed() {
    let line =
        "see [a](docs/tour.md) and [b](docs/none.md#x), `[c](not-a-link)` and [d](#money-from-a-payment-provider)";
    assert_eq!(links(line), ["docs/tour.md", "docs/none.md#x", "#money-from-a-payment-provider"]);
    assert_eq!(broken("README.md", "docs/tour.md"), None);
    assert_eq!(broken("docs/tour.md", "#money-from-a-payment-provider"), None);
    assert_eq!(broken("README.md", "docs/tour.md#money-from-a-payment-provider"), None);
    assert!(broken("README.md", "docs/none.md").is_some());
    assert!(broken("docs/tour.md", "docs/tour.md").is_some(), "links are relative to their page");
    assert!(broken("README.md", "docs/tour.md#nothing-of-the-kind").is_some());
    assert_eq!(anchor(" Resellers' accounts, in `XState` 5 "), "resellers-accounts-in-xstate-5");
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let readme = read("README.md");
    let linked: BTreeSet<String> = page::apart(&readme).1.into_iter().flat_map(|(_, line)| links(line)).collect();
    for path in pages() {
        assert!(path == "README.md" || linked.contains(&path), "README.md does not link {path}");
    }
}

#[test]
fn the_readme_is_read_in_one_go() {
    let lines = read("README.md").lines().count();
    assert!(lines <= MOST_LINES, "README.md has {lines} lines; what is more than a first look goes to docs");
}
