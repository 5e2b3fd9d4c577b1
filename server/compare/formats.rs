//! Format strings of `%` and `str.format` taken apart, as far as an f-string shows the same.

/// A format string taken apart: what stands around each place, and the places.
pub struct Format {
    /// One more than there are places.
    pub pieces: Vec<String>,
    /// The places.
    pub places: Vec<Place>,
}

/// A place for a value in a format string.
#[derive(Default)]
pub struct Place {
    /// The name or number that asks for the value; empty where the order says it.
    pub name: String,
    /// The attributes of the value that are shown: `name` in `{0.name}`.
    pub attributes: Vec<String>,
    /// `!r` where the value's `repr` is shown.
    pub conversion: Option<&'static str>,
}

/// `%s` and `%r`; `None` where something else is formatted: `%d` cuts a number off, which no `{}` does.
pub fn percent_format(text: &str) -> Option<Format> {
    let (mut pieces, mut places) = (vec![String::new()], Vec::new());
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        let last = pieces.last_mut()?;
        if one != '%' {
            last.push(one);
            continue;
        }
        let conversion = match rest.next()? {
            '%' => {
                last.push('%');
                continue;
            }
            's' => None,
            'r' => Some("!r"),
            _ => return None,
        };
        places.push(Place {
            conversion,
            ..Place::default()
        });
        pieces.push(String::new());
    }
    Some(Format { pieces, places })
}

/// `{}`, `{0}`, `{name}`, `{0.name}` and `{!r}`, doubled braces kept; `None` where a value is shown in
/// a format of its own.
pub fn brace_format(text: &str) -> Option<Format> {
    let (mut pieces, mut places) = (vec![String::new()], Vec::new());
    let mut rest = text.chars().peekable();
    while let Some(one) = rest.next() {
        let last = pieces.last_mut()?;
        match one {
            '{' | '}' if rest.peek() == Some(&one) => {
                rest.next();
                last.push(one);
                last.push(one);
            }
            '{' => {
                let mut inside = String::new();
                loop {
                    match rest.next()? {
                        '}' => break,
                        ':' | '[' | '{' => return None,
                        other => inside.push(other),
                    }
                }
                let mut place = place(&inside)?;
                if place.name.is_empty() {
                    place.name = places.len().to_string();
                }
                places.push(place);
                pieces.push(String::new());
            }
            '}' => return None,
            other => last.push(other),
        }
    }
    Some(Format { pieces, places })
}

/// What stands between two braces.
fn place(inside: &str) -> Option<Place> {
    let (path, conversion) = match inside.split_once('!') {
        None => (inside, None),
        Some((path, "r")) => (path, Some("!r")),
        Some((path, "s")) => (path, None),
        Some(_) => return None,
    };
    let mut parts = path.split('.').map(str::to_owned);
    Some(Place {
        name: parts.next()?,
        attributes: parts.collect(),
        conversion,
    })
}
