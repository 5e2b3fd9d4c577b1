//! Conditions on the version of Python that have one answer by now.

/// The oldest Python 3 that anybody runs.
const OLDEST: u32 = 8;

/// What the condition says under every Python that is still run; `None` for other conditions.
pub(super) fn says(condition: &str) -> Option<bool> {
    match condition {
        "PY2" | "six.PY2" => return Some(false),
        "PY3" | "six.PY3" => return Some(true),
        _ => {}
    }
    let rest = condition.strip_prefix("sys.version_info")?;
    let (of_major, rest) = match rest
        .strip_prefix("[0]")
        .or_else(|| rest.strip_prefix(".major"))
    {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("[:2]").unwrap_or(rest)),
    };
    let rest = rest.trim_start();
    let split = rest.find(|one: char| !matches!(one, '<' | '>' | '=' | '!'))?;
    let (operator, number) = rest.split_at(split);
    let mut numbers = number
        .trim_matches(|one: char| one.is_whitespace() || matches!(one, '(' | ')' | ','))
        .split(',')
        .map(|one| one.trim().parse::<u32>().ok());
    let (major, minor) = (numbers.next()??, numbers.next().unwrap_or(Some(0))?);
    match operator {
        ">=" | ">"
            if (major, minor) < (3, OLDEST) && !(of_major && operator == ">" && major == 3) =>
        {
            Some(true)
        }
        "<" | "<="
            if (major, minor) < (3, OLDEST) && !(of_major && operator == "<=" && major == 3) =>
        {
            Some(false)
        }
        "==" if of_major => Some(major == 3),
        "!=" if of_major => Some(major != 3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn old_versions_have_one_answer() {
        assert_eq!(says("sys.version_info >= (3, 5)"), Some(true));
        assert_eq!(says("sys.version_info < (3,)"), Some(false));
        assert_eq!(says("sys.version_info[0] == 2"), Some(false));
        assert_eq!(says("sys.version_info.major >= 3"), Some(true));
        assert_eq!(says("six.PY2"), Some(false));
    }

    #[test]
    fn new_versions_and_other_conditions_are_open() {
        for condition in [
            "sys.version_info >= (3, 12)",
            "sys.version_info < (3, 11)",
            "sys.version_info[1] == 2",
            "sys.version_info[0] > 3",
            "sys.platform",
            "sys.version_info >= (MAJOR, 5)",
        ] {
            assert_eq!(says(condition), None, "{condition}");
        }
    }
}
