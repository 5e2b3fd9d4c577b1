//! Who uses a name of another module, by its imports and its text: a file is parsed only where the
//! answer has to be exact, so that a whole repository can be searched.

mod exact;

use std::ops::Range;

/// A definition whose users are looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The file that production has it in.
    pub path: String,
    /// Its qualified name; empty for the module itself.
    pub qualname: String,
    /// What counts as a use.
    pub way: Way,
}

/// What counts as a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The name stands in a file that imports the module or its package.
    Named,
    /// The name is imported from exactly this module, and nothing catches that it fails.
    Imported,
    /// The module itself is imported, or something from it.
    Module,
    /// `Class.NAME` stands in a file that imports the class from this module.
    Member,
}

/// A line that uses something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The line, from 0.
    pub line: u32,
    /// The columns of the name, in characters.
    pub columns: Range<u32>,
    /// What stands there, without indentation.
    pub text: String,
}

/// The lines of `text`, the file at `path`, that use what is wanted. A file that does not import
/// its module uses nothing of it.
#[must_use]
pub fn uses(text: &str, path: &str, wanted: &Wanted) -> Vec<Use> {
    if path == wanted.path {
        return Vec::new();
    }
    match wanted.way {
        Way::Named => named(text, path, wanted),
        Way::Imported => exact::imports_of(text, path, wanted),
        Way::Module => exact::imports_of_module(text, path, &wanted.path),
        Way::Member => exact::members(text, path, wanted),
    }
}

fn named(text: &str, path: &str, wanted: &Wanted) -> Vec<Use> {
    let (class, name) = match wanted.qualname.rsplit_once('.') {
        Some((class, name)) => (Some(class), name),
        None => (None, wanted.qualname.as_str()),
    };
    if !text.contains(name) || !imports(text, path, &wanted.path) {
        return Vec::new();
    }
    if class.is_some_and(|class| !text.contains(class.rsplit('.').next().unwrap_or(class))) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with('#') || !line.contains(name) {
            continue;
        }
        let at = line.match_indices(name).map(|(at, _)| at).find(|&at| {
            let before = line[..at].chars().next_back();
            let after = line[at + name.len()..].chars().next();
            let word =
                |one: Option<char>| one.is_some_and(|one| one.is_alphanumeric() || one == '_');
            // A method is used behind a dot, and a keyword argument is somebody else's.
            let fits = if class.is_some() {
                before == Some('.')
            } else {
                !matches!(before, Some('"' | '\''))
            };
            let keyword = after == Some('=') && !line[at + name.len()..].starts_with("==");
            !word(before) && !word(after) && fits && !keyword
        });
        let Some(at) = at else { continue };
        let column = |bytes: &str| u32::try_from(bytes.chars().count()).unwrap_or(u32::MAX);
        let start = column(&line[..at]);
        found.push(Use {
            line: u32::try_from(number).unwrap_or(u32::MAX),
            columns: start..start + column(name),
            text: code.trim_end().to_owned(),
        });
    }
    found
}

/// Whether some import of the file at `path` may name the module at `module`.
fn imports(text: &str, path: &str, module: &str) -> bool {
    let dotted = module
        .strip_suffix(".py")
        .unwrap_or(module)
        .replace('/', ".");
    let dotted = dotted.strip_suffix(".__init__").unwrap_or(&dotted);
    let (package, last) = dotted.rsplit_once('.').unwrap_or(("", dotted));
    let inside = |name: &str| {
        // `src.shop.orders` is imported as `shop.orders`.
        dotted == name || dotted.ends_with(&format!(".{name}"))
    };
    let folder = path
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder)
        .replace('/', ".");
    text.lines().map(str::trim_start).any(|line| {
        let from = line.strip_prefix("from ").and_then(|rest| {
            let (module, names) = rest.split_once(" import ")?;
            Some((module.trim(), names))
        });
        if let Some((from, names)) = from {
            let dots = from.len() - from.trim_start_matches('.').len();
            let name = from.trim_start_matches('.');
            if dots == 0 {
                let of_package = package == name || package.ends_with(&format!(".{name}"));
                let lists = || names.split([',', ' ', '(', ')']).any(|one| one == last);
                // A package hands on what its modules have.
                return inside(name) || of_package && (lists() || !name.is_empty());
            }
            let mut base = folder.as_str();
            for _ in 1..dots {
                base = base.rsplit_once('.').map_or("", |(outer, _)| outer);
            }
            let full = format!("{base}.{name}");
            let full = full.trim_matches('.');
            return full == dotted || full == package;
        }
        line.strip_prefix("import ").is_some_and(|names| {
            let mut names = names.split(',').map(|one| one.split_whitespace().next());
            names.any(|one| {
                one.is_some_and(|one| inside(one) || dotted.starts_with(&format!("{one}.")))
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn lines(text: &str, path: &str, qualname: &str) -> Vec<u32> {
        let wanted = Wanted {
            path: "src/shop/orders.py".to_owned(),
            qualname: qualname.to_owned(),
            way: Way::Named,
        };
        uses(text, path, &wanted)
            .iter()
            .map(|one| one.line)
            .collect()
    }

    #[test]
    fn an_imported_name_is_found_where_it_is_used() {
        let text = "from shop.orders import total\n\nprint(total(1))\n# total\nsubtotal = 2\n";
        assert_eq!(lines(text, "src/shop/web.py", "total"), [0, 2]);
        assert_eq!(
            lines("from .orders import total\n", "src/shop/web.py", "total"),
            [0]
        );
        assert_eq!(
            lines(
                "import shop.orders\nshop.orders.total(1)\n",
                "app.py",
                "total"
            ),
            [1]
        );
    }

    #[test]
    fn the_same_name_of_another_module_is_not_it() {
        assert_eq!(
            lines("from shop.sums import total\n", "src/shop/web.py", "total"),
            [0; 0]
        );
        assert_eq!(
            lines("from .orders import total\n", "src/bank/web.py", "total"),
            [0; 0]
        );
        assert_eq!(
            lines("total = 1\nprint(total)\n", "app.py", "total"),
            [0; 0]
        );
    }

    #[test]
    fn a_method_is_found_behind_a_dot_where_its_class_is_known() {
        let text = "from shop.orders import Order\n\ntotal = Order().total()\n";
        assert_eq!(lines(text, "app.py", "Order.total"), [2]);
        let other = "from shop.orders import Bill\n\nBill().total()\n";
        assert_eq!(lines(other, "app.py", "Order.total"), [0; 0]);
    }
}
