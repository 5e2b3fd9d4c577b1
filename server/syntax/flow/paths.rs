//! What can be followed from place to place, as numbers: `event`, `self.config`, `event["body"]`.

use fnv::FnvHashMap;

use super::flat::{Flat, Place};
use crate::syntax::nodes::string_value;

/// A path of one scope; equal text, equal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(u32);

/// The last step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment<'a> {
    /// A plain name.
    Name(&'a str),
    /// `.name`
    Attribute(&'a str),
    /// `["key"]`
    Key(&'a str),
    /// `()`
    Call,
}

/// All paths of a scope, as a tree: every path knows what it reaches through.
#[derive(Debug, Default)]
pub struct Paths<'a> {
    all: Vec<(Option<Path>, Segment<'a>)>,
    known: FnvHashMap<(Option<Path>, Segment<'a>), Path>,
    /// Whether other paths reach through it.
    extended: Vec<bool>,
}

impl<'a> Paths<'a> {
    /// The path of a place whose parts have theirs already.
    pub(super) fn of(&mut self, flat: &Flat<'a>, place: Place) -> Option<Path> {
        match flat.kind(place) {
            "identifier" => Some(self.add(None, Segment::Name(flat.slice(place)))),
            "attribute" => {
                let object = flat.path(flat.field(place, "object")?)?;
                let name = flat.slice(flat.field(place, "attribute")?);
                Some(self.add(Some(object), Segment::Attribute(name)))
            }
            "subscript" => {
                let object = flat.path(flat.field(place, "value")?)?;
                let key = constant_key(flat, place)?;
                Some(self.add(Some(object), Segment::Key(key)))
            }
            "call" => {
                let arguments = flat.field(place, "arguments")?;
                let function = flat.path(flat.field(place, "function")?)?;
                // `mapping.get("key")` asks for `mapping["key"]`.
                if let (Some(object), Segment::Attribute("get")) = self.all[function.0 as usize]
                    && let Some(key) = flat.children(arguments).next()
                    && let Some(key) = string_value(flat.node(key), flat.source())
                {
                    self.add(Some(object), Segment::Key(key));
                }
                let bare = flat.kind(arguments) == "argument_list"
                    && flat.children(arguments).next().is_none();
                bare.then(|| self.add(Some(function), Segment::Call))
            }
            "comparison_operator" => {
                // `"key" in mapping` asks for `mapping["key"]`.
                let mut operands = flat.children(place);
                let (left, right) = (operands.next()?, operands.next()?);
                if let Some(key) = string_value(flat.node(left), flat.source())
                    && let Some(mapping) = flat.path(right)
                {
                    self.add(Some(mapping), Segment::Key(key));
                }
                None
            }
            "await" | "parenthesized_expression" => flat.path(flat.children(place).next()?),
            _ => None,
        }
    }

    fn add(&mut self, outer: Option<Path>, segment: Segment<'a>) -> Path {
        if let Some(path) = self.known.get(&(outer, segment)) {
            return *path;
        }
        let path = Path(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push((outer, segment));
        self.extended.push(false);
        if let Some(outer) = outer {
            self.extended[outer.0 as usize] = true;
        }
        self.known.insert((outer, segment), path);
        path
    }

    /// The path of a plain name, if the scope reads or binds it.
    #[must_use]
    pub fn name(&self, name: &'a str) -> Option<Path> {
        self.known.get(&(None, Segment::Name(name))).copied()
    }

    /// The path one step further, if the scope has it.
    #[must_use]
    pub fn step(&self, path: Path, segment: Segment<'a>) -> Option<Path> {
        self.known.get(&(Some(path), segment)).copied()
    }

    /// What the path reaches through; `None` for a plain name.
    #[must_use]
    pub fn outer(&self, path: Path) -> Option<Path> {
        self.all[path.0 as usize].0
    }

    /// Its last step.
    #[must_use]
    pub fn segment(&self, path: Path) -> Segment<'a> {
        self.all[path.0 as usize].1
    }

    /// Its first name.
    #[must_use]
    pub fn root(&self, mut path: Path) -> Path {
        while let Some(outer) = self.outer(path) {
            path = outer;
        }
        path
    }

    /// Whether `path` is `outer` or reaches through it.
    #[must_use]
    pub fn is_within(&self, path: Path, outer: Path) -> bool {
        std::iter::successors(Some(path), |at| self.outer(*at)).any(|at| at == outer)
    }

    /// Whether other paths reach through it.
    #[must_use]
    pub fn is_extended(&self, path: Path) -> bool {
        self.extended[path.0 as usize]
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = Path> + use<'a> {
        (0..u32::try_from(self.all.len()).unwrap_or(u32::MAX)).map(Path)
    }

    /// How many there are; a path's number is below this.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// As the code writes it.
    #[must_use]
    pub fn text(&self, path: Path) -> String {
        let (outer, segment) = self.all[path.0 as usize];
        let outer = outer.map_or_else(String::new, |outer| self.text(outer));
        match segment {
            Segment::Name(name) => name.to_owned(),
            Segment::Attribute(name) => format!("{outer}.{name}"),
            Segment::Key(key) => format!("{outer}[{key:?}]"),
            Segment::Call => format!("{outer}()"),
        }
    }
}

/// The key of `object["key"]`.
#[must_use]
pub fn constant_key<'a>(flat: &Flat<'a>, subscript: Place) -> Option<&'a str> {
    let mut keys = flat.fields(subscript, "subscript");
    let key = keys.next()?;
    if keys.next().is_some() {
        return None;
    }
    string_value(flat.node(key), flat.source())
}
