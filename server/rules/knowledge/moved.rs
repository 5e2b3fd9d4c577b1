//! Modules that had another name in Python 2, or have one in a library that hides the difference.

/// Old name, and what it is called today. The first that fits counts.
const MOVED: &[(&str, &str)] = &[
    ("httplib.", "http.client."),
    ("http_client.", "http.client."),
    ("urllib2.", "urllib.request."),
    ("__builtin__.", ""),
    ("builtins.", ""),
];

/// Libraries that carry the standard library's modules.
const CARRIERS: &[&str] = &[
    "six.moves.",
    "future.moves.",
    "eventlet.green.",
    "django.utils.six.moves.",
];

/// The name that the standard library has for it today.
#[must_use]
pub fn modern(name: String) -> String {
    let carried = CARRIERS.iter().find_map(|one| {
        let (before, rest) = name.split_once(one)?;
        // `vendored.six.moves.urllib` is the same six.
        (before.is_empty() || before.ends_with('.')).then_some(rest)
    });
    let bare = carried.unwrap_or(&name);
    // `from project.compat import open, urlopen`: a project's own bridge between versions.
    let bridged = bare
        .rsplit_once('.')
        .filter(|(module, _)| module.ends_with("compat"))
        .and_then(|(_, own)| match own {
            "open" => Some("open"),
            "urlopen" => Some("urllib.request.urlopen"),
            _ => None,
        });
    if let Some(known) = bridged {
        return known.to_owned();
    }
    let moved = MOVED
        .iter()
        .find_map(|(old, new)| Some(format!("{new}{}", bare.strip_prefix(old)?)));
    match (moved, carried) {
        (Some(moved), _) => moved,
        (None, Some(rest)) => rest.to_owned(),
        (None, None) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::modern;

    #[track_caller]
    fn case(old: &str, new: &str) {
        assert_eq!(modern(old.to_owned()), new);
    }

    #[test]
    fn old_names_stand_for_new_ones() {
        case("urllib2.urlopen", "urllib.request.urlopen");
        case("httplib.HTTPSConnection", "http.client.HTTPSConnection");
        case("six.moves.urllib.request.urlopen", "urllib.request.urlopen");
        case(
            "vendor.six.moves.http_client.HTTPConnection",
            "http.client.HTTPConnection",
        );
        case("eventlet.green.urllib2.urlopen", "urllib.request.urlopen");
        case("__builtin__.open", "open");
        case("project.utils.compat.open", "open");
    }

    #[test]
    fn other_names_stay() {
        case("requests.get", "requests.get");
        case("mysix.moves", "mysix.moves");
        case("urllib.urlopen", "urllib.urlopen");
    }
}
