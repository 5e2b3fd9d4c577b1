//! The page of a rule that an editor opens from a finding's code.
//!
//! An address that leads nowhere is worse than none, so it is given only where it is known: by
//! whoever built the server, or by the sources that it was built from while they are still there.

use std::path::Path;

use tower_lsp::lsp_types::Url;

/// Where the pages are on the web: this, the rule's name, `.md`. Set when the server is built.
const WEB: Option<&str> = option_env!("HOTFIX_RULE_PAGES");

/// Where they are in the sources.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/server/rules/docs");

/// The page of a built-in rule; a team's own rule has none.
pub(super) fn of(rule: &str) -> Option<Url> {
    crate::rules::find(rule)?;
    find(rule, WEB, Path::new(SOURCES))
}

fn find(rule: &str, web: Option<&str>, sources: &Path) -> Option<Url> {
    if let Some(web) = web {
        let slash = if web.ends_with('/') { "" } else { "/" };
        return Url::parse(&format!("{web}{slash}{rule}.md")).ok();
    }
    let page = sources.join(rule).with_extension("md");
    page.is_file().then(|| Url::from_file_path(page).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn every_rule_has_a_page_in_the_sources() {
        for rule in crate::rules::all(&Settings::default()) {
            let name = rule.meta().name;
            let page = find(name, None, Path::new(SOURCES));
            assert!(page.is_some_and(|page| page.scheme() == "file"), "{name}");
        }
    }

    #[test]
    fn an_address_that_is_not_known_is_not_given() {
        assert_eq!(find("missing-key", None, Path::new("/nowhere")), None);
        assert_eq!(of("a-teams-own-rule"), None);
    }

    #[test]
    fn whoever_builds_the_server_may_name_the_web_address() {
        for web in ["https://example.com/rules", "https://example.com/rules/"] {
            let page = find("missing-key", Some(web), Path::new(SOURCES));
            let page = page.map(String::from);
            assert_eq!(
                page.as_deref(),
                Some("https://example.com/rules/missing-key.md")
            );
        }
    }
}
